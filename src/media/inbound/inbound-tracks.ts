import { Subject, type Observable } from 'rxjs'
import type { Clock } from '../../contracts/clock.ts'
import { isFailure, type Failure } from '../../contracts/failure.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'
import type { Millis } from '../../contracts/units.ts'
import type { Media } from '../../formats/description.ts'
import type { Format } from '../../formats/format.ts'
import { ptsEqualsDts } from '../../formats/pts-equals-dts.ts'
import { encodeRtcp } from '../../wire/rtcp/encode-rtcp.ts'
import type { ReceptionReport, RtcpPacket, SenderReport } from '../../wire/rtcp/rtcp-packet.ts'
import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { checkRtcp, checkRtp } from './check-inbound.ts'
import type { FormatReceiver } from './format-receiver.ts'
import { GuardedObservable } from './guarded-observable.ts'
import type { InboundStats } from './inbound-stats.ts'
import { InboundTrack, type InboundRtcp, type InboundRtp, type InboundTrackOptions } from './inbound-track.ts'
import { MediaClock } from './media-clock.ts'
import { ReorderBuffer } from './reorder-buffer.ts'

/**
 * The receiving half of one session: bytes of its medias come in here, checked and ordered packets go out to Observables.
 * It is called straight from the read loop, once per packet, so the way of a good packet is a chain of plain calls
 * without a queue; everything that is rare (errors, losses) leaves through hooks.
 *
 * There are no timers: the owner polls for the time limit of reordering and fetches the reports when they are due.
 */

export type { InboundProtection, InboundRtcp, InboundRtp, InboundTrackOptions } from './inbound-track.ts'
export type { InboundFormatStats, InboundMediaStats, InboundStats } from './inbound-stats.ts'

/** What the owner is told. Must not throw. */
export interface InboundHooks {
  /** Before the packet behind the gap is delivered. `lost` is at least 1. */
  onPacketsLost(lost: number, media: Media, format: Format): void
  /** A packet was dropped. Called for each one, with the same object for equal failures. */
  onDecodeError(failure: Failure, media: Media): void
  /** Someone reports how our source `ssrc` is received; `totalLost` counts from the start, at least 0. */
  onReceiverReport?(mediaIndex: number, ssrc: number, totalLost: number): void
  /** A subscriber threw, or left an error of its operators unhandled, and was unsubscribed. */
  onSubscriberError?(error: unknown): void
}

/** How packets arrive. */
export interface InboundOptions {
  /** True for interleaved TCP: order is kept, packets are not limited to a datagram, no receiver reports. */
  readonly reliable: boolean
  readonly clock: Pick<Clock, 'now'>
  readonly hooks: InboundHooks
  /** How long a gap may hold back what came behind it; 0 (default): until the window is passed. Needs `poll`. */
  readonly maxReorderDelayMs?: Millis
}

/** Receiving half of a session. Closed at first: until `open()` everything is ignored and uncounted. */
export class InboundTracks {
  /** Every RTP packet of every media, in order of delivery. Completes with `complete()`, never errors. */
  readonly rtp$: Observable<InboundRtp>
  /** Every RTCP packet, one by one. Completes with `complete()`, never errors. */
  readonly rtcp$: Observable<InboundRtcp>
  readonly #options: InboundOptions
  readonly #tracks = new Map<number, InboundTrack>()
  readonly #trackByMedia = new Map<Media, InboundTrack>()
  readonly #receivers = new Map<Format, FormatReceiver>()
  readonly #rtp = new Subject<InboundRtp>()
  readonly #rtcp = new Subject<InboundRtcp>()
  readonly #mediaClock = new MediaClock()
  readonly #onSubscriberError: (error: unknown) => void
  #isOpen = false
  #isComplete = false
  #lastPacketAt: Millis

