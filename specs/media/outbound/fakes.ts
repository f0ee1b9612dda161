import type { Clock, Timer } from '../../../src/contracts/clock.ts'
import type { Entropy } from '../../../src/contracts/entropy.ts'
import type { ByteDuplex, DatagramSocket } from '../../../src/contracts/network.ts'
import type { Media, SessionDescription } from '../../../src/formats/description.ts'
import type { Format } from '../../../src/formats/format.ts'
import type { HubReader } from '../../../src/media/outbound/hub-reader.ts'
import type { ReaderMedia, ReaderOptions } from '../../../src/media/outbound/reader-options.ts'
import { StreamHub, type StreamHubOptions } from '../../../src/media/outbound/stream-hub.ts'

/** 2017-08-10T12:22:00Z, the moment of the sender report vectors. */
export const startWallMs = Date.UTC(2017, 7, 10, 12, 22, 0)

export class FakeClock implements Clock {
  nowMs = 1000
  wallMs = startWallMs
  readonly #turnEnds: (() => void)[] = []

  now(): number {
    return this.nowMs
  }

  wallNow(): number {
    return this.wallMs
  }

  setTimer(): Timer {
    throw new Error('the data plane has no timers')
  }

  afterTurn(callback: () => void): void {
    this.#turnEnds.push(callback)
  }

  /** Ends the turn of the event loop. */
  endTurn(): void {
    for (const callback of this.#turnEnds.splice(0)) callback()
  }

  advance(ms: number): void {
    this.nowMs += ms
    this.wallMs += ms
  }
}

export const countingEntropy = (): Entropy => {
  let next = 0x1000
  return { bytes: (count) => new Uint8Array(count), uint32: () => next++ }
}

const endpoint = { address: '127.0.0.1', port: 1, zone: '' }

/** Records writes. While stalled, the operating system takes nothing. */
export class FakeDuplex implements ByteDuplex {
  readonly remote = endpoint
  readonly local = endpoint
  readonly writes: Uint8Array[] = []
  queuedBytes = 0
  flushedBytes = 0
  isStalled = false

  write(bytes: Uint8Array): void {
    this.writes.push(bytes)
    if (this.isStalled) this.queuedBytes += bytes.length
    else this.flushedBytes += bytes.length
  }

  /** The peer takes some of what waits. */
  take(bytes = this.queuedBytes): void {
    const taken = Math.min(bytes, this.queuedBytes)
    this.queuedBytes -= taken
    this.flushedBytes += taken
  }

  /** All frames so far, taken apart. */
  frames(): { channel: number; packet: Uint8Array }[] {
    const frames: { channel: number; packet: Uint8Array }[] = []
    for (const bytes of this.writes) {
      let at = 0
      while (at < bytes.length) {
        if (bytes[at] !== 0x24) throw new Error('a frame begins with $')
        const length = (bytes[at + 2]! << 8) | bytes[at + 3]!
        frames.push({ channel: bytes[at + 1]!, packet: bytes.slice(at + 4, at + 4 + length) })
        at += 4 + length
      }
    }
    return frames
  }

  /** Sequence numbers of the RTP packets on a channel. */
  sequenceNumbers(channel = 0): number[] {
    return this.frames()
      .filter((frame) => frame.channel === channel)
      .map((frame) => sequenceOf(frame.packet))
  }

  open(): void {}
  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
}

/** Records datagrams. While stalled, they wait. */
export class FakeSocket implements DatagramSocket {
  readonly local = endpoint
  readonly sent: { bytes: Uint8Array; address: string; port: number }[] = []
  queuedDatagrams = 0
  isStalled = false

  send(bytes: Uint8Array, address: string, port: number): void {
    this.sent.push({ bytes, address, port })
    if (this.isStalled) this.queuedDatagrams += 1
  }

