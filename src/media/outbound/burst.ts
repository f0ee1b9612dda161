import { frameHeaderBytes, writeFrameHeader } from './rtp-layout.ts'
import { Slab } from './slab.ts'

/**
 * A burst: the packets that were written to a stream in one turn of the event loop, in order, across its medias. Each
 * packet lies framed in the slab, ready for interleaved readers with the usual channels; the flat arrays beside it say
 * where each one is and what it means, so that other readers can be served from the same bytes. Flat, because a burst
 * is filled and walked for every packet, because equal sizes in a row can be found at a glance (several datagrams in
 * one system call), and because a second slab with the same packets encrypted needs the same indices.
 *
 * One burst object serves a hub for its whole life: it is delivered synchronously and then emptied.
 */

/** The packet is RTCP, not RTP. */
export const isRtcpFlag = 1
/** First packet of an access unit of its media. */
export const startsUnitFlag = 2
/** First packet of its access unit from which a decoder can start. Set for video only. */
export const randomAccessFlag = 4
/** The packet's PTS equals its DTS: it ties RTP time to wall time. */
export const anchorFlag = 8

/** Most packets in one burst. */
export const maxBurstPackets = 1024

export class Burst {
  /** Distinguishes bursts: readers that were already served a part of this one remember its number. */
  serial = 1
  /** Number of packets. */
  count = 0
  /** Region in `slab.bytes`: from `start` (inclusive) to `end` (exclusive). */
  start = 0
  end = 0
  readonly slab: Slab
  /** Offset of each packet's frame header from `start`; `offsets[count]` is the length of the region. */
  readonly offsets: Int32Array
  /** Bytes of each packet without frame header. */
  readonly sizes: Int32Array
  readonly mediaIndexes: Int16Array
  /** Index of the format in the stream, -1 for RTCP. */
  readonly formatIndexes: Int16Array
  /** `isRtcpFlag` and its siblings. */
  readonly flags: Uint8Array
  /** RTP payload bytes of each packet, 0 for RTCP. */
  readonly octets: Int32Array
  /** Wall time of each RTP packet, Unix milliseconds. */
  readonly ntps: Float64Array
  /** SRTP index of each RTP packet, in a stream that can be encrypted; meaningless for RTCP. */
  readonly packetIndices: Float64Array
  /** Packets by media index. */
  readonly mediaCounts: Int32Array
  /** `formatBit` of every format that has an anchor in this burst. */
  anchorMask = 0
  readonly #views: (Uint8Array | undefined)[] = []
  #region: Uint8Array | undefined

  /** Room for `capacity` packets. */
  constructor(mediaCount: number, capacity = maxBurstPackets, slab = new Slab()) {
    this.slab = slab
    this.offsets = new Int32Array(capacity + 1)
    this.sizes = new Int32Array(capacity)
    this.mediaIndexes = new Int16Array(capacity)
    this.formatIndexes = new Int16Array(capacity)
    this.flags = new Uint8Array(capacity)
    this.octets = new Int32Array(capacity)
    this.ntps = new Float64Array(capacity)
    this.packetIndices = new Float64Array(capacity)
    this.mediaCounts = new Int32Array(mediaCount)
  }

  /** Bytes so far. */
  get byteLength(): number {
    return this.end - this.start
  }

  /**
   * Appends a packet behind a frame header with the given channel. The bytes are copied. Returns the position of the
   * copy in `slab.bytes`. The caller sees to it that there is room for one more.
   */
  append(packet: Uint8Array, channel: number, mediaIndex: number, formatIndex: number, flags: number): number {
    const at = this.makeRoom(packet.length)
    this.slab.bytes.set(packet, at)
    this.commit(packet.length, channel, mediaIndex, formatIndex, flags)
    return at
  }

  /**
   * Sees to it that a packet of `length` bytes can be written to `slab.bytes` at the returned position. What is written
   * there becomes part of the burst by `commit`.
   */
  makeRoom(length: number): number {
    const needed = frameHeaderBytes + length
    if (this.end + needed > this.slab.bytes.length) {
      const gathered = this.end - this.start
      this.slab.renew(this.start, this.end, gathered + needed)
      this.start = 0
      this.end = gathered
      // Views of packets in the old block stay right, they hold the same bytes; the region as a whole does not.
    }
    return this.end + frameHeaderBytes
  }

  /** Appends the packet that was written where `makeRoom` said, and returns its index. */
  commit(length: number, channel: number, mediaIndex: number, formatIndex: number, flags: number): number {
    writeFrameHeader(this.slab.bytes, this.end, channel, length)
    const index = this.count
    this.sizes[index] = length
    this.mediaIndexes[index] = mediaIndex
    this.formatIndexes[index] = formatIndex
    this.flags[index] = flags
    this.mediaCounts[mediaIndex] = (this.mediaCounts[mediaIndex] ?? 0) + 1
    this.end += frameHeaderBytes + length
    this.count = index + 1
    this.offsets[this.count] = this.end - this.start
    this.#region = undefined
    return index
  }

  /** Channel in the frame header of a packet. */
  channel(index: number): number {
    return this.slab.bytes[this.start + (this.offsets[index] ?? 0) + 1] ?? 0
  }

  /** All packets with their frame headers: one view of the slab, the same object for whoever asks. */
  region(): Uint8Array {
    return (this.#region ??= this.slab.bytes.subarray(this.start, this.end))
  }

  /** One packet without its frame header: a view of the slab, the same object for whoever asks. */
  packet(index: number): Uint8Array {
    const known = this.#views[index]
    if (known !== undefined) return known
    const at = this.start + (this.offsets[index] ?? 0) + frameHeaderBytes
    const view = this.slab.bytes.subarray(at, at + (this.sizes[index] ?? 0))
    this.#views[index] = view
    return view
  }

  /** Empties it for the next turn; what was handed out stays as it is. */
  reset(): void {
    this.serial += 1
    this.count = 0
    this.start = this.end
    this.anchorMask = 0
    this.mediaCounts.fill(0)
    this.#views.length = 0
    this.#region = undefined
  }
}

/**
 * Bit of a format in masks. A stream with more than 31 formats shares the last bit among the rest: whoever finds it
 * set looks closer.
 */
export function formatBit(formatIndex: number): number {
  return 1 << Math.min(formatIndex, 30)
}
