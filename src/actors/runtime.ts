import type { Observable } from 'rxjs'
import type { Clock } from '../contracts/clock.ts'
import type { Entropy } from '../contracts/entropy.ts'
import type { AcceptWebSocket, ByteDuplex, ByteDuplexHandler, DatagramSocket, Network } from '../contracts/network.ts'
import type { Registry } from '../contracts/registry.ts'
import type { ConnectionId, Millis, SessionId, StreamId } from '../contracts/units.ts'
import type { SessionDescription } from '../formats/description.ts'
import type { ActorSystem } from '../kernel/actor-system.ts'
import type { OwnedActorRef } from '../kernel/behavior.ts'
import type { InboundTracks } from '../media/inbound/inbound-tracks.ts'
import type { DirectWriter } from '../media/outbound/direct-writer.ts'
import type { GopCacheLimits } from '../media/outbound/gop-cache.ts'
import type { HubReader } from '../media/outbound/hub-reader.ts'
import type { SlowReaderPolicy } from '../media/outbound/reader-options.ts'
import type { StreamHub } from '../media/outbound/stream-hub.ts'
import type { UdpRouter } from '../media/udp-router.ts'
import type { AuthMethod } from '../wire/auth/auth-method.ts'
import type { ProtectionSpace } from '../wire/auth/protection-space.ts'
import type { SrtpParameters } from '../wire/mikey/srtp-parameters.ts'
import type { ServerConfig } from './config.ts'
import type { ConnectionMessage, ConnectionState, TunnelKind } from './connection/protocol.ts'
import type { RuntimeEvent } from './events.ts'
import type { HandlerCall, HandlerOutcome } from './handler-call.ts'
import type { ServerMessage, ServerState } from './server/protocol.ts'
import type { MediaProtection } from './session/key-effects.ts'
import type { ActivityLimits, SessionMessage, SessionState } from './session/protocol.ts'
import type { MulticastAddresses } from './stream/multicast-addresses.ts'
import type { MulticastLine } from './stream/multicast-effects.ts'
import type { MulticastAddress, MulticastKind, StreamMessage, StreamState } from './stream/protocol.ts'
import type { Intake } from './tunnel/intake.ts'

/**
 * What interpreters work with: the registries that turn the ids in effects into sockets, tracks and hubs. Nothing here
 * decides anything; state that matters is in the reducers.
 */
export interface Runtime {
  readonly system: ActorSystem
  readonly clock: Clock
  readonly entropy: Entropy
  readonly config: ServerConfig & AuthenticationConfig & ReadingConfig & KeyConfig
  readonly application: Application
  readonly server: OwnedActorRef<ServerMessage, ServerState>
  readonly connections: Registry<ConnectionId, ConnectionEntry>
  readonly sessions: Registry<SessionId, SessionEntry>
  /** Secret session id on the wire to session. */
  readonly sessionsByToken: Registry<string, SessionEntry>
  readonly streams: Registry<StreamId, StreamEntry>
  readonly udp: UdpPair | null
  readonly multicast: MulticastRuntime | null
  /** GET halves of HTTP tunnels that wait for their POST halves, by client and cookie; bounded, and not for long. */
  readonly waitingHalves: Registry<string, ConnectionEntry>
  readonly acceptWebSocket: AcceptWebSocket
  /** Takes in one more connection. */
  accept(connection: AcceptedConnection): void
}

/** A connection whose fate the server has not decided yet. */
export interface AcceptedConnection {
  readonly duplex: ByteDuplex
  /** Encrypted by TLS. */
  readonly secure: boolean
  readonly tunnel: TunnelKind
}

/** What challenges are made of. Reducers do not need it: they decide that there is a challenge, not what is in it. */
export interface AuthenticationConfig {
  readonly authRealm: string
  /** In the order in which they are offered. */
  readonly authMethods: readonly AuthMethod[]
}

/** How readers are treated: of the server, for streams that do not say, and of each stream. */
export interface ReadingConfig {
  readonly slowReaders: SlowReaderPolicy
  /** What a stream keeps for new readers; `null` is nothing. */
  readonly gopCache: GopCacheLimits | null
}

/** What there is of SRTP. */
export interface KeyConfig {
  /** Somebody may ask for it: the server listens under TLS, so streams need keys. */
  readonly offersKeys: boolean
  /** How far the clock of a client may be off before its MIKEY messages count as old ones. */
  readonly maxKeyClockSkewMs: Millis
}

