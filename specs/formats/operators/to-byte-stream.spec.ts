import { map, of } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { h264Format, h265Format, mpeg4AudioFormat } from '../../../src/formats/create-format.ts'
import type { H264Format, H265Format } from '../../../src/formats/format.ts'
import { depacketize } from '../../../src/formats/operators/depacketize.ts'
import { toAnnexB, toAvcc, type NalUnitOptions } from '../../../src/formats/operators/to-byte-stream.ts'
import type { NalUnits } from '../../../src/formats/parameter-sets/parameter-sets.ts'
import { marbles } from '../../../src/testing/marbles.ts'
import { fromHex } from '../packetize/rtp-packets.ts'
import { idr, slice } from './packets.ts'

const [sps, pps] = [fromHex('67aa'), fromHex('68bb')]
const format = h264Format({ payloadType: 96, sps, pps })
const bare = h264Format({ payloadType: 96 })
const h265 = h265Format({ payloadType: 97, vps: fromHex('4001'), sps: fromHex('4201'), pps: fromHex('4401') })
const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** NAL units in hexadecimal digits, `*` in front of those with which decoding can start. */
const unit = (text: string, from: H264Format | H265Format = format) => ({
  codec: from.codec,
  nalus: text.replace('*', '').split(' ').map(fromHex),
  isRandomAccess: text.startsWith('*'),
  format: from,
})

/** The bytes of units, start codes as blanks. */
function annexB(units: readonly NalUnits[], options?: NalUnitOptions): readonly string[] {
  const seen: string[] = []
  of(...units)
    .pipe(toAnnexB(options))
    .subscribe(({ data }) => seen.push(hex(data).split('00000001').join(' ').trim()))
  return seen
}

describe('toAnnexB and toAvcc', () => {
  it('put NAL units together, and keep everything else of the unit', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot(' -a-b-|', { a: idr(1), b: slice(2) })
      const units$ = packets$.pipe(depacketize(bare))
      const brief = map(({ data, pts }: { readonly data: Uint8Array; readonly pts: number }) => `${pts} ${hex(data)}`)
      expectObservable(units$.pipe(toAnnexB(), brief)).toBe('-a-b-|', { a: '0 0000000165aa', b: '3600 0000000141bb' })
      expectObservable(units$.pipe(toAvcc(), brief)).toBe('  -a-b-|', { a: '0 0000000265aa', b: '3600 0000000241bb' })
      expectSubscriptions(packets$.subscriptions).toBe(['^----!', '^----!'])
    })
  })

  it('put the parameter sets of the format in front of pictures that lack them', () => {
    expect(annexB([unit('41bb'), unit('*65aa'), unit('41bb')])).toEqual(['41bb', '67aa 68bb 65aa', '41bb'])
    expect(annexB([unit('*2601', h265)])).toEqual(['4001 4201 4401 2601'])
  })

  it.each([
    ['leave a unit alone that has them', '*67cc 68cc 65aa', '67cc 68cc 65aa'],
    ['add what is missing, in order', '*67cc 65aa', '67cc 68bb 65aa'],
    ['add what is missing in front of what depends on it', '*68cc 65aa', '67aa 68cc 65aa'],
    ['leave a delimiter the first', '*09f0 0605 65aa', '09f0 67aa 68bb 0605 65aa'],
  ])('%s', (_, sent, expected) => {
    expect(annexB([unit(sent)])).toEqual([expected])
  })

  it('prefer the parameter sets that the stream brought last, wherever they came', () => {
    const units = [unit('*67cc 68cc 65aa'), unit('68dd 41bb'), unit('*65ab')]
    expect(annexB(units)).toEqual(['67cc 68cc 65aa', '68dd 41bb', '67cc 68dd 65ab'])
  })

  it('have nothing to add without a format or with one that has none', () => {
    const { format: _, ...alone } = unit('*65aa')
    expect(annexB([alone, unit('*65aa', bare)])).toEqual(['65aa', '65aa'])
  })

  it.each([
    ['as-sent', ['65aa', '67cc 65ab']],
    ['removed', ['65aa', '65ab']],
  ] as const)('with parameter sets %s', (parameterSets, expected) => {
    expect(annexB([unit('*65aa'), unit('*67cc 65ab')], { parameterSets })).toEqual(expected)
  })

  it('remember nothing from one subscription to the next, and let go when asked', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const units$ = cold('-a-b-|', { a: unit('*65aa'), b: unit('*67dd 65ab') })
      const bytes$ = units$.pipe(
        toAnnexB(),
        map(({ data }) => hex(data).split('00000001').join(' ').trim()),
      )
      expectObservable(bytes$, '^--!').toBe('-a', { a: '67aa 68bb 65aa' })
      expectObservable(bytes$, '----------^').toBe('-----------a-b-|', { a: '67aa 68bb 65aa', b: '67dd 68bb 65ab' })
      expectSubscriptions(units$.subscriptions).toBe(['^--!', '----------^----!'])
    })
  })

  it('take units with NAL units only', () => {
    const packets$ = of(idr(1))
    const aac = mpeg4AudioFormat({ payloadType: 97, config: Uint8Array.of(0x11, 0x90) })
    // @ts-expect-error sound has no NAL units
    expect(packets$.pipe(depacketize(aac), toAnnexB())).toBeDefined()
    // @ts-expect-error nor have packets
    expect(packets$.pipe(toAvcc())).toBeDefined()
    packets$.pipe(depacketize(bare), toAvcc()).subscribe((joined) => {
      expectTypeOf(joined.data).toEqualTypeOf<Uint8Array>()
      expectTypeOf(joined).not.toHaveProperty('nalus')
      expectTypeOf(joined.pts).toEqualTypeOf<number>()
      expect(joined).not.toHaveProperty('nalus')
    })
  })
})
