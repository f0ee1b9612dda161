import type { UnixMillis } from '../../contracts/units.ts'
import { anchorFlag, type Burst, isRtcpFlag } from './burst.ts'
import type { OutboundPacket } from './outbound-packet.ts'
import type { ReaderMedia, ReaderMediaStats } from './reader-options.ts'
import { rtcpOverheadBytes, rtpOverheadBytes } from './reader-protection.ts'
import { readUint16, readUint32 } from './rtp-layout.ts'
import {
  bytesField,
  formatFields,
  type FormatTrack,
  mediaFields,
  octetsField,
  packetsField,
  rtcpBytesField,
  rtcpPacketsField,
  type StreamTracks,
} from './stream-tracks.ts'

/**
 * What one reader was sent. While packets flow nothing is counted here: the stream counts once for all, and a reader's
 * share is what the stream has counted since the reader joined. Only what differs from that is written down when it
 * happens: drops, and packets for this reader alone. The same goes for the values of the last packet, which are the
 * stream's as long as the reader gets everything.
 */
export class ReaderCounters {
  readonly #tracks: StreamTracks
  /** By media index: 1 when the stream's packets of that media are for the reader. */
  readonly #receives: Uint8Array
  /** `StreamTracks.totals` as it was when the reader joined. */
  readonly #joined: Float64Array
  /** Bytes that encryption adds to each packet. Everything below counts packets without them. */
  readonly #rtpOverhead: number
  readonly #rtcpOverhead: number
  #isJoined = false
  /** One array for everything below, so that it can be put aside and restored in one go. */
  readonly #state: Float64Array
  /** Corrections to the stream's totals: earlier stays, packets of its own, minus drops. */
  readonly #sums: Float64Array
  readonly #droppedPackets: Float64Array
  readonly #droppedRtcp: Float64Array
  /** Of the last packet, -1 for none. Newer values are the stream's if it has counted beyond `seen`. */
  readonly #lastSequenceNumbers: Float64Array
  readonly #lastTimestamps: Float64Array
  readonly #lastNtps: Float64Array
  readonly #seenPackets: Float64Array
  readonly #seenAnchors: Float64Array
  #aside: Float64Array | undefined = undefined

  constructor(tracks: StreamTracks, receives: Uint8Array, isProtected: boolean) {
    this.#receives = receives
    this.#rtpOverhead = isProtected ? rtpOverheadBytes : 0
    this.#rtcpOverhead = isProtected ? rtcpOverheadBytes : 0
    const total = tracks.totals.length
    const formats = tracks.formats.length
    this.#tracks = tracks
    this.#joined = new Float64Array(total)
    this.#state = new Float64Array(total + formats * 6 + tracks.medias.length)
    let at = 0
    const section = (length: number): Float64Array => this.#state.subarray(at, (at += length))
    this.#sums = section(total)
    this.#droppedPackets = section(formats)
    this.#droppedRtcp = section(tracks.medias.length)
    this.#lastSequenceNumbers = section(formats).fill(-1)
    this.#lastTimestamps = section(formats).fill(-1)
    this.#lastNtps = section(formats)
    this.#seenPackets = section(formats)
    this.#seenAnchors = section(formats)
  }

  /** Goes on from what an earlier reader of the same session counted. That one must have left. */
  adopt(previous: ReaderCounters): void {
    this.#state.set(previous.#state)
  }

  /** Remembers everything as it is now, for `restore`. */
  setAside(): void {
    this.#aside = this.#state.slice()
  }

  /** The reader gets what is written to the stream from now on. */
  join(): void {
    this.#joined.set(this.#tracks.totals)
    this.#isJoined = true
    this.markSeen()
  }

