import { EMPTY, switchMap, type Observable } from 'rxjs'
import type { SessionTransport } from '../actors/handler-call.ts'
import type { SessionEntry } from '../actors/runtime.ts'
import type { SessionTag } from '../actors/session/transitions.ts'
import type { SessionMedia } from '../actors/session/protocol.ts'
import { Failure } from '../contracts/failure.ts'
import { rtspError, type RtspError } from '../contracts/rtsp-error.ts'
import type { SessionId, UnixNanos } from '../contracts/units.ts'
import type { Media, SessionDescription } from '../formats/description.ts'
import type { Format } from '../formats/format.ts'
import type { PacketOf } from '../formats/packet-of.ts'
import { GuardedObservable } from '../media/inbound/guarded-observable.ts'
import type { InboundRtcp, InboundRtp, InboundTracks } from '../media/inbound/inbound-tracks.ts'
import type { RtcpPacket } from '../wire/rtcp/rtcp-packet.ts'
import type { RtpPacket } from '../wire/rtp/rtp-packet.ts'
import type { ServerConnection } from './connection.ts'
import { CurrentValue } from './current-value.ts'
import { EndSignal } from './end-signal.ts'
import { sessionStats, type SessionStats } from './session-stats.ts'
import type { ServerStream } from './stream.ts'
import { bytesOf, toUnixMillis, type PacketBytes, type WriteOptions } from './packet-bytes.ts'
import type { UserData } from './user-data.ts'

/** States of a session as users see them; a session that is closing is closed already. */
export type SessionState = Exclude<SessionTag, 'closing'>

/** What a session handle needs to find its neighbours. @internal */
export interface SessionNeighbours<Data extends UserData = UserData> {
  connection(id: string): ServerConnection<Data> | null
  stream(id: string): ServerStream | null
  onSubscriberError(session: ServerSession<Data>, error: unknown): void
}

/** A session: one publisher or one reader. */
export class ServerSession<Data extends UserData = UserData> {
  /** Name in logs: `s1`, `s2`, ... The id on the wire is a secret and not to be had. */
  readonly id: SessionId
  /** Yours to use. */
  userData: Data['session'] | undefined = undefined
  readonly #entry: SessionEntry
  readonly #neighbours: SessionNeighbours<Data>
  readonly #state = new CurrentValue<SessionState>(() => this.state)
  readonly #tracks = new CurrentValue<InboundTracks | null>(() => this.#entry.tracks)
  readonly #end = new EndSignal()

  /** The state and every change of it. Completes after `closed`. */
  readonly state$: Observable<SessionState> = this.#state.value$
  /** Emits the reason when the session has ended, then completes; late subscribers get it too. Never errors. */
  readonly closed$: Observable<RtspError> = this.#end.closed$
  /**
   * Every RTP packet that the client sends, in order, with its media and format. Hot: subscribing in the `record` or
   * `play` handler misses nothing. The packet is a view that is valid during the call: `packet.clone()` keeps it.
   * Completes when the session ends. A subscriber that throws is unsubscribed and hurts nobody else.
   */
  readonly rtp$: Observable<InboundRtp>
  /** Every RTCP packet that the client sends; compound packets are taken apart. Else like `rtp$`. */
  readonly rtcp$: Observable<InboundRtcp>

  /** @internal */
  constructor(entry: SessionEntry, neighbours: SessionNeighbours<Data>) {
    this.id = entry.id
    this.#entry = entry
    this.#neighbours = neighbours
    this.rtp$ = this.#fromTracks((tracks) => tracks.rtp$)
    this.rtcp$ = this.#fromTracks((tracks) => tracks.rtcp$)
  }

  get state(): SessionState {
    const { tag } = this.#entry.ref.state
    return tag === 'closing' ? 'closed' : tag
  }

  /** The stream that is read; `null` for publishers and before SETUP. */
  get stream(): ServerStream | null {
    const { stream } = this.#entry.ref.state
    return stream === null ? null : this.#neighbours.stream(stream.streamId)
  }

  /** Path that SETUP or ANNOUNCE named, `''` before. */
  get path(): string {
    return this.#entry.ref.state.path
  }

  /** Raw query that SETUP or ANNOUNCE named, `''` before. */
  get query(): string {
    return this.#entry.ref.state.query
  }

  /** What a publisher announced, else `null`. */
  get announcedDescription(): SessionDescription | null {
    return this.#entry.ref.state.announced
  }

  /** Medias that were set up, in the order of the SETUPs; a fresh array. */
  get medias(): readonly Media[] {
    const { stream, announced, medias } = this.#entry.ref.state
    const all = stream?.description.medias ?? announced?.medias ?? []
    return medias.map(({ mediaIndex }) => all[mediaIndex]).filter((media) => media !== undefined)
  }

  /** Settled by the first SETUP, `null` before. */
  get transport(): SessionTransport | null {
    return this.#entry.ref.state.transport
  }

