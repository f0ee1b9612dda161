import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Media } from '../../../src/formats/description.ts'
import type { ReaderOptions } from '../../../src/media/outbound/reader-options.ts'
import {
  audio,
  description,
  FakeDuplex,
  type FakeSocket,
  g711,
  h264,
  idr,
  media,
  readerMedia,
  rtp,
  sequenceOf,
  slice,
  Stage,
  uint32,
} from './fakes.ts'

const video = media('video', h264)
const sound = media('audio', g711)

/** A stage whose hub keeps pictures, a writer that counts on, and readers that begin with what is kept. */
class CacheStage extends Stage {
  readonly #next = new Map<number, number>()

  constructor(medias: Media[] = [video, sound], gopCache = { maxPackets: 100, maxBytes: 10_000 }) {
    super(description(...medias), { gopCache })
  }

  /** A picture of one packet for each time stamp; returns its sequence number. */
  picture(kind: 'key' | 'other' | 'sps', change: Partial<Parameters<typeof rtp>[0]> = {}, mediaIndex = 0): number {
    const sequence = this.#take(mediaIndex)
    const payload = { key: idr, other: slice, sps: [0x67, 1] }[kind]
    this.hub.writeRtp(mediaIndex, rtp({ sequence, timestamp: sequence * 3000, marker: true, payload, ...change }))
    return sequence
  }

  sound(mediaIndex = 1): number {
    const sequence = this.#take(mediaIndex)
    this.hub.writeRtp(mediaIndex, audio(sequence))
    return sequence
  }

  late(change: Partial<ReaderOptions> = {}) {
    return this.playing({ startsFromCache: true, ...change })
  }

  #take(mediaIndex: number): number {
    const sequence = this.#next.get(mediaIndex) ?? 0
    this.#next.set(mediaIndex, sequence + 1)
    return sequence
  }
}

describe('a reader that begins with what was kept', () => {
  it('gets everything since the last key picture, in order, and goes on with live packets', () => {
    const stage = new CacheStage()
    stage.sound()
    stage.picture('other')
    stage.picture('key')
    stage.picture('other')
    stage.clock.endTurn()
    stage.picture('key')
    stage.sound()
    stage.clock.endTurn()
    stage.picture('other')
    const { duplex } = stage.late()
    stage.picture('other')
    stage.sound()
    stage.clock.endTurn()
    expect(duplex.frames().map(({ channel, packet }) => [channel, sequenceOf(packet)])).toEqual([
      [0, 3],
      [2, 1],
      [0, 4],
      [0, 5],
      [2, 2],
    ])
    expect(uint32(duplex.frames()[0]!.packet, 8)).toBe(stage.hub.ssrc(0))
  })

  it('gets the same bytes in one write as any other, and they never change', () => {
    const stage = new CacheStage()
    stage.picture('key')
    stage.sound()
    const one = stage.late().duplex
    const two = stage.late().duplex
    expect(one.writes).toHaveLength(1)
    expect(one.writes[0]).toBe(two.writes[0])
    const before = one.writes[0]!.slice()
    for (let count = 0; count < 500; count += 1) stage.picture(count % 50 === 0 ? 'key' : 'other')
    expect(one.writes[0]).toEqual(before)
  })

  it('gets nothing before release, and nothing at all when PLAY is refused', () => {
    const stage = new CacheStage()
    stage.picture('key')
    const duplex = new FakeDuplex()
    const reader = stage.reader({ target: { protocol: 'tcp', duplex }, startsFromCache: true })
    reader.arm()
    expect(duplex.writes).toEqual([])
    // It is shared with others, so it does not count against the queue of this one.
    expect(reader.queued).toBe(0)
    reader.discard()
    expect(reader.stats().medias[0]!.formats[0]).toMatchObject({ packets: 0, octets: 0, lastSequenceNumber: undefined })
    reader.arm()
    reader.release()
    expect(duplex.sequenceNumbers()).toEqual([0])
  })

  it('is counted all of it', () => {
    const stage = new CacheStage()
    stage.picture('key')
    stage.picture('other')
    stage.sound()
    const { reader, duplex } = stage.late({ senderReports: true })
    stage.picture('other')
    stage.clock.endTurn()
    const [first, second] = reader.stats().medias
    expect(first!.formats[0]).toMatchObject({
      packets: 3,
      octets: 6,
      bytes: 42,
      droppedPackets: 0,
      lastSequenceNumber: 2,
    })
    expect(second!.formats[0]).toMatchObject({ packets: 1, octets: 3, bytes: 15, lastSequenceNumber: 0 })
    expect(stage.hub.stats()).toMatchObject({ rtpPackets: 4, bytes: 57 })
    // The first report comes right behind what was kept and counts it.
    const report = duplex.frames().find(({ channel }) => channel === 1)!.packet
    expect([uint32(report, 20), uint32(report, 24)]).toEqual([2, 4])
  })

  it('is told in RTP-Info what comes first, and one moment for all medias (RFC 2326 section 12.33)', () => {
    const stage = new CacheStage()
    stage.sound()
    stage.picture('key', { timestamp: 900_000 })
    stage.clock.advance(20)
    stage.sound()
    stage.clock.advance(500)
    stage.picture('other', { timestamp: 903_000 })
    const { reader } = stage.late()
    const now = stage.clock.wallNow()
    expect(reader.cursor(0, now)).toEqual({ sequenceNumber: 0, rtpTime: 900_000 })
    // 20 ms of 8 kHz before the packet with time stamp 160.
    expect(reader.cursor(1, now)).toEqual({ sequenceNumber: 1, rtpTime: 0 })
    const live = stage.playing().reader
    expect(live.cursor(0, now)).toEqual(stage.hub.cursor(0, now))
  })

  it('is told the next packet of a media of which nothing was kept', () => {
    const stage = new CacheStage()
    stage.sound()
    stage.clock.advance(1000)
    stage.picture('key', { timestamp: 5000 })
    stage.clock.advance(300)
    const { reader } = stage.late()
    expect(reader.cursor(1, stage.clock.wallNow())).toEqual({ sequenceNumber: 1, rtpTime: 8000 })
  })
})

