import { describe, expect, it } from 'vitest'
import { loadDemoClip } from '../../../src/cli/demo/clip.ts'
import { DemoSource, type DemoSourceOptions } from '../../../src/cli/demo/demo-source.ts'
import { VirtualClock } from '../../../src/testing/virtual-clock.ts'

interface Written {
  readonly mediaIndex: number
  readonly marker: boolean
  readonly sequenceNumber: number
  readonly timestamp: number
  readonly presentationMs: number
  readonly atMs: number
  readonly rtp: Uint8Array
}

const clip = loadDemoClip()

function create(options: Partial<DemoSourceOptions> = {}) {
  const clock = new VirtualClock({ startWallMs: 1_800_000_000_000 })
  const startMs = clock.now()
  const source = new DemoSource({ clock, clip, ...options })
  const written: Written[] = []
  const write = (mediaIndex: number, rtp: Uint8Array, presentationMs: number) => {
    const view = new DataView(rtp.buffer, rtp.byteOffset)
    written.push({
      mediaIndex,
      marker: view.getUint8(1) >= 0x80,
      sequenceNumber: view.getUint16(2),
      timestamp: view.getUint32(4),
      presentationMs,
      atMs: clock.now() - startMs,
      rtp,
    })
  }
  const units = (mediaIndex: number) => written.filter((packet) => packet.mediaIndex === mediaIndex && packet.marker)
  const packets = (mediaIndex: number) => written.filter((packet) => packet.mediaIndex === mediaIndex)
  return { clock, source, write, written, units, packets }
}

function entropyOf(value: number) {
  return { uint32: () => value, bytes: (count: number) => new Uint8Array(count) }
}

