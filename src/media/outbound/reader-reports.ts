import type { Millis, UnixMillis } from '../../contracts/units.ts'
import { formatBit } from './burst.ts'
import type { OutboundPacket } from './outbound-packet.ts'
import type { ReaderCounters } from './reader-counters.ts'
import { type Anchor, senderReport } from './sender-report.ts'
import type { FormatTrack } from './stream-tracks.ts'

/**
 * Which sender reports one reader is due. The first one of a format comes right behind the first packet that ties RTP
 * time to wall time (RFC 6051 section 3.2 allows it at once), so that tracks can be aligned from the start; whether
 * one is due is a single `&` per burst.
 */
export class ReaderReports {
  /** `formatBit` of the formats whose first report is still to come. */
  awaited = 0
  readonly #formats: readonly FormatTrack[]
  readonly #counters: ReaderCounters
  /** By format index: 1 after the first report. */
  readonly #isReported: Uint8Array
  /** By format index: the last anchor among the packets for this reader alone. */
  readonly #ownAnchors = new Map<number, Anchor>()
  #hasReported = false

  /** `formats` are those that the reader receives and that have a clock rate; none when reports are switched off. */
  constructor(formats: readonly FormatTrack[], counters: ReaderCounters) {
    this.#formats = formats
    this.#counters = counters
    this.#isReported = new Uint8Array(formats.reduce((most, track) => Math.max(most, track.index + 1), 0))
    for (const track of formats) this.awaited |= formatBit(track.index)
  }

  /** Takes over what an earlier reader of the same session wrote on its own; the first reports are due again. */
  adopt(previous: ReaderReports): void {
    for (const [index, anchor] of previous.#ownAnchors) this.#ownAnchors.set(index, anchor)
  }

  /** True once a first report went out. */
  get hasReported(): boolean {
    return this.#hasReported
  }

  /** Takes note of a packet for this reader alone. */
  noteOwn(packet: OutboundPacket, ntp: UnixMillis, now: Millis): void {
    if (!packet.isAnchor) return
    const anchor = { anchorTimestamp: packet.timestamp, anchorNtp: ntp, anchorAt: now }
    this.#ownAnchors.set(packet.track.index, anchor)
  }

  /**
   * Sends the first reports that are due. `send` answers whether the report could be queued; if not, it stays due.
   * Returns true when the very first report of the reader is among them.
   */
  sendFirst(now: Millis, send: (mediaIndex: number, report: Uint8Array) => boolean): boolean {
    const hadReported = this.#hasReported
    let awaited = 0
    for (const track of this.#formats) {
      if (this.#isReported[track.index] === 1) continue
      if (this.#counters.hasAnchor(track) && send(track.mediaIndex, this.#reportOf(track, now))) {
        this.#isReported[track.index] = 1
        this.#hasReported = true
      } else {
        awaited |= formatBit(track.index)
      }
    }
    this.awaited = awaited
    return this.#hasReported && !hadReported
  }

  /** Sends a report of every format that had its first one. */
  sendAll(now: Millis, send: (mediaIndex: number, report: Uint8Array) => boolean): void {
    for (const track of this.#formats) {
      if (this.#isReported[track.index] === 1) send(track.mediaIndex, this.#reportOf(track, now))
    }
  }

  #reportOf(track: FormatTrack, now: Millis): Uint8Array {
    const own = this.#ownAnchors.get(track.index)
    const anchor = own !== undefined && (track.anchors === 0 || own.anchorAt > track.anchorAt) ? own : track
    return senderReport(track, anchor, now, this.#counters.packets(track), this.#counters.octets(track))
  }
}
