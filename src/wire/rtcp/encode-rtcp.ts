import { rtspError } from '../../contracts/rtsp-error.ts'
import { writeUint16, writeUint32 } from '../sequence.ts'
import { rtcpPacketTypes, type ReceptionReport, type RtcpInput, type SourceDescriptionChunk } from './rtcp-packet.ts'
import { encodeText } from './text.ts'

/**
 * Writes RTCP packets, one behind the other. Each packet is a list of pieces of which the sizes are known, so the
 * header can be written last and nothing is counted twice. Reports are rare (one per 10 s and format), so clarity wins
 * over allocations here.
 */

/**
 * The bytes of one packet, or of a compound in the given order (RFC 3550 section 6.1), in a fresh array. Integers are
 * taken modulo their width. Throws `ERR_RTSP_USAGE` for what cannot be written: more than 31 blocks, texts of more
 * than 255 bytes, data that is no multiple of 4 bytes.
 */
export function encodeRtcp(packet: RtcpInput | readonly RtcpInput[]): Uint8Array {
  const parts = isList(packet) ? packet.map(encodeOne) : [encodeOne(packet)]
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function isList(packet: RtcpInput | readonly RtcpInput[]): packet is readonly RtcpInput[] {
  return Array.isArray(packet)
}

function encodeOne(packet: RtcpInput): Uint8Array {
  switch (packet.type) {
    case 'senderReport': {
      const bytes = createPacket(rtcpPacketTypes.senderReport, packet.reports.length, 28 + 24 * packet.reports.length)
      writeUint32(bytes, 4, packet.ssrc)
      writeUint32(bytes, 8, packet.ntp.seconds)
      writeUint32(bytes, 12, packet.ntp.fraction)
      writeUint32(bytes, 16, packet.rtpTimestamp)
      writeUint32(bytes, 20, packet.packetCount)
      writeUint32(bytes, 24, packet.octetCount)
      writeReports(bytes, 28, packet.reports)
      return bytes
    }
    case 'receiverReport': {
      const bytes = createPacket(rtcpPacketTypes.receiverReport, packet.reports.length, 8 + 24 * packet.reports.length)
      writeUint32(bytes, 4, packet.ssrc)
      writeReports(bytes, 8, packet.reports)
      return bytes
    }
    case 'sourceDescription':
      return encodeSourceDescription(packet.chunks)
    case 'goodbye':
      return encodeGoodbye(packet.ssrcs, packet.reason)
    case 'applicationDefined': {
      const bytes = createPacket(rtcpPacketTypes.applicationDefined, packet.subtype, 12 + packet.data.length)
      writeUint32(bytes, 4, packet.ssrc)
      if (!/^[\0-\xff]{4}$/.test(packet.name)) throw rtspError('ERR_RTSP_USAGE', 'RTCP name must have four bytes')
      for (let index = 0; index < 4; index++) bytes[8 + index] = packet.name.charCodeAt(index)
      bytes.set(packet.data, 12)
      return bytes
    }
    case 'feedback': {
      const bytes = createPacket(packet.packetType, packet.format, 12 + packet.fci.length)
      writeUint32(bytes, 4, packet.senderSsrc)
      writeUint32(bytes, 8, packet.mediaSsrc)
      bytes.set(packet.fci, 12)
      return bytes
    }
    case 'unknown': {
      const bytes = createPacket(packet.packetType, packet.count, 4 + packet.body.length)
      bytes.set(packet.body, 4)
      return bytes
    }
  }
}

/** A zeroed packet with its header. */
function createPacket(packetType: number, count: number, sizeBytes: number): Uint8Array {
  if (count < 0 || count > 31) throw rtspError('ERR_RTSP_USAGE', `RTCP count must be from 0 to 31, is ${count}`)
  if (sizeBytes % 4 !== 0 || sizeBytes > 4 * 0x1_0000) {
    throw rtspError('ERR_RTSP_USAGE', `RTCP packet cannot have a size of ${sizeBytes} bytes`)
  }
  const bytes = new Uint8Array(sizeBytes)
  bytes[0] = 0x80 | count
  bytes[1] = packetType
  writeUint16(bytes, 2, sizeBytes / 4 - 1)
  return bytes
}

function writeReports(bytes: Uint8Array, start: number, reports: readonly ReceptionReport[]): void {
  let at = start
  for (const report of reports) {
    writeUint32(bytes, at, report.ssrc)
    // The fraction shares its word with the 24 bits of the total.
    writeUint32(bytes, at + 4, (report.fractionLost << 24) | (report.totalLost & 0xff_ffff))
    writeUint32(bytes, at + 8, report.extendedSequenceNumber)
    writeUint32(bytes, at + 12, report.jitterTicks)
    writeUint32(bytes, at + 16, report.lastSenderReport)
    writeUint32(bytes, at + 20, report.delaySinceLastSenderReport)
    at += 24
  }
}

function encodeSourceDescription(chunks: readonly SourceDescriptionChunk[]): Uint8Array {
  const body: number[] = []
  for (const { ssrc, items } of chunks) {
    body.push((ssrc >>> 24) & 0xff, (ssrc >>> 16) & 0xff, (ssrc >>> 8) & 0xff, ssrc & 0xff)
    for (const { itemType, text } of items) {
      if (itemType < 1 || itemType > 255) throw rtspError('ERR_RTSP_USAGE', `RTCP item type is ${itemType}`)
      body.push(itemType, ...lengthAndText(text))
    }
    do body.push(0)
    while (body.length % 4 !== 0)
  }
  const bytes = createPacket(rtcpPacketTypes.sourceDescription, chunks.length, 4 + body.length)
  bytes.set(body, 4)
  return bytes
}

function encodeGoodbye(ssrcs: readonly number[], reason: string): Uint8Array {
  const tail = reason === '' ? [] : lengthAndText(reason)
  const size = 4 + 4 * ssrcs.length + tail.length
  const bytes = createPacket(rtcpPacketTypes.goodbye, ssrcs.length, (size + 3) & ~3)
  ssrcs.forEach((ssrc, index) => writeUint32(bytes, 4 + 4 * index, ssrc))
  bytes.set(tail, 4 + 4 * ssrcs.length)
  return bytes
}

function lengthAndText(text: string): number[] {
  const encoded = encodeText(text)
  if (encoded.length > 255) throw rtspError('ERR_RTSP_USAGE', `RTCP text has ${encoded.length} bytes, more than 255`)
  return [encoded.length, ...encoded]
}