  constructor(tracks: readonly InboundTrackOptions[], options: InboundOptions) {
    this.#options = options
    this.#onSubscriberError = (error) => options.hooks.onSubscriberError?.(error)
    this.rtp$ = new GuardedObservable((subscriber) => this.#rtp.subscribe(subscriber), this.#onSubscriberError)
    this.rtcp$ = new GuardedObservable((subscriber) => this.#rtcp.subscribe(subscriber), this.#onSubscriberError)
    this.#lastPacketAt = options.clock.now()
    for (const track of tracks) this.add(track)
  }

  /** When the last RTP or RTCP packet came, undecodable ones included; before the first one, when it was opened. */
  get lastPacketAt(): Millis {
    return this.#lastPacketAt
  }

  /** Adds a media that was set up. Its index must be new, or `ERR_RTSP_USAGE` is thrown. */
  add(options: InboundTrackOptions): void {
    if (this.#tracks.has(options.mediaIndex)) {
      throw rtspError('ERR_RTSP_USAGE', `media ${options.mediaIndex} is received already`)
    }
    const { reliable, maxReorderDelayMs = 0 } = this.#options
    const createReorderBuffer = (): ReorderBuffer | undefined =>
      reliable || !options.receivesRtp ? undefined : new ReorderBuffer(maxReorderDelayMs)
    const track = new InboundTrack(options, createReorderBuffer, this.#onSubscriberError)
    this.#tracks.set(options.mediaIndex, track)
    this.#trackByMedia.set(options.media, track)
    for (const receiver of track.receivers) this.#receivers.set(receiver.format, receiver)
    if (this.#isComplete) track.complete()
  }

  /** Starts to take packets (RECORD, PLAY). Presentation times start at 0 again. */
  open(): void {
    if (this.#isOpen || this.#isComplete) return
    this.#isOpen = true
    this.#lastPacketAt = this.#options.clock.now()
    this.#mediaClock.reset()
  }

  /** Stops at once (PAUSE, TEARDOWN): nothing is delivered any more, not even the rest of what is being delivered. */
  close(): void {
    this.#isOpen = false
    for (const track of this.#tracks.values()) {
      for (const receiver of track.receivers) receiver.interrupt()
    }
  }

  /** Closes for good and completes all Observables. The statistics stay. */
  complete(): void {
    if (this.#isComplete) return
    this.close()
    this.#isComplete = true
    this.#rtp.complete()
    this.#rtcp.complete()
    for (const track of this.#tracks.values()) track.complete()
  }

  /** RTP packets of one format. Throws `ERR_RTSP_USAGE` for a media or format that is not part of the session. */
  rtp(media: Media, format: Format): Observable<RtpPacket> {
    const track = this.#trackOf(media)
    const receiver = media.formats.includes(format) ? track.receiverOf(format.payloadType) : undefined
    if (receiver === undefined) throw rtspError('ERR_RTSP_USAGE', 'format is not part of the media')
    return receiver.packets$
  }

  /** RTCP packets of one media. Throws `ERR_RTSP_USAGE` for a media that is not part of the session. */
  rtcp(media: Media): Observable<RtcpPacket> {
    return this.#trackOf(media).rtcp$
  }

  /** Takes one RTP datagram or frame. The bytes are only read, and only until it returns. */
  receiveRtp(mediaIndex: number, bytes: Uint8Array): void {
    const track = this.#isOpen ? this.#tracks.get(mediaIndex) : undefined
    if (track?.options.receivesRtp !== true) return
    const now = this.#options.clock.now()
    this.#lastPacketAt = now
    track.inboundBytes += bytes.length
    const packet = checkRtp(track, bytes, this.#options.reliable)
    if (isFailure(packet)) {
      track.rtpPacketsInError += 1
      this.#options.hooks.onDecodeError(packet, track.media)
      return
    }
    const receiver = track.receiverOf(packet.payloadType)
    if (receiver === undefined) return
    const outcome = receiver.accept(packet, now)
    if (receiver.hasNewSource) this.#mediaClock.restart(receiver.format)
    this.#tellLost(track, receiver)
    if (outcome === 'one') this.#emitRtp(track, receiver, packet, now)
    else if (outcome === 'many') this.#emitTaken(track, receiver, now)
  }

  /** Takes one RTCP datagram or frame. The bytes are only read, and only until it returns. */
  receiveRtcp(mediaIndex: number, bytes: Uint8Array): void {
    const track = this.#isOpen ? this.#tracks.get(mediaIndex) : undefined
    if (track === undefined) return
    const now = this.#options.clock.now()
    this.#lastPacketAt = now
    track.inboundBytes += bytes.length
    const packets = checkRtcp(track, bytes, this.#options.reliable)
    if (isFailure(packets)) {
      track.rtcpPacketsInError += 1
      this.#options.hooks.onDecodeError(packets, track.media)
      return
    }
    track.rtcpPackets += packets.length
    for (const packet of packets) {
      this.#readReports(track, packet, now)
      this.#emitRtcp(track, packet)
    }
  }

  /** Delivers what gaps have held back for `maxReorderDelayMs`. For the owner's coarse timer. */
  poll(now: Millis): void {
    if (!this.#isOpen || (this.#options.maxReorderDelayMs ?? 0) === 0) return
    for (const track of this.#tracks.values()) {
      for (const receiver of track.receivers) {
        if (!receiver.poll(now)) continue
        this.#tellLost(track, receiver)
        this.#emitTaken(track, receiver, now)
      }
    }
  }

  /**
   * Receiver reports that are to be sent now, one for each format that was heard of; they start the next interval.
   * None over a reliable transport, or while closed. The bytes belong to the caller.
   */
  receiverReports(now: Millis): readonly { readonly mediaIndex: number; readonly bytes: Uint8Array }[] {
    const reports: { readonly mediaIndex: number; readonly bytes: Uint8Array }[] = []
    if (this.#options.reliable || !this.#isOpen) return reports
    for (const [mediaIndex, track] of this.#tracks) {
      for (const receiver of track.receivers) {
        const report = receiver.statistics.receiverReport(receiver.localSsrc, now)
        if (report !== undefined) reports.push({ mediaIndex, bytes: encodeRtcp(report) })
      }
    }
    return reports
  }

  /**
   * Presentation time of a packet in ticks of its format's clock, across all tracks of the session from 0. Undefined:
   * unknown payload type or clock rate, or the track has not reached a packet with PTS = DTS yet.
   */
  packetPts(media: Media, packet: RtpPacket): number | undefined {
    const format = this.#trackOf(media).receiverOf(packet.payloadType)?.format
    return format === undefined ? undefined : this.#mediaClock.pts(format, packet.timestamp)
  }

  /** Wall time of a packet by the sender's clock, in nanoseconds since 1970; undefined before a sender report. */
  packetNtp(media: Media, packet: RtpPacket): bigint | undefined {
    return this.#trackOf(media).receiverOf(packet.payloadType)?.statistics.packetNtp(packet.timestamp)
  }

  /** Like `packetPts`, for a timestamp of a format. Throws `ERR_RTSP_USAGE` for one that is not part of the session. */
  ptsOf(format: Format, timestamp: number): number | undefined {
    return this.#mediaClock.pts(this.#receiverOf(format).format, timestamp)
  }

  /** Like `packetNtp`, for a timestamp of a format. Throws like `ptsOf`. */
  ntpOf(format: Format, timestamp: number): bigint | undefined {
    return this.#receiverOf(format).statistics.packetNtp(timestamp)
  }

  /** A snapshot of all counters. Right at any time, after `complete()` as well. */
  stats(): InboundStats {
    return new Map([...this.#tracks].map(([mediaIndex, track]) => [mediaIndex, track.stats()]))
  }

  #trackOf(media: Media): InboundTrack {
    const track = this.#trackByMedia.get(media)
    if (track === undefined) throw rtspError('ERR_RTSP_USAGE', 'media is not part of the session')
    return track
  }

  #receiverOf(format: Format): FormatReceiver {
    const receiver = this.#receivers.get(format)
    if (receiver === undefined) throw rtspError('ERR_RTSP_USAGE', 'format is not part of the session')
    return receiver
  }

  #readReports(track: InboundTrack, packet: RtcpPacket, now: Millis): void {
    if (packet.type === 'senderReport') {
      takeSenderReport(track, packet, now)
      this.#tellReports(track, packet.reports)
    } else if (packet.type === 'receiverReport') {
      this.#tellReports(track, packet.reports)
    }
  }

  #tellReports(track: InboundTrack, reports: readonly ReceptionReport[]): void {
    for (const { ssrc, totalLost } of reports) {
      const lost = Math.max(0, totalLost)
      for (const receiver of track.receivers) if (receiver.localSsrc === ssrc) receiver.reportedLost = lost
      this.#options.hooks.onReceiverReport?.(track.options.mediaIndex, ssrc, lost)
    }
  }

  #tellLost(track: InboundTrack, receiver: FormatReceiver): void {
    if (receiver.lost > 0) this.#options.hooks.onPacketsLost(receiver.lost, track.media, receiver.format)
  }

  #emitTaken(track: InboundTrack, receiver: FormatReceiver, now: Millis): void {
    for (const packet of receiver.take()) this.#emitRtp(track, receiver, packet, now)
  }

  /**
   * A subscriber may close in the middle of a batch, hence the check for each packet. The clock goes on with every packet,
   * also when nobody asks it yet: units are done later than their packets, and somebody may come later still.
   */
  #emitRtp(track: InboundTrack, receiver: FormatReceiver, packet: RtpPacket, now: Millis): void {
    const { format } = receiver
    if (this.#isOpen) this.#timeDelivery(format, packet, now)
    if (this.#isOpen && receiver.packets.observed) receiver.packets.next(packet)
    if (this.#isOpen && this.#rtp.observed) this.#rtp.next({ media: track.media, format, packet })
  }

  #timeDelivery(format: Format, packet: RtpPacket, now: Millis): void {
    const isAnchor = ptsEqualsDts(format, packet.payload)
    this.#mediaClock.deliver(format, format.clockRateHz, packet.timestamp, isAnchor, now)
  }

  #emitRtcp(track: InboundTrack, packet: RtcpPacket): void {
    if (this.#isOpen && track.rtcp.observed) track.rtcp.next(packet)
    if (this.#isOpen && this.#rtcp.observed) this.#rtcp.next({ media: track.media, packet })
  }
}

/** A report is about the format whose packets come from the same source; the formats know. */
function takeSenderReport(track: InboundTrack, { ssrc, ntp, rtpTimestamp }: SenderReport, now: Millis): void {
  for (const { statistics } of track.receivers) statistics.takeSenderReport(ssrc, ntp, rtpTimestamp, now)
}
