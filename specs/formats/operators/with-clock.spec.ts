import { map, of } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { UnixNanos } from '../../../src/contracts/units.ts'
import { h264Format } from '../../../src/formats/create-format.ts'
import type { H264Format } from '../../../src/formats/format.ts'
import { depacketize } from '../../../src/formats/operators/depacketize.ts'
import { withNtp, withPts } from '../../../src/formats/operators/with-clock.ts'
import { marbles } from '../../../src/testing/marbles.ts'
import { idr, slice } from './packets.ts'

const format = h264Format({ payloadType: 96 })

/** Knows a time from timestamp 7200 on. */
const session = {
  ptsOf: (each: H264Format, timestamp: number) => (each === format && timestamp >= 7200 ? timestamp - 7200 : undefined),
  ntpOf: (each: H264Format, timestamp: number) =>
    each === format && timestamp >= 7200 ? BigInt(timestamp) : undefined,
}
const fails = {
  ptsOf: (): never => {
    throw new Error('not of the session')
  },
}

describe('withPts and withNtp', () => {
  it('ask for each unit, by its own timestamp, and end with the source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot(' -a-b-c-|', { a: idr(1), b: idr(2), c: slice(3) })
      const units$ = packets$.pipe(depacketize(format))
      const pts$ = units$.pipe(
        withPts(session),
        map(({ pts }) => `${pts}`),
      )
      const ntp$ = units$.pipe(
        withNtp(session),
        map(({ ntp }) => `${ntp}`),
      )
      expectObservable(pts$).toBe('-a-b-c-|', { a: 'undefined', b: '0', c: '3600' })
      expectObservable(ntp$).toBe('-a-b-c-|', { a: 'undefined', b: '7200', c: '10800' })
      expectSubscriptions(packets$.subscriptions).toBe(['^------!', '^------!'])
    })
  })

  it('leave out what has no time when told so, and know it in the type', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('  -a-b-c-#', { a: idr(1), b: idr(2), c: slice(3) })
      const units$ = packets$.pipe(
        depacketize(format),
        withPts(session, { skipUnknown: true }),
        withNtp(session, { skipUnknown: true }),
      )
      expectObservable(units$.pipe(map(({ pts, ntp }) => [pts, ntp]))).toBe('---b-c-#', {
        b: [0, 7200n],
        c: [3600, 10_800n],
      })
      expectSubscriptions(packets$.subscriptions).toBe('^------!')
    })
  })

  it('turn a format that is not of the session into an error', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('-a-|', { a: idr(1) })
      const units$ = packets$.pipe(depacketize(format), withPts(fails))
      expectObservable(units$).toBe('-#', {}, new Error('not of the session'))
      expectSubscriptions(packets$.subscriptions).toBe('^!')
    })
  })

  it('keep everything else of a unit, and its type', () => {
    of(idr(1))
      .pipe(depacketize(format), withNtp(session), withPts(session))
      .subscribe((unit) => {
        expect(unit).toMatchObject({ codec: 'H264', isRandomAccess: true, nalus: [Uint8Array.of(0x65, 0xaa)], format })
        expectTypeOf(unit.codec).toEqualTypeOf<'H264'>()
        expectTypeOf(unit.nalus).toEqualTypeOf<readonly Uint8Array[]>()
        expectTypeOf(unit.pts).toEqualTypeOf<number | undefined>()
        expectTypeOf(unit.ntp).toEqualTypeOf<UnixNanos | undefined>()
      })
    of(idr(2))
      .pipe(depacketize(format), withPts(session, { skipUnknown: true }), withNtp(session, { skipUnknown: true }))
      .subscribe(({ pts, ntp }) => {
        expectTypeOf(pts).toEqualTypeOf<number>()
        expectTypeOf(ntp).toEqualTypeOf<UnixNanos>()
      })
  })
})
