import { catchError, from, map, of, Subject, take, type Observable } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { RtspError } from '../../../src/contracts/rtsp-error.ts'
import * as create from '../../../src/formats/create-format.ts'
import type { H264Format, MPEG4AudioFormat } from '../../../src/formats/format.ts'
import { depacketize, type TimedUnit } from '../../../src/formats/operators/depacketize.ts'
import { packetize } from '../../../src/formats/operators/packetize.ts'
import type { H264AccessUnit, OutgoingUnit } from '../../../src/formats/units.ts'
import { marbles } from '../../../src/testing/marbles.ts'
import type { RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'

const format = create.h264Format({ payloadType: 96 })
const aac = create.mpeg4AudioFormat({ payloadType: 97, config: Uint8Array.of(0x11, 0x90) })
const lpcm = create.lpcmFormat({ payloadType: 98, bitDepth: 16, sampleRateHz: 48_000, channelCount: 1 })

const picture = (timestamp: number, bytes = 2): OutgoingUnit<H264AccessUnit> => ({
  codec: 'H264',
  timestamp,
  nalus: [new Uint8Array(bytes).fill(0x65)],
})

/** A packet in few words. */
const brief = ({ sequenceNumber, timestamp, marker, payloadType }: RtpPacket) =>
  `${payloadType}/${sequenceNumber} at ${timestamp}${marker ? ' M' : ''}`

describe('packetize', () => {
  it('gives the packets of a unit at once, in order, and completes with its source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const units$ = hot(' -a-b----|', { a: picture(0), b: picture(3600, 150) })
      const packets$ = units$.pipe(packetize(format, { maxPayloadBytes: 100 }), map(brief))
      expectObservable(packets$).toBe('-a-(bc)-|', { a: '96/0 at 0 M', b: '96/1 at 3600', c: '96/2 at 3600 M' })
      expectSubscriptions(units$.subscriptions).toBe('^-------!')
    })
  })

  it('errors with its source', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const units$ = hot<OutgoingUnit<H264AccessUnit>>('-#', {}, 'broken')
      expectObservable(units$.pipe(packetize(format))).toBe('-#', {}, 'broken')
      expectSubscriptions(units$.subscriptions).toBe('^!')
    })
  })

  it('gives no more of a unit to who left in the middle of it', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const units$ = hot(' -a-b----|', { a: picture(0, 300), b: picture(3600) })
      const packets$ = units$.pipe(packetize(format, { maxPayloadBytes: 100 }), take(2), map(brief))
      expectObservable(packets$).toBe('-(ab|)', { a: '96/0 at 0', b: '96/1 at 0' })
      expectSubscriptions(units$.subscriptions).toBe('^!')
    })
  })

  it('stops a source that would never end by itself', () => {
    let made = 0
    const endless = function* () {
      for (;;) yield picture(made++ * 3600)
    }
    const seen: string[] = []
    from(endless())
      .pipe(packetize(format), map(brief), take(2))
      .subscribe((packet) => seen.push(packet))
    expect(seen).toEqual(['96/0 at 0 M', '96/1 at 3600 M'])
    expect(made).toBe(2)
  })

  it('counts anew with each subscription', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const units$ = cold('-a-b-|', { a: picture(0), b: picture(3600) })
      const packets$ = units$.pipe(packetize(format, { ssrc: 7, initialSequenceNumber: 65_535 }), map(brief))
      const values = { a: '96/65535 at 0 M', b: '96/0 at 3600 M' }
      expectObservable(packets$, '^--!').toBe('-a', values)
      expectObservable(packets$, '----^').toBe('-----a-b-|', values)
      expectSubscriptions(units$.subscriptions).toBe(['^--!', '----^----!'])
    })
  })

  it('errors for a unit that the format cannot carry', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const half = { codec: 'LPCM', timestamp: 0, data: new Uint8Array(3) } as const
      const units$ = hot('-a-b-|', { a: half, b: half })
      const codes$ = units$.pipe(
        packetize(lpcm),
        map(() => 'packet'),
        catchError((error: unknown) => of(error instanceof RtspError ? error.code : 'another')),
      )
      expectObservable(codes$).toBe('-(a|)', { a: 'ERR_RTSP_USAGE' })
      expectSubscriptions(units$.subscriptions).toBe('^!')
    })
  })

  it('leaves such a unit out when somebody is told', () => {
    const told: string[] = []
    of(new Uint8Array(4), new Uint8Array(3), new Uint8Array(2))
      .pipe(
        map((data, index) => ({ codec: 'LPCM', timestamp: index * 480, data }) as const),
        packetize(lpcm, { onRefused: ({ code }, unit) => told.push(`${code} ${unit.timestamp}`) }),
      )
      .subscribe((packet) => told.push(brief(packet)))
    expect(told).toEqual(['98/0 at 0', 'ERR_RTSP_USAGE 480', '98/1 at 960'])
  })

  it('keeps the order when a listener makes the source emit', () => {
    const units$ = new Subject<OutgoingUnit<H264AccessUnit>>()
    const seen: string[] = []
    units$.pipe(packetize(format, { maxPayloadBytes: 100 })).subscribe((packet) => {
      seen.push(brief(packet))
      if (packet.sequenceNumber === 0) units$.next(picture(3600))
    })
    units$.next(picture(0, 150))
    expect(seen).toEqual(['96/0 at 0', '96/1 at 0 M', '96/2 at 3600 M'])
  })

  it('refuses at once options that are out of range and formats that it cannot send', () => {
    const usage = expect.objectContaining({ code: 'ERR_RTSP_USAGE' }) as Error
    expect(() => packetize(format, { initialSequenceNumber: 65_536 })).toThrow(usage)
    expect(() => packetize(create.h264Format({ payloadType: 96, packetizationMode: 0 }))).toThrow(usage)
  })

  it('takes what depacketize gives, and nothing of another codec', () => {
    const packets$ = of(picture(0), picture(3600)).pipe(packetize(format))
    const again: string[] = []
    packets$.pipe(depacketize(format), packetize(format), map(brief)).subscribe((packet) => again.push(packet))
    expect(again).toEqual(['96/0 at 0 M', '96/1 at 3600 M'])
    expectTypeOf(packets$.pipe(depacketize(format), packetize(format))).toEqualTypeOf(packets$)
    // @ts-expect-error pictures of H264 are no sound
    expect(packets$.pipe(depacketize(format), packetize(aac))).toBeDefined()
    // @ts-expect-error nor are they H265
    expect(packets$.pipe(depacketize(format), packetize(create.h265Format({ payloadType: 96 })))).toBeDefined()
    // @ts-expect-error packets of H264 are no sound either
    expect(packets$.pipe(depacketize(aac))).toBeDefined()
    // Packets whose format nobody named go everywhere.
    const someone$ = packets$.pipe(map((packet): RtpPacket => packet.clone()))
    expectTypeOf(someone$.pipe(depacketize(aac))).toEqualTypeOf<Observable<TimedUnit<typeof aac>>>()
    // Units are no packets, packets are no units, and sound has no NAL units.
    expectTypeOf(packets$).not.toExtend<Parameters<ReturnType<typeof packetize<H264Format>>>[0]>()
    expectTypeOf<TimedUnit<H264Format>>().not.toExtend<RtpPacket>()
    expectTypeOf<TimedUnit<MPEG4AudioFormat>>().not.toHaveProperty('nalus')
  })
})
