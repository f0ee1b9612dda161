import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { MPEGTSChunk } from '../units.ts'
import { noUnits } from './depacketizer.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import { invalidTransportStream } from './problems.ts'

/** Size of a transport stream packet, ISO 13818-1 section 2.4.3.2. */
export const transportPacketBytes = 188
/** The byte that each of them starts with. */
export const transportSyncByte = 0x47

/**
 * RTP packets to transport stream packets, RFC 2250 section 2. Each RTP packet is a unit by itself; what is missing between
 * two shows in the continuity counters of the stream, and as a problem of kind `lost`.
 */
export class MPEGTSDepacketizer extends PacketDepacketizer<MPEGTSChunk> {
  protected take(packet: RtpPacket, payload: Uint8Array): readonly MPEGTSChunk[] {
    if (!isTransportStream(payload)) {
      this.report(invalidTransportStream)
      return noUnits
    }
    const { timestamp } = packet
    return [{ codec: 'MPEGTS', timestamp, isRandomAccess: true, corrupted: false, data: payload.slice() }]
  }

  protected clear(): void {
    // Nothing outlives a packet.
  }
}

/** True for one or more whole transport stream packets. */
export function isTransportStream(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.length % transportPacketBytes !== 0) return false
  for (let at = 0; at < bytes.length; at += transportPacketBytes) if (bytes[at] !== transportSyncByte) return false
  return true
}