describe('DemoSource', () => {
  it('describes one H264 and one AAC media with what a decoder has to know', () => {
    const { description } = create().source
    expect(description.medias.map((media) => media.type)).toEqual(['video', 'audio'])
    expect(description.medias.map((media) => media.formats[0])).toEqual([
      expect.objectContaining({ codec: 'H264', payloadType: 96, sps: clip.sps, pps: clip.pps, packetizationMode: 1 }),
      expect.objectContaining({ codec: 'MPEG4Audio', payloadType: 97, clockRateHz: 48000, config: clip.audio.config }),
    ])
  })

  it('writes nothing from inside start', () => {
    const { source, write, written } = create()
    source.start(write)
    expect(written).toEqual([])
    source.stop()
  })

  it('plays exactly 25 pictures and 46.875 frames a second, over three loops', () => {
    const { clock, source, write, units } = create()
    source.start(write)
    clock.advance(7999)
    expect([units(0).length, units(1).length]).toEqual([200, 375])
    clock.advance(16_000)
    expect([units(0).length, units(1).length]).toEqual([600, 1125])
    source.stop()
  })

  it('numbers packets without a gap and timestamps units without a seam, over three loops', () => {
    const { clock, source, write, units, packets } = create()
    source.start(write)
    clock.advance(23_999)
    source.stop()
    for (const mediaIndex of [0, 1]) {
      packets(mediaIndex).forEach((packet, index) => expect(packet.sequenceNumber).toBe(index & 0xffff))
    }
    units(0).forEach((unit, index) => expect(unit.timestamp).toBe(index * 3600))
    units(1).forEach((unit, index) => expect(unit.timestamp).toBe(index * 1024))
  })

  it('sends the packets of a picture with one timestamp and the marker on the last', () => {
    const { clock, source, write, packets } = create()
    source.start(write)
    clock.advance(39)
    source.stop()
    const first = packets(0)
    expect(first.length).toBeGreaterThan(1)
    expect(first.map((packet) => packet.marker)).toEqual(first.map((_, index) => index === first.length - 1))
    expect(new Set(first.map((packet) => packet.timestamp))).toEqual(new Set([0]))
  })

  it('sends everything when it is due, pictures and sound interleaved', () => {
    const { clock, source, write, written } = create()
    source.start(write)
    clock.advance(8000)
    source.stop()
    for (const { mediaIndex, timestamp, atMs, presentationMs } of written) {
      const dueMs = (timestamp * 1000) / (mediaIndex === 0 ? 90_000 : 48_000)
      expect(Math.abs(atMs - dueMs)).toBeLessThan(1)
      expect(presentationMs).toBeCloseTo(1_800_000_000_000 + dueMs, 2)
    }
    const times = written.map((packet) => packet.presentationMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('begins where entropy says and wraps (RFC 3550 section 5.1)', () => {
    const { clock, source, write, units, packets } = create({ entropy: entropyOf(0xfffffff0) })
    source.start(write)
    clock.advance(2000)
    source.stop()
    packets(1).forEach((packet, index) => expect(packet.sequenceNumber).toBe((0xfff0 + index) % 65536))
    units(0).forEach((unit, index) => expect(unit.timestamp).toBe((0xfffffff0 + index * 3600) % 2 ** 32))
  })

  it('gives away fresh bytes: writing to them does not spoil the next loop', () => {
    const { clock, source, write, written } = create()
    source.start((mediaIndex, rtp, presentationMs) => {
      write(mediaIndex, rtp.slice(), presentationMs)
      rtp.fill(0)
    })
    clock.advance(15_999)
    source.stop()
    const half = written.length / 2
    written.slice(0, half).forEach((packet, index) => {
      expect(Buffer.compare(packet.rtp.subarray(12), written[half + index]!.rtp.subarray(12))).toBe(0)
    })
  })

  it('keeps packets within the limit', () => {
    const { clock, source, write, written } = create({ maxPayloadBytes: 500 })
    source.start(write)
    clock.advance(1000)
    source.stop()
    expect(Math.max(...written.map((packet) => packet.rtp.length))).toBe(512)
  })

  it('has one timer while it plays and none after stop', () => {
    const { clock, source, write, written } = create()
    source.start(write)
    clock.advance(1234)
    expect(clock.pendingTimers).toBe(1)
    source.stop()
    source.stop()
    expect(clock.pendingTimers).toBe(0)
    const count = written.length
    clock.advance(5000)
    expect(written).toHaveLength(count)
  })

  it('can be stopped, and started again, from inside write', () => {
    const { clock, source, write, written } = create()
    let calls = 0
    const stopping = (mediaIndex: number, rtp: Uint8Array, presentationMs: number) => {
      write(mediaIndex, rtp, presentationMs)
      calls++
      if (calls === 1 || calls === 5) source.stop()
      if (calls === 5) source.start(stopping)
    }
    source.start(stopping)
    clock.advance(1000)
    expect(written).toHaveLength(1)
    expect(clock.pendingTimers).toBe(0)
    source.start(stopping)
    clock.advance(1000)
    expect(calls).toBeGreaterThan(20)
    expect(clock.pendingTimers).toBe(1)
    source.stop()
  })

  it('refuses to play twice at a time', () => {
    const { source, write } = create()
    source.start(write)
    expect(() => source.start(write)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
    source.stop()
  })

  it('makes up for a short delay without drifting', () => {
    const clock = new VirtualClock()
    let lateMs = 0
    const source = new DemoSource({
      clip,
      clock: {
        now: () => clock.now(),
        wallNow: () => clock.wallNow(),
        setTimer: (delayMs, callback) => clock.setTimer(delayMs + lateMs, callback),
        afterTurn: (callback) => clock.afterTurn(callback),
      },
    })
    let pictures = 0
    source.start((mediaIndex, rtp) => {
      if (mediaIndex === 0 && rtp[1]! >= 0x80) pictures++
    })
    lateMs = 7
    clock.advance(8000)
    lateMs = 0
    clock.advance(15_999)
    expect(pictures).toBe(600)
    source.stop()
  })

  it('after a long suspension skips to the next key picture instead of bursting', () => {
    const { clock, source, write, written, units, packets } = create()
    source.start(write)
    clock.advance(1010)
    source.stop()
    const before = written.length
    const lastVideo = units(0).at(-1)!
    clock.advance(100_000)
    source.start(write)
    clock.advance(0)
    expect(written.length - before).toBeLessThanOrEqual(1)
    clock.advance(2000)
    source.stop()

    const resumed = written.slice(before)
    const firstVideo = resumed.find((packet) => packet.mediaIndex === 0)!
    expect(firstVideo.timestamp % 90_000).toBe(0)
    expect(firstVideo.timestamp).toBe(102 * 90_000)
    expect(firstVideo.sequenceNumber).toBe((lastVideo.sequenceNumber + 1) & 0xffff)
    for (const { mediaIndex, timestamp, atMs } of resumed) {
      expect(Math.abs(atMs - (timestamp * 1000) / (mediaIndex === 0 ? 90_000 : 48_000))).toBeLessThan(1)
    }
    packets(1).forEach((packet, index) => expect(packet.sequenceNumber).toBe(index))
  })

  it('follows the wall clock when that is set, and ignores its jitter', () => {
    const clock = new VirtualClock()
    let setBackMs = 0
    const source = new DemoSource({
      clip,
      clock: {
        now: () => clock.now(),
        wallNow: () => 1_800_000_000_000 + clock.now() - setBackMs,
        setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
        afterTurn: (callback) => clock.afterTurn(callback),
      },
    })
    const distances = new Set<number>()
    source.start((_, __, presentationMs) => distances.add(Math.round((presentationMs - clock.now()) / 10)))
    clock.advance(1000)
    setBackMs = 3
    clock.advance(1000)
    expect(distances).toEqual(new Set([180_000_000_000]))
    setBackMs = 3_600_000
    clock.advance(1000)
    expect(distances).toEqual(new Set([180_000_000_000, 180_000_000_000 - 360_000]))
    source.stop()
  })
})
