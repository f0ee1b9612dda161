import type { Millis } from '../../contracts/units.ts'
import { ntpMiddle, ntpToUnixNanos, type NtpTime } from '../../wire/ntp.ts'
import type { RtcpInput } from '../../wire/rtcp/rtcp-packet.ts'
import { timestampDelta, toUint16, toUint32 } from '../../wire/sequence.ts'

/**
 * How one source is received (RFC 3550 sections 6.4 and A.1, A.3, A.8): plain counters that cost a few additions per
 * packet, and the report that is made of them now and then. The numbers stay readable after the session is over.
 *
 * Jitter is measured as packets arrive, on those packets only whose presentation time is their decoding time: with B
 * frames the time stamps of the others go back and forth without any network doing so. Time stamps are subtracted as
 * signed 32-bit numbers, so their wrap is no event.
 */

/** Reception of one source on one format. Time comes in as an argument, on any one monotonic clock. */
export class ReceptionStatistics {
  /** Packets delivered, duplicates on a reliable transport included. */
  received = 0
  /** Packets that never came. */
  lost = 0
  /** Interarrival jitter in ticks, with a fraction. */
  jitterTicks = 0
  /** Of the last packet delivered; 0 before the first. */
  lastSequenceNumber = 0
  /** RTP timestamp of the last packet with PTS = DTS that arrived; 0 before. */
  lastTimestamp = 0
  /** SSRC of the source; 0 before the first packet. */
  remoteSsrc = 0
  /** True once a packet was delivered. */
  isStarted = false

  readonly #clockRateHz: number
  #isContinuous = false
  #cycles = 0
  #lostSinceReport = 0
  #expectedSinceReport = 0
  #isTimed = false
  #hasLastTimestamp = false
  #lastArrivalMs: Millis = 0
  #senderReportNtp: NtpTime | undefined = undefined
  #senderReportTimestamp = 0
  #senderReportAtMs: Millis = 0
  /** The latest report of a source that has not sent a packet yet. */
  #earlyReport: { ssrc: number; ntp: NtpTime; timestamp: number; atMs: Millis } | undefined = undefined

  /** A clock rate of 0 (unknown) switches jitter, reports and NTP off; the counters go on. */
  constructor(clockRateHz: number) {
    this.#clockRateHz = clockRateHz
  }

