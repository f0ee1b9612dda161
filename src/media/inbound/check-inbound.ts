import { Failure, isFailure } from '../../contracts/failure.ts'
import { parseRtcp } from '../../wire/rtcp/parse-rtcp.ts'
import type { RtcpPacket } from '../../wire/rtcp/rtcp-packet.ts'
import { rtpHeaderBytes, RtpPacket, rtpProblem } from '../../wire/rtp/rtp-packet.ts'
import { FailureCache } from './failure-cache.ts'
import type { InboundTrack } from './inbound-track.ts'

/**
 * What a packet has to pass before it counts as received: size, form, payload type and, where SRTP is used, its source
 * and its authentication. Nothing of the track is changed here, so a forged packet leaves no trace but its error.
 */

/** Largest datagram taken, and largest RTCP packet on any transport, in bytes: 1500 less IP and UDP headers. */
export const maxDatagramBytes = 1472

/**
 * A sound packet, decrypted, of a payload type that the media has. Failures: `ERR_RTSP_RTP_TOO_BIG_UDP`,
 * `ERR_RTSP_RTP_MALFORMED`, `ERR_RTSP_RTP_UNKNOWN_PAYLOAD_TYPE`, `ERR_RTSP_RTP_WRONG_SSRC`, and those of decryption.
 */
export function checkRtp(track: InboundTrack, bytes: Uint8Array, reliable: boolean): RtpPacket | Failure {
  if (!reliable && bytes.length > maxDatagramBytes) return rtpTooBigForUdp
  const protection = track.options.protection
  // What stands behind an SRTP header is noise until it is decrypted.
  const problem = protection === undefined || bytes.length < rtpHeaderBytes ? rtpProblem(bytes) : null
  if (problem !== null) return rtpMalformed.get(problem)
  const packet = new RtpPacket(bytes)
  const receiver = track.receiverOf(packet.payloadType)
  if (receiver === undefined) return unknownPayloadType.get(packet.payloadType)
  if (protection === undefined) return packet
  const { isStarted, remoteSsrc } = receiver.statistics
  // Keys are bound to a source (RFC 3711 section 3.2.3); the first one that authenticates stays.
  if (isStarted && packet.ssrc !== remoteSsrc) return wrongSsrc.get(`${packet.ssrc}, expected ${remoteSsrc}`)
  const plain = protection.unprotectRtp(bytes)
  if (isFailure(plain)) return plain
  const plainProblem = rtpProblem(plain)
  return plainProblem === null ? new RtpPacket(plain) : rtpMalformed.get(plainProblem)
}

/**
 * The packets of a compound, decrypted. Failures: `ERR_RTSP_RTCP_TOO_BIG`, `ERR_RTSP_RTCP_TOO_BIG_UDP`,
 * `ERR_RTSP_RTCP_MALFORMED`, and those of decryption.
 */
export function checkRtcp(track: InboundTrack, bytes: Uint8Array, reliable: boolean): readonly RtcpPacket[] | Failure {
  if (bytes.length > maxDatagramBytes) return reliable ? rtcpTooBig.get(bytes.length) : rtcpTooBigForUdp
  const plain = track.options.protection?.unprotectRtcp(bytes) ?? bytes
  return isFailure(plain) ? plain : parseRtcp(plain)
}

const rtpTooBigForUdp = new Failure('ERR_RTSP_RTP_TOO_BIG_UDP')
const rtcpTooBigForUdp = new Failure('ERR_RTSP_RTCP_TOO_BIG_UDP')
const rtcpTooBig = new FailureCache('ERR_RTSP_RTCP_TOO_BIG')
// There are a few hundred texts about headers in all.
const rtpMalformed = new FailureCache('ERR_RTSP_RTP_MALFORMED', 1024)
const unknownPayloadType = new FailureCache('ERR_RTSP_RTP_UNKNOWN_PAYLOAD_TYPE')
const wrongSsrc = new FailureCache('ERR_RTSP_RTP_WRONG_SSRC')
