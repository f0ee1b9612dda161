import { map, of, take, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { h264Format, opusFormat } from '../../../src/formats/create-format.ts'
import { depacketize } from '../../../src/formats/operators/depacketize.ts'
import { onRandomAccess, type RandomAccessOptions } from '../../../src/formats/operators/on-random-access.ts'
import { marbles } from '../../../src/testing/marbles.ts'
import type { RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'
import { sketched } from '../depacketize/push-all.ts'
import { idr, slice } from './packets.ts'

const format = h264Format({ payloadType: 96 })

/** Which pictures come out, by the number of their packet. */
const numbers = (packets$: Observable<RtpPacket>, options?: RandomAccessOptions) =>
  packets$.pipe(
    depacketize(format),
    onRandomAccess(options),
    map(({ timestamp }) => `${timestamp / 3600}`),
  )
const out = { 1: '1', 2: '2', 3: '3', 4: '4', 5: '5', 6: '6', 7: '7', 8: '8', 9: '9' }

describe('onRandomAccess', () => {
  it('begins with the first unit that can be decoded alone', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('         -a-b-c-d-|', { a: slice(1), b: idr(2), c: slice(3), d: idr(4) })
      expectObservable(numbers(packets$)).toBe('---2-3-4-|', out)
      expectSubscriptions(packets$.subscriptions).toBe('^--------!')
    })
  })

  it('does not begin with one of which something is missing', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      // The second picture may lack its beginning.
      const packets$ = hot('         -a-b-c-d-#', { a: slice(1), b: idr(3), c: slice(4), d: idr(5) })
      expectObservable(numbers(packets$)).toBe('-------5-#', out)
      expectSubscriptions(packets$.subscriptions).toBe('^--------!')
    })
  })

  it('goes on after a loss, or waits again when told so', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('         -a-b-c-d-e-f-|', {
        ...{ a: idr(1), b: slice(2), c: slice(4), d: slice(5), e: idr(6), f: slice(7) },
      })
      expectObservable(numbers(packets$)).toBe('-1-2-4-5-6-7-|', out)
      expectObservable(numbers(packets$, { afterLoss: 'wait' })).toBe('-1-2-----6-7-|', out)
      expectSubscriptions(packets$.subscriptions).toBe(['^------------!', '^------------!'])
    })
  })

  it('waits again as well when whole pictures were lost, which shows in no unit', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      // A delimiter says that nothing of the picture itself is missing.
      const delimited = sketched([4, 4 * 3600, 'M', '18 0002 09f0 0002 41bb'])
      const packets$ = hot('-a-b-c-d-|', { a: idr(1), b: delimited, c: slice(5), d: idr(6) })
      expectObservable(numbers(packets$, { afterLoss: 'wait' })).toBe('-1-----6-|', out)
      expectSubscriptions(packets$.subscriptions).toBe('^--------!')
    })
  })

  it('waits anew with each subscription, and lets go in the middle', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('  -a-b-c-d-e-|', { a: idr(1), b: slice(2), c: slice(3), d: idr(4), e: slice(5) })
      const units$ = numbers(packets$)
      expectObservable(units$, '^---!').toBe('-1-2', out)
      expectObservable(units$, '----^').toBe('-------4-5-|', out)
      expectObservable(units$.pipe(take(1))).toBe('-(1|)', out)
      expectSubscriptions(packets$.subscriptions).toBe(['^---!', '^!', '----^------!'])
    })
  })

  it('lets sound begin at once', () => {
    const times: number[] = []
    of(sketched([1, 960, '-', 'aa']), sketched([2, 1920, '-', 'bb']))
      .pipe(depacketize(opusFormat({ payloadType: 97, channelCount: 2 })), onRandomAccess())
      .subscribe(({ timestamp }) => times.push(timestamp))
    expect(times).toEqual([960, 1920])
  })
})