describe('what is kept', () => {
  it.each<[string, (stage: CacheStage) => void, number[]]>([
    ['nothing before the first key picture', (stage) => stage.picture('other'), []],
    [
      'a key picture with the parameter sets before it, although each has a marker',
      (stage) => {
        stage.picture('key')
        stage.picture('sps', { timestamp: 77 })
        stage.picture('key', { timestamp: 77 })
        stage.picture('other')
      },
      [1, 2, 3],
    ],
    [
      'nothing of a group with too many packets',
      (stage) => {
        stage.picture('key')
        for (let count = 0; count < 100; count += 1) stage.picture('other')
      },
      [],
    ],
    [
      'as many packets as are allowed',
      (stage) => {
        stage.picture('key')
        for (let count = 0; count < 99; count += 1) stage.picture('other')
      },
      Array.from({ length: 100 }, (_, index) => index),
    ],
    [
      'nothing of a group with too many bytes',
      (stage) => {
        stage.picture('key')
        for (let count = 0; count < 9; count += 1) stage.picture('other', { payload: new Uint8Array(1200).fill(1) })
      },
      [],
    ],
    [
      'the next group after one that was too long',
      (stage) => {
        for (let count = 0; count < 150; count += 1) stage.picture(count % 149 === 0 ? 'key' : 'other')
      },
      [149],
    ],
  ])('%s', (_title, write, expected) => {
    const stage = new CacheStage()
    write(stage)
    stage.clock.endTurn()
    expect(stage.late().duplex.sequenceNumbers()).toEqual(expected)
  })

  it('nothing in a stream without video', () => {
    const stage = new CacheStage([sound])
    stage.sound(0)
    expect(stage.late({ medias: [readerMedia(0)] }).duplex.writes).toEqual([])
  })

  it('nothing for a reader without a video, and for one that does not ask', () => {
    const stage = new CacheStage()
    stage.picture('key')
    stage.sound()
    for (const change of [{ medias: [readerMedia(1)] }, { startsFromCache: false }]) {
      const { duplex, reader } = stage.late(change)
      expect(duplex.writes).toEqual([])
      const now = stage.clock.wallNow()
      expect(reader.cursor(1, now)).toEqual(stage.hub.cursor(1, now))
    }
  })

  it('only the medias that were set up, on their channels', () => {
    const stage = new CacheStage()
    stage.picture('key')
    stage.sound()
    stage.picture('other')
    const { duplex, reader } = stage.late({ medias: [readerMedia(0, { rtpChannel: 6, rtcpChannel: 7 })] })
    expect(duplex.frames().map(({ channel, packet }) => [channel, sequenceOf(packet)])).toEqual([
      [6, 0],
      [6, 1],
    ])
    expect(reader.stats().medias).toHaveLength(1)
    expect(stage.hub.stats().rtpPackets).toBe(2)
  })

  it('of a second video only what can be decoded', () => {
    const stage = new CacheStage([video, video])
    stage.picture('other', {}, 1)
    stage.picture('key')
    stage.picture('other', {}, 1)
    stage.picture('key', {}, 1)
    stage.picture('other', {}, 0)
    stage.picture('other', {}, 1)
    const both = stage.late()
    expect(both.duplex.sequenceNumbers(0)).toEqual([0, 1])
    expect(both.duplex.sequenceNumbers(2)).toEqual([2, 3])
    expect(both.reader.cursor(1, 0)?.sequenceNumber).toBe(2)
    expect(stage.late({ medias: [readerMedia(1)] }).duplex.sequenceNumbers(2)).toEqual([2, 3])
  })
})

