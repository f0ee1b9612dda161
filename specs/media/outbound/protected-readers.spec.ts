import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { SrtpReceiver } from '../../../src/wire/srtp/srtp-receiver.ts'
import { SrtpSender } from '../../../src/wire/srtp/srtp-sender.ts'
import type { ReaderOptions, ReaderTarget } from '../../../src/media/outbound/reader-options.ts'
import type { StreamHub } from '../../../src/media/outbound/stream-hub.ts'
import { seededEntropy } from '../../../src/testing/seeded-entropy.ts'
import {
  audio,
  description,
  FakeDuplex,
  FakeSocket,
  idr,
  media,
  h264,
  readerMedia,
  receiverReport,
  rtp,
  sequenceOf,
  slice,
  Stage,
  uint32,
} from './fakes.ts'

/** Readers of SRTP: each packet is encrypted once for all of them, and never for nobody. */

function protectable(options: ConstructorParameters<typeof Stage>[1] = {}): Stage {
  return new Stage(undefined, { entropy: seededEntropy(3), isProtectable: true, ...options })
}

/** What a client does with the keys that it was told now. */
function receiverOf(hub: StreamHub, mediaIndex = 0): SrtpReceiver {
  const { protection } = hub
  if (protection === undefined) throw new Error('no keys')
  return new SrtpReceiver(protection.keys[mediaIndex]!, protection.rollovers(mediaIndex))
}

function opened(receiver: SrtpReceiver, packets: readonly Uint8Array[], isRtcp = false): (Uint8Array | string)[] {
  return packets.map((packet) => {
    const plain = isRtcp ? receiver.unprotectRtcp(packet) : receiver.unprotectRtp(packet)
    return isFailure(plain) ? plain.code : plain
  })
}

const packetsOn = (duplex: FakeDuplex, channel: number): Uint8Array[] =>
  duplex.frames().flatMap((frame) => (frame.channel === channel ? [frame.packet] : []))

const optionsOf = (target: ReaderTarget): ReaderOptions => ({
  target,
  medias: [readerMedia(0), readerMedia(1)],
  limits: { maxQueuedBytes: 1_000_000, maxQueuedPackets: 1000 },
  policy: 'drop-to-random-access',
  senderReports: false,
  hooks: {
    onFirstReport: () => undefined,
    onDropStart: () => undefined,
    onDropEnd: () => undefined,
    onExhausted: () => undefined,
  },
})

/** Sequence numbers of what decrypts; the code of what does not. */
const sequences = (receiver: SrtpReceiver, packets: readonly Uint8Array[]): (number | string)[] =>
  opened(receiver, packets).map((packet) => (typeof packet === 'string' ? packet : sequenceOf(packet)))

