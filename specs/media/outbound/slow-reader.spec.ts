import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ReaderOptions } from '../../../src/media/outbound/reader-options.ts'
import { audio, description, g711, h264, idr, media, readerMedia, rtp, slice, Stage } from './fakes.ts'

// A packet of 100 bytes is a frame of 104.
const frameBytes = 104
const filled = (first: readonly number[]): Uint8Array => {
  const payload = new Uint8Array(88)
  payload.set(first)
  return payload
}

/** Writes a picture of several packets, in one burst. Sequence numbers count on. */
class Camera {
  #sequence = 0
  #timestamp = 0
  readonly #stage: Stage
  constructor(stage: Stage) {
    this.#stage = stage
  }

  get next(): number {
    return this.#sequence
  }

  picture(kind: 'key' | 'other', packets = 3): number[] {
    const sent = this.begin(kind, packets, true)
    this.#stage.clock.endTurn()
    return sent
  }

  begin(kind: 'key' | 'other', packets: number, isWhole: boolean): number[] {
    this.#timestamp += 3000
    return this.more(kind, packets, isWhole)
  }

  more(kind: 'key' | 'other', packets: number, isWhole: boolean): number[] {
    const sent: number[] = []
    for (let index = 0; index < packets; index += 1) {
      const marker = isWhole && index === packets - 1
      const payload = filled(kind === 'key' ? idr : slice)
      this.#stage.hub.writeRtp(0, rtp({ sequence: this.#sequence, timestamp: this.#timestamp, marker, payload }))
      sent.push(this.#sequence++)
    }
    return sent
  }
}

const limits = { maxQueuedBytes: frameBytes * 10, maxQueuedPackets: 10 }
const videoOnly = { medias: [readerMedia(0)], limits }

describe('a slow reader with drop-to-random-access', () => {
  it('loses whole access units and comes back with a key picture', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing(videoOnly)
    const healthy = stage.playing(videoOnly).duplex
    const camera = new Camera(stage)
    duplex.isStalled = true
    const expected = [camera.picture('key'), camera.picture('other'), camera.picture('other')].flat()
    // 9 of 10 frames wait: one picture more is begun below the limit, so it is finished above it.
    expected.push(...camera.picture('other'))
    expect(stage.told).toEqual([])
    camera.picture('other')
    expect(stage.told).toEqual(['drop'])
    expect(reader.isDropping).toBe(true)
    camera.picture('key')
    duplex.take(frameBytes * 6)
    camera.picture('key')
    duplex.take(frameBytes * 2)
    camera.picture('other')
    expected.push(...camera.picture('key'), ...camera.picture('other'))
    expect(duplex.sequenceNumbers()).toEqual(expected)
    expect(stage.told).toEqual(['drop', 'dropped 12'])
    expect(healthy.sequenceNumbers().length).toBe(camera.next)
    expect(reader.isDropping).toBe(false)
    expect(reader.stats().medias[0]!.formats[0]).toMatchObject({
      packets: expected.length,
      droppedPackets: 12,
      octets: expected.length * 88,
      bytes: expected.length * 100,
      lastSequenceNumber: camera.next - 1,
    })
  })

  it('drops the rest of a picture only at the hard bound', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing(videoOnly)
    const camera = new Camera(stage)
    duplex.isStalled = true
    camera.picture('key', 30)
    expect(duplex.sequenceNumbers().length).toBe(20)
    expect(duplex.queuedBytes).toBe(limits.maxQueuedBytes * 2)
    expect(reader.stats().medias[0]!.formats[0]).toMatchObject({
      packets: 20,
      droppedPackets: 10,
      lastSequenceNumber: 19,
    })
  })

  it('finishes a picture that began in an earlier burst, and drops the next', () => {
    const stage = new Stage()
    const { duplex } = stage.playing(videoOnly)
    const camera = new Camera(stage)
    duplex.isStalled = true
    const expected = camera.begin('key', 8, false)
    stage.clock.endTurn()
    expected.push(...camera.more('key', 6, true))
    camera.begin('other', 1, true)
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual(expected)
    expect(stage.told).toEqual(['drop'])
  })

  it('does not come back in the middle of a key picture whose start was dropped', () => {
    const stage = new Stage()
    const { duplex } = stage.playing(videoOnly)
    const camera = new Camera(stage)
    duplex.isStalled = true
    const expected = camera.picture('key', 10)
    camera.begin('key', 2, false)
    stage.clock.endTurn()
    duplex.take()
    camera.more('key', 2, true)
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual(expected)
    expected.push(...camera.picture('key'))
    expect(duplex.sequenceNumbers()).toEqual(expected)
  })

