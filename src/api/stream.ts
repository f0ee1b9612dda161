import { BehaviorSubject, type Observable, type Observer } from 'rxjs'
import { openStream } from '../actors/stream/interpreter.ts'
import type { StreamFacts } from '../actors/handler-call.ts'
import type { Runtime, StreamEntry } from '../actors/runtime.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import type { StreamId, UnixMillis } from '../contracts/units.ts'
import type { Media, SessionDescription } from '../formats/description.ts'
import type { InboundRtp } from '../media/inbound/inbound-tracks.ts'
import type { StreamStats } from '../media/outbound/reader-options.ts'
import type { RtpPacket } from '../wire/rtp/rtp-packet.ts'

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
  readonly #readers = new BehaviorSubject(0)
  /** How many sessions have set up a media of this stream. Emits the current value first, completes when the stream closes. */
  readonly readers$: Observable<number> = this.#readers.asObservable()

  /** @internal Use `server.createStream`. */
  constructor(runtime: Runtime, id: StreamId, description: SessionDescription) {
    this.id = id
    this.#maxPacketBytes = runtime.config.maxPacketBytes
    for (const media of description.medias) {
      if (media.formats.some((format) => format.codec === 'H264' && format.packetizationMode === 0)) {
        throw rtspError('ERR_RTSP_H264_PACKETIZATION_MODE')
      }
    }
    this.#entry = openStream(runtime, id, description, (count) => this.#readers.next(count))
  }

  /** What the stream consists of: the very object it was created from. */
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
   * `ntp`: wall time of the packet, default now. Throws ERR_RTSP_STREAM_CLOSED after `close`, ERR_RTSP_USAGE for a
   * media or payload type that the description does not have and for packets that are too big.
   */
  writeRtp(media: Media | number, packet: RtpPacket | Uint8Array, options?: { readonly ntp?: UnixMillis }): void {
    this.#entry.hub.writeRtp(this.#mediaIndex(media), bytesOf(packet), options?.ntp)
  }

  /** Sends an RTCP packet (or a compound) to every reader of the media. Throws like `writeRtp`. */
  writeRtcp(media: Media | number, packet: { readonly bytes: Uint8Array } | Uint8Array): void {
    this.#entry.hub.writeRtcp(this.#mediaIndex(media), bytesOf(packet))
  }

  /**
   * Takes a packet of a publisher whose description this stream was created from. Part of being an Observer: after
   * `close` it does nothing, and packets larger than `maxPacketBytes` are counted and left out.
   */
  readonly next = ({ media, packet }: InboundRtp): void => {
    if (this.isClosed) return
    const { bytes } = packet
    if (bytes.length > this.#maxPacketBytes) this.oversizedPackets++
    else this.#entry.hub.writeRtp(this.#mediaIndex(media), bytes)
  }

  /** Packets that `next` left out because they are larger than `maxPacketBytes`. */
  oversizedPackets = 0

  /** The publisher failed: the stream closes. */
  readonly error = (): void => {
    this.close()
  }

  /** The publisher is done: the stream closes. */
  readonly complete = (): void => {
    this.close()
  }

  /** What was sent, summed over readers; true at any moment and after `close`. */
  stats(): StreamStats {
    return this.#entry.hub.stats()
  }

  /** Ends the stream: the sessions that read it are closed with ERR_RTSP_TERMINATED. Idempotent. */
  close(): void {
    this.#entry.ref.tell({ type: 'close.ordered' })
    this.#readers.complete()
  }

  #mediaIndex(media: Media | number): number {
    if (typeof media === 'number') return media
    const index = this.#entry.description.medias.indexOf(media)
    if (index < 0) throw rtspError('ERR_RTSP_USAGE', 'the media is not one of this stream')
    return index
  }
}

function bytesOf(packet: { readonly bytes: Uint8Array } | Uint8Array): Uint8Array {
  return packet instanceof Uint8Array ? packet : packet.bytes
}