/** The application's side: its handlers and its ears. Implemented by `api`. */
export interface Application {
  /**
   * The outcome, if the handler answers at once; else what emits exactly one outcome and completes. Neither throws nor
   * errors: a handler that throws has an outcome too.
   */
  call(call: HandlerCall): HandlerOutcome | Observable<HandlerOutcome>
  /** Never throws. */
  publish(event: RuntimeEvent): void
}

/** The UDP sockets that all sessions share, and who gets what arrives on them. */
export interface UdpPair {
  readonly rtp: DatagramSocket
  readonly rtcp: DatagramSocket
  readonly rtpRouter: UdpRouter
  readonly rtcpRouter: UdpRouter
}

/** What multicast groups are made with. Their sockets belong to the streams. */
export interface MulticastRuntime {
  readonly bind: Network['bindMulticast']
  readonly addresses: MulticastAddresses
  /** As the option says it. */
  readonly ipRange: string
  readonly rtpPort: number
  readonly rtcpPort: number
  readonly ttl: number
  readonly interfaces: readonly string[]
  /** Sockets that are being opened or closed. */
  readonly underWay: Set<Promise<unknown>>
}

/** See `ConnectionEntry.opening`. */
export interface Opening {
  readonly intake: Intake
  readonly early: Uint8Array[]
  /** Tells the connection's actor. */
  readonly onClosed: ByteDuplexHandler['onClosed']
}

/** Takes an interleaved frame of a connection in streaming mode. */
export type FrameReceiver = (channel: number, payload: Uint8Array) => void

export interface ConnectionEntry {
  readonly id: ConnectionId
  /** What carries RTSP; replaced when a WebSocket begins. */
  duplex: ByteDuplex
  readonly ref: OwnedActorRef<ConnectionMessage, ConnectionState>
  /** How its first bytes are read and, if they are HTTP, what came behind them; `null` once it is plain RTSP. */
  opening: Opening | null
  /** Key under which this GET half of a tunnel waits. */
  waitingAs: string | null
  /** The tunnel that this POST half completes, until the server has it. */
  unopenedTunnel: ByteDuplex | null
  /** What this connection's clients have to prove themselves against; holds its nonce. */
  readonly protection: ProtectionSpace
  /** Where frames go in streaming mode, `null` in standard mode. */
  frames: FrameReceiver | null
  /** Until when frames are dropped in silence after streaming mode has ended. */
  frameGraceUntil: Millis
  /** When the last complete message or frame was read. */
  lastElementAt: Millis
  /** The session that the last request was routed to. */
  sessionId: SessionId | null
  /** Keys that came with the SETUP under way; for the session that carries it out. Secret. */
  offeredKeys: SrtpParameters | null
  inboundBytes: number
}

export interface SessionEntry {
  readonly id: SessionId
  readonly token: string
  readonly ref: OwnedActorRef<SessionMessage, SessionState>
  /** Receiving half; made by the first SETUP. */
  tracks: InboundTracks | null
  /** Takes interleaved frames; set while packets are let in over TCP. */
  frames: FrameReceiver | null
  /** Sending half of a reading session, from the first PLAY on; closed while nothing flows, its counts stay. */
  reader: HubReader | null
  /** Sending half of a publishing session, RTCP only, from the first RECORD on; closed while nothing flows. */
  writer: DirectWriter | null
  /** SSRCs that the session uses on its own side. */
  readonly localSsrcs: Set<number>
  /** SRTP by media index, of the medias that were set up as SAVP. Secret. */
  readonly protections: Map<number, MediaProtection>
  /** Takes back the UDP registrations. */
  releaseSources: (() => void) | null
  /** Connections whose request the session has not answered yet. */
  readonly inFlight: Map<ConnectionId, number>
  /** What the coarse check looks for while packets flow, `null` while none do. */
  activityLimits: ActivityLimits | null
}

export interface StreamEntry {
  readonly id: StreamId
  readonly ref: OwnedActorRef<StreamMessage, StreamState>
  readonly hub: StreamHub
  /** What DESCRIBE shows; replaced by a reload. */
  description: SessionDescription
  /** What happens to those of its readers that are too slow. */
  readonly slowReaders: SlowReaderPolicy
  /** Called when the number of readers changes. */
  readonly onReaders: (count: number) => void
  /** Groups that the application chose, by media index; `null`: any free ones. */
  readonly multicastAddresses: readonly MulticastAddress[] | null
  /** The open multicast groups; none while nobody reads them. */
  readonly multicast: Map<MulticastKind, MulticastLine>
}
