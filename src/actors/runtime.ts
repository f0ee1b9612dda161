import type { Observable } from 'rxjs'
import type { Clock } from '../contracts/clock.ts'
import type { Entropy } from '../contracts/entropy.ts'
import type { ByteDuplex, DatagramSocket } from '../contracts/network.ts'
import type { ConnectionId, Millis, SessionId, StreamId } from '../contracts/units.ts'
import type { SessionDescription } from '../formats/description.ts'
import type { ActorSystem } from '../kernel/actor-system.ts'
import type { OwnedActorRef } from '../kernel/behavior.ts'
import type { InboundTracks } from '../media/inbound/inbound-tracks.ts'
import type { DirectWriter } from '../media/outbound/direct-writer.ts'
import type { HubReader } from '../media/outbound/hub-reader.ts'
import type { StreamHub } from '../media/outbound/stream-hub.ts'
import type { UdpRouter } from '../media/udp-router.ts'
import type { ServerConfig } from './config.ts'
import type { ConnectionMessage, ConnectionState } from './connection/protocol.ts'
import type { RuntimeEvent } from './events.ts'
import type { HandlerCall, HandlerOutcome } from './handler-call.ts'
import type { ServerMessage, ServerState } from './server/protocol.ts'
import type { SessionMessage, SessionState } from './session/protocol.ts'
import type { StreamMessage, StreamState } from './stream/protocol.ts'

/**
 * What interpreters work with: the registries that turn the ids in effects into sockets, tracks and hubs. Nothing here
 * decides anything; state that matters is in the reducers.
 */
export interface Runtime {
  readonly system: ActorSystem
  readonly clock: Clock
  readonly entropy: Entropy
  readonly config: ServerConfig
  readonly application: Application
  readonly server: OwnedActorRef<ServerMessage, ServerState>
  readonly connections: Map<ConnectionId, ConnectionEntry>
  readonly sessions: Map<SessionId, SessionEntry>
  /** Secret session id on the wire to session. */
  readonly sessionsByToken: Map<string, SessionEntry>
  readonly streams: Map<StreamId, StreamEntry>
  readonly udp: UdpPair | null
}

/** The application's side: its handlers and its ears. Implemented by `api`. */
export interface Application {
  /** Emits exactly one outcome and completes; never errors: a handler that throws has an outcome too. */
  call(call: HandlerCall): Observable<HandlerOutcome>
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

/** Takes an interleaved frame of a connection in streaming mode. */
export type FrameReceiver = (channel: number, payload: Uint8Array) => void

export interface ConnectionEntry {
  readonly id: ConnectionId
  readonly duplex: ByteDuplex
  readonly ref: OwnedActorRef<ConnectionMessage, ConnectionState>
  /** Where frames go in streaming mode, `null` in standard mode. */
  frames: FrameReceiver | null
  /** Until when frames are dropped in silence after streaming mode has ended. */
  frameGraceUntil: Millis
  /** When the last complete message or frame was read. */
  lastElementAt: Millis
  /** The session that the last request was routed to. */
  sessionId: SessionId | null
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
  /** Sending half of a playing session. */
  reader: HubReader | null
  /** Sending half of a recording session: RTCP only. */
  writer: DirectWriter | null
  /** Takes back the UDP registrations. */
  releaseSources: (() => void) | null
  /** Connections whose request the session has not answered yet. */
  readonly inFlight: Map<ConnectionId, number>
}

export interface StreamEntry {
  readonly id: StreamId
  readonly ref: OwnedActorRef<StreamMessage, StreamState>
  readonly hub: StreamHub
  readonly description: SessionDescription
  /** Called when the number of readers changes. */
  readonly onReaders: (count: number) => void
}
