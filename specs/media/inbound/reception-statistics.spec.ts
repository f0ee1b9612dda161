import { describe, expect, it } from 'vitest'
import { ReceptionStatistics } from '../../../src/media/inbound/reception-statistics.ts'
import type { NtpTime } from '../../../src/wire/ntp.ts'
import type { ReceptionReport } from '../../../src/wire/rtcp/rtcp-packet.ts'
import { range } from './packets.ts'

/** Reception over a transport that keeps the order. */
function receive(statistics: ReceptionStatistics, sequenceNumbers: readonly number[]): void {
  for (const sequenceNumber of sequenceNumbers) {
    statistics.countLost(statistics.gapBefore(sequenceNumber))
    statistics.countDelivered(sequenceNumber)
  }
}

/** A sender report of the source that sends; before the first packet, of the source 0. */
function takeReport(statistics: ReceptionStatistics, ntp: NtpTime, timestamp: number, now: number): void {
  statistics.takeSenderReport(statistics.remoteSsrc, ntp, timestamp, now)
  if (!statistics.isStarted) statistics.startSource(0)
}

function reportOf(statistics: ReceptionStatistics, now = 0): ReceptionReport | undefined {
  const report = statistics.receiverReport(0x6507_9042, now)
  if (report === undefined) return undefined
  if (report.type !== 'receiverReport') throw new Error(report.type)
  expect(report.ssrc).toBe(0x6507_9042)
  expect(report.reports).toHaveLength(1)
  return report.reports[0]
}

describe('[72] receiver reports (RFC 3550 section 6.4.2)', () => {
  it('tell the highest sequence number and the delay since the sender report', () => {
    const statistics = new ReceptionStatistics(90000)
    takeReport(statistics, { seconds: 0xe363_887a, fraction: 0x17ce_d916 }, 1287981738, 1000)
    receive(statistics, [945, 946, 947])
    statistics.remoteSsrc = 0xba9d_a416
    expect(reportOf(statistics, 3000)).toEqual({
      ssrc: 0xba9d_a416,
      fractionLost: 0,
      totalLost: 0,
      extendedSequenceNumber: 947,
      jitterTicks: 0,
      lastSenderReport: 0x887a_17ce,
      delaySinceLastSenderReport: 2 * 65536,
    })
  })

  it('leave both sender report fields 0 before the first one', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [1])
    expect(reportOf(statistics, 5000)).toMatchObject({ lastSenderReport: 0, delaySinceLastSenderReport: 0 })
  })

  it('count wraps of the sequence number', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [0xffff, 0])
    expect(reportOf(statistics)).toMatchObject({ extendedSequenceNumber: 65536, totalLost: 0, fractionLost: 0 })
  })

  it('count a loss on a reliable transport', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [288, 290])
    expect(reportOf(statistics)).toMatchObject({ fractionLost: 85, totalLost: 1, extendedSequenceNumber: 290 })
  })

  it('count a loss across the wrap', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [0xffff, 2])
    expect(reportOf(statistics)).toMatchObject({ fractionLost: 128, totalLost: 2, extendedSequenceNumber: 65538 })
  })

  it('count what a full reorder buffer gave up on', () => {
    const statistics = new ReceptionStatistics(90000)
    statistics.countDelivered(1564)
    statistics.countLost(34)
    for (const sequenceNumber of range(1599, 31)) statistics.countDelivered(sequenceNumber)
    expect(reportOf(statistics)).toMatchObject({ fractionLost: 131, totalLost: 34, extendedSequenceNumber: 1629 })
  })

  it('count a cycle when the sender starts anew further back', () => {
    const statistics = new ReceptionStatistics(90000)
    statistics.countDelivered(50000)
    statistics.countDelivered(40064)
    expect(reportOf(statistics)).toMatchObject({ extendedSequenceNumber: 65536 + 40064, totalLost: 0 })
  })

  it('start a new interval each time, and go on when nothing arrives', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [288, 290])
    expect(reportOf(statistics)).toMatchObject({ fractionLost: 85, totalLost: 1 })
    expect(reportOf(statistics)).toMatchObject({ fractionLost: 0, totalLost: 1 })
    receive(statistics, [291, 292])
    expect(reportOf(statistics)).toMatchObject({ fractionLost: 0, totalLost: 1, extendedSequenceNumber: 292 })
  })

  it('clamp the total to 24 signed bits, and the fraction to 8', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [0])
    statistics.countLost(0x100_0000)
    expect(reportOf(statistics)).toMatchObject({ fractionLost: 255, totalLost: 0x7f_ffff })
    expect(statistics.lost).toBe(0x100_0000)
  })

  it('are not made before the first packet, nor without a clock rate', () => {
    expect(reportOf(new ReceptionStatistics(90000))).toBeUndefined()
    const statistics = new ReceptionStatistics(0)
    receive(statistics, [1, 3])
    expect(reportOf(statistics)).toBeUndefined()
    expect(statistics).toMatchObject({ received: 2, lost: 1, lastSequenceNumber: 3 })
  })

  it('write sequence numbers beyond 2^31 as unsigned', () => {
    const statistics = new ReceptionStatistics(90000)
    for (let cycle = 0; cycle < 0x8001; cycle++) receive(statistics, [0xffff, 0])
    expect(reportOf(statistics)?.extendedSequenceNumber).toBe(0x8001_0000)
  })
})