  open(): void {}
  close(): Promise<void> {
    return Promise.resolve()
  }
}

export const h264: Format = { codec: 'H264', payloadType: 96, clockRateHz: 90_000, packetizationMode: 1 }
export const g711: Format = {
  codec: 'G711',
  payloadType: 8,
  clockRateHz: 8000,
  isMuLaw: false,
  sampleRateHz: 8000,
  channelCount: 1,
}

export function media(type: string, ...formats: Format[]): Media {
  return { type, id: '', isBackChannel: false, profile: 'AVP', control: '', formats }
}

export function description(...medias: Media[]): SessionDescription {
  return { title: '', medias, fecGroups: [], control: '', warnings: [] }
}

export const videoAndAudio = description(media('video', h264), media('audio', g711))

export interface PacketFields {
  sequence: number
  timestamp?: number
  marker?: boolean
  payloadType?: number
  payload?: readonly number[] | Uint8Array
}

/** IDR, or other slice, as the first bytes of an H264 payload. */
export const idr = [0x65, 0x88]
export const slice = [0x41, 0x9a]

export function rtp(fields: PacketFields): Uint8Array {
  const payload = fields.payload ?? [0x65]
  const timestamp = fields.timestamp ?? 0
  return Uint8Array.of(
    0x80,
    (fields.marker === true ? 0x80 : 0) | (fields.payloadType ?? 96),
    (fields.sequence >> 8) & 0xff,
    fields.sequence & 0xff,
    (timestamp >>> 24) & 0xff,
    (timestamp >>> 16) & 0xff,
    (timestamp >>> 8) & 0xff,
    timestamp & 0xff,
    ...[0xde, 0xad, 0xbe, 0xef],
    ...payload,
  )
}

export const audio = (sequence: number, timestamp = sequence * 160): Uint8Array =>
  rtp({ sequence, timestamp, payloadType: 8, payload: [1, 2, 3] })

export const receiverReport = Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0, 7)

export const sequenceOf = (packet: Uint8Array): number => (packet[2]! << 8) | packet[3]!
export const uint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

export function readerMedia(mediaIndex: number, change: Partial<ReaderMedia> = {}): ReaderMedia {
  return {
    mediaIndex,
    rtpChannel: mediaIndex * 2,
    rtcpChannel: mediaIndex * 2 + 1,
    rtpPort: 5000 + mediaIndex * 2,
    rtcpPort: 5001 + mediaIndex * 2,
    receives: true,
    ...change,
  }
}

/** A hub on a fake clock, and readers of it whose hooks are recorded. */
export class Stage {
  readonly clock = new FakeClock()
  readonly hub: StreamHub
  readonly told: string[] = []

  constructor(of: SessionDescription = videoAndAudio, options: Partial<StreamHubOptions> = {}) {
    this.hub = new StreamHub(of, { clock: this.clock, entropy: countingEntropy(), ...options })
  }

  reader(change: Partial<ReaderOptions> & Pick<ReaderOptions, 'target'>): HubReader {
    return this.hub.createReader({
      medias: [readerMedia(0), readerMedia(1)],
      limits: { maxQueuedBytes: 1_000_000, maxQueuedPackets: 1000 },
      policy: 'drop-to-random-access',
      senderReports: false,
      hooks: {
        onFirstReport: () => this.told.push('first report'),
        onDropStart: () => this.told.push('drop'),
        onDropEnd: (dropped) => this.told.push(`dropped ${dropped}`),
        onExhausted: () => this.told.push('exhausted'),
      },
      ...change,
    })
  }

  /** A reader over TCP that is already open. */
  playing(change: Partial<ReaderOptions> = {}): { duplex: FakeDuplex; reader: HubReader } {
    const duplex = new FakeDuplex()
    const reader = this.reader({ target: { protocol: 'tcp', duplex }, ...change })
    reader.arm()
    reader.release()
    return { duplex, reader }
  }

  /** A reader over UDP that is already open. */
  playingUdp(change: Partial<ReaderOptions> = {}): { rtp: FakeSocket; rtcp: FakeSocket; reader: HubReader } {
    const sockets = { rtp: new FakeSocket(), rtcp: new FakeSocket() }
    const reader = this.reader({ target: { protocol: 'udp', ...sockets, address: '10.0.0.9' }, ...change })
    reader.arm()
    reader.release()
    return { ...sockets, reader }
  }
}