describe('a reader whose peer is slow from the start', () => {
  it('has its whole queue for live packets, and no more', () => {
    const stage = new CacheStage()
    for (let count = 0; count < 50; count += 1) stage.picture(count === 0 ? 'key' : 'other')
    const duplex = new FakeDuplex()
    duplex.isStalled = true
    const limits = { maxQueuedBytes: 180, maxQueuedPackets: 1 }
    const reader = stage.reader({ target: { protocol: 'tcp', duplex }, startsFromCache: true, limits })
    reader.arm()
    reader.release()
    const write = () => {
      stage.picture('other')
      stage.clock.endTurn()
    }
    for (let count = 0; count < 10; count += 1) write()
    expect([reader.queued, reader.isDropping]).toEqual([180, false])
    duplex.take(18 * 50)
    expect(reader.queued).toBe(180)
    write()
    expect([reader.queued, reader.isDropping]).toEqual([180, true])
    duplex.take()
    expect(reader.queued).toBe(0)
    expect(duplex.sequenceNumbers()).toEqual(Array.from({ length: 60 }, (_, index) => index))
  })
})

describe('a reader over UDP', () => {
  const late = (stage: CacheStage, change: Partial<ReaderOptions> = {}) =>
    stage.playingUdp({ startsFromCache: true, ...change })
  const fill = (count: number) => {
    const stage = new CacheStage([video, sound], { maxPackets: 500, maxBytes: 100_000 })
    for (let index = 0; index < count; index += 1) stage.picture(index === 0 ? 'key' : 'other')
    return stage
  }
  const numbers = (socket: FakeSocket) => socket.sent.map(({ bytes }) => sequenceOf(bytes))

  it('gets 64 datagrams at once and the others four for each live one, in order', () => {
    const stage = fill(80)
    const { rtp: socket, reader } = late(stage)
    expect(socket.sent).toHaveLength(64)
    expect(reader.queued).toBe(0)
    for (const expected of [68, 72, 76, 80, 84, 86, 87]) {
      stage.picture('other')
      stage.clock.endTurn()
      expect(socket.sent).toHaveLength(expected)
    }
    expect(numbers(socket)).toEqual(Array.from({ length: 87 }, (_, index) => index))
    expect(reader.queued).toBe(0)
  })

  it('gets the rest at PAUSE, because it was written before', () => {
    const stage = fill(80)
    const { rtp: socket, reader } = late(stage)
    reader.close()
    expect(numbers(socket)).toEqual(Array.from({ length: 80 }, (_, index) => index))
    expect(reader.stats().medias[0]!.formats[0]!.packets).toBe(80)
  })

  it('gets packets for it alone in their place', () => {
    const stage = fill(70)
    const { rtp: socket, rtcp, reader } = late(stage)
    reader.writeRtp(0, rtp({ sequence: 999 }))
    reader.writeRtcp(1, Uint8Array.of(0x80, 203, 0, 0))
    expect([socket.sent.length, rtcp.sent.length]).toEqual([68, 0])
    stage.picture('other')
    stage.clock.endTurn()
    expect([socket.sent.length, rtcp.sent.length]).toEqual([71, 1])
    stage.picture('other')
    stage.clock.endTurn()
    expect(numbers(socket).slice(-4)).toEqual([69, 999, 70, 71])
  })

  it('has its whole queue for live packets', () => {
    const stage = fill(80)
    const { rtp: socket, reader } = late(stage, { limits: { maxQueuedBytes: 1, maxQueuedPackets: 5 } })
    for (let count = 0; count < 5; count += 1) stage.picture('other')
    expect(reader.isDropping).toBe(false)
    for (let count = 0; count < 20; count += 1) {
      stage.clock.endTurn()
      stage.picture('other')
    }
    stage.clock.endTurn()
    expect(numbers(socket)).toEqual(Array.from({ length: 105 }, (_, index) => index))
  })
})

