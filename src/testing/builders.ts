import type { HeadersInit } from '../wire/headers/header-map.ts'
import { createRequest, type RtspRequest } from '../wire/rtsp/message.ts'
import { createRtp, type RtpFields, type RtpPacket } from '../wire/rtp/rtp-packet.ts'

/** Packets and requests of which a test has to say only what it is about. */

/**
 * An RTP packet. Unless set: payload type 96, sequence number 0, a timestamp of 3600 ticks (25 pictures a second at
 * 90 kHz) per sequence number, SSRC 1, no marker, and a payload that begins an H.264 key picture.
 *
 * ```ts
 * stream.writeRtp(0, testRtp({ sequenceNumber: 7, marker: true }))
 * ```
 */
export function testRtp(fields: Partial<RtpFields> = {}): RtpPacket {
  const sequenceNumber = fields.sequenceNumber ?? 0
  return createRtp({
    payloadType: 96,
    timestamp: (sequenceNumber * 3600) % 0x1_0000_0000,
    ssrc: 1,
    payload: Uint8Array.of(0x65, 1, 2, 3),
    ...fields,
    sequenceNumber,
  })
}

/**
 * A request as a handler gets it; CSeq is 1 unless set.
 *
 * ```ts
 * testRequest('DESCRIBE', 'rtsp://host/cam', { Accept: 'application/sdp' })
 * ```
 */
export function testRequest(method: string, url: string, headers: HeadersInit = {}, body?: string): RtspRequest {
  return createRequest(method, url, { CSeq: '1', ...headers }, body)
}
