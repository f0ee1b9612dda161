import { isFailure, type Failure } from '../../contracts/failure.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'
import type { SrtpSender } from '../../wire/srtp/srtp-sender.ts'
import { ChannelMap } from './channel-map.ts'
import { DatagramSink } from './datagram-sink.ts'
import { InterleavedSink } from './interleaved-sink.ts'
import { checkRtcp } from './outbound-packet.ts'
import { ProgressWatch } from './progress-watch.ts'
import type { Gate, QueueLimits, ReaderMedia, ReaderTarget } from './reader-options.ts'
import type { ReaderSink } from './reader-sink.ts'
import type { Millis } from '../../contracts/units.ts'

/**
 * RTCP to a peer that records: receiver reports and whatever the application writes. There is no stream behind it, so
 * it is a gate, a bound and counters around the same sinks that readers have.
 */

/** Everything about a new direct writer. */
export interface DirectWriterOptions {
  readonly target: ReaderTarget
  /** The medias that were set up, each once. */
  readonly medias: readonly ReaderMedia[]
  readonly limits: QueueLimits
  /** Longest packet in bytes; 1472 if absent. */
  readonly maxPacketBytes?: number
  /** True: the session is encrypted, and a media without keys is sent nothing. False if absent. */
  readonly isProtected?: boolean
  /** The writer that the same session had before it paused: its counts go on. */
  readonly previous?: DirectWriter
}

/** What was written in one media. */
export interface DirectMediaStats {
  readonly mediaIndex: number
  /** Without interleaved headers. */
  readonly bytes: number
  readonly rtcpPackets: number
  /** Left out because the queue was full, or it could not be encrypted. */
  readonly droppedRtcpPackets: number
}

interface MediaCounters {
  bytes: number
  rtcpPackets: number
  droppedRtcpPackets: number
}

export class DirectWriter {
  readonly #sink: ReaderSink
  readonly #counters = new Map<number, MediaCounters>()
  /** By media index, of those that are encrypted. */
  readonly #protections = new Map<number, SrtpSender>()
  readonly #maxPacketBytes: number
  readonly #watch: ProgressWatch
  readonly #isProtected: boolean
  #gate: Gate = 'closed'
  /** Counters as they were at `arm`. */
  #aside: ReadonlyMap<number, MediaCounters> = new Map()

  constructor(options: DirectWriterOptions) {
    const { target, medias, limits, previous } = options
    const mediaCount = medias.reduce((most, media) => Math.max(most, media.mediaIndex + 1), 0)
    for (const { mediaIndex, protection } of medias) {
      if (protection !== undefined) this.#protections.set(mediaIndex, protection)
      const before = previous === undefined ? undefined : previous.#counters.get(mediaIndex)
      this.#counters.set(mediaIndex, before ?? { bytes: 0, rtcpPackets: 0, droppedRtcpPackets: 0 })
    }
    this.#isProtected = options.isProtected ?? false
    this.#maxPacketBytes = options.maxPacketBytes ?? 1472
    this.#sink =
      target.protocol === 'tcp'
        ? new InterleavedSink(target.duplex, new ChannelMap(mediaCount, medias), medias, limits.maxQueuedBytes)
        : new DatagramSink(target, mediaCount, medias, limits.maxQueuedPackets)
    this.#watch = new ProgressWatch(this.#sink)
  }

  /** `closed`, `held` between `arm` and `release`, or `open`. */
  get gate(): Gate {
    return this.#gate
  }

  /** What is written from now on is kept until `release`: the answer to RECORD comes first. */
  arm(): void {
    if (this.#gate !== 'closed') return
    this.#gate = 'held'
    this.#aside = new Map([...this.#counters].map(([mediaIndex, counters]) => [mediaIndex, { ...counters }]))
    this.#sink.hold()
  }

  /** What was kept goes out, then everything at once. */
  release(): void {
    if (this.#gate !== 'held') return
    this.#gate = 'open'
    this.#sink.release()
  }

  /** Nothing goes out from now on. Before `release` what was kept is forgotten and does not count. */
  close(): void {
    if (this.#gate === 'held') {
      this.#sink.dropHeld()
      for (const [mediaIndex, counters] of this.#aside) this.#counters.set(mediaIndex, counters)
    }
    this.#gate = 'closed'
  }

  /**
   * Sends RTCP in one media. The bytes are copied. False when the writer is closed, the queue is full, or the packet
   * cannot be encrypted (an SRTP key that is used up, RTCP without a source). Throws `ERR_RTSP_USAGE` for a media that was not set up and for a packet that is too long.
   */
  writeRtcp(mediaIndex: number, bytes: Uint8Array): boolean {
    checkRtcp(bytes, this.#maxPacketBytes)
    const counters = this.#counters.get(mediaIndex)
    if (counters === undefined) throw rtspError('ERR_RTSP_USAGE', `media ${mediaIndex} was not set up`)
    if (this.#gate === 'closed') return false
    const protection = this.#protections.get(mediaIndex)
    const length = bytes.length + (protection?.rtcpOverheadBytes ?? 0)
    const fits = this.#sink.queued() + this.#sink.costOfPacket(length) <= this.#sink.limit
    const packet = fits ? this.#outgoing(bytes, protection) : undefined
    if (packet === undefined || isFailure(packet)) {
      counters.droppedRtcpPackets += 1
      return false
    }
    counters.bytes += length
    counters.rtcpPackets += 1
    this.#sink.writePacket(mediaIndex, true, packet)
    return true
  }

  /** The packet as it goes out; undefined where it would have to go in clear and must not. */
  #outgoing(bytes: Uint8Array, protection: SrtpSender | undefined): Uint8Array | Failure | undefined {
    if (protection !== undefined) return protection.protectRtcp(bytes)
    return this.#isProtected ? undefined : bytes.slice()
  }

  /** As `HubReader.stalledMs`. */
  stalledMs(now: Millis): Millis {
    return this.#watch.stalledMs(now)
  }

  /** What waits for the peer: bytes over TCP, datagrams over UDP. */
  get queued(): number {
    return this.#sink.queued()
  }

  /** What was written, per media in the order of SETUP; also after `close`. */
  stats(): readonly DirectMediaStats[] {
    return [...this.#counters].map(([mediaIndex, counters]) => ({ mediaIndex, ...counters }))
  }
}
