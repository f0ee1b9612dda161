import type { Clock } from '../../contracts/clock.ts'
import type { Entropy } from '../../contracts/entropy.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'
import type { UnixMillis } from '../../contracts/units.ts'
import type { SessionDescription } from '../../formats/description.ts'
import { anchorFlag, formatBit, isRtcpFlag, maxBurstPackets, randomAccessFlag, startsUnitFlag } from './burst.ts'
import { GopCache, type GopCacheLimits } from './gop-cache.ts'
import { HubCore } from './hub-core.ts'
import { HubReader } from './hub-reader.ts'
import { checkRtcp, OutboundPacket } from './outbound-packet.ts'
import type { ReaderOptions, StreamStats } from './reader-options.ts'
import { frameHeaderBytes, writeUint32 } from './rtp-layout.ts'
import { liveCursor, type StreamCursor } from './stream-cursor.ts'
import { rtcpOverheadBytes, rtpOverheadBytes } from './reader-protection.ts'
import { StreamProtection } from './stream-protection.ts'
import {
  bytesField,
  formatFields,
  mediaFields,
  type MediaTrack,
  octetsField,
  packetsField,
  rtcpBytesField,
  rtcpPacketsField,
  StreamTracks,
} from './stream-tracks.ts'

/**
 * The fan-out of one stream. What is written in one turn of the event loop is framed once, gathered into a burst and
 * given to every reader at the end of the turn: one write of shared bytes for each TCP reader instead of one per
 * packet, which is where nearly all of the time of a naive server goes. A burst never waits for packets that are not
 * there yet, so no latency is paid for it.
 *
 * The hub has no timers and calls nobody back except through the readers' hooks.
 */

/** What a hub needs. */
export interface StreamHubOptions {
  readonly clock: Clock
  readonly entropy: Entropy
  /** Longest RTP or RTCP packet that may be written, in bytes. 1472 if absent: what fits an Ethernet frame. */
  readonly maxPacketBytes?: number
  /** Bytes after which a burst goes out before the turn ends, frame headers included. 65536 if absent. */
  readonly maxBurstBytes?: number
  /** Keep the packets since the last picture that can be decoded alone, for new readers. Absent: do not. */
  readonly gopCache?: GopCacheLimits | undefined
  /** Readers may ask for SRTP: keys are made, and the indices of packets counted. Absent: no. */
  readonly isProtectable?: boolean
  /** Rollover counter that the count begins with, 0..2^32-1; 0 if absent. */
  readonly firstRollover?: number
}

export class StreamHub {
  /** Keys and counts of SRTP; undefined where nobody may ask for it. */
  readonly protection: StreamProtection | undefined
  readonly #core: HubCore
  readonly #tracks: StreamTracks
  readonly #clock: Clock
  readonly #maxBurstBytes: number
  readonly #packet = new OutboundPacket()
  #isClosed = false