describe('readers of SRTP', () => {
  it('get the packets of the stream encrypted, beside readers in clear', () => {
    const stage = protectable()
    const receivers = [receiverOf(stage.hub, 0), receiverOf(stage.hub, 1)]
    const secure = stage.playing({ isProtected: true })
    const clear = stage.playing()
    stage.hub.writeRtp(0, rtp({ sequence: 7, payload: idr }))
    stage.hub.writeRtp(1, audio(9))
    stage.hub.writeRtcp(0, receiverReport)
    stage.clock.endTurn()
    expect(secure.duplex.writes).toHaveLength(1)
    expect(opened(receivers[0]!, packetsOn(secure.duplex, 0))).toEqual(packetsOn(clear.duplex, 0))
    expect(opened(receivers[1]!, packetsOn(secure.duplex, 2))).toEqual(packetsOn(clear.duplex, 2))
    expect(opened(receivers[0]!, packetsOn(secure.duplex, 1), true)).toEqual([receiverReport])
    expect(packetsOn(secure.duplex, 0)[0]?.subarray(12)).not.toEqual(packetsOn(clear.duplex, 0)[0]?.subarray(12))
  })

  it('share one encryption and one piece of memory, and nothing is encrypted for nobody', () => {
    const protect = vi.spyOn(SrtpSender.prototype, 'protectRtpAt')
    try {
      const stage = protectable()
      stage.playing()
      stage.hub.writeRtp(0, rtp({ sequence: 1 }))
      stage.clock.endTurn()
      expect(protect).not.toHaveBeenCalled()
      const readers = Array.from({ length: 5 }, () => stage.playing({ isProtected: true }))
      const sockets = [new FakeSocket(), new FakeSocket()]
      const overUdp = stage.reader({
        target: { protocol: 'udp', rtp: sockets[0]!, rtcp: sockets[1]!, address: '10.0.0.1' },
        isProtected: true,
      })
      overUdp.arm()
      overUdp.release()
      stage.hub.writeRtp(0, rtp({ sequence: 2 }))
      stage.hub.writeRtp(0, rtp({ sequence: 3 }))
      stage.clock.endTurn()
      expect(protect).toHaveBeenCalledTimes(2)
      const written = readers.map(({ duplex }) => duplex.writes)
      for (const writes of written) expect(writes).toHaveLength(1)
      for (const writes of written) expect(writes[0]).toBe(written[0]?.[0])
      expect(sockets[0]?.sent.map(({ bytes }) => bytes.buffer)).toEqual(new Array(2).fill(written[0]?.[0]?.buffer))
      for (const { reader } of readers) reader.close()
      overUdp.close()
      stage.hub.writeRtp(0, rtp({ sequence: 4 }))
      stage.clock.endTurn()
      expect(protect).toHaveBeenCalledTimes(2)
    } finally {
      protect.mockRestore()
    }
  })

  it('join and leave in the middle of a burst, exact to the packet', () => {
    const stage = protectable()
    const first = stage.playing({ isProtected: true })
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    const receiver = receiverOf(stage.hub)
    const second = stage.playing({ isProtected: true })
    stage.hub.writeRtp(0, rtp({ sequence: 2 }))
    first.reader.close()
    stage.hub.writeRtp(0, rtp({ sequence: 3 }))
    stage.clock.endTurn()
    expect(sequences(receiverOf(stage.hub), packetsOn(first.duplex, 0))).toEqual([1, 2])
    expect(sequences(receiver, packetsOn(second.duplex, 0))).toEqual([2, 3])
  })

  it('the first of them in the middle of a burst gets nothing of what was before it', () => {
    const stage = protectable()
    stage.playing()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    const { duplex } = stage.playing({ isProtected: true })
    stage.hub.writeRtp(0, rtp({ sequence: 2 }))
    stage.clock.endTurn()
    expect(sequences(receiverOf(stage.hub), packetsOn(duplex, 0))).toEqual([2])
  })

  it('come late and begin with the rollover counter that the stream has reached, read encrypted or not', () => {
    const stage = protectable()
    for (const sequence of [0xfffe, 0xffff, 0, 1, 30_000, 60_000, 10]) stage.hub.writeRtp(0, rtp({ sequence }))
    expect([...stage.hub.protection!.rollovers(0).values()]).toEqual([2])
    const receiver = receiverOf(stage.hub)
    const { duplex } = stage.playing({ isProtected: true })
    stage.hub.writeRtp(0, rtp({ sequence: 11 }))
    stage.clock.endTurn()
    expect(sequences(receiver, packetsOn(duplex, 0))).toEqual([11])
  })

  it('get reports of their own, with indices of SRTCP that all of them share', () => {
    const stage = protectable()
    const readers = [1, 2].map(() => stage.playing({ isProtected: true, senderReports: true }))
    stage.hub.writeRtp(0, rtp({ sequence: 1, payload: idr }))
    stage.clock.endTurn()
    readers[1]?.reader.sendReports(stage.clock.now())
    const compounds = readers.flatMap(({ duplex }) => packetsOn(duplex, 1))
    const indices = compounds.map((bytes) => uint32(bytes, bytes.length - 14) & 0x7fff_ffff)
    expect(indices).toEqual([1, 2, 3])
    const plain = opened(receiverOf(stage.hub), compounds, true)
    expect(plain.map((bytes) => (typeof bytes === 'string' ? bytes : bytes[1]))).toEqual([200, 200, 200])
  })

  it('begin with the cache as others do, encrypted once for all', () => {
    const protect = vi.spyOn(SrtpSender.prototype, 'protectRtpAt')
    try {
      const stage = new Stage(description(media('video', h264)), {
        entropy: seededEntropy(3),
        isProtectable: true,
        gopCache: { maxPackets: 100, maxBytes: 100_000 },
      })
      const medias = [readerMedia(0)]
      stage.hub.writeRtp(0, rtp({ sequence: 5, timestamp: 1, marker: true, payload: idr }))
      stage.hub.writeRtp(0, rtp({ sequence: 6, timestamp: 2, marker: true, payload: slice }))
      stage.clock.endTurn()
      const receivers = [receiverOf(stage.hub), receiverOf(stage.hub), receiverOf(stage.hub)]
      const readers = receivers.map(() => stage.playing({ medias, isProtected: true, startsFromCache: true }))
      expect(protect).toHaveBeenCalledTimes(2)
      stage.hub.writeRtp(0, rtp({ sequence: 7, timestamp: 3, marker: true, payload: slice }))
      stage.clock.endTurn()
      expect(protect).toHaveBeenCalledTimes(3)
      for (const [index, { duplex, reader }] of readers.entries()) {
        expect(sequences(receivers[index]!, packetsOn(duplex, 0))).toEqual([5, 6, 7])
        expect(reader.stats().medias[0]).toMatchObject({ bytes: 3 * (14 + 10) })
      }
      expect(stage.hub.stats().bytes).toBe(9 * (14 + 10))
    } finally {
      protect.mockRestore()
    }
  })

  it('begin with live packets when the rollover counter has moved on since the cache began', () => {
    const stage = new Stage(description(media('video', h264)), {
      entropy: seededEntropy(3),
      isProtectable: true,
      gopCache: { maxPackets: 100, maxBytes: 100_000 },
    })
    stage.hub.writeRtp(0, rtp({ sequence: 0xffff, timestamp: 1, marker: true, payload: idr }))
    stage.hub.writeRtp(0, rtp({ sequence: 0, timestamp: 2, marker: true, payload: slice }))
    stage.clock.endTurn()
    const receiver = receiverOf(stage.hub)
    const { duplex } = stage.playing({ medias: [readerMedia(0)], isProtected: true, startsFromCache: true })
    stage.hub.writeRtp(0, rtp({ sequence: 1, timestamp: 3, marker: true, payload: slice }))
    stage.clock.endTurn()
    expect(sequences(receiver, packetsOn(duplex, 0))).toEqual([1])
  })

  it('are counted as what went out: with tags, less what was dropped', () => {
    const stage = protectable()
    const secure = stage.playing({
      isProtected: true,
      limits: { maxQueuedBytes: 60, maxQueuedPackets: 1 },
      policy: 'drop-packets',
    })
    secure.duplex.isStalled = true
    const clear = stage.playing()
    for (const sequence of [1, 2, 3]) stage.hub.writeRtp(0, rtp({ sequence, payload: [0x65, 1, 2, 3] }))
    stage.hub.writeRtcp(0, receiverReport)
    stage.clock.endTurn()
    // Frames of 4 + 16 + 10 bytes: two of them fit, and nothing else.
    expect(secure.reader.stats().medias[0]).toMatchObject({
      bytes: 2 * 26,
      rtcpPackets: 0,
      droppedRtcpPackets: 1,
      formats: [{ packets: 2, droppedPackets: 1, bytes: 52, lastSequenceNumber: 2 }],
    })
    expect(secure.duplex.queuedBytes).toBe(60)
    expect(clear.reader.stats().medias[0]).toMatchObject({ bytes: 3 * 16 + 8 })
  })

  it('a packet for one reader alone does not put the others out of step, whatever its number', () => {
    const stage = protectable()
    const one = stage.playing({ isProtected: true })
    const other = stage.playing({ isProtected: true })
    const receivers = [receiverOf(stage.hub), receiverOf(stage.hub)]
    stage.hub.writeRtp(0, rtp({ sequence: 100 }))
    one.reader.writeRtp(0, rtp({ sequence: 50_000 }))
    stage.hub.writeRtp(0, rtp({ sequence: 101 }))
    one.reader.writeRtp(0, rtp({ sequence: 102 }))
    stage.clock.endTurn()
    expect(sequences(receivers[1]!, packetsOn(other.duplex, 0))).toEqual([100, 101])
    expect(sequences(receivers[0]!, packetsOn(one.duplex, 0)).slice(0, 2)).toEqual([100, 50_000])
  })

  it('packets for one reader alone wrap as others do', () => {
    const stage = protectable()
    const { reader, duplex } = stage.playing({ isProtected: true })
    const receiver = receiverOf(stage.hub)
    const numbers = [0, 30_000, 60_000, 65_535, 5, 30_000, 60_000, 1]
    for (const sequence of numbers) reader.writeRtp(0, rtp({ sequence }))
    stage.clock.endTurn()
    expect(sequences(receiver, packetsOn(duplex, 0))).toEqual(numbers)
    expect([...stage.hub.protection!.rollovers(0).values()]).toEqual([0])
  })

  it.each([
    [0, 0],
    [0x3fff, 0],
    [0x4000, 1],
    [0x8001, 1],
    [100_000, 3],
  ])('are led to where the stream is after a pause of %i packets, by %i without payload', (missed, lead) => {
    const stage = protectable()
    const receiver = receiverOf(stage.hub)
    const { reader, duplex } = stage.playing({ isProtected: true })
    let sequence = 500
    const write = (count: number): void => {
      for (let index = 0; index < count; index++) stage.hub.writeRtp(0, rtp({ sequence: sequence++ & 0xffff }))
      stage.clock.endTurn()
    }
    write(3)
    reader.close()
    write(missed)
    const target = { protocol: 'tcp' as const, duplex }
    const again = stage.hub.createReader({ ...optionsOf(target), isProtected: true }, reader)
    again.arm()
    again.release()
    write(3)
    const payloads = opened(receiver, packetsOn(duplex, 0))
    expect(payloads.filter((packet) => typeof packet === 'string')).toEqual([])
    const withPayload = payloads.filter((packet) => packet.length > 12)
    expect(withPayload.map((packet) => sequenceOf(packet as Uint8Array))).toEqual(
      [500, 501, 502, 503 + missed, 504 + missed, 505 + missed].map((each) => each & 0xffff),
    )
    expect(payloads.length - withPayload.length).toBe(lead)
    expect(again.stats().medias[0]?.formats[0]?.packets).toBe(6)
  })

  it('are led over a wrap between SETUP, which told the rollover counter, and PLAY; not twice when PLAY is refused', () => {
    const stage = protectable()
    stage.hub.writeRtp(0, rtp({ sequence: 0xffff }))
    const { protection } = stage.hub
    const rollovers = protection!.rollovers(0)
    stage.hub.writeRtp(0, rtp({ sequence: 0 }))
    const medias = [readerMedia(0, { rollovers })]
    const duplex = new FakeDuplex()
    const refused = stage.reader({ target: { protocol: 'tcp', duplex }, medias, isProtected: true })
    refused.prepare()
    refused.discard()
    const options = { ...optionsOf({ protocol: 'tcp', duplex }), medias, isProtected: true }
    const reader = stage.hub.createReader(options, refused)
    reader.arm()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    reader.release()
    stage.clock.endTurn()
    const packets = packetsOn(duplex, 0)
    expect(packets.map((packet) => [sequenceOf(packet), packet.length])).toEqual([
      [0xffff, 22],
      [1, 23],
    ])
    const receiver = new SrtpReceiver(protection!.keys[0]!, rollovers)
    expect(sequences(receiver, packets)).toEqual([0xffff, 1])
  })

  it('are never sent two packets in one keystream, whatever numbers are written', () => {
    const stage = protectable()
    const secure = stage.playing({ isProtected: true })
    const clear = stage.playing()
    stage.hub.writeRtp(0, rtp({ sequence: 5, payload: idr }))
    stage.hub.writeRtp(0, rtp({ sequence: 6 }))
    stage.hub.writeRtp(0, rtp({ sequence: 5, payload: slice }))
    stage.hub.writeRtp(0, rtp({ sequence: 4 }))
    stage.clock.endTurn()
    expect(packetsOn(clear.duplex, 0).map(sequenceOf)).toEqual([5, 6, 5, 4])
    expect(sequences(receiverOf(stage.hub), packetsOn(secure.duplex, 0))).toEqual([5, 6, 4])
  })

  it('are led on when the numbers of a publisher begin anew, those who come later as well', () => {
    const stage = protectable()
    const early = receiverOf(stage.hub)
    const first = stage.playing({ isProtected: true })
    for (const sequence of [1000, 1001]) stage.hub.writeRtp(0, rtp({ sequence }))
    stage.hub.writeRtp(0, rtp({ sequence: 3, payload: idr }))
    stage.clock.endTurn()
    const late = receiverOf(stage.hub)
    const second = stage.playing({ isProtected: true })
    stage.hub.writeRtp(0, rtp({ sequence: 4 }))
    stage.hub.writeRtp(0, rtp({ sequence: 1000, payload: slice }))
    stage.clock.endTurn()
    const plain = opened(early, packetsOn(first.duplex, 0)).filter((packet) => packet.length > 12)
    expect(plain.map((packet) => (typeof packet === 'string' ? packet : sequenceOf(packet)))).toEqual([
      1000, 1001, 3, 4, 1000,
    ])
    expect(sequences(late, packetsOn(second.duplex, 0))).toEqual([4, 1000])
  })

  it('that take nothing are not given more packets to be led on with than their queue has room for', () => {
    const stage = protectable()
    const { duplex, reader } = stage.playing({
      isProtected: true,
      limits: { maxQueuedBytes: 500, maxQueuedPackets: 1000 },
    })
    duplex.isStalled = true
    for (let count = 0; count < 100; count += 1) {
      for (const sequence of [1000, 3]) stage.hub.writeRtp(0, rtp({ sequence }))
      stage.clock.endTurn()
    }
    expect(reader.queued).toBeLessThanOrEqual(1000)
  })

  it('are closed and told when the indices of a key are used up; others go on', () => {
    const stage = protectable({ firstRollover: 0xffff_ffff })
    const secure = stage.playing({ isProtected: true })
    const waiting = stage.reader({ target: { protocol: 'tcp', duplex: new FakeDuplex() }, isProtected: true })
    const clear = stage.playing()
    stage.hub.writeRtp(0, rtp({ sequence: 0xffff }))
    stage.hub.writeRtp(0, rtp({ sequence: 0 }))
    stage.clock.endTurn()
    expect(secure.reader.gate).toBe('closed')
    expect(stage.told).toEqual(['exhausted'])
    expect(packetsOn(secure.duplex, 0).map(sequenceOf)).toEqual([0xffff])
    expect(packetsOn(clear.duplex, 0).map(sequenceOf)).toEqual([0xffff, 0])
    waiting.arm()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    waiting.release()
    stage.clock.endTurn()
    expect(stage.told).toEqual(['exhausted', 'exhausted'])
  })

  it('RTCP without a source, which cannot be encrypted, is for readers in clear only', () => {
    const stage = protectable()
    const secure = stage.playing({ isProtected: true })
    const clear = stage.playing()
    const empty = Uint8Array.of(0x80, 203, 0, 0)
    stage.hub.writeRtcp(0, empty)
    stage.clock.endTurn()
    expect(packetsOn(clear.duplex, 1)).toEqual([empty])
    expect(packetsOn(secure.duplex, 1)).toEqual([])
    expect(secure.reader.writeRtcp(0, empty)).toBe(false)
  })

  it('cannot be had of a stream without keys', () => {
    const stage = new Stage()
    expect(() => stage.playing({ isProtected: true })).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })

  it('loss, reordering, wraps, and coming and going never desynchronise a reader; each packet is its own once', () => {
    const step = fc.record({
      gap: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.integer({ min: 1, max: 20_000 })),
      late: fc.boolean(),
      endsTurn: fc.boolean(),
      joins: fc.boolean(),
      isLost: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 0, max: 0xffff }), (steps, first) => {
        const stage = protectable()
        const readers: { duplex: FakeDuplex; receiver: SrtpReceiver; wanted: number[] }[] = []
        let next = first
        const sent = new Set<number>()
        for (const { gap, late, joins, endsTurn } of steps) {
          if (joins && readers.length < 4) {
            const receiver = receiverOf(stage.hub)
            readers.push({ duplex: stage.playing({ isProtected: true }).duplex, receiver, wanted: [] })
          }
          // A packet that was overtaken comes behind the one that overtook it.
          const numbers = late ? [next + gap + 1, next + gap] : [next + gap]
          next = Math.max(...numbers)
          for (const number of numbers) {
            sent.add(number)
            stage.hub.writeRtp(0, rtp({ sequence: number & 0xffff }))
            for (const { wanted } of readers) wanted.push(number & 0xffff)
          }
          if (endsTurn) stage.clock.endTurn()
        }
        stage.clock.endTurn()
        for (const { duplex, receiver, wanted } of readers) {
          const packets = packetsOn(duplex, 0).filter(
            (_, index) => steps[index % Math.max(steps.length, 1)]?.isLost !== true,
          )
          const kept = wanted.filter((_, index) => steps[index % Math.max(steps.length, 1)]?.isLost !== true)
          expect(sequences(receiver, packets)).toEqual(kept)
          for (const packet of packets)
            expect(receiver.unprotectRtp(packet)).toMatchObject({ code: 'ERR_RTSP_SRTP_REPLAYED' })
        }
      }),
      { numRuns: 60 },
    )
  })
})
