import { map } from 'rxjs'
import { describe, expectTypeOf, it } from 'vitest'
import { h264Format } from '../../../src/formats/create-format.ts'
import { depacketize } from '../../../src/formats/operators/depacketize.ts'
import { untilLoss } from '../../../src/formats/operators/until-loss.ts'
import { marbles } from '../../../src/testing/marbles.ts'
import { createRtp, type RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'
import { sketched } from '../depacketize/push-all.ts'
import { idr, slice } from './packets.ts'

const format = h264Format({ payloadType: 96 })
const number = ({ timestamp }: { readonly timestamp: number }) => `${timestamp / 3600}`
const out = { 1: '1', 2: '2', 3: '3', 4: '4', 5: '5', 6: '6' }
/** The same packet of another sender. */
const foreign = ({ sequenceNumber, timestamp, marker, payload }: RtpPacket) =>
  createRtp({ payloadType: 96, ssrc: 2, sequenceNumber, timestamp, marker, payload })

describe('untilLoss', () => {
  it('completes at the first gap between packets, across the wrap of their numbers', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('-a-b-c-d-|', {
        a: idr(65_535, 3600),
        b: slice(0, 7200),
        c: slice(2, 10_800),
        d: slice(3),
      })
      expectObservable(
        packets$.pipe(
          untilLoss(),
          map((each) => number(each)),
        ),
      ).toBe('-1-2-|', out)
      expectSubscriptions(packets$.subscriptions).toBe('^----!')
    })
  })

  it('completes at the first unit with a hole, or behind one', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const delimited = sketched([4, 4 * 3600, 'M', '18 0002 09f0 0002 41bb'])
      const holed = hot('     -a-b-c-d-|', { a: idr(1), b: slice(2), c: slice(4), d: slice(5) })
      const behind = hot('    -a-b-c-d-|', { a: idr(1), b: slice(2), c: delimited, d: slice(5) })
      const malformed = hot(' -a-b-c-d-|', {
        ...{ a: idr(1), b: slice(2), c: sketched([3, 10_800, '-', '41aa']), d: sketched([4, 10_800, 'M', '']) },
      })
      for (const packets$ of [holed, behind]) {
        expectObservable(
          packets$.pipe(
            depacketize(format),
            untilLoss(),
            map((each) => number(each)),
          ),
        ).toBe('-1-2-|', out)
        expectSubscriptions(packets$.subscriptions).toBe('^----!')
      }
      expectObservable(
        malformed.pipe(
          depacketize(format),
          untilLoss(),
          map((each) => number(each)),
        ),
      ).toBe('-1-2---|', out)
      expectSubscriptions(malformed.subscriptions).toBe('^------!')
    })
  })

  it('leaves out the rest of a unit in the middle of which we joined', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('-a-b-c-|', {
        a: sketched([1, 3600, '-', '7c41aa']),
        b: sketched([2, 3600, 'M', '41bb']),
        c: idr(3),
      })
      expectObservable(
        packets$.pipe(
          depacketize(format),
          untilLoss(),
          map((each) => number(each)),
        ),
      ).toBe('-----3-|', out)
      expectSubscriptions(packets$.subscriptions).toBe('^------!')
    })
  })

  it('calls a sender that starts anew no loss', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('-a-b-c-d-|', { a: idr(1), b: foreign(idr(5)), c: foreign(slice(6)), d: foreign(slice(9)) })
      expectObservable(
        packets$.pipe(
          untilLoss(),
          map((each) => number(each)),
        ),
      ).toBe('-1-5-6-|', out)
      expectObservable(
        packets$.pipe(
          depacketize(format),
          untilLoss(),
          map((each) => number(each)),
        ),
      ).toBe('-1-5-6-|', out)
      expectSubscriptions(packets$.subscriptions).toBe(['^------!', '^------!'])
    })
  })

  it('begins anew with each subscription, errors with its source, and lets go when asked', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('   -a-b-c-d-#', { a: idr(1), b: slice(3), c: slice(4), d: slice(5) })
      const passed$ = packets$.pipe(
        untilLoss(),
        map((each) => number(each)),
      )
      expectObservable(passed$).toBe('         -1-|', out)
      expectObservable(passed$, '--^').toBe('  ---3-4-5-#', out)
      expectObservable(passed$, '--^---!').toBe('---3-4', out)
      expectSubscriptions(packets$.subscriptions).toBe(['^--!', '--^------!', '--^---!'])
      expectTypeOf(packets$.pipe(untilLoss())).toEqualTypeOf(packets$.pipe(map((packet) => packet)))
    })
  })
})