  constructor(description: SessionDescription, options: StreamHubOptions) {
    this.#tracks = new StreamTracks(description, options.entropy)
    this.#clock = options.clock
    this.#maxBurstBytes = options.maxBurstBytes ?? 65_536
    const hasVideo = this.#tracks.medias.some((media) => media.isVideo)
    const cache = options.gopCache !== undefined && hasVideo ? new GopCache(this.#tracks, options.gopCache) : undefined
    this.protection =
      options.isProtectable === true
        ? new StreamProtection(this.#tracks, options.entropy, options.firstRollover)
        : undefined
    const maxPacketBytes = options.maxPacketBytes ?? 1472
    this.#core = new HubCore(this.#tracks, options.clock, maxPacketBytes, cache, this.protection)
  }

  /** True after `close`. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Readers whose gate is held or open. */
  get activeReaderCount(): number {
    return this.#core.readerCount
  }

  /**
   * SSRC of the packets of a format: random, not 0, unique in the stream. Of the first format when no payload type is
   * given. Undefined when there is no such media or format.
   */
  ssrc(mediaIndex: number, payloadType?: number): number | undefined {
    const formats = this.#tracks.medias[mediaIndex]?.formats ?? []
    return formats.find((track) => payloadType === undefined || track.format.payloadType === payloadType)?.ssrc
  }

  /**
   * A reader with its gate closed. `previous` is the closed reader that the same session had before it paused: its
   * counts go on. Throws `ERR_RTSP_STREAM_CLOSED` on a closed hub.
   */
  createReader(options: ReaderOptions, previous?: HubReader): HubReader {
    this.#assertOpen()
    return new HubReader(this.#core, options, previous)
  }

  /**
   * Sends an RTP packet to all readers of a media, with the stream's SSRC instead of its own. The bytes are copied at
   * once and may be reused. `ntp` is the wall time at which the packet is presented, now if absent. Throws
   * `ERR_RTSP_STREAM_CLOSED`, or `ERR_RTSP_USAGE` for a packet that does not fit the description.
   */
  writeRtp(mediaIndex: number, rtp: Uint8Array, ntp?: UnixMillis): void {
    this.#assertOpen()
    const packet = this.#packet
    packet.read(this.#tracks, mediaIndex, rtp, this.#core.maxPacketBytes)
    const { media, track } = packet
    if (media.recipients !== 0) this.#makeRoom(rtp.length)
    const packetIndex = this.protection === undefined ? 0 : this.#countIndex(this.protection, packet)
    const wallNow = this.#clock.wallNow()
    track.sequenceNumber = packet.sequenceNumber
    track.timestamp = packet.timestamp
    track.ntp = ntp ?? wallNow
    track.writtenAt = wallNow
    if (packet.isAnchor) {
      track.anchors += 1
      track.anchorTimestamp = packet.timestamp
      track.anchorNtp = track.ntp
      track.anchorAt = this.#clock.now()
    }
    const totals = this.#tracks.totals
    const at = track.index * formatFields
    totals[at + packetsField] = (totals[at + packetsField] ?? 0) + 1
    totals[at + octetsField] = (totals[at + octetsField] ?? 0) + packet.octets
    totals[at + bytesField] = (totals[at + bytesField] ?? 0) + rtp.length
    const flags = this.#flagsOf(media, packet)
    this.#core.cache?.append(rtp, packet, flags, track.ntp, packetIndex)
    if (media.recipients === 0) return
    track.deliveredPackets += media.recipients
    media.deliveredBytes += media.recipients * rtp.length + media.protectedRecipients * rtpOverheadBytes
    const burst = this.#core.burst
    const index = burst.count
    const position = burst.append(rtp, (mediaIndex * 2) & 0xff, mediaIndex, track.index, flags)
    writeUint32(burst.slab.bytes, position + 8, track.ssrc)
    burst.octets[index] = packet.octets
    burst.ntps[index] = track.ntp
    burst.packetIndices[index] = packetIndex
    if (packet.isAnchor) burst.anchorMask |= formatBit(track.index)
  }

  /** Sends RTCP to all readers of a media, as it is and in order with the RTP packets. Throws like `writeRtp`. */
  writeRtcp(mediaIndex: number, rtcp: Uint8Array): void {
    this.#assertOpen()
    const media = this.#tracks.medias[mediaIndex]
    if (media === undefined) throw rtspError('ERR_RTSP_USAGE', `the stream has no media ${mediaIndex}`)
    checkRtcp(rtcp, this.#core.maxPacketBytes)
    if (media.recipients !== 0) this.#makeRoom(rtcp.length)
    const totals = this.#tracks.totals
    const at = this.#tracks.rtcpBase + mediaIndex * mediaFields
    totals[at + rtcpPacketsField] = (totals[at + rtcpPacketsField] ?? 0) + 1
    totals[at + rtcpBytesField] = (totals[at + rtcpBytesField] ?? 0) + rtcp.length
    if (media.recipients === 0) return
    media.deliveredRtcpPackets += media.recipients
    media.deliveredBytes += media.recipients * rtcp.length + media.protectedRecipients * rtcpOverheadBytes
    const burst = this.#core.burst
    burst.octets[burst.count] = 0
    burst.append(rtcp, (mediaIndex * 2 + 1) & 0xff, mediaIndex, -1, isRtcpFlag)
  }

  /**
   * Where a media stands, for `RTP-Info` (RFC 2326 section 12.33): the sequence number that the first packet to a
   * reader armed at this moment has, and the RTP time of `now` less a tenth of a second, so that no decoding time
   * lies behind it. Undefined for a media with several formats or no clock rate, and before its first packet.
   */
  cursor(mediaIndex: number, now: UnixMillis): StreamCursor | undefined {
    return liveCursor(this.#tracks, mediaIndex, now)
  }

  /** What was sent to all readers together; also after `close`. */
  stats(): StreamStats {
    const medias = this.#tracks.medias.map((media) => ({
      mediaIndex: media.index,
      bytes: media.deliveredBytes,
      rtcpPackets: media.deliveredRtcpPackets,
      formats: media.formats.map((track) => ({
        payloadType: track.format.payloadType,
        localSsrc: track.ssrc,
        packets: track.deliveredPackets,
      })),
    }))
    return {
      bytes: medias.reduce((sum, media) => sum + media.bytes, 0),
      rtpPackets: this.#tracks.formats.reduce((sum, track) => sum + track.deliveredPackets, 0),
      rtcpPackets: medias.reduce((sum, media) => sum + media.rtcpPackets, 0),
      medias,
    }
  }

  /** Sends what has been gathered, without waiting for the end of the turn. */
  flush(): void {
    this.#core.flush()
  }

  /** Sends what has been gathered and closes every reader. Writing throws from now on; closing again does nothing. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#core.flush()
    for (const reader of this.#core.readers) reader.close()
  }

  /**
   * The SRTP index of a packet, before anything else is done with it. When they are used up nothing more can be encrypted,
   * and those readers are closed.
   */
  #countIndex(protection: StreamProtection, { track, sequenceNumber }: OutboundPacket): number {
    if (protection.isLeap(track, sequenceNumber)) {
      const next = protection.nextIndex(track, sequenceNumber)
      for (const reader of this.#core.readers) reader.leap(track, next)
    }
    const wasExhausted = protection.isExhausted
    const index = protection.count(track, sequenceNumber)
    if (protection.isExhausted && !wasExhausted) {
      for (const reader of this.#core.readers) if (reader.isProtected) reader.exhaust()
      this.#core.awaitTurnEnd()
    }
    return index
  }

  #assertOpen(): void {
    if (this.#isClosed) throw rtspError('ERR_RTSP_STREAM_CLOSED')
  }

  /** Sends the burst if a packet of that length does not fit it, before anything of the packet has been counted. */
  #makeRoom(length: number): void {
    const burst = this.#core.burst
    const isFull = burst.count === maxBurstPackets
    if (isFull || (burst.count !== 0 && burst.byteLength + frameHeaderBytes + length > this.#maxBurstBytes)) {
      this.#core.deliver()
    }
    if (burst.count === 0) this.#core.awaitTurnEnd()
  }

  #flagsOf(media: MediaTrack, packet: OutboundPacket): number {
    let flags = packet.isAnchor ? anchorFlag : 0
    if (media.beginsUnit(packet.timestamp, packet.marker)) flags |= startsUnitFlag
    // Parameter sets and the picture behind them are one point to start from, and that is the first packet of it.
    if (packet.isRandomAccess && !media.unitHasRandomAccess) {
      media.unitHasRandomAccess = true
      flags |= randomAccessFlag
    }
    return flags
  }
}