  it('comes back with a slice of a burst, sound included from there on', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing({ limits })
    const camera = new Camera(stage)
    duplex.isStalled = true
    camera.picture('key', 10)
    stage.hub.writeRtp(1, audio(1))
    stage.clock.endTurn()
    expect(stage.told).toEqual(['drop'])
    duplex.take()
    const before = duplex.writes.length
    stage.hub.writeRtp(1, audio(2))
    camera.begin('other', 2, true)
    const key = camera.begin('key', 2, true)
    stage.hub.writeRtp(1, audio(3))
    stage.clock.endTurn()
    expect(duplex.writes.length).toBe(before + 1)
    expect(duplex.sequenceNumbers(2)).toEqual([3])
    expect(duplex.sequenceNumbers(0).slice(-2)).toEqual(key)
    expect(reader.stats().medias[1]!.formats[0]).toMatchObject({ packets: 1, droppedPackets: 2, lastSequenceNumber: 3 })
    expect(stage.told).toEqual(['drop', 'dropped 4'])
  })

  it('comes back with any packet when it has no video', () => {
    const stage = new Stage(description(media('audio', g711)))
    const { duplex } = stage.playing({ medias: [readerMedia(0)], limits: { maxQueuedBytes: 40, maxQueuedPackets: 1 } })
    duplex.isStalled = true
    for (let sequence = 0; sequence < 6; sequence += 1) {
      stage.hub.writeRtp(0, audio(sequence))
      stage.clock.endTurn()
    }
    expect(duplex.sequenceNumbers()).toEqual([0, 1, 2])
    duplex.take()
    stage.hub.writeRtp(0, audio(6))
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual([0, 1, 2, 6])
    expect(stage.told).toEqual(['drop', 'dropped 3'])
  })

  it('is bounded while it is held as well', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing(videoOnly)
    reader.close()
    reader.arm()
    const camera = new Camera(stage)
    for (let count = 0; count < 20; count += 1) camera.picture('key')
    expect(reader.queued).toBeLessThanOrEqual(limits.maxQueuedBytes * 2)
    reader.release()
    expect(duplex.sequenceNumbers()).toEqual(Array.from({ length: 12 }, (_, index) => index))
  })

  it('keeps its first report until there is room for it', () => {
    const stage = new Stage()
    const { duplex } = stage.playing({ ...videoOnly, senderReports: true })
    const camera = new Camera(stage)
    duplex.isStalled = true
    camera.picture('key', 20)
    expect(duplex.frames().every((frame) => frame.channel === 0)).toBe(true)
    duplex.take()
    camera.picture('key', 1)
    expect(duplex.frames().at(-1)!.channel).toBe(1)
  })

  it('tells the end of a drop when it closes', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing(videoOnly)
    duplex.isStalled = true
    new Camera(stage).picture('key', 25)
    reader.close()
    expect(stage.told).toEqual(['drop', 'dropped 5'])
  })

  it('is bounded in datagrams over UDP', () => {
    const stage = new Stage()
    const { rtp: socket, reader } = stage.playingUdp(videoOnly)
    const camera = new Camera(stage)
    socket.isStalled = true
    for (let count = 0; count < 10; count += 1) camera.picture('key')
    expect(socket.sent.length).toBe(12)
    socket.queuedDatagrams = 0
    camera.picture('key')
    expect(socket.sent.length).toBe(15)
    expect(reader.stats().medias[0]!.formats[0]).toMatchObject({ packets: 15, droppedPackets: 18 })
  })
})

describe('[71] a slow reader with drop-packets', () => {
  it('gets what fits, and the stream is told as one drop', () => {
    const stage = new Stage()
    const { duplex } = stage.playing({ ...videoOnly, policy: 'drop-packets' })
    const camera = new Camera(stage)
    duplex.isStalled = true
    camera.picture('key', 12)
    duplex.take(frameBytes)
    camera.picture('other', 2)
    expect(duplex.sequenceNumbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12])
    expect(stage.told).toEqual(['drop'])
    duplex.take()
    camera.picture('other', 2)
    expect(duplex.sequenceNumbers().slice(-2)).toEqual([14, 15])
    expect(stage.told).toEqual(['drop', 'dropped 3'])
  })
})

