import { map, of, Subject, take, toArray } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { h264Format, h265Format, mpeg4AudioFormat, opusFormat } from '../../../src/formats/create-format.ts'
import type { Format, H264Format, OpusFormat } from '../../../src/formats/format.ts'
import { depacketize, type TimedUnit } from '../../../src/formats/operators/depacketize.ts'
import type { DataUnit, H264AccessUnit } from '../../../src/formats/units.ts'
import { GuardedObservable } from '../../../src/media/inbound/guarded-observable.ts'
import { testRtp } from '../../../src/testing/builders.ts'
import { marbles } from '../../../src/testing/marbles.ts'
import { createRtp, type RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'
import { sketched } from '../depacketize/push-all.ts'
import { idr, slice, unmarked } from './packets.ts'

const format = h264Format({ payloadType: 96 })
const opus = opusFormat({ payloadType: 97, channelCount: 2 })

/** A unit in few words. */
const brief = ({ pts, corrupted, isRandomAccess }: TimedUnit<H264Format>) =>
  `${isRandomAccess ? 'key' : 'pic'} ${pts}${corrupted ? ' !' : ''}`

describe('depacketize', () => {
  it('gives a unit with the packet that completes it, and completes with its source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('  -a-b-(cd)-|', {
        a: idr(1),
        b: sketched([2, 7200, '-', '41bb']),
        c: sketched([3, 7200, 'M', '41cc']),
        d: slice(4),
      })
      const units$ = packets$.pipe(depacketize(format), map(brief))
      expectObservable(units$).toBe('-a---(cd)-|', { a: 'key 0', c: 'pic 3600', d: 'pic 10800' })
      expectSubscriptions(packets$.subscriptions).toBe('^---------!')
    })
  })

  it('completes a unit without a marker by the next packet, which may give two, and drops what is unfinished', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('  -a-b-c-|', { a: unmarked(1), b: slice(2), c: unmarked(3) })
      const units$ = packets$.pipe(depacketize(format), map(brief))
      expectObservable(units$).toBe('---(ab)|', { a: 'pic 0', b: 'pic 3600' })
      expectSubscriptions(packets$.subscriptions).toBe('^------!')
    })
  })

  it('errors with its source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('  -a-#', { a: idr(1) }, 'broken')
      expectObservable(packets$.pipe(depacketize(format), map(brief))).toBe('-a-#', { a: 'key 0' }, 'broken')
      expectSubscriptions(packets$.subscriptions).toBe('^--!')
    })
  })

  it('lets go of its source when nobody listens any more', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('  -a-b-c-|', { a: idr(1), b: slice(2), c: slice(3) })
      const units$ = packets$.pipe(depacketize(format), map(brief))
      expectObservable(units$, '^---!').toBe('-a-b', { a: 'key 0', b: 'pic 3600' })
      expectSubscriptions(packets$.subscriptions).toBe('^---!')
    })
  })

  it('gives no second unit of a packet to who left at the first', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('  -a-b-c-|', { a: unmarked(1), b: slice(2), c: slice(3) })
      const units$ = packets$.pipe(depacketize(format), map(brief), take(1))
      expectObservable(units$).toBe('---(a|)', { a: 'pic 0' })
      expectSubscriptions(packets$.subscriptions).toBe('^--!')
    })
  })

  it('begins anew with each subscription', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('   -a-b-c-d-|', { a: idr(1), b: unmarked(2), c: slice(3), d: slice(4) })
      const units$ = packets$.pipe(depacketize(format), map(brief))
      expectObservable(units$, '^---!').toBe('    -a', { a: 'key 0' })
      expectObservable(units$, '----^-----').toBe('-----c-d-|', { c: 'pic 0', d: 'pic 3600' })
      expectSubscriptions(packets$.subscriptions).toBe(['^---!', '----^----!'])
    })
  })

  it('counts time across the wrap and steps back for B frames', () => {
    const times: number[] = []
    of(idr(1, 0xffff_fff0), slice(2, 20_000), slice(3, 10_000), slice(4, 0xffff_0000))
      .pipe(depacketize(format))
      .subscribe(({ pts, timestamp }) => times.push(pts, timestamp))
    expect(times).toEqual([0, 0xffff_fff0, 20_016, 20_000, 10_016, 10_000, -65_520, 0xffff_0000])
  })

  it('counts the whole length of a stream with many wraps', () => {
    const step = 0x7000_0000
    const packets = Array.from({ length: 9 }, (_, index) => idr(index, (index * step) % 0x1_0000_0000))
    const times: number[] = []
    of(...packets)
      .pipe(depacketize(format))
      .subscribe(({ pts }) => times.push(pts))
    expect(times).toEqual(packets.map((_, index) => index * step))
  })

  it('goes on where it was when the sender starts anew with another SSRC, and calls that no loss (RFC 3550 section 8.2)', () => {
    const problems: string[] = []
    const from = (ssrc: number, packet: RtpPacket) => {
      const { sequenceNumber, timestamp, marker, payload } = packet
      return createRtp({ payloadType: 96, sequenceNumber, timestamp, ssrc, marker, payload })
    }
    const units: string[] = []
    of(from(1, idr(1)), from(1, slice(2)), from(1, unmarked(3)), from(2, idr(900, 77)), from(2, slice(901, 3077)))
      .pipe(depacketize(format, { onProblem: ({ text }) => problems.push(text) }))
      .subscribe((unit) => units.push(brief(unit)))
    expect(units).toEqual(['key 0', 'pic 3600', 'key 7200', 'pic 10200'])
    expect(problems).toEqual([])
  })

  it('tells what was wrong before the units of the packet, and not that it joined late', () => {
    const told: string[] = []
    of(
      sketched([1, 3600, '-', '7c41aa']),
      sketched([2, 3600, 'M', '7c41bb']),
      slice(3),
      slice(5),
      sketched([6, 21_600, 'M', '7d00']),
      sketched([7, 25_200, 'M', '']),
    )
      .pipe(
        depacketize(format, { onProblem: ({ kind }, { sequenceNumber }) => told.push(`${kind} ${sequenceNumber}`) }),
      )
      .subscribe((unit) => told.push(brief(unit)))
    expect(told).toEqual(['pic 0', 'lost 5', 'pic 7200 !', 'unsupported 6', 'malformed 7'])
  })

  it('turns what the callback throws into the error of the Observable', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const packets$ = hot('-a-b-c-|', { a: slice(1), b: slice(3), c: slice(4) })
      const onProblem = (): never => {
        throw new Error('callback')
      }
      const units$ = packets$.pipe(depacketize(format, { onProblem }), map(brief))
      expectObservable(units$).toBe('-a-#', { a: 'pic 0' }, new Error('callback'))
      expectSubscriptions(packets$.subscriptions).toBe('^--!')
    })
  })

  it('passes the bounds on to the depacketizer', () => {
    const told: string[] = []
    of(idr(1))
      .pipe(depacketize(format, { maxUnitBytes: 1, onProblem: ({ kind }) => told.push(kind) }))
      .subscribe((unit) => told.push(brief(unit)))
    expect(told).toEqual(['too-big'])
  })

  it('keeps the order when a listener makes the source emit, and the end behind it', () => {
    const packets$ = new Subject<RtpPacket>()
    const seen: string[] = []
    packets$.pipe(depacketize(format)).subscribe({
      next: (unit) => {
        seen.push(brief(unit))
        if (unit.pts !== 0) return
        packets$.next(slice(3))
        packets$.next(slice(4))
        packets$.complete()
      },
      complete: () => seen.push('end'),
    })
    packets$.next(unmarked(1))
    packets$.next(slice(2))
    expect(seen).toEqual(['pic 0', 'pic 3600', 'pic 7200', 'pic 10800', 'end'])
  })

  it('hands on the guard of a session: a listener that throws hurts nobody else', () => {
    const packets = new Subject<RtpPacket>()
    const errors: unknown[] = []
    const packets$ = new GuardedObservable<RtpPacket>(
      (subscriber) => packets.subscribe(subscriber),
      (error) => errors.push(error),
    )
    const seen: string[] = []
    packets$.pipe(depacketize(format)).subscribe(() => {
      throw new Error('listener')
    })
    packets$.pipe(depacketize(format)).subscribe((unit) => seen.push(brief(unit)))
    packets.next(unmarked(1))
    packets.next(slice(2))
    packets.next(slice(3))
    expect(errors).toEqual([new Error('listener')])
    expect(seen).toEqual(['pic 0', 'pic 3600', 'pic 7200'])
    expect(packets.observed).toBe(true)
  })

  it('needs the packet only during the call', () => {
    const packets$ = new Subject<RtpPacket>()
    const nalus: (readonly Uint8Array[])[] = []
    packets$.pipe(depacketize(format)).subscribe((unit) => nalus.push(unit.nalus))
    for (const packet of [sketched([1, 0, '-', '65aa']), sketched([2, 0, 'M', '65bb'])]) {
      packets$.next(packet)
      packet.bytes.fill(0xee)
    }
    expect(nalus).toEqual([[Uint8Array.of(0x65, 0xaa), Uint8Array.of(0x65, 0xbb)]])
  })

  it('refuses at once what cannot be taken apart', () => {
    expect(() => depacketize(h265Format({ payloadType: 96, maxDonDiff: 1 }))).toThrow(
      expect.objectContaining({ code: 'ERR_RTSP_USAGE' }),
    )
  })

  it('gives units of the type that belongs to the format, with the format itself', () => {
    of(testRtp({ payloadType: 97, marker: true }))
      .pipe(depacketize(opus), toArray())
      .subscribe((units) => {
        expectTypeOf(units).toEqualTypeOf<TimedUnit<OpusFormat>[]>()
        expectTypeOf(units[0]!).toExtend<DataUnit<'Opus'>>()
        expect(units[0]?.format).toBe(opus)
      })
    const check = (any: Format): void => {
      of(idr(1))
        .pipe(depacketize(any))
        .subscribe((unit) => {
          expect(unit.codec).toBe('H264')
          if (unit.codec !== 'H264') return
          expectTypeOf(unit).toExtend<H264AccessUnit>()
          expectTypeOf(unit.format).toEqualTypeOf<H264Format>()
        })
    }
    check(format)
  })

  it('gives each unit of a packet with several its own time', () => {
    const aac = mpeg4AudioFormat({ payloadType: 97, config: Uint8Array.of(0x11, 0x90) })
    const times: number[] = []
    of(sketched([1, 500, 'M', '0020 0008 0008 aabb']), sketched([2, 2548, 'M', '0010 0008 cc']))
      .pipe(depacketize(aac))
      .subscribe(({ pts }) => times.push(pts))
    expect(times).toEqual([0, 1024, 2048])
  })
})
