import type { Entropy } from '../../contracts/entropy.ts'
import { createSrtpKeyMaterial, type SrtpKeyMaterial } from '../../wire/srtp/key-material.ts'
import { estimateIndex, indexCount, packetIndex, rolloverOf } from '../../wire/srtp/packet-index.ts'
import { ReplayWindow, replayWindowSize } from '../../wire/srtp/replay-window.ts'
import { SrtpSender } from '../../wire/srtp/srtp-sender.ts'
import type { Burst } from './burst.ts'
import type { FormatTrack, StreamTracks } from './stream-tracks.ts'

/**
 * SRTP of a stream (RFC 3711): one key for each media, made with the stream and shared by all its readers, so that a
 * packet is encrypted once for all of them. The hub counts the index of every packet, whether anybody reads encrypted or
 * not, because a reader that sets the media up is told where the count stands; encrypting itself begins with the first
 * such reader, and so does the work of deriving keys.
 *
 * Indices of SRTCP are counted by the senders, for all readers of a media together: a reader sees gaps.
 */
export class StreamProtection {
  /** By media index. Secret. */
  readonly keys: readonly SrtpKeyMaterial[]
  /** True once the last index of a format was given away: nothing more of the stream can be encrypted. */
  isExhausted = false
  readonly #tracks: StreamTracks
  readonly #senders: (SrtpSender | undefined)[] = []
  readonly #firstRollover: number

  /** `firstRollover` is the rollover counter of the first packets, 0..2^32-1. */
  constructor(tracks: StreamTracks, entropy: Entropy, firstRollover = 0) {
    this.keys = tracks.medias.map(() => createSrtpKeyMaterial(entropy))
    this.#tracks = tracks
    this.#firstRollover = firstRollover
  }

  /** What encrypts a media: RTP at indices that are given, RTCP at its own. Throws for a media that there is not. */
  sender(mediaIndex: number): SrtpSender {
    const known = this.#senders[mediaIndex]
    if (known !== undefined) return known
    const keys = this.keys[mediaIndex]
    if (keys === undefined) throw new Error(`the stream has no media ${mediaIndex}`)
    return (this.#senders[mediaIndex] = new SrtpSender(keys))
  }

  /**
   * The index of a packet with this sequence number, if the highest one so far is `highest` (-1: none); -1 when all
   * indices are used up.
   */
  indexOf(sequenceNumber: number, highest: number): number {
    const index =
      highest < 0 ? packetIndex(this.#firstRollover, sequenceNumber) : estimateIndex(highest, sequenceNumber)
    return index < indexCount ? index : -1
  }

  /**
   * Counts a packet that is written to the stream. Its index; -1 for a packet that may not be encrypted, because another one
   * has its index (receivers refuse such a packet as a replay, and two packets in one keystream give each other away), or
   * because they are used up, which ends encryption.
   */
  count(track: FormatTrack, sequenceNumber: number): number {
    const { window } = track
    const index = this.nextIndex(track, sequenceNumber)
    if (index < 0) {
      this.isExhausted = true
      return -1
    }
    if (window?.isFresh(index) === false) return -1
    if (window === undefined) track.window = new ReplayWindow(index)
    else window.record(index)
    if (index > track.highestIndex) track.highestIndex = index
    return index
  }

  /**
   * True if the count leaps with this packet, further than receivers follow: its number is so far behind that the publisher
   * has begun anew, and goes on with the next rollover counter.
   */
  isLeap({ highestIndex }: FormatTrack, sequenceNumber: number): boolean {
    return highestIndex >= 0 && highestIndex - this.indexOf(sequenceNumber, highestIndex) >= replayWindowSize
  }

  /** The index that a packet written to the stream gets; -1 when they are used up. */
  nextIndex(track: FormatTrack, sequenceNumber: number): number {
    const { highestIndex } = track
    if (!this.isLeap(track, sequenceNumber)) return this.indexOf(sequenceNumber, highestIndex)
    const index = packetIndex(rolloverOf(highestIndex) + 1, sequenceNumber)
    return index < indexCount ? index : -1
  }

  /**
   * Whether all packets of `kept` (in clear) have the rollover counters of now. A reader is told those at SETUP, and could
   * not decrypt packets from before they moved on.
   */
  isInStep(kept: Burst): boolean {
    for (let index = 0; index < kept.count; index += 1) {
      const track = this.#tracks.formats[kept.formatIndexes[index] ?? 0]
      if (track !== undefined && rolloverOf(kept.packetIndices[index] ?? 0) !== rolloverOf(track.highestIndex))
        return false
    }
    return true
  }

  /** Rollover counters of a media by SSRC, as a reader that comes now has to begin with (spec 7.5). */
  rollovers(mediaIndex: number): ReadonlyMap<number, number> {
    const formats = this.#tracks.medias[mediaIndex]?.formats ?? []
    return new Map(
      formats.map(({ ssrc, highestIndex }) => [
        ssrc,
        highestIndex < 0 ? this.#firstRollover : rolloverOf(highestIndex),
      ]),
    )
  }
}
