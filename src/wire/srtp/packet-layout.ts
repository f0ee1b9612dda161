import { readUint16 } from '../sequence.ts'
import { rtpHeaderBytes } from '../rtp/rtp-packet.ts'

/**
 * Where the encrypted part of a packet starts, and the bounds that both directions share.
 *
 * ```
 *  RTP header, extension | payload, padding |             [MKI] | tag 10      (RFC 3711 section 3.1)
 *  RTCP header, SSRC     | rest of compound | E, index 31 [MKI] | tag 10      (RFC 3711 section 3.4)
 *  <------------------ authenticated ------------------->
 *                        <--- encrypted --->
 * ```
 *
 * The tag of SRTP also covers the rollover counter, which is not sent.
 */

/** Size of the part of an RTCP compound that stays in clear: the first header and its SSRC. */
export const rtcpClearBytes = 8

/** Most SSRCs that one context keeps state for. A media of RTSP has one or two; 255 fit into a MIKEY message. */
export const maxSsrcsPerContext = 256

/** Size of the header with contributing sources and extension, which stays in clear; -1 if it ends behind `end`. */
export function rtpClearBytes(packet: Uint8Array, end: number): number {
  if (end < rtpHeaderBytes) return -1
  const first = packet[0] ?? 0
  let size = rtpHeaderBytes + 4 * (first & 0x0f)
  if ((first & 0x10) !== 0) {
    size += 4
    if (size > end) return -1
    size += 4 * readUint16(packet, size - 2)
  }
  return size > end ? -1 : size
}
