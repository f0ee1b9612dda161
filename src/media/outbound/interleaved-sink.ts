import type { ByteDuplex } from '../../contracts/network.ts'
import type { Burst } from './burst.ts'
import type { ChannelMap } from './channel-map.ts'
import type { ReaderMedia } from './reader-options.ts'
import type { ReaderSink } from './reader-sink.ts'
import { frameHeaderBytes, writeFrameHeader } from './rtp-layout.ts'

const maxFramePayloadBytes = 65_535

/**
 * Packets interleaved into an RTSP connection (RFC 2326 section 10.12). A burst is one write of bytes that it shares
 * with the rest of its group: the system call per packet is what fan-out costs, and this is where it is saved.
 */
export class InterleavedSink implements ReaderSink {
  readonly limit: number
  readonly #duplex: ByteDuplex
  readonly #map: ChannelMap
  /** By media index, of every media that was set up, back channels as well; -1 for the others. */
  readonly #rtpChannels: Int16Array
  readonly #rtcpChannels: Int16Array
  #held: Uint8Array[] | undefined = undefined
  #heldBytes = 0

  constructor(duplex: ByteDuplex, map: ChannelMap, medias: readonly ReaderMedia[], maxQueuedBytes: number) {
    this.limit = maxQueuedBytes
    this.#duplex = duplex
    this.#map = map
    this.#rtpChannels = map.rtpChannels.slice()
    this.#rtcpChannels = map.rtcpChannels.slice()
    for (const media of medias) {
      this.#rtpChannels[media.mediaIndex] = media.rtpChannel
      this.#rtcpChannels[media.mediaIndex] = media.rtcpChannel
    }
  }

  queued(): number {
    return this.#duplex.queuedBytes + this.#heldBytes
  }

  costOf(burst: Burst, index: number): number {
    return frameHeaderBytes + (burst.sizes[index] ?? 0)
  }

  costOfPacket(length: number): number {
    return frameHeaderBytes + length
  }

  offer(_burst: Burst, shared: Uint8Array): boolean {
    const duplex = this.#duplex
    if (this.#held !== undefined || duplex.queuedBytes + shared.length > this.limit) return false
    duplex.write(shared)
    return true
  }

  writeRange(burst: Burst, from: number, to: number, shared: Uint8Array | undefined): void {
    const isWhole = shared !== undefined && from === 0 && to === burst.count
    this.#write(isWhole ? shared : this.#map.frames(burst, from, to))
  }

  writePacket(mediaIndex: number, isRtcp: boolean, packet: Uint8Array): void {
    const channel = (isRtcp ? this.#rtcpChannels : this.#rtpChannels)[mediaIndex] ?? -1
    if (channel < 0 || packet.length > maxFramePayloadBytes) return
    const frame = new Uint8Array(frameHeaderBytes + packet.length)
    writeFrameHeader(frame, 0, channel, packet.length)
    frame.set(packet, frameHeaderBytes)
    this.#write(frame)
  }

  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const held = this.#held
    this.#held = undefined
    this.#heldBytes = 0
    if (held === undefined) return
    for (const bytes of held) this.#duplex.write(bytes)
  }

  dropHeld(): void {
    this.#held = undefined
    this.#heldBytes = 0
  }

  progress(): number {
    return this.#duplex.flushedBytes
  }

  waiting(): number {
    return this.#duplex.queuedBytes
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (this.#held === undefined) {
      this.#duplex.write(bytes)
      return
    }
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
  }
}
