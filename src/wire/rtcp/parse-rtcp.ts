import { Failure } from '../../contracts/failure.ts'
import { readUint16, readUint24, readUint32 } from '../sequence.ts'
import { parseSourceDescription } from './parse-source-description.ts'
import { rtcpPacketTypes, type ReceptionReport, type RtcpPacket } from './rtcp-packet.ts'
import { decodeText } from './text.ts'

/**
 * Splits a compound into packets and reads each. There is no rule about which packet comes first: cameras send lone
 * reports and lone descriptions. The failures are made once, since a peer can cause them at line rate.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|  count  |  packet type  |   length in words minus one   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */

const tooShort = new Failure('ERR_RTSP_RTCP_MALFORMED', 'rtcp: packet too short')
const invalidVersion = new Failure('ERR_RTSP_RTCP_MALFORMED', 'rtcp: invalid packet version')

const headerBytes = 4
const reportBytes = 24

/**
 * The packets of one datagram or interleaved frame (RFC 3550 section 6.1), at least one, in order. They view into
 * `bytes`. Padding is taken off; a padding count that cannot be true is taken for content. A source description with
 * one chunk may lack its terminator (Hanwha QNV-8080R). Failures: `ERR_RTSP_RTCP_MALFORMED`, the same object per text.
 */
export function parseRtcp(bytes: Uint8Array): readonly RtcpPacket[] | Failure {
  const packets: RtcpPacket[] = []
  let at = 0
  do {
    if (at + headerBytes > bytes.length) return tooShort
    if ((bytes[at] ?? 0) >> 6 !== 2) return invalidVersion
    const end = at + headerBytes + 4 * readUint16(bytes, at + 2)
    if (end > bytes.length) return tooShort
    const packet = parseOne(bytes.subarray(at, end))
    if (packet === undefined) return tooShort
    packets.push(packet)
    at = end
  } while (at < bytes.length)
  return packets
}

/** Reads a packet whose length fits. Undefined: its content needs more than that length. */
function parseOne(bytes: Uint8Array): RtcpPacket | undefined {
  const count = (bytes[0] ?? 0) & 0x1f
  const packetType = bytes[1] ?? 0
  const end = contentEnd(bytes)
  switch (packetType) {
    case rtcpPacketTypes.senderReport:
      return parseSenderReport(bytes, count, end)
    case rtcpPacketTypes.receiverReport:
      if (end < 8 + count * reportBytes) return undefined
      return { type: 'receiverReport', ssrc: readUint32(bytes, 4), reports: parseReports(bytes, 8, count), bytes }
    case rtcpPacketTypes.sourceDescription: {
      const chunks = parseSourceDescription(bytes, headerBytes, end, count)
      return chunks === undefined ? undefined : { type: 'sourceDescription', chunks, bytes }
    }
    case rtcpPacketTypes.goodbye:
      return parseGoodbye(bytes, count, end)
    case rtcpPacketTypes.applicationDefined: {
      if (end < 12) return undefined
      const name = String.fromCharCode(...bytes.subarray(8, 12))
      const data = bytes.subarray(12, end)
      return { type: 'applicationDefined', subtype: count, ssrc: readUint32(bytes, 4), name, data, bytes }
    }
    case rtcpPacketTypes.transportFeedback:
    case rtcpPacketTypes.payloadFeedback: {
      if (end < 12) return undefined
      const [senderSsrc, mediaSsrc] = [readUint32(bytes, 4), readUint32(bytes, 8)]
      return { type: 'feedback', packetType, format: count, senderSsrc, mediaSsrc, fci: bytes.subarray(12, end), bytes }
    }
    default:
      return { type: 'unknown', packetType, count, body: bytes.subarray(headerBytes), bytes }
  }
}

/** Where the content ends: in front of the padding, if the P bit is set and the count makes sense. */
function contentEnd(bytes: Uint8Array): number {
  if (((bytes[0] ?? 0) & 0x20) === 0) return bytes.length
  const padding = bytes[bytes.length - 1] ?? 0
  return padding % 4 === 0 && padding <= bytes.length - headerBytes ? bytes.length - padding : bytes.length
}

function parseSenderReport(bytes: Uint8Array, count: number, end: number): RtcpPacket | undefined {
  if (end < 28 + count * reportBytes) return undefined
  return {
    type: 'senderReport',
    ssrc: readUint32(bytes, 4),
    ntp: { seconds: readUint32(bytes, 8), fraction: readUint32(bytes, 12) },
    rtpTimestamp: readUint32(bytes, 16),
    packetCount: readUint32(bytes, 20),
    octetCount: readUint32(bytes, 24),
    reports: parseReports(bytes, 28, count),
    bytes,
  }
}

function parseReports(bytes: Uint8Array, start: number, count: number): readonly ReceptionReport[] {
  const reports: ReceptionReport[] = []
  for (let at = start; at < start + count * reportBytes; at += reportBytes) {
    reports.push({
      ssrc: readUint32(bytes, at),
      fractionLost: bytes[at + 4] ?? 0,
      totalLost: (readUint24(bytes, at + 5) << 8) >> 8,
      extendedSequenceNumber: readUint32(bytes, at + 8),
      jitterTicks: readUint32(bytes, at + 12),
      lastSenderReport: readUint32(bytes, at + 16),
      delaySinceLastSenderReport: readUint32(bytes, at + 20),
    })
  }
  return reports
}

function parseGoodbye(bytes: Uint8Array, count: number, end: number): RtcpPacket | undefined {
  const reasonAt = headerBytes + 4 * count
  if (end < reasonAt) return undefined
  const ssrcs: number[] = []
  for (let at = headerBytes; at < reasonAt; at += 4) ssrcs.push(readUint32(bytes, at))
  if (end === reasonAt) return { type: 'goodbye', ssrcs, reason: '', bytes }
  const reasonEnd = reasonAt + 1 + (bytes[reasonAt] ?? 0)
  if (reasonEnd > end) return undefined
  return { type: 'goodbye', ssrcs, reason: decodeText(bytes.subarray(reasonAt + 1, reasonEnd)), bytes }
}
