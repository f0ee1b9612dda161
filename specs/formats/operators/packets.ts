import type { RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'
import { sketched } from '../depacketize/push-all.ts'

/** Packets of H.264 for marbles: what is in them is as short as can be. */

/** A picture in one packet; `idr` can be decoded alone. */
export function idr(sequenceNumber: number, timestamp = sequenceNumber * 3600): RtpPacket {
  return sketched([sequenceNumber, timestamp, 'M', '65aa'])
}

export function slice(sequenceNumber: number, timestamp = sequenceNumber * 3600): RtpPacket {
  return sketched([sequenceNumber, timestamp, 'M', '41bb'])
}

/** A picture, or a part of one, of a sender that never sets the marker. */
export function unmarked(sequenceNumber: number, timestamp = sequenceNumber * 3600): RtpPacket {
  return sketched([sequenceNumber, timestamp, '-', '41cc'])
}
