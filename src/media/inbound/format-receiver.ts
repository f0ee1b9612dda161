import { Subject, type Observable } from 'rxjs'
import type { Millis } from '../../contracts/units.ts'
import type { Format } from '../../formats/format.ts'
import { ptsEqualsDts } from '../../formats/pts-equals-dts.ts'
import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { GuardedObservable } from './guarded-observable.ts'
import type { InboundFormatStats } from './inbound-stats.ts'
import { ReceptionStatistics } from './reception-statistics.ts'
import type { ReorderBuffer } from './reorder-buffer.ts'

/**
 * What is received of one format of one media: the order of packets, the count of them, and those who want them. An
 * unreliable transport gets a reorder buffer; on a reliable one the order is the sender's and only gaps are counted.
 */
export class FormatReceiver {
  readonly format: Format
  readonly statistics: ReceptionStatistics
  /** Source of reports about this format; for a media that the peer only reads, of the packets it is sent. */
  readonly localSsrc: number
  /** Packets of `localSsrc` that the peer reports as lost. */
  reportedLost = 0
  /** Where delivered packets go in. */
  readonly packets = new Subject<RtpPacket>()
  /** Where they come out, for subscribers. */
  readonly packets$: Observable<RtpPacket>
  /** Packets lost in front of what the last `accept` or `poll` delivered. */
  lost = 0
  /** The packet of the last `accept` was the first of another SSRC than the one before. */
  hasNewSource = false
  readonly #reorderBuffer: ReorderBuffer | undefined

  /** `reorderBuffer` is undefined on a reliable transport. */
  constructor(
    format: Format,
    localSsrc: number,
    reorderBuffer: ReorderBuffer | undefined,
    onSubscriberError: (error: unknown) => void,
  ) {
    this.format = format
    this.localSsrc = localSsrc
    this.statistics = new ReceptionStatistics(format.clockRateHz)
    this.#reorderBuffer = reorderBuffer
    this.packets$ = new GuardedObservable((subscriber) => this.packets.subscribe(subscriber), onSubscriberError)
  }

  /**
   * Takes a packet and counts it. `one`: deliver it; `many`: deliver what `take()` gives; `none`: it waits, or was a
   * duplicate.
   */
  accept(packet: RtpPacket, now: Millis): 'one' | 'many' | 'none' {
    this.lost = 0
    this.hasNewSource = false
    this.#followSource(packet.ssrc)
    const outcome = this.#order(packet, now)
    if (this.lost > 0) this.statistics.countLost(this.lost)
    if (outcome === 'dropped') return 'none'
    if (outcome === 'restart') this.statistics.interrupt()
    if (ptsEqualsDts(this.format, packet.payload)) this.statistics.timeArrival(packet.timestamp, now)
    if (outcome === 'held') return 'none'
    if (outcome === 'batch') return 'many'
    this.statistics.countDelivered(packet.sequenceNumber)
    return 'one'
  }

  /** Gives up on gaps that are too old. True: `take()` has packets to deliver. */
  poll(now: Millis): boolean {
    this.lost = 0
    if (this.#reorderBuffer?.poll(now) !== true) return false
    this.lost = this.#reorderBuffer.lost
    this.statistics.countLost(this.lost)
    return true
  }

  /** Packets to deliver, in order; counts them. The array belongs to the caller. */
  take(): readonly RtpPacket[] {
    const packets = this.#reorderBuffer?.take() ?? []
    for (const packet of packets) this.statistics.countDelivered(packet.sequenceNumber)
    return packets
  }

  /** Forgets what waits: packets that come after a pause are not measured against those before it. */
  interrupt(): void {
    this.#reorderBuffer?.reset()
    this.statistics.interrupt()
  }

  /** A snapshot of the counters. */
  stats(): InboundFormatStats {
    const { received, lost, jitterTicks, lastSequenceNumber, lastTimestamp, remoteSsrc } = this.statistics
    return {
      packets: received,
      lost,
      jitterTicks,
      lastSequenceNumber,
      lastRtp: lastTimestamp,
      lastNtp: this.statistics.lastNtp(),
      remoteSsrc,
      localSsrc: this.localSsrc,
      reportedLost: this.reportedLost,
    }
  }

  /** A sender that starts anew picks a new SSRC and new counters (RFC 3550 section 8.2); it is no flood of losses. */
  #followSource(ssrc: number): void {
    if (!this.statistics.isStarted) {
      this.statistics.startSource(ssrc)
    } else if (ssrc !== this.statistics.remoteSsrc) {
      this.hasNewSource = true
      this.lost = this.#reorderBuffer?.heldCount ?? 0
      this.#reorderBuffer?.reset()
      this.statistics.changeSource(ssrc)
    }
  }

  #order(packet: RtpPacket, now: Millis): ReturnType<ReorderBuffer['offer']> {
    if (this.#reorderBuffer === undefined) {
      this.lost = this.statistics.gapBefore(packet.sequenceNumber)
      return 'deliver'
    }
    const outcome = this.#reorderBuffer.offer(packet, now)
    this.lost += this.#reorderBuffer.lost
    return outcome
  }
}
