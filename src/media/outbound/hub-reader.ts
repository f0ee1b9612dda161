import { isFailure } from '../../contracts/failure.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'
import type { Millis, UnixMillis } from '../../contracts/units.ts'
import { type Burst, formatBit } from './burst.ts'
import { type CachedStart, startFromCache } from './cached-start.ts'
import type { ChannelMap } from './channel-map.ts'
import { DropFilter } from './drop-filter.ts'
import type { HubCore } from './hub-core.ts'
import type { ReaderGroup } from './reader-group.ts'
import { ReaderCounters } from './reader-counters.ts'
import { ReaderNotices } from './reader-notices.ts'
import type { Gate, ReaderMedia, ReaderOptions, ReaderStats } from './reader-options.ts'
import { ReaderProtection } from './reader-protection.ts'
import { ReaderReports } from './reader-reports.ts'
import type { ReaderSink } from './reader-sink.ts'
import { sinksFor } from './reader-sinks.ts'
import { checkRtcp, type OutboundPacket } from './outbound-packet.ts'
import { ProgressWatch } from './progress-watch.ts'
import { withSsrc } from './rtp-layout.ts'
import type { StartSink } from './start-sink.ts'
import { liveCursor, type StreamCursor } from './stream-cursor.ts'
import type { FormatTrack } from './stream-tracks.ts'

/**
 * One reader of a stream: a gate in front of a sink.
 *
 * ```
 * closed --prepare--> prepared --arm--> held --release--> open --close--> closed
 *                         \--discard-->  \--discard--> closed
 * ```
 *
 * The gate is exact to the packet even in the middle of a burst: a reader that joins or leaves there gets its part of
 * it. Nothing goes out between `arm` and `release`, so the answer to PLAY can be written in between and comes first.
 * `prepare` comes before the handler of PLAY is asked: what the handler writes to this reader alone is kept as well.
 *
 * `receive` runs for every burst and reader and is what the speed of the product hangs on: for a reader in good order
 * it is one look at the sink and one write. All other cases go through `#serve`, packet by packet.
 */
export class HubReader {
  readonly #core: HubCore
  readonly #medias: readonly ReaderMedia[]
  readonly #sink: ReaderSink
  readonly #map: ChannelMap | undefined
  readonly #filter: DropFilter
  readonly #counters: ReaderCounters
  readonly #watch: ProgressWatch
  readonly #reports: ReaderReports
  /** Encrypts what is written to this reader alone; absent in clear. */
  readonly #protection: ReaderProtection | undefined
  /** By media index: 1 when the stream's packets of that media are for this reader. */
  readonly #receives: Uint8Array
  #gate: Gate = 'closed'
  #group: ReaderGroup | undefined = undefined
  /** Open, and nothing is being left out. */
  #isFlowing = false
  /** The burst of this number was already served up to (not including) this packet. */
  #servedSerial = 0
  #servedPackets = 0
  readonly #notices: ReaderNotices
  /** The sink as it is asked for a reader that begins with what is kept; absent for others. */
  readonly #startSink: StartSink | undefined
  /** What the cache gave it at the last `arm`. */
  #cachedStart: CachedStart | undefined = undefined
  /** Sends RTCP to this reader unless that would break the bound. */
  readonly #send = (mediaIndex: number, bytes: Uint8Array): boolean => {
    if (this.#sink.queued() + this.#sink.costOfPacket(bytes.length) > this.#sink.limit * 2) return false
    const packet = this.#protection === undefined ? bytes : this.#protection.protectRtcp(mediaIndex, bytes)
    if (isFailure(packet)) return false
    this.#counters.noteOwnRtcp(mediaIndex, bytes.length)
    this.#sink.writePacket(mediaIndex, true, packet)
    return true
  }