  /** Connections that speak for the session. */
  get connections(): readonly ServerConnection<Data>[] {
    return this.#entry.ref.state.connections
      .map((id) => this.#neighbours.connection(id))
      .filter((connection) => connection !== null)
  }

  /** RTP packets of one format of one media, which must have been set up: else ERR_RTSP_USAGE is thrown. Like `rtp$`. */
  rtp<F extends Format>(media: Media, format: F): Observable<PacketOf<F>> {
    return this.#requireTracks().rtp(media, format)
  }

  /** RTCP packets of one media, which must have been set up: else ERR_RTSP_USAGE is thrown. Like `rtcp$`. */
  rtcp(media: Media): Observable<RtcpPacket> {
    return this.#requireTracks().rtcp(media)
  }

  /**
   * Sends an RTP packet to this reader alone, with the stream's SSRC, in order with what is written to the stream. The
   * bytes are copied. Written in the `play` handler it leaves right behind the answer, if the handler agrees.
   *
   * `media` is an object of `medias` or its index in the description. True also while nothing flows (before PLAY, while
   * paused, multicast): the packet then goes nowhere. False: the reader is too slow, the packet was left out and
   * counted. Throws ERR_RTSP_USAGE for a media that was not set up, a packet that does not fit it, a back channel, and
   * on a session that publishes.
   *
   * Under SRTP all readers of a stream share its keys: two different packets with one sequence number, to whomever they
   * go, are encrypted alike, and who sees both learns how they differ. Give each its own number.
   */
  writeRtp(media: Media | number, packet: PacketBytes, options: WriteOptions = {}): boolean {
    const { mediaIndex, receivesRtp } = this.#setupMedia(media)
    if (receivesRtp) {
      throw rtspError('ERR_RTSP_USAGE', 'RTP cannot be sent to a publisher or on a back channel: the client sends it')
    }
    const { reader } = this.#entry
    if (reader === null || reader.gate === 'closed') return true
    return reader.writeRtp(mediaIndex, bytesOf(packet), toUnixMillis(options.ntp))
  }

  /** Sends an RTCP packet, or a compound, to this client alone, publishers included. Else like `writeRtp`. */
  writeRtcp(media: Media | number, packet: PacketBytes): boolean {
    const { mediaIndex } = this.#setupMedia(media)
    const sender = this.#entry.reader ?? this.#entry.writer
    if (sender === null || sender.gate === 'closed') return true
    return sender.writeRtcp(mediaIndex, bytesOf(packet))
  }

  /**
   * Presentation time of a packet of the client in ticks of its format's clock, from 0 at RECORD or PLAY, on one time
   * line for all medias: RTP timestamps are unrelated, so a media begins where the others are when it arrives, and goes by
   * its own timestamps from there. A sender that starts anew with another SSRC begins once more.
   *
   * May be asked during the delivery of the packet and later, of a clone. `undefined`: the media has not reached a packet
   * that a decoder can start from, or the payload type or clock rate is unknown. Throws like `rtp`.
   */
  packetPts(media: Media, packet: RtpPacket): number | undefined {
    return this.#requireTracks().packetPts(media, packet)
  }

  /**
   * Wall time of a packet by the client's clock, in nanoseconds since 1970. `undefined` before its first sender report
   * (RFC 3550 section 6.4.1). Throws like `rtp`.
   */
  packetNtp(media: Media, packet: RtpPacket): UnixNanos | undefined {
    return this.#requireTracks().packetNtp(media, packet)
  }

  /** What `packetPts` gives for packets of a format with this timestamp; `withPts` asks it. ERR_RTSP_USAGE like `rtp`. */
  ptsOf(format: Format, timestamp: number): number | undefined {
    return this.#requireTracks().ptsOf(format, timestamp)
  }

  /** What `packetNtp` gives for packets of a format with this timestamp; `withNtp` asks it. ERR_RTSP_USAGE like `rtp`. */
  ntpOf(format: Format, timestamp: number): UnixNanos | undefined {
    return this.#requireTracks().ntpOf(format, timestamp)
  }

  /** What was sent and received, over all of its life; true at any moment and readable after the end. */
  stats(): SessionStats {
    return sessionStats(this.#entry)
  }

  /** Ends the session and closes its connections. Idempotent. */
  close(): void {
    this.#entry.ref.tell({ type: 'close.ordered', failure: new Failure('ERR_RTSP_TERMINATED') })
  }

  /** @internal The actor moved on. */
  refresh(): void {
    this.#tracks.refresh()
    this.#state.refresh()
  }

  /** @internal */
  end(failure: Failure): void {
    this.#state.end('closed')
    this.#tracks.end(this.#entry.tracks)
    this.#end.end(failure)
  }

  /** @internal The reason as `closed$` tells it. */
  reasonOf(failure: Failure): RtspError {
    return this.#end.reasonOf(failure)
  }

  /** The receiving half exists from the first SETUP on; who subscribes before waits for it. */
  #fromTracks<Value>(select: (tracks: InboundTracks) => Observable<Value>): Observable<Value> {
    const later = (tracks: InboundTracks | null): Observable<Value> => (tracks === null ? EMPTY : select(tracks))
    return new GuardedObservable<Value>(
      (subscriber) => {
        const { tracks } = this.#entry
        return (tracks === null ? this.#tracks.value$.pipe(switchMap(later)) : select(tracks)).subscribe(subscriber)
      },
      (error) => this.#neighbours.onSubscriberError(this, error),
    )
  }

  #setupMedia(media: Media | number): SessionMedia {
    const { medias, stream, announced } = this.#entry.ref.state
    const all = stream?.description.medias ?? announced?.medias ?? []
    const index = typeof media === 'number' ? media : all.indexOf(media)
    for (const each of medias) if (each.mediaIndex === index) return each
    throw rtspError('ERR_RTSP_USAGE', 'the media is none that was set up in this session')
  }

  #requireTracks(): InboundTracks {
    const { tracks } = this.#entry
    if (tracks === null) throw rtspError('ERR_RTSP_USAGE', 'no media of this session has been set up')
    return tracks
  }
}