describe('properties', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constant('other' as const) },
    { weight: 1, arbitrary: fc.constant('key' as const) },
    { weight: 3, arbitrary: fc.constant('sound' as const) },
    { weight: 2, arbitrary: fc.constant('turn' as const) },
    { weight: 2, arbitrary: fc.constantFrom('tcp' as const, 'udp' as const, 'other channels' as const) },
  )

  it('whoever comes when: video runs on without a gap from a key picture or from live, and so does the sound', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), fc.integer({ min: 1, max: 30 }), (steps, maxPackets) => {
        const stage = new CacheStage([video, sound], { maxPackets, maxBytes: 10_000 })
        const keys = new Set<number>()
        let [nextVideo, nextSound] = [0, 0]
        const readers: { read: () => number[][]; live: number[]; kept: number }[] = []
        for (const it of steps) {
          if (it === 'sound') nextSound = stage.sound() + 1
          else if (it === 'turn') stage.clock.endTurn()
          else if (it === 'key' || it === 'other') {
            nextVideo = stage.picture(it) + 1
            if (it === 'key') keys.add(nextVideo - 1)
          } else {
            const live = [nextVideo, nextSound]
            if (it === 'udp') {
              const { rtp: socket, reader } = stage.playingUdp({ startsFromCache: true })
              const read = () => {
                reader.close()
                const at = (port: number) =>
                  socket.sent.filter((each) => each.port === port).map(({ bytes }) => sequenceOf(bytes))
                return [at(5000), at(5002)]
              }
              readers.push({ read, live, kept: socket.sent.length })
            } else {
              const change = it === 'tcp' ? {} : { rtpChannel: 8, rtcpChannel: 9 }
              const { duplex } = stage.late({ medias: [readerMedia(0), readerMedia(1, change)] })
              const read = () => [duplex.sequenceNumbers(0), duplex.sequenceNumbers(it === 'tcp' ? 2 : 8)]
              readers.push({ read, live, kept: duplex.frames().length })
            }
          }
        }
        stage.clock.endTurn()
        for (const { read, live, kept } of readers) {
          const [pictures, sounds] = read()
          const [firstPicture, firstSound] = [pictures![0] ?? nextVideo, sounds![0] ?? nextSound]
          expect(pictures).toEqual(Array.from({ length: nextVideo - firstPicture }, (_, index) => firstPicture + index))
          expect(sounds).toEqual(Array.from({ length: nextSound - firstSound }, (_, index) => firstSound + index))
          expect(live[0]! - firstPicture + live[1]! - firstSound).toBe(kept)
          expect(kept).toBeLessThanOrEqual(maxPackets)
          if (kept > 0) expect(keys.has(firstPicture)).toBe(true)
        }
      }),
      { numRuns: 200 },
    )
  })
})