  /** Made by `StreamHub.createReader`. */
  constructor(core: HubCore, options: ReaderOptions, previous?: HubReader) {
    const tracks = core.tracks
    const mediaCount = tracks.medias.length
    const { medias } = options
    this.#receives = new Uint8Array(mediaCount)
    const videoMedias = new Set<number>()
    for (const { mediaIndex, receives } of medias) {
      const media = tracks.medias[mediaIndex]
      if (media === undefined) throw rtspError('ERR_RTSP_USAGE', `the stream has no media ${mediaIndex}`)
      this.#receives[mediaIndex] = receives ? 1 : 0
      if (receives && media.isVideo) videoMedias.add(mediaIndex)
    }
    this.#core = core
    this.#medias = medias
    this.#notices = new ReaderNotices(options.hooks, () => core.notice(this))
    const startsFromCache = options.startsFromCache === true && core.cache !== undefined
    const { sink, startSink, map } = sinksFor(options, mediaCount, startsFromCache)
    this.#sink = sink
    this.#startSink = startSink
    this.#map = map
    this.#filter = new DropFilter(options.policy, this.#sink.limit, mediaCount, videoMedias)
    this.#protection = protectionFor(core, options)
    this.#counters = new ReaderCounters(tracks, this.#receives, this.#protection !== undefined)
    this.#watch = new ProgressWatch(this.#sink)
    const reported = options.senderReports ? tracks.reportable(this.#receives) : []
    this.#reports = new ReaderReports(reported, this.#counters)
    if (previous === undefined) return
    this.#counters.adopt(previous.#counters)
    this.#reports.adopt(previous.#reports)
    if (previous.#protection !== undefined) this.#protection?.adopt(previous.#protection)
  }

  /** Its packets are SRTP. */
  get isProtected(): boolean {
    return this.#protection !== undefined
  }

  /** `closed`, `prepared`, `held` between `arm` and `release`, or `open`. */
  get gate(): Gate {
    return this.#gate
  }

  /** From this moment on what is written to this reader alone is kept; packets of the stream are not for it yet. */
  prepare(): void {
    if (this.#gate !== 'closed') return
    this.#gate = 'prepared'
    this.#filter.reset()
    this.#sink.hold()
    this.#counters.setAside()
    if (this.#protection !== undefined) this.#leadIn(this.#protection)
  }

  /**
   * From this moment on packets of the stream are kept for this reader; none that was written before, but for what the
   * stream has kept for new readers, if this one is to begin with it.
   */
  arm(): void {
    this.prepare()
    if (this.#gate !== 'prepared') return
    this.#gate = 'held'
    this.#counters.join()
    const { isProtected } = this
    this.#group = this.#core.join(this, this.#map, isProtected)
    this.#markServed(this.#core.burstFor(isProtected))
    this.#protection?.join(this.#formats())
    const { tracks, cache } = this.#core
    tracks.countRecipients(this.#receives, isProtected, 1)
    if (isProtected && this.#core.protection?.isExhausted === true) this.#notices.exhausted()
    if (cache === undefined || this.#startSink === undefined) return
    const kept = this.#core.cacheFor(cache, isProtected)
    if (kept === undefined) return
    this.#cachedStart = startFromCache(cache, kept, this.#receives, tracks, this.#startSink, this.#counters)
  }

  /**
   * For `RTP-Info`: the sequence number of the first packet of a media that this reader gets, and the RTP time of the
   * moment at which it starts, the same for all medias. To be asked right behind `arm`. As `StreamHub.cursor` for a
   * reader that begins with live packets.
   */
  cursor(mediaIndex: number, now: UnixMillis): StreamCursor | undefined {
    const start = this.#receives[mediaIndex] === 1 ? this.#cachedStart : undefined
    return start === undefined ? liveCursor(this.#core.tracks, mediaIndex, now) : start.get(mediaIndex)
  }

  /** Everything that was kept goes out, then packets flow. */
  release(): void {
    if (this.#gate !== 'held') return
    this.#catchUp()
    this.#gate = 'open'
    this.#sink.release()
    this.#isFlowing = this.#filter.isIdle
    if (this.#reports.awaited !== 0) this.#sendFirstReports()
    this.#core.tellNotices()
  }

  /** What was written before this call goes out, nothing after it. Before `release` it is the same as `discard`. */
  close(): void {
    if (this.#gate !== 'open') {
      this.discard()
      return
    }
    this.#catchUp()
    // Datagrams that are still being paced were written before.
    this.#sink.release()
    this.#endDrop()
    this.#protection?.leave(this.#formats())
    this.#counters.leave()
    this.#end()
  }

  /** What is held back is forgotten and does not count: PLAY was refused. An open reader is closed. */
  discard(): void {
    if (this.#gate === 'open') this.close()
    if (this.#gate === 'closed') return
    this.#endDrop()
    this.#sink.dropHeld()
    this.#protection?.takeBack()
    this.#counters.restore()
    this.#end()
  }

  /**
   * Sends an RTP packet to this reader only, with the stream's SSRC and behind everything written before. The bytes
   * are copied. False when the reader is closed, its queue is full, or its key is used up. Throws `ERR_RTSP_USAGE` for a packet that does
   * not fit the media.
   */
  writeRtp(mediaIndex: number, bytes: Uint8Array, ntp?: UnixMillis): boolean {
    const { tracks, clock, maxPacketBytes, ownPacket: packet } = this.#core
    packet.read(tracks, mediaIndex, bytes, maxPacketBytes)
    if (this.#receives[mediaIndex] !== 1) {
      throw rtspError('ERR_RTSP_USAGE', `media ${mediaIndex} was not set up for sending to this reader`)
    }
    if (this.#gate === 'closed') return false
    const { track } = packet
    this.#catchUp()
    const fits = this.#sink.queued() + this.#sink.costOfPacket(bytes.length) <= this.#sink.limit
    const own = fits ? this.#ownPacket(packet, bytes) : undefined
    if (own !== undefined) {
      const wallTime = ntp ?? clock.wallNow()
      this.#reports.noteOwn(packet, wallTime, clock.now())
      this.#counters.noteOwnRtp(packet, bytes.length, wallTime)
      this.#sink.writePacket(mediaIndex, false, own)
      if ((this.#reports.awaited & formatBit(track.index)) !== 0 && this.#gate === 'open') this.#sendFirstReports()
    } else {
      this.#counters.noteOwnRtpDropped(track.index)
    }
    this.#core.tellNotices()
    return own !== undefined
  }

  /** Sends RTCP to this reader only; otherwise like `writeRtp`. A back channel may be written to as well. */
  writeRtcp(mediaIndex: number, bytes: Uint8Array): boolean {
    checkRtcp(bytes, this.#core.maxPacketBytes)
    if (!this.#medias.some((media) => media.mediaIndex === mediaIndex)) {
      throw rtspError('ERR_RTSP_USAGE', `media ${mediaIndex} was not set up by this reader`)
    }
    if (this.#gate === 'closed') return false
    this.#catchUp()
    const isAccepted = this.#send(mediaIndex, bytes.slice())
    if (!isAccepted) this.#counters.noteOwnRtcpDropped(mediaIndex)
    this.#core.tellNotices()
    return isAccepted
  }

  /** Sends a sender report of every format that had its first one. Nothing while the gate is not open. */
  sendReports(now: Millis): void {
    if (this.#gate !== 'open' || !this.#reports.hasReported) return
    this.#catchUp()
    this.#reports.sendAll(now, this.#send)
    this.#core.tellNotices()
  }

  /** For how long packets have waited and the system took none. Progress is seen from one call to the next. */
  stalledMs(now: Millis): Millis {
    return this.#watch.stalledMs(now)
  }

  /** True when the last `stalledMs` was more than 0. */
  get isStalled(): boolean {
    return this.#watch.isStalled
  }

  /** True while packets are being left out. */
  get isDropping(): boolean {
    return this.#filter.isDropping
  }

  /** What waits for the peer, held back or in the sink: bytes over TCP, datagrams over UDP. */
  get queued(): number {
    return this.#sink.queued()
  }

  /** What it was sent; true at any moment, also after it was closed. Packets of the burst in progress are in it. */
  stats(): ReaderStats {
    return { medias: this.#counters.stats(this.#medias) }
  }

  /** A burst is complete. `shared` are its frames for the group, empty over UDP. Called by the hub. */
  receive(burst: Burst, shared: Uint8Array): void {
    if (this.#isFlowing && this.#servedSerial !== burst.serial && this.#sink.offer(burst, shared)) {
      if ((this.#reports.awaited & burst.anchorMask) !== 0) this.#sendFirstReports()
      return
    }
    this.#serve(burst, shared)
  }

  /** The next packet of a format will have the SRTP index `next`, out of reach for the receiver. Called by the hub. */
  leap(track: FormatTrack, next: number): void {
    if (this.#protection === undefined || this.#receives[track.mediaIndex] !== 1) return
    this.#catchUp()
    for (const packet of this.#protection.leap(track, next)) {
      const fits = this.#sink.queued() + this.#sink.costOfPacket(packet.length) <= this.#sink.limit * 2
      if (fits) this.#sink.writePacket(track.mediaIndex, false, packet)
    }
  }

  /** Its key is used up: it is closed, and its owner told. Called by the hub. */
  exhaust(): void {
    this.close()
    this.#notices.exhausted()
  }

  /** Tells the owner what happened. Called by the hub when it is safe. */
  tellHooks(): void {
    this.#notices.tell()
  }

  /** Serves what has been gathered of the burst in progress, so that something else can come right behind it. */
  #catchUp(): void {
    if (this.#gate === 'prepared') return
    const burst = this.#core.burstFor(this.isProtected)
    this.#serve(burst, undefined)
    this.#markServed(burst)
  }

  /** Formats whose packets of the stream are for this reader. */
  #formats(): readonly FormatTrack[] {
    return this.#core.tracks.formats.filter(({ mediaIndex }) => this.#receives[mediaIndex] === 1)
  }

  /** Lets the receiver of a reader that was away for long find its way; these packets are not counted. */
  #leadIn(protection: ReaderProtection): void {
    const kept = this.#startSink === undefined ? undefined : this.#core.cache
    const cache = kept !== undefined && this.#core.protection?.isInStep(kept.burst) === true ? kept : undefined
    const firstIndexOf = ({ index, highestIndex }: FormatTrack): number =>
      cache?.firstPacketIndex(index) ?? highestIndex + 1
    for (const { mediaIndex, packet } of protection.leadIn(this.#formats(), firstIndexOf))
      this.#sink.writePacket(mediaIndex, false, packet)
  }

  #markServed(burst: Burst): void {
    this.#servedSerial = burst.serial
    this.#servedPackets = burst.count
  }

  /** The packet as it goes out to this reader; undefined when it cannot be encrypted. */
  #ownPacket({ track, sequenceNumber }: OutboundPacket, bytes: Uint8Array): Uint8Array | undefined {
    const packet = withSsrc(bytes, track.ssrc)
    if (this.#protection === undefined) return packet
    const encrypted = this.#protection.protectRtp(track, sequenceNumber, packet)
    return isFailure(encrypted) ? undefined : encrypted
  }

  #serve(burst: Burst, shared: Uint8Array | undefined): void {
    const from = this.#servedSerial === burst.serial ? this.#servedPackets : 0
    const to = burst.count
    if (from >= to) return
    this.#counters.takeFlushed()
    let used = this.#sink.queued()
    let runStart = from
    for (let index = from; index < to; index += 1) {
      if (this.#receives[burst.mediaIndexes[index] ?? 0] !== 1) continue
      const cost = this.#sink.costOf(burst, index)
      const dropped = this.#filter.isDropping
      const isAdmitted = this.#filter.admits(burst, index, used, cost)
      if (dropped !== this.#filter.isDropping) this.#noteDropChange()
      if (isAdmitted) {
        used += cost
        this.#counters.noteSent(burst, index)
        continue
      }
      this.#counters.noteDropped(burst, index)
      if (index > runStart) this.#sink.writeRange(burst, runStart, index, shared)
      runStart = index + 1
    }
    if (to > runStart) this.#sink.writeRange(burst, runStart, to, shared)
    this.#counters.markSeen()
    this.#isFlowing = this.#gate === 'open' && this.#filter.isIdle
    if ((this.#reports.awaited & burst.anchorMask) !== 0 && this.#gate === 'open') this.#sendFirstReports()
  }

  #noteDropChange(): void {
    this.#notices.dropChanged(this.#filter.isDropping, this.#counters.droppedPackets())
  }

  #endDrop(): void {
    const wasDropping = this.#filter.isDropping
    this.#filter.reset()
    if (wasDropping) this.#noteDropChange()
  }

  #sendFirstReports(): void {
    if (this.#reports.sendFirst(this.#core.clock.now(), this.#send)) this.#notices.firstReport()
  }

  #end(): void {
    this.#gate = 'closed'
    this.#isFlowing = false
    this.#cachedStart = undefined
    if (this.#group !== undefined) {
      this.#core.tracks.countRecipients(this.#receives, this.isProtected, -1)
      this.#core.leave(this, this.#group)
    }
    this.#group = undefined
    this.#core.tellNotices()
  }
}

function protectionFor({ protection }: HubCore, { isProtected, medias }: ReaderOptions): ReaderProtection | undefined {
  if (isProtected !== true) return undefined
  if (protection === undefined) throw rtspError('ERR_RTSP_USAGE', 'the stream has no keys')
  return new ReaderProtection(protection, medias)
}
