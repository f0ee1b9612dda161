import { type Burst, isRtcpFlag } from './burst.ts'
import type { ReaderMedia } from './reader-options.ts'
import { frameHeaderBytes, writeFrameHeader } from './rtp-layout.ts'

/**
 * Which interleaved channel each media of the stream goes to. When the medias that occur in a burst all go to the
 * usual channels (2n and 2n + 1 for media n) and none of them is missing, the bytes of the hub are right as they are
 * and nobody copies anything; otherwise the frames are copied with other headers, for a whole group of readers at once.
 */
export class ChannelMap {
  /** Equal for readers that can share bytes. */
  readonly key: string
  /** By media index; -1: this media is not for the reader. */
  readonly rtpChannels: Int16Array
  readonly rtcpChannels: Int16Array
  readonly #isUsual: Uint8Array

  constructor(mediaCount: number, medias: readonly ReaderMedia[]) {
    this.rtpChannels = new Int16Array(mediaCount).fill(-1)
    this.rtcpChannels = new Int16Array(mediaCount).fill(-1)
    this.#isUsual = new Uint8Array(mediaCount)
    for (const media of medias) {
      if (!media.receives) continue
      this.rtpChannels[media.mediaIndex] = media.rtpChannel
      this.rtcpChannels[media.mediaIndex] = media.rtcpChannel
      const isUsual = media.rtpChannel === media.mediaIndex * 2 && media.rtcpChannel === media.mediaIndex * 2 + 1
      this.#isUsual[media.mediaIndex] = isUsual ? 1 : 0
    }
    this.key = `${this.rtpChannels.join()}/${this.rtcpChannels.join()}`
  }

  /**
   * Frames of packets `[from, to)` of the burst that are for these channels, in order, in one piece; empty when there
   * are none. A view of the slab where that is possible.
   */
  frames(burst: Burst, from: number, to: number): Uint8Array {
    if (this.#fits(burst)) {
      if (from === 0 && to === burst.count) return burst.region()
      const base = burst.start
      return burst.slab.bytes.subarray(base + (burst.offsets[from] ?? 0), base + (burst.offsets[to] ?? 0))
    }
    return this.#reframed(burst, from, to)
  }

  #fits(burst: Burst): boolean {
    const counts = burst.mediaCounts
    for (let index = 0; index < counts.length; index += 1) {
      if (counts[index] !== 0 && this.#isUsual[index] === 0) return false
    }
    return true
  }

  #reframed(burst: Burst, from: number, to: number): Uint8Array {
    let length = 0
    for (let index = from; index < to; index += 1) {
      if (this.#channelOf(burst, index) >= 0) length += frameHeaderBytes + (burst.sizes[index] ?? 0)
    }
    const bytes = new Uint8Array(length)
    let at = 0
    for (let index = from; index < to; index += 1) {
      const channel = this.#channelOf(burst, index)
      if (channel < 0) continue
      const packet = burst.packet(index)
      writeFrameHeader(bytes, at, channel, packet.length)
      bytes.set(packet, at + frameHeaderBytes)
      at += frameHeaderBytes + packet.length
    }
    return bytes
  }

  #channelOf(burst: Burst, index: number): number {
    const channels = ((burst.flags[index] ?? 0) & isRtcpFlag) === 0 ? this.rtpChannels : this.rtcpChannels
    return channels[burst.mediaIndexes[index] ?? 0] ?? -1
  }
}