  /**
   * Packets missing in front of this one on a transport that keeps the order, 0..32767. A packet that does not come
   * after the last one is a duplicate or a new start of the sender, not 65 thousand losses.
   */
  gapBefore(sequenceNumber: number): number {
    if (!this.#isContinuous) return 0
    const gap = toUint16(sequenceNumber - this.lastSequenceNumber - 1)
    return gap >= 0x8000 ? 0 : gap
  }

  /** Counts a packet that is delivered, in the order of delivery. */
  countDelivered(sequenceNumber: number): void {
    if (this.isStarted && sequenceNumber - this.lastSequenceNumber < -4095) this.#cycles += 1
    this.isStarted = true
    this.#isContinuous = true
    this.lastSequenceNumber = sequenceNumber
    this.received += 1
    this.#expectedSinceReport += 1
  }

  /** Counts packets that will not come any more. */
  countLost(lost: number): void {
    this.lost += lost
    this.#lostSinceReport += lost
    this.#expectedSinceReport += lost
  }

  /** Takes the time of an arriving packet whose PTS is its DTS (RFC 3550 A.8). */
  timeArrival(timestamp: number, now: Millis): void {
    if (this.#isTimed && this.#clockRateHz !== 0) {
      const arrivalTicks = ((now - this.#lastArrivalMs) * this.#clockRateHz) / 1000
      const difference = Math.abs(arrivalTicks - timestampDelta(timestamp, this.lastTimestamp))
      this.jitterTicks += (difference - this.jitterTicks) / 16
    }
    this.#isTimed = true
    this.#hasLastTimestamp = true
    this.lastTimestamp = timestamp
    this.#lastArrivalMs = now
  }

  /** The sender was away or started anew: what comes next is neither late nor behind a gap. Counters stay. */
  interrupt(): void {
    this.#isContinuous = false
    this.#isTimed = false
  }

  /** Another source sends from now on (RFC 3550 section 8.2): what was known of the clock of the old one is void. */
  changeSource(ssrc: number): void {
    this.interrupt()
    this.remoteSsrc = ssrc
    this.isStarted = false
    this.#cycles = 0
    this.jitterTicks = 0
    this.#senderReportNtp = undefined
    this.#useEarlyReport()
  }

  /** The first source is known. */
  startSource(ssrc: number): void {
    this.remoteSsrc = ssrc
    this.#useEarlyReport()
  }

  /**
   * Takes a sender report. FFmpeg sends the first one before the first packet and the next after 5 s, so the report of a
   * source that is not known yet waits for its packets: one of them, whoever sends it.
   */
  takeSenderReport(ssrc: number, ntp: NtpTime, timestamp: number, now: Millis): void {
    if (this.isStarted && ssrc === this.remoteSsrc) this.#setSenderReport(ntp, timestamp, now)
    else this.#earlyReport = { ssrc, ntp, timestamp, atMs: now }
  }

  #useEarlyReport(): void {
    const early = this.#earlyReport
    if (early === undefined) return
    this.#earlyReport = undefined
    if (early.ssrc === this.remoteSsrc) this.#setSenderReport(early.ntp, early.timestamp, early.atMs)
  }

  #setSenderReport(ntp: NtpTime, timestamp: number, now: Millis): void {
    this.#senderReportNtp = ntp
    this.#senderReportTimestamp = timestamp
    this.#senderReportAtMs = now
  }

  /**
   * Wall time of an RTP timestamp by the sender's clock, in nanoseconds since 1970. Undefined before the first sender
   * report of this source, or without a clock rate. Timestamps somewhat older than the report work as well.
   */
  packetNtp(timestamp: number): bigint | undefined {
    if (this.#senderReportNtp === undefined || this.#clockRateHz === 0) return undefined
    const ticks = BigInt(timestampDelta(timestamp, this.#senderReportTimestamp))
    return ntpToUnixNanos(this.#senderReportNtp) + (ticks * 1_000_000_000n) / BigInt(this.#clockRateHz)
  }

  /** Wall time of `lastTimestamp`, see `packetNtp`. */
  lastNtp(): bigint | undefined {
    return this.#hasLastTimestamp ? this.packetNtp(this.lastTimestamp) : undefined
  }

  /**
   * The receiver report for now (RFC 3550 section 6.4.2), with one block; starts the next interval. Undefined before
   * the first packet, or without a clock rate.
   */
  receiverReport(localSsrc: number, now: Millis): RtcpInput | undefined {
    if (!this.isStarted || this.#clockRateHz === 0) return undefined
    const fractionLost = this.#fractionLost()
    this.#lostSinceReport = 0
    this.#expectedSinceReport = 0
    const ntp = this.#senderReportNtp
    return {
      type: 'receiverReport',
      ssrc: localSsrc,
      reports: [
        {
          ssrc: this.remoteSsrc,
          fractionLost,
          // The field is signed.
          totalLost: Math.min(this.lost, 0x7f_ffff),
          extendedSequenceNumber: toUint32((this.#cycles << 16) | this.lastSequenceNumber),
          jitterTicks: Math.min(Math.floor(this.jitterTicks), 0xffff_ffff),
          lastSenderReport: ntp === undefined ? 0 : ntpMiddle(ntp),
          delaySinceLastSenderReport:
            ntp === undefined ? 0 : toUint32(Math.floor(((now - this.#senderReportAtMs) * 65536) / 1000)),
        },
      ],
    }
  }

  #fractionLost(): number {
    if (this.#expectedSinceReport === 0) return 0
    const lost = Math.min(this.#lostSinceReport, 0xff_ffff)
    return Math.min(Math.floor((lost * 256) / this.#expectedSinceReport), 255)
  }
}