describe('gaps on a reliable transport', () => {
  it('are no 65535 losses when a packet is repeated or comes late', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [100, 100, 101, 100, 101])
    expect(statistics).toMatchObject({ received: 5, lost: 0 })
  })

  it('are counted up to 32767', () => {
    const statistics = new ReceptionStatistics(90000)
    statistics.countDelivered(0)
    expect(statistics.gapBefore(0x8000)).toBe(0x7fff)
    expect(statistics.gapBefore(0x8001)).toBe(0)
  })

  it('are not counted across an interruption', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [1, 2])
    statistics.interrupt()
    receive(statistics, [1000, 1002])
    expect(statistics).toMatchObject({ received: 4, lost: 1 })
  })
})

describe('[72] jitter (RFC 3550 A.8)', () => {
  it('is a sixteenth of a half second that a packet came late', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [1])
    statistics.timeArrival(1000, 0)
    statistics.timeArrival(1000 + 45000, 1000)
    expect(statistics.jitterTicks).toBe(2812.5)
    expect(reportOf(statistics)?.jitterTicks).toBe(2812)
  })

  it('does not notice the wrap of the timestamp', () => {
    const statistics = new ReceptionStatistics(90000)
    statistics.timeArrival(0xffff_ffff, 0)
    statistics.timeArrival(89999, 1000)
    expect(statistics.jitterTicks).toBe(0)
  })

  it('does not measure across an interruption, nor without a clock rate', () => {
    const statistics = new ReceptionStatistics(90000)
    statistics.timeArrival(0, 0)
    statistics.interrupt()
    statistics.timeArrival(3_000_000_000, 10)
    expect(statistics.jitterTicks).toBe(0)
    const withoutClock = new ReceptionStatistics(0)
    withoutClock.timeArrival(0, 0)
    withoutClock.timeArrival(5, 1000)
    expect(withoutClock.jitterTicks).toBe(0)
  })
})

describe('packetNtp', () => {
  it('ties a timestamp to the wall clock of the sender', () => {
    const statistics = new ReceptionStatistics(90000)
    expect(statistics.packetNtp(0)).toBeUndefined()
    takeReport(statistics, { seconds: 0xe363_887a, fraction: 0x17ce_d916 }, 1287981738, 0)
    // 869277777.65 exactly; gortsplib has 869277776, as it cuts the fraction of the report off instead of rounding it.
    const expected = BigInt(Date.parse('2020-11-21T17:44:36Z')) * 1_000_000n + 869_277_777n
    expect(statistics.packetNtp(0xafb4_5733)).toBe(expected)
  })

  it('works for packets older than the report', () => {
    const statistics = new ReceptionStatistics(90000)
    takeReport(statistics, { seconds: 2_208_988_800, fraction: 0 }, 10, 0)
    expect(statistics.packetNtp(0xffff_ffff - 90000 + 11)).toBe(-1_000_000_000n)
  })

  it('is unknown without a clock rate', () => {
    const statistics = new ReceptionStatistics(0)
    takeReport(statistics, { seconds: 1, fraction: 0 }, 10, 0)
    expect(statistics.packetNtp(10)).toBeUndefined()
  })

  it('is forgotten when another source sends', () => {
    const statistics = new ReceptionStatistics(90000)
    receive(statistics, [65000, 65001])
    takeReport(statistics, { seconds: 1, fraction: 0 }, 10, 0)
    statistics.changeSource(7)
    expect(statistics.packetNtp(10)).toBeUndefined()
    receive(statistics, [3])
    expect(reportOf(statistics)).toMatchObject({
      ssrc: 7,
      extendedSequenceNumber: 3,
      lastSenderReport: 0,
      totalLost: 0,
    })
    expect(statistics.received).toBe(3)
  })
})
