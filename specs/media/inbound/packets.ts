import { createRtp, type RtpFields, type RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'

/** An RTP packet of which only some fields matter. */
export function packetOf(sequenceNumber: number, fields: Partial<RtpFields> = {}): RtpPacket {
  return createRtp({
    payloadType: 96,
    timestamp: 0,
    ssrc: 1,
    payload: new Uint8Array([5, 1]),
    ...fields,
    sequenceNumber,
  })
}

/** Sequence numbers of packets. */
export function sequenceNumbersOf(packets: readonly RtpPacket[]): number[] {
  return packets.map((packet) => packet.sequenceNumber)
}

/** `count` consecutive integers from `first`. */
export function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}
