/**
 * Our RTCP against that of rtp.js, which shares nothing with it, on random compounds and in both directions. What rtp.js 0.15.5
 * is known to do wrong is left out: it reads 12 bits of the total of lost packets and takes its sign for a sign bit, and
 * refuses a source description without a terminator, chunks whose source begins with a zero, and bytes behind the last packet.
 */
import fc from 'fast-check'
import { packets as rtpJs } from 'rtp.js'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { encodeRtcp } from '../../../src/wire/rtcp/encode-rtcp.ts'
import { parseRtcp } from '../../../src/wire/rtcp/parse-rtcp.ts'
import type { ReceptionReport, RtcpInput } from '../../../src/wire/rtcp/rtcp-packet.ts'

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
const words = fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.slice(0, bytes.length & ~3))
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const bytesOf = (data: DataView) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
const list = (bytes: Uint8Array) => [...bytes]

const report: fc.Arbitrary<ReceptionReport> = fc.record({
  ssrc: uint32,
  fractionLost: fc.integer({ min: 0, max: 255 }),
  totalLost: fc.integer({ min: 0, max: 4095 }),
  extendedSequenceNumber: uint32,
  jitterTicks: uint32,
  lastSenderReport: uint32,
  delaySinceLastSenderReport: uint32,
})
const reports = fc.array(report, { maxLength: 31 })
/** Any text of at most 255 bytes. */
const text = fc.string({ maxLength: 60 })
const items = fc.array(fc.record({ itemType: fc.integer({ min: 1, max: 8 }), text }), { maxLength: 4 })

const packet: fc.Arbitrary<RtcpInput> = fc.oneof(
  fc.record({
    type: fc.constant('senderReport' as const),
    ssrc: uint32,
    ntp: fc.record({ seconds: uint32, fraction: uint32 }),
    rtpTimestamp: uint32,
    packetCount: uint32,
    octetCount: uint32,
    reports,
  }),
  fc.record({ type: fc.constant('receiverReport' as const), ssrc: uint32, reports }),
  fc.record({
    type: fc.constant('sourceDescription' as const),
    chunks: fc.array(fc.record({ ssrc: fc.integer({ min: 0x0100_0000, max: 0xffff_ffff }), items }), { maxLength: 31 }),
  }),
  fc.record({ type: fc.constant('goodbye' as const), ssrcs: fc.array(uint32, { maxLength: 31 }), reason: text }),
  fc.record({
    type: fc.constant('unknown' as const),
    packetType: fc.constantFrom(192, 200 + 8, 223),
    count: fc.integer({ min: 0, max: 31 }),
    body: words,
  }),
  // A picture loss indication, and feedback of a kind that has no class of its own.
  fc.record({
    type: fc.constant('feedback' as const),
    packetType: fc.constant(206 as const),
    format: fc.constant(1),
    senderSsrc: uint32,
    mediaSsrc: uint32,
    fci: fc.constant(new Uint8Array(0)),
  }),
  fc.record({
    type: fc.constant('feedback' as const),
    packetType: fc.constantFrom(205 as const, 206 as const),
    format: fc.integer({ min: 16, max: 30 }),
    senderSsrc: uint32,
    mediaSsrc: uint32,
    fci: words,
  }),
)
const compound = fc.array(packet, { minLength: 1, maxLength: 5 })

/** What rtp.js says of a packet, in our words. */
function described(read: rtpJs.RtcpPacket): RtcpInput {
  if (read instanceof rtpJs.SenderReportPacket) {
    return {
      type: 'senderReport',
      ssrc: read.getSsrc(),
      ntp: { seconds: read.getNtpSeconds(), fraction: read.getNtpFraction() },
      rtpTimestamp: read.getRtpTimestamp(),
      packetCount: read.getPacketCount(),
      octetCount: read.getOctetCount(),
      reports: read.getReports().map(describedReport),
    }
  }
  if (read instanceof rtpJs.ReceiverReportPacket) {
    return { type: 'receiverReport', ssrc: read.getSsrc(), reports: read.getReports().map(describedReport) }
  }
  if (read instanceof rtpJs.SdesPacket) {
    const chunks = read.getChunks().map((chunk) => ({
      ssrc: chunk.getSsrc(),
      items: chunk.getItems().map((item) => ({ itemType: item.type, text: item.text })),
    }))
    return { type: 'sourceDescription', chunks }
  }
  if (read instanceof rtpJs.ByePacket) {
    return { type: 'goodbye', ssrcs: read.getSsrcs(), reason: read.getReason() ?? '' }
  }
  if (read instanceof rtpJs.FeedbackPacket) {
    const fci = read instanceof rtpJs.GenericFeedbackPacket ? list(bytesOf(read.getBody())) : []
    return {
      type: 'feedback',
      packetType: read.getPacketType() as 205 | 206,
      format: read.getMessageType(),
      senderSsrc: read.getSenderSsrc(),
      mediaSsrc: read.getMediaSsrc(),
      fci: Uint8Array.from(fci),
    }
  }
  if (!(read instanceof rtpJs.GenericPacket)) throw new Error(`a packet of type ${read.getPacketType()}`)
  const body = Uint8Array.from(bytesOf(read.getBody()))
  return { type: 'unknown', packetType: read.getPacketType(), count: read.getCount(), body }
}