describe('hooks', () => {
  it('may close readers and write packets: they run when the burst is done', () => {
    const stage = new Stage()
    const second = stage.playing({ medias: [readerMedia(0)] })
    const hooks: ReaderOptions['hooks'] = {
      onFirstReport: () => undefined,
      onDropStart: () => {
        second.reader.close()
        stage.hub.writeRtp(0, rtp({ sequence: 99, payload: filled(idr) }))
      },
      onDropEnd: () => undefined,
      onExhausted: () => undefined,
    }
    const first = stage.playing({ ...videoOnly, hooks })
    first.duplex.isStalled = true
    new Camera(stage).picture('key', 25)
    expect(second.duplex.sequenceNumbers().length).toBe(25)
    stage.clock.endTurn()
    expect(second.duplex.sequenceNumbers().length).toBe(25)
    expect(first.duplex.sequenceNumbers().length).toBe(20)
  })
})

describe('properties', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('video' as const),
      packets: fc.integer({ min: 1, max: 8 }),
      key: fc.boolean(),
      whole: fc.boolean(),
    }),
    fc.record({ do: fc.constant('audio' as const) }),
    fc.record({ do: fc.constant('rtcp' as const) }),
    fc.record({ do: fc.constant('own' as const) }),
    fc.record({ do: fc.constant('turn' as const) }),
    fc.record({ do: fc.constant('take' as const), bytes: fc.integer({ min: 0, max: 1500 }) }),
    fc.record({ do: fc.constant('gate' as const), to: fc.constantFrom('arm', 'release', 'close', 'discard') }),
  )

  it('whatever stalls when: bounds hold, counters are true, the order is kept, others lose nothing', () => {
    const policy = fc.constantFrom('drop-to-random-access' as const, 'drop-packets' as const)
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), policy, fc.boolean(), (steps, chosen, isUsual) => {
        const stage = new Stage(description(media('video', h264), media('audio', g711)), { maxBurstBytes: 900 })
        const medias = [readerMedia(0), isUsual ? readerMedia(1) : readerMedia(1, { rtpChannel: 8, rtcpChannel: 9 })]
        const { duplex, reader } = stage.playing({ medias, limits, policy: chosen, senderReports: true })
        const healthy = stage.playing().duplex
        duplex.isStalled = true
        const camera = new Camera(stage)
        let [audioSequence, isBegun] = [0, false]
        for (const it of steps) {
          if (it.do === 'video') {
            const kind = it.key ? 'key' : 'other'
            if (isBegun) camera.more(kind, it.packets, it.whole)
            else camera.begin(kind, it.packets, it.whole)
            isBegun = !it.whole
          } else if (it.do === 'audio') stage.hub.writeRtp(1, audio(audioSequence++))
          else if (it.do === 'rtcp') stage.hub.writeRtcp(1, Uint8Array.of(0x80, 203, 0, 0))
          else if (it.do === 'own') reader.writeRtcp(0, Uint8Array.of(0x80, 203, 0, 0))
          else if (it.do === 'turn') stage.clock.endTurn()
          else if (it.do === 'take') duplex.take(it.bytes)
          else if (it.to === 'arm') reader.arm()
          else if (it.to === 'release') reader.release()
          else if (it.to === 'close') reader.close()
          else reader.discard()
          expect(reader.queued).toBeLessThanOrEqual(limits.maxQueuedBytes * 2)
        }
        stage.clock.endTurn()
        reader.close()
        const video = duplex.sequenceNumbers(0)
        const sound = duplex.sequenceNumbers(isUsual ? 2 : 8)
        expect(video).toEqual([...new Set(video)].sort((a, b) => a - b))
        expect(sound).toEqual([...new Set(sound)].sort((a, b) => a - b))
        const stats = reader.stats().medias
        const frames = duplex.frames()
        expect(stats.map((it) => it.formats[0]!.packets)).toEqual([video.length, sound.length])
        expect(stats.map((it) => it.formats[0]!.lastSequenceNumber)).toEqual([video.at(-1), sound.at(-1)])
        expect(stats.reduce((sum, it) => sum + it.rtcpPackets, 0)).toBe(frames.length - video.length - sound.length)
        expect(stats.reduce((sum, it) => sum + it.bytes, 0)).toBe(frames.reduce((sum, it) => sum + it.packet.length, 0))
        expect(healthy.sequenceNumbers(0).length).toBe(camera.next)
        expect(healthy.sequenceNumbers(2).length).toBe(audioSequence)
        expect(stage.told.filter((it) => it === 'drop').length).toBe(
          stage.told.filter((it) => it.startsWith('dropped')).length,
        )
      }),
      { numRuns: 300 },
    )
  })
})
