import { BehaviorSubject, distinctUntilChanged, type Observable, type Observer } from 'rxjs'
import { openStream } from '../actors/stream/interpreter.ts'
import type { StreamFacts } from '../actors/handler-call.ts'
import type { Runtime, StreamEntry } from '../actors/runtime.ts'
import type { MulticastAddress } from '../actors/stream/protocol.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import type { StreamId } from '../contracts/units.ts'
import type { Media, SessionDescription } from '../formats/description.ts'
import type { InboundRtp } from '../media/inbound/inbound-tracks.ts'
import { bytesOf, toUnixMillis, type PacketBytes, type WriteOptions } from './packet-bytes.ts'
import { resolveReading, type ReadingOptions } from './stream-options.ts'
import { streamStats, type StreamStats } from './stream-stats.ts'

/** What may be said about a stream when it is created; what is left out is as the server's options say. */
export interface StreamOptions extends ReadingOptions {
  /** The multicast group of each media, instead of free addresses of the server's range. Needs the option `multicast`. */
  readonly multicast?: readonly MulticastAddress[]
}

/**
 * A stream that any number of sessions read. Written to packet by packet, or used as an Observer of a publisher:
 *
 * ```ts
 * record: ({ session }) => { session.rtp$.subscribe(stream); return respond.ok() }
 * ```
 *
 * Packets are copied when they are written: the caller's bytes may be reused at once. The SSRC is replaced by the
 * stream's own. Everything written in one turn of the event loop leaves as one burst.
 */
export class ServerStream implements Observer<InboundRtp> {
  /** Name in logs. */
  readonly id: StreamId
  readonly #entry: StreamEntry
  readonly #maxPacketBytes: number
  /** Medias of every description the stream has had: a publisher goes on with its own. */
  readonly #indexes = new WeakMap<Media, number>()
  readonly #readers = new BehaviorSubject(0)
  /** Tracks that were asked for and have not completed. */
  #openTracks = 0
  /** How many sessions have set up a media of this stream. Emits the current value first, completes when the stream closes. */
  readonly readers$: Observable<number> = this.#readers.pipe(distinctUntilChanged())

  /** @internal Use `server.createStream`. */
  constructor(
    runtime: Runtime,
    id: StreamId,
    description: SessionDescription,
    groups: readonly MulticastAddress[] | null = null,
    options: ReadingOptions = {},
  ) {
    this.id = id
    this.#maxPacketBytes = runtime.config.maxPacketBytes
    refuseMode0(description)
    this.#noteMedias(description)
    const reading = resolveReading(options, runtime.config)
    this.#entry = openStream(runtime, id, description, (count) => this.#readers.next(count), groups, reading)
  }

  /** What the stream consists of: the very object it was created from or that `reloadDescription` was given last. */
  get description(): SessionDescription {
    return this.#entry.description
  }

  /** True after `close`. */
  get isClosed(): boolean {
    return this.#entry.hub.isClosed
  }

  /** @internal */
  get facts(): StreamFacts {
    const { hub, description, id } = this.#entry
    const ssrcs = description.medias.map((media, mediaIndex) =>
      media.formats.map((format) => hub.ssrc(mediaIndex, format.payloadType) ?? 0),
    )
    return { streamId: id, description, ssrcs }
  }

  /**
   * Sends an RTP packet to every reader of the media. `media` is an object of `description.medias` or its index.
   * A reader that is too slow misses it, which is counted and told as `stream.writeError`; that is no error here.
   * Throws ERR_RTSP_STREAM_CLOSED after `close`, ERR_RTSP_USAGE for a media or payload type that the description does
   * not have and for packets that are too big.
   *
   * Under SRTP a packet whose sequence number one of the last 64 had is left out: it would be encrypted alike. Numbers that
   * begin anew further back are taken for those of the next rollover, and readers are led there.
   */
  writeRtp(media: Media | number, packet: PacketBytes, options?: WriteOptions): void {
    this.#entry.hub.writeRtp(this.#mediaIndex(media), bytesOf(packet), toUnixMillis(options?.ntp))
  }

  /** Sends an RTCP packet (or a compound) to every reader of the media. Throws like `writeRtp`. */
  writeRtcp(media: Media | number, packet: PacketBytes): void {
    this.#entry.hub.writeRtcp(this.#mediaIndex(media), bytesOf(packet))
  }

  /**
   * Takes a packet of a publisher whose description this stream was created from. Part of being an Observer: after
   * `close` it does nothing, and packets larger than `maxPacketBytes` are counted and left out.
   */
  readonly next = ({ media, packet }: InboundRtp): void => {
    this.#relay(this.#mediaIndex(media), packet.bytes)
  }