function describedReport(read: rtpJs.ReceptionReport): ReceptionReport {
  return {
    ssrc: read.getSsrc(),
    fractionLost: read.getFractionLost(),
    totalLost: read.getTotalLost(),
    extendedSequenceNumber: read.getHighestSeqNumber(),
    jitterTicks: read.getJitter(),
    lastSenderReport: read.getLastSRTimestamp(),
    delaySinceLastSenderReport: read.getDelaySinceLastSR(),
  }
}

/** The packet as rtp.js writes it; feedback is written by us, since its classes for it know fixed kinds only. */
function written(input: RtcpInput): Uint8Array {
  switch (input.type) {
    case 'senderReport': {
      const out = new rtpJs.SenderReportPacket()
      out.setSsrc(input.ssrc)
      out.setNtpSeconds(input.ntp.seconds)
      out.setNtpFraction(input.ntp.fraction)
      out.setRtpTimestamp(input.rtpTimestamp)
      out.setPacketCount(input.packetCount)
      out.setOctetCount(input.octetCount)
      out.setReports(input.reports.map(writtenReport))
      return serialized(out)
    }
    case 'receiverReport': {
      const out = new rtpJs.ReceiverReportPacket()
      out.setSsrc(input.ssrc)
      out.setReports(input.reports.map(writtenReport))
      return serialized(out)
    }
    case 'sourceDescription': {
      const out = new rtpJs.SdesPacket()
      for (const { ssrc, items: all } of input.chunks) {
        const chunk = new rtpJs.SdesChunk()
        chunk.setSsrc(ssrc)
        // Its enumeration of item types is not exported as a value.
        for (const item of all) Reflect.apply(chunk.addItem, chunk, [item.itemType, item.text])
        out.addChunk(chunk)
      }
      return serialized(out)
    }
    case 'goodbye': {
      const out = new rtpJs.ByePacket()
      out.setSsrcs([...input.ssrcs])
      if (input.reason !== '') out.setReason(input.reason)
      return serialized(out)
    }
    case 'unknown': {
      const out = new rtpJs.GenericPacket(undefined, input.packetType)
      out.setCount(input.count)
      out.setBody(view(input.body))
      return serialized(out)
    }
    case 'feedback':
    case 'applicationDefined':
      return encodeRtcp(input)
  }
}

function writtenReport(input: ReceptionReport): rtpJs.ReceptionReport {
  const out = new rtpJs.ReceptionReport()
  out.setSsrc(input.ssrc)
  out.setFractionLost(input.fractionLost)
  out.setTotalLost(input.totalLost)
  out.setHighestSeqNumber(input.extendedSequenceNumber)
  out.setJitter(input.jitterTicks)
  out.setLastSRTimestamp(input.lastSenderReport)
  out.setDelaySinceLastSR(input.delaySinceLastSenderReport)
  return out
}

function serialized(packetToWrite: rtpJs.RtcpPacket): Uint8Array {
  packetToWrite.serialize()
  return bytesOf(packetToWrite.getView())
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(list))
}

describe('RTCP packets and rtp.js', () => {
  it('what we write, it reads', () => {
    fc.assert(
      fc.property(compound, (inputs) => {
        const read = new rtpJs.CompoundPacket(view(encodeRtcp(inputs)))
        expect(read.getPackets().map(described)).toEqual(inputs)
      }),
      { numRuns: 300 },
    )
  })

  it('what it writes, we read', () => {
    fc.assert(
      fc.property(compound, (inputs) => {
        const read = parseRtcp(joined(inputs.map(written)))
        if (isFailure(read)) throw new Error(read.text)
        expect(read.map(({ bytes, ...fields }) => (bytes.length > 0 ? fields : undefined))).toEqual(inputs)
      }),
      { numRuns: 300 },
    )
  })

  it('bytes of both are the same', () => {
    fc.assert(
      fc.property(packet, (input) => {
        expect(list(encodeRtcp(input))).toEqual(list(written(input)))
      }),
      { numRuns: 300 },
    )
  })

  it('negative totals and those beyond 12 bits are read here as they were written', () => {
    const input: RtcpInput = { type: 'receiverReport', ssrc: 1, reports: [] }
    const totals = [-0x80_0000, -2, -1, 4096, 0x7f_ffff]
    for (const totalLost of totals) {
      const zero = { ssrc: 0, fractionLost: 7, extendedSequenceNumber: 0, jitterTicks: 0, lastSenderReport: 0 }
      const one = { ...zero, totalLost, delaySinceLastSenderReport: 0 }
      const read = parseRtcp(encodeRtcp({ ...input, reports: [one] }))
      expect(read).toMatchObject([{ reports: [{ totalLost, fractionLost: 7 }] }])
    }
  })
})
