import type { UnixMillis } from '../../contracts/units.ts'
import { Burst, randomAccessFlag } from './burst.ts'
import type { OutboundPacket } from './outbound-packet.ts'
import { frameHeaderBytes, writeUint32 } from './rtp-layout.ts'
import { Slab } from './slab.ts'
import type { MediaTrack, StreamTracks } from './stream-tracks.ts'

/**
 * The packets since the last picture that can be decoded alone (a group of pictures, GOP), of all medias and in order,
 * for readers that come in the middle of it. It is one long burst: framed like any other, in one piece of memory that is
 * handed to every new reader as it is. That costs one copy per packet and stream, and none per reader.
 *
 * The first video of the description leads: the cache starts anew with each of its pictures. A group that outgrows the
 * bounds is given up as a whole, because a beginning without its continuation is worth nothing; the next picture starts
 * a new one. RTCP is not kept: what it says is about the moment at which it was sent.
 */

/** How much a cache may hold. */
export interface GopCacheLimits {
  /** RTP packets, 1 to 65,536. */
  readonly maxPackets: number
  /** Bytes of RTP packets, at least 1. The memory of a cache is up to twice that. */
  readonly maxBytes: number
}

export class GopCache {
  /** Most packets that it can hold. */
  readonly capacity: number
  /** What is kept; only to be read, and only until the next `append`. Empty: nothing. */
  readonly burst: Burst
  readonly #limits: GopCacheLimits
  /** Media index of the video that leads. */
  readonly #leader: number
  /** Time stamp of the picture at the beginning. */
  #timestamp = 0
  /** By media index: position of the first picture that can be decoded alone, -1 for none. Only used for videos. */
  readonly #pictures: Int32Array

  constructor(tracks: StreamTracks, limits: GopCacheLimits) {
    this.burst = new Burst(tracks.medias.length, limits.maxPackets, new Slab())
    this.capacity = limits.maxPackets
    this.#limits = limits
    this.#leader = tracks.medias.findIndex((media) => media.isVideo)
    this.#pictures = new Int32Array(tracks.medias.length).fill(-1)
  }

  /**
   * Takes note of a packet that is written to the stream; copies it if it is to be kept. `flags` and
   * `packetIndex` are those of bursts.
   */
  append(rtp: Uint8Array, packet: OutboundPacket, flags: number, ntp: UnixMillis, packetIndex: number): void {
    const { media, track, timestamp } = packet
    const { burst } = this
    const isPicture = media.isVideo && (flags & randomAccessFlag) !== 0
    if (isPicture && media.index === this.#leader && !(burst.count !== 0 && timestamp === this.#timestamp)) {
      // Some cameras end every parameter set with a marker; the picture of the same time belongs to them.
      this.#clear()
      this.#timestamp = timestamp
    } else if (burst.count === 0) {
      return
    }
    const index = burst.count
    const bytes = burst.byteLength - index * frameHeaderBytes
    if (index === this.#limits.maxPackets || bytes + rtp.length > this.#limits.maxBytes) {
      this.#clear()
      return
    }
    const position = burst.append(rtp, (media.index * 2) & 0xff, media.index, track.index, flags)
    writeUint32(burst.slab.bytes, position + 8, track.ssrc)
    burst.octets[index] = packet.octets
    burst.ntps[index] = ntp
    burst.packetIndices[index] = packetIndex
    if (isPicture && (this.#pictures[media.index] ?? 0) < 0) this.#pictures[media.index] = index
  }

  /**
   * Position of the first packet for a reader of the medias that are 1 in `receives`: a picture of one of its videos.
   * -1 when there is none, or no video for it.
   */
  startFor(receives: Uint8Array): number {
    let start = -1
    for (const [mediaIndex, picture] of this.#pictures.entries()) {
      if (receives[mediaIndex] === 1 && picture >= 0 && (start < 0 || picture < start)) start = picture
    }
    return start
  }

  /** SRTP index of the first packet of a format that is kept; undefined if there is none. */
  firstPacketIndex(formatIndex: number): number | undefined {
    const { formatIndexes, packetIndices, count } = this.burst
    const index = formatIndexes.subarray(0, count).indexOf(formatIndex)
    return index < 0 ? undefined : packetIndices[index]
  }

  /** False for packets of a video before its first picture that can be decoded alone. */
  isUseful(media: MediaTrack, index: number): boolean {
    if (!media.isVideo) return true
    const picture = this.#pictures[media.index] ?? -1
    return picture >= 0 && index >= picture
  }

  #clear(): void {
    this.burst.reset()
    this.#pictures.fill(-1)
  }
}