  /** Packets that `next`, here or of a track, left out because they are larger than `maxPacketBytes`. */
  oversizedPackets = 0

  /** The publisher failed: the stream closes. */
  readonly error = (): void => {
    this.close()
  }

  /** The publisher is done: the stream closes. */
  readonly complete = (): void => {
    this.close()
  }

  /**
   * One media of the stream as an Observer of its packets, for pipelines that end in packets of one format:
   *
   * ```ts
   * pictures$.pipe(packetize(format)).subscribe(stream.track(0))
   * ```
   *
   * `media` is an object of `description.medias` or its index, else ERR_RTSP_USAGE is thrown. Packets are taken like
   * those of a publisher: after `close` they go nowhere, and those larger than `maxPacketBytes` are counted and left
   * out; a payload type that the media does not have throws ERR_RTSP_USAGE. The stream closes when one of its tracks
   * errors, and when all that were asked for have completed: ask for all of them before you subscribe the first.
   */
  track(media: Media | number): Observer<PacketBytes> {
    const mediaIndex = this.#mediaIndex(media)
    if (this.description.medias[mediaIndex] === undefined) {
      throw rtspError('ERR_RTSP_USAGE', `the stream has no media ${mediaIndex}`)
    }
    let isOpen = true
    this.#openTracks++
    return {
      next: (packet) => this.#relay(mediaIndex, bytesOf(packet)),
      error: () => this.close(),
      complete: () => {
        if (isOpen) this.#openTracks--
        isOpen = false
        if (this.#openTracks === 0) this.close()
      },
    }
  }

  /**
   * Replaces the description, for parameter sets that were not known when the stream began: DESCRIBE shows it from now
   * on, sessions that exist keep what they began with. It must have the same medias with the same payload types, codecs
   * and clock rates: ERR_RTSP_USAGE is thrown otherwise. Writing goes on with the medias of any of the descriptions.
   */
  reloadDescription(description: SessionDescription): void {
    const problem = differenceOf(this.description, description)
    if (problem !== null) throw rtspError('ERR_RTSP_USAGE', `the description does not fit the stream: ${problem}`)
    refuseMode0(description)
    this.#noteMedias(description)
    this.#entry.description = description
  }

  /** What was sent, summed over readers; true at any moment and after `close`. */
  stats(): StreamStats {
    return streamStats(this.#entry.hub.stats(), this.description)
  }

  /** Ends the stream: the sessions that read it are closed with ERR_RTSP_TERMINATED. Idempotent. */
  close(): void {
    this.#entry.ref.tell({ type: 'close.ordered' })
    this.#readers.complete()
  }

  #relay(mediaIndex: number, bytes: Uint8Array): void {
    if (this.isClosed) return
    if (bytes.length > this.#maxPacketBytes) this.oversizedPackets++
    else this.#entry.hub.writeRtp(mediaIndex, bytes)
  }

  #mediaIndex(media: Media | number): number {
    if (typeof media === 'number') return media
    const index = this.#indexes.get(media)
    if (index === undefined) throw rtspError('ERR_RTSP_USAGE', 'the media is not one of this stream')
    return index
  }

  #noteMedias(description: SessionDescription): void {
    for (const [index, media] of description.medias.entries()) this.#indexes.set(media, index)
  }
}

/** Mode 0 is the one of three that readers of a server cannot do anything with. */
function refuseMode0({ medias }: SessionDescription): void {
  const formats = medias.flatMap((media) => media.formats)
  if (formats.some((format) => format.codec === 'H264' && format.packetizationMode === 0)) {
    throw rtspError('ERR_RTSP_H264_PACKETIZATION_MODE')
  }
}

/** Why readers of one description could not read what the other describes; `null` if they could. */
function differenceOf(before: SessionDescription, after: SessionDescription): string | null {
  if (before.medias.length !== after.medias.length) return 'it has another number of medias'
  for (const [index, media] of after.medias.entries()) {
    const old = before.medias[index]
    if (old?.type !== media.type || old.isBackChannel !== media.isBackChannel) return `media ${index} is another one`
    const formats = media.formats.map(({ payloadType, codec, clockRateHz }) => [payloadType, codec, clockRateHz].join())
    const oldFormats = old.formats.map((each) => [each.payloadType, each.codec, each.clockRateHz].join())
    if (formats.join(';') !== oldFormats.join(';')) return `media ${index} has other formats`
  }
  return null
}
