/**
 * rxrtsp: an RTSP server whose sessions are actors and whose packets are Observables. See README.md for a start and
 * src/ARCHITECTURE.md for how it works.
 */
export { createRtspServer, RtspServer, type ServerAddress } from './api/server.ts'
export type { RtspServerOptions } from './api/options.ts'
export type { MulticastOptionsInit } from './api/multicast-options.ts'
export type { TlsOptions } from './api/tls-options.ts'
export type { SecureContext, TlsKeyPair } from './io/node-tls.ts'
export type {
  AnnounceContext,
  HandlerResult,
  ParameterContext,
  RequestContext,
  ServerHandlers,
  SessionContext,
  SetupContext,
} from './api/handlers.ts'
export { respond, type HandlerResponse, type ResponseInit } from './api/respond.ts'
export type { ServerEvent } from './api/events.ts'
export { ServerConnection, type ConnectionStats, type ConnectionTransport } from './api/connection.ts'
export { ServerSession, type SessionState } from './api/session.ts'
export type {
  InboundCounts,
  OutboundCounts,
  SessionFormatStats,
  SessionMediaStats,
  SessionStats,
  TransportCounts,
} from './api/session-stats.ts'
export type { UserData } from './api/user-data.ts'
export { ServerStream, type StreamOptions } from './api/stream.ts'
export type { GopCacheOptions, ReadingOptions } from './api/stream-options.ts'
export type { StreamFormatStats, StreamMediaStats, StreamStats } from './api/stream-stats.ts'
export type { PacketBytes, WriteOptions } from './api/packet-bytes.ts'
export { toAsyncIterable, type AsyncIterableOptions, type ObservableIterable } from './api/async-iterable.ts'
export { version } from './api/version.ts'

export type { SessionTransport } from './actors/handler-call.ts'
export type { MulticastAddress } from './actors/stream/protocol.ts'
export type { AuthMethod } from './wire/auth/auth-method.ts'
export type { StoredCredentials } from './wire/auth/verify-credentials.ts'
export type { HandlerName } from './actors/config.ts'
export type { InboundRtcp, InboundRtp } from './media/inbound/inbound-tracks.ts'
export type { SlowReaderPolicy } from './media/outbound/reader-options.ts'

export { RtspError } from './contracts/rtsp-error.ts'
export { errorTable, type ErrorCode, type ErrorEntry } from './contracts/error-table.ts'
export { Failure, isFailure } from './contracts/failure.ts'
export type { Clock, Timer } from './contracts/clock.ts'
export type { Entropy } from './contracts/entropy.ts'
export type {
  ByteDuplex,
  ByteDuplexHandler,
  DatagramBatching,
  DatagramHandler,
  DatagramOptions,
  DatagramSocket,
  Endpoint,
  Listener,
  ListenOptions,
  MulticastOptions,
  Network,
  TlsSettings,
} from './contracts/network.ts'
export type { Millis, UnixMillis, UnixNanos } from './contracts/units.ts'

export type { Media, SessionDescription } from './formats/description.ts'
export type {
  AC3Format,
  AV1Format,
  Format,
  FormatBase,
  G711Format,
  G722Format,
  G726Format,
  GenericFormat,
  H264Format,
  H265Format,
  KLVFormat,
  LPCMFormat,
  MJPEGFormat,
  MPEG1AudioFormat,
  MPEG1VideoFormat,
  MPEG4AudioFormat,
  MPEG4AudioLATMFormat,
  MPEG4VideoFormat,
  MPEGTSFormat,
  ONVIFMetadataFormat,
  OpusFormat,
  SpeexFormat,
  VorbisFormat,
  VP8Format,
  VP9Format,
} from './formats/format.ts'
export {
  ac3Format,
  av1Format,
  g711Format,
  g722Format,
  g726Format,
  genericFormat,
  h264Format,
  h265Format,
  klvFormat,
  lpcmFormat,
  mjpegFormat,
  mpeg1AudioFormat,
  mpeg1VideoFormat,
  mpeg4AudioFormat,
  mpeg4AudioLATMFormat,
  mpeg4VideoFormat,
  mpegTSFormat,
  onvifMetadataFormat,
  opusFormat,
  speexFormat,
  vorbisFormat,
  vp8Format,
  vp9Format,
} from './formats/create-format.ts'
export { createDescription } from './formats/create-description.ts'
export { readDescription } from './formats/read-description.ts'
export { writeDescription } from './formats/write-description.ts'
export { H264Packetizer } from './formats/packetize/h264-packetizer.ts'
export { Mpeg4AudioPacketizer } from './formats/packetize/mpeg4-audio-packetizer.ts'

export { createRtp, RtpPacket, type RtpFields } from './wire/rtp/rtp-packet.ts'
export type { RtcpPacket } from './wire/rtcp/rtcp-packet.ts'

export { findFormat, type FormatOf, type FoundFormat } from './formats/find-format.ts'
export { createDepacketizer } from './formats/depacketize/create-depacketizer.ts'
export type { DepacketizeProblem, Depacketizer } from './formats/depacketize/depacketizer.ts'
export type { DepacketizeOptions } from './formats/depacketize/limits.ts'
export { createPacketizer, type PacketizeOptions } from './formats/packetize/create-packetizer.ts'
export type { Packetizer } from './formats/packetize/packetizer.ts'
export {
  depacketize,
  type DepacketizeOperatorOptions,
  type TimedUnit,
  type UnitOrigin,
} from './formats/operators/depacketize.ts'
export { packetize, type PacketizeOperatorOptions } from './formats/operators/packetize.ts'
export { onRandomAccess, type RandomAccessOptions } from './formats/operators/on-random-access.ts'
export { untilLoss } from './formats/operators/until-loss.ts'
export { toAnnexB, toAvcc, type Joined, type NalUnitOptions } from './formats/operators/to-byte-stream.ts'
export {
  withNtp,
  withPts,
  type ClockOptions,
  type PresentationClock,
  type SenderClock,
  type Stamped,
  type WithNtp,
  type WithPts,
} from './formats/operators/with-clock.ts'
export type { PacketOf } from './formats/packet-of.ts'
export { joinNalUnits, type NalUnitPrefix } from './formats/join-nal-units.ts'
export type { NalUnits } from './formats/parameter-sets/parameter-sets.ts'
export type {
  AV1TemporalUnit,
  DataUnit,
  H264AccessUnit,
  H265AccessUnit,
  KLVUnit,
  MJPEGImage,
  MPEG1VideoFrame,
  MPEG4VideoFrame,
  MPEGTSChunk,
  ONVIFMetadataDocument,
  OutgoingUnit,
  Unit,
  UnitBase,
  UnitOf,
  VP8Frame,
  VP9Frame,
} from './formats/units.ts'
export type { VideoSize } from './formats/parameter-sets/h264-sps.ts'
export { videoSize } from './formats/parameter-sets/video-size.ts'