  /** The reader gets nothing more. */
  leave(): void {
    if (!this.#isJoined) return
    for (const track of this.#tracks.formats) this.#takeLast(track)
    for (const { index, mediaIndex } of this.#tracks.formats) {
      if (this.#receives[mediaIndex] === 1) this.#settle(index * formatFields, formatFields)
    }
    for (const { index } of this.#tracks.medias) {
      if (this.#receives[index] === 1) this.#settle(this.#mediaAt(index), mediaFields)
    }
    this.#isJoined = false
    this.#aside = undefined
  }

  /** The reader gets nothing more, and what it got since `setAside` never went out. */
  restore(): void {
    if (this.#aside !== undefined) this.#state.set(this.#aside)
    this.#isJoined = false
    this.#aside = undefined
  }

  /** Before packets of a burst are judged one by one: takes over the last values of the bursts before it. */
  takeFlushed(): void {
    for (const track of this.#tracks.formats) {
      if (this.#receives[track.mediaIndex] !== 1) continue
      const index = track.index
      if (track.flushedPackets > (this.#seenPackets[index] ?? 0)) {
        this.#lastSequenceNumbers[index] = track.flushedSequenceNumber
      }
      if (track.flushedAnchors > (this.#seenAnchors[index] ?? 0)) {
        this.#lastTimestamps[index] = track.flushedAnchorTimestamp
        this.#lastNtps[index] = track.flushedAnchorNtp
      }
    }
  }

  /** Everything that the stream has counted so far is accounted for. */
  markSeen(): void {
    const totals = this.#tracks.totals
    for (const track of this.#tracks.formats) {
      this.#seenPackets[track.index] = totals[track.index * formatFields + packetsField] ?? 0
      this.#seenAnchors[track.index] = track.anchors
    }
  }

  /** A packet of a burst goes out. */
  noteSent(burst: Burst, index: number): void {
    const formatIndex = burst.formatIndexes[index] ?? -1
    if (formatIndex < 0) return
    const packet = burst.packet(index)
    this.#lastSequenceNumbers[formatIndex] = readUint16(packet, 2)
    if (((burst.flags[index] ?? 0) & anchorFlag) === 0) return
    this.#lastTimestamps[formatIndex] = readUint32(packet, 4)
    this.#lastNtps[formatIndex] = burst.ntps[index] ?? 0
  }

  /** A packet that was written before the reader joined goes out. */
  noteCached(burst: Burst, index: number): void {
    const at = (burst.formatIndexes[index] ?? 0) * formatFields
    this.#add(at + packetsField, 1)
    this.#add(at + octetsField, burst.octets[index] ?? 0)
    this.#add(at + bytesField, (burst.sizes[index] ?? 0) - this.#rtpOverhead)
    this.noteSent(burst, index)
  }

  /** A packet of a burst is left out. */
  noteDropped(burst: Burst, index: number): void {
    const mediaIndex = burst.mediaIndexes[index] ?? 0
    const size = burst.sizes[index] ?? 0
    if (((burst.flags[index] ?? 0) & isRtcpFlag) !== 0) {
      this.#add(this.#mediaAt(mediaIndex) + rtcpPacketsField, -1)
      this.#add(this.#mediaAt(mediaIndex) + rtcpBytesField, this.#rtcpOverhead - size)
      this.noteOwnRtcpDropped(mediaIndex)
      return
    }
    const formatIndex = burst.formatIndexes[index] ?? 0
    const at = formatIndex * formatFields
    this.#add(at + packetsField, -1)
    this.#add(at + octetsField, -(burst.octets[index] ?? 0))
    this.#add(at + bytesField, this.#rtpOverhead - size)
    this.noteOwnRtpDropped(formatIndex)
  }

  /** A packet for this reader alone goes out: `length` bytes before encryption, presented at `ntp`. */
  noteOwnRtp(packet: OutboundPacket, length: number, ntp: UnixMillis): void {
    const { track } = packet
    const at = track.index * formatFields
    this.#add(at + packetsField, 1)
    this.#add(at + octetsField, packet.octets)
    this.#add(at + bytesField, length)
    this.#takeLast(track)
    this.#lastSequenceNumbers[track.index] = packet.sequenceNumber
    if (!packet.isAnchor) return
    this.#lastTimestamps[track.index] = packet.timestamp
    this.#lastNtps[track.index] = ntp
  }

  /** An RTCP packet for this reader alone goes out: `length` bytes before encryption. */
  noteOwnRtcp(mediaIndex: number, length: number): void {
    this.#add(this.#mediaAt(mediaIndex) + rtcpPacketsField, 1)
    this.#add(this.#mediaAt(mediaIndex) + rtcpBytesField, length)
  }

  noteOwnRtpDropped(formatIndex: number): void {
    this.#droppedPackets[formatIndex] = (this.#droppedPackets[formatIndex] ?? 0) + 1
  }

  noteOwnRtcpDropped(mediaIndex: number): void {
    this.#droppedRtcp[mediaIndex] = (this.#droppedRtcp[mediaIndex] ?? 0) + 1
  }

  /** Packets of all formats that were left out. */
  droppedPackets(): number {
    let sum = 0
    for (const count of this.#droppedPackets) sum += count
    return sum
  }

  /** True once the reader was sent a packet of the format whose PTS equals its DTS. */
  hasAnchor(track: FormatTrack): boolean {
    return (this.#lastTimestamps[track.index] ?? -1) >= 0 || this.#hasNewAnchor(track)
  }

  /** Packets and payload octets of a format. */
  packets(track: FormatTrack): number {
    return this.#valueAt(track.index * formatFields + packetsField)
  }

  octets(track: FormatTrack): number {
    return this.#valueAt(track.index * formatFields + octetsField)
  }

  /** Everything, for the given medias. */
  stats(medias: readonly ReaderMedia[]): readonly ReaderMediaStats[] {
    return medias.map(({ mediaIndex, receives }) => {
      const at = this.#mediaAt(mediaIndex)
      // Of a back channel the reader was only sent what was written to it alone.
      const value = receives ? (index: number) => this.#valueAt(index) : (index: number) => this.#sums[index] ?? 0
      const formats = this.#tracks.medias[mediaIndex]?.formats ?? []
      const rtpBytes = receives ? formats.reduce((sum, track) => sum + this.#bytes(track), 0) : 0
      const rtcpPackets = value(at + rtcpPacketsField)
      return {
        mediaIndex,
        bytes: rtpBytes + value(at + rtcpBytesField) + rtcpPackets * this.#rtcpOverhead,
        rtcpPackets,
        droppedRtcpPackets: this.#droppedRtcp[mediaIndex] ?? 0,
        formats: receives ? formats.map((track) => this.#formatStats(track)) : [],
      }
    })
  }

  /** Bytes of RTP packets of a format as they went out. */
  #bytes(track: FormatTrack): number {
    return this.#valueAt(track.index * formatFields + bytesField) + this.packets(track) * this.#rtpOverhead
  }

  #formatStats(track: FormatTrack): ReaderMediaStats['formats'][number] {
    const sequenceNumber = this.#hasNewPacket(track)
      ? track.sequenceNumber
      : (this.#lastSequenceNumbers[track.index] ?? -1)
    const isNewAnchor = this.#hasNewAnchor(track)
    const timestamp = isNewAnchor ? track.anchorTimestamp : (this.#lastTimestamps[track.index] ?? -1)
    const ntp = isNewAnchor ? track.anchorNtp : (this.#lastNtps[track.index] ?? 0)
    return {
      payloadType: track.format.payloadType,
      localSsrc: track.ssrc,
      packets: this.packets(track),
      octets: this.octets(track),
      bytes: this.#bytes(track),
      droppedPackets: this.#droppedPackets[track.index] ?? 0,
      lastSequenceNumber: sequenceNumber < 0 ? undefined : sequenceNumber,
      lastRtp: timestamp < 0 ? undefined : timestamp,
      lastNtp: timestamp < 0 ? undefined : ntp,
    }
  }

  #hasNewPacket(track: FormatTrack): boolean {
    if (!this.#isJoined || this.#receives[track.mediaIndex] !== 1) return false
    const counted = this.#tracks.totals[track.index * formatFields + packetsField] ?? 0
    return counted > (this.#seenPackets[track.index] ?? 0)
  }

  #hasNewAnchor(track: FormatTrack): boolean {
    return (
      this.#isJoined && this.#receives[track.mediaIndex] === 1 && track.anchors > (this.#seenAnchors[track.index] ?? 0)
    )
  }

  #takeLast(track: FormatTrack): void {
    const index = track.index
    if (this.#hasNewPacket(track)) this.#lastSequenceNumbers[index] = track.sequenceNumber
    if (this.#hasNewAnchor(track)) {
      this.#lastTimestamps[index] = track.anchorTimestamp
      this.#lastNtps[index] = track.anchorNtp
    }
    this.#seenPackets[index] = this.#tracks.totals[index * formatFields + packetsField] ?? 0
    this.#seenAnchors[index] = track.anchors
  }

  #valueAt(index: number): number {
    const sum = this.#sums[index] ?? 0
    return this.#isJoined ? sum + (this.#tracks.totals[index] ?? 0) - (this.#joined[index] ?? 0) : sum
  }

  #mediaAt(mediaIndex: number): number {
    return this.#tracks.rtcpBase + mediaIndex * mediaFields
  }

  /** Makes the stream's share of `count` values the reader's own. Another reader of the session may go on from it. */
  #settle(from: number, count: number): void {
    for (let index = from; index < from + count; index += 1) {
      this.#add(index, (this.#tracks.totals[index] ?? 0) - (this.#joined[index] ?? 0))
    }
  }

  #add(index: number, value: number): void {
    this.#sums[index] = (this.#sums[index] ?? 0) + value
  }
}
