/**
 * `rxrtsp/wire`: bytes to values and back, without sockets, timers or RxJS. Parsers return a value or a `Failure`; they
 * never throw on what a peer sent.
 */
export {
  createRequest,
  createResponse,
  encodeRequest,
  encodeResponse,
  type RtspRequest,
  type RtspResponse,
} from './rtsp/message.ts'
export { RtspFramer } from './rtsp/framer.ts'
export { type FramerHandler, type FramerState } from './rtsp/framer-handler.ts'
export { interleavedFrameHeaderBytes, interleavedFrameMark, encodeInterleavedFrame } from './rtsp/interleaved-frame.ts'
export { reasonPhrase } from './rtsp/reason-phrase.ts'
export { limits } from './limits.ts'
export {
  canonicalHeaderName,
  createHeaders,
  headerValues,
  headerValue,
  withHeader,
  type Headers,
  type HeadersInit,
  type HeadersBuilder,
} from './headers/header-map.ts'
export {
  parseTransports,
  parseTransport,
  formatTransport,
  formatTransports,
  type NumberPair,
  type TransportHeader,
} from './headers/transport.ts'
export { parseSession, sessionIdOf, formatSession, type SessionHeader } from './headers/session.ts'
export { parseRtpInfo, formatRtpInfo, type RtpInfoEntry } from './headers/rtp-info.ts'
export {
  parseRange,
  formatRange,
  type NormalPlayTimeRange,
  type SmpteRange,
  type ClockRange,
  type RangeStart,
  type RangeHeader,
} from './headers/range.ts'
export {
  parseAuthorization,
  formatAuthorization,
  type BasicAuthorization,
  type DigestAuthorization,
  type AuthorizationHeader,
} from './headers/authorization.ts'
export {
  parseAuthenticate,
  formatAuthenticate,
  type BasicChallenge,
  type DigestChallenge,
  type AuthenticateHeader,
} from './headers/authenticate.ts'
export { splitScheme, parseDigestAlgorithm, type DigestAlgorithm } from './headers/authentication-scheme.ts'
export { parseKeyMgmt, formatKeyMgmt, type KeyMgmtHeader } from './headers/key-mgmt.ts'
export { parseKeyValues, quoted, parseUnsigned, type KeyValues } from './headers/key-values.ts'
export { parseRtspUrl, withoutCredentials, rtspUrlHostname, rtspUrlPort, type RtspUrl } from './url/rtsp-url.ts'
export { requestPath, setupPath, matchAnnouncedControl, type RequestPath, type SetupPath } from './url/request-path.ts'
export { baseUrl, resolveControl } from './url/control-url.ts'
export { parseSdp, type ParseSdpOptions } from './sdp/parse-sdp.ts'
export { writeSdp } from './sdp/write-sdp.ts'
export {
  attributeValue,
  type SdpAttribute,
  type SdpOrigin,
  type SdpConnection,
  type SdpBandwidth,
  type SdpTiming,
  type SdpDirection,
  type SdpGroup,
  type SdpMedia,
  type SdpDocument,
} from './sdp/document.ts'
export { rtpHeaderBytes, RtpPacket, rtpProblem, parseRtp, createRtp, type RtpFields } from './rtp/rtp-packet.ts'
export {
  oneByteExtensionProfile,
  twoByteExtensionProfile,
  isExtensionSound,
  extensionElement,
} from './rtp/rtp-extension.ts'
export {
  rtcpPacketTypes,
  type ReceptionReport,
  type SenderReport,
  type ReceiverReport,
  type SourceDescriptionItem,
  type SourceDescriptionChunk,
  type SourceDescription,
  type Goodbye,
  type ApplicationDefined,
  type FeedbackPacket,
  type UnknownRtcp,
  type RtcpPacket,
  type RtcpInput,
} from './rtcp/rtcp-packet.ts'
export { parseRtcp } from './rtcp/parse-rtcp.ts'
export { encodeRtcp } from './rtcp/encode-rtcp.ts'
export { ntpFromUnixNanos, ntpToUnixNanos, ntpFromUnixMillis, ntpMiddle, type NtpTime } from './ntp.ts'
export {
  sequenceDelta,
  timestampDelta,
  toUint16,
  toUint32,
  readUint16,
  readUint24,
  readUint32,
  writeUint16,
  writeUint32,
} from './sequence.ts'
export { createSrtpKeyMaterial, masterKeyBytes, masterSaltBytes, type SrtpKeyMaterial } from './srtp/key-material.ts'
export { maxSsrcsPerContext } from './srtp/packet-layout.ts'
export { SrtpSender } from './srtp/srtp-sender.ts'
export { SrtpReceiver } from './srtp/srtp-receiver.ts'
export { createMikey, type CreateMikeyOptions } from './mikey/create-mikey.ts'
export { parseMikey, encodeMikey, type MikeyMessage, type MikeyPayload } from './mikey/mikey-message.ts'
export type { MikeyCryptoSession } from './mikey/header.ts'
export type { MikeyTimestamp } from './mikey/payload-timestamp.ts'
export type { MikeyRand } from './mikey/payload-rand.ts'
export { policyParameters, type MikeyPolicy, type MikeyPolicyParameter } from './mikey/payload-policy.ts'
export type { MikeyKemac } from './mikey/payload-kemac.ts'
export type { MikeyKeyData } from './mikey/key-data.ts'
export { readSrtpParameters, defaultMaxClockSkewMs, type SrtpParameters } from './mikey/srtp-parameters.ts'
export { answerChallenge, pickChallenge, type ChallengeAnswer } from './auth/answer-challenge.ts'
export { digestHa1, digestResponse, type DigestInput } from './auth/digest-response.ts'
export { claimOf, isProven, verifyCredentials, type StoredCredentials } from './auth/verify-credentials.ts'
export { createProtectionSpace, challengesOf, type ProtectionSpace } from './auth/protection-space.ts'
export { authMethods, type AuthMethod } from './auth/auth-method.ts'
export { Failure, isFailure, statusOf } from '../contracts/failure.ts'
export { errorTable, type ErrorCode, type ErrorEntry } from '../contracts/error-table.ts'
