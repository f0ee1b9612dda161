import type { Failure } from '../../contracts/failure.ts'
import type { ConnectionId, Millis, SessionId, StreamId } from '../../contracts/units.ts'
import type { SessionDescription } from '../../formats/description.ts'
import type { RtspRequest } from '../../wire/rtsp/message.ts'
import type { ServerConfig } from '../config.ts'
import type { KeyOffer } from '../connection/offered-keys.ts'
import type { SessionAnswer } from '../connection/protocol.ts'
import type { HandlerCall, HandlerOutcome, SessionTransport, StreamFacts } from '../handler-call.ts'
import type { MulticastAddress, MulticastKind } from '../stream/protocol.ts'
import type { SessionMethod, SessionTag } from './transitions.ts'

/** Who created the session. UDP media goes to this address, and only its IP may use the session. */
export interface SessionAuthor {
  readonly connectionId: ConnectionId
  readonly address: string
  readonly zone: string
}

/** One media that SETUP set up, in the order of the SETUPs. */
export interface SessionMedia {
  /** Index in the stream's or the announced description. */
  readonly mediaIndex: number
  /** TCP: interleaved channel of RTP; RTCP is the next one. 0 for UDP. */
  readonly rtpChannel: number
  /** UDP: the client's ports. 0 for TCP. */
  readonly clientRtpPort: number
  readonly clientRtcpPort: number
  /** The client sends RTP on it: always when recording, back channels when playing. */
  readonly receivesRtp: boolean
}

/** A request as a connection hands it over. */
export interface SessionRequest {
  readonly connectionId: ConnectionId
  readonly requestId: number
  readonly request: RtspRequest
  readonly method: SessionMethod
  readonly address: string
  readonly zone: string
  /** The connection is a tunnel: no UDP on it. */
  readonly tunnelled: boolean
  /** The connection is TLS: no packets in clear beside it. */
  readonly secure: boolean
  /** SETUP: whether keys came with it. They wait at the connection. */
  readonly keyOffer: KeyOffer
}

/** What SETUP has settled before the handler is asked. */
export interface SetupPlan {
  readonly transport: SessionTransport
  readonly path: string
  readonly query: string
  /** Play: the track number in the URL. Record: -1. */
  readonly track: number
  readonly interleaved: readonly [number, number] | null
  readonly clientPorts: readonly [number, number] | null
}

/** The request under way and what it waits for. `callId` ties the continuation to it. */
export type PendingCall =
  | {
      readonly stage: 'handler'
      readonly callId: number
      readonly request: SessionRequest
      readonly setup: SetupPlan | null
      readonly announced: SessionDescription | null
    }
  | {
      readonly stage: 'joining'
      readonly callId: number
      readonly request: SessionRequest
      readonly setup: SetupPlan
      readonly media: SessionMedia
      readonly stream: StreamFacts
      readonly outcome: HandlerOutcome
    }
  | {
      readonly stage: 'arming'
      readonly callId: number
      readonly request: SessionRequest
      readonly outcome: HandlerOutcome
    }

export interface SessionState {
  readonly tag: SessionTag
  readonly id: SessionId
  /** Secret id on the wire. */
  readonly token: string
  readonly config: ServerConfig
  readonly author: SessionAuthor
  /** Connections that speak for the session. */
  readonly connections: readonly ConnectionId[]
  /** The connection that carries interleaved frames while playing or recording over TCP. */
  readonly tcpConnectionId: ConnectionId | null
  readonly path: string
  readonly query: string
  readonly transport: SessionTransport | null
  readonly medias: readonly SessionMedia[]
  readonly stream: StreamFacts | null
  readonly announced: SessionDescription | null
  readonly pending: PendingCall | null
  /** Requests of other connections that wait for the pending one; bounded by `maxWaitingRequests`. */
  readonly waiting: readonly SessionRequest[]
  readonly callId: number
  readonly lastRequestAt: Millis
  /** Why it ends. */
  readonly failure: Failure | null
}

/** Where a stream stands for RTP-Info: the next packet of a media, `null` when nothing was sent yet. */
export interface TrackCursor {
  readonly mediaIndex: number
  readonly sequenceNumber: number
  readonly rtpTime: number
}

export type SessionMessage =
  | { readonly type: 'session.opened' }
  | { readonly type: 'request.received'; readonly request: SessionRequest }
  | { readonly type: 'handler.answered'; readonly callId: number; readonly outcome: HandlerOutcome }
  | { readonly type: 'timer.handler.fired'; readonly callId: number }
  | {
      readonly type: 'stream.joined'
      readonly callId: number
      /** The stream's multicast groups, by media index; empty over unicast. */
      readonly groups: readonly MulticastAddress[]
    }
  | { readonly type: 'stream.refused'; readonly callId: number; readonly failure: Failure }
  | { readonly type: 'gates.armed'; readonly callId: number; readonly cursors: readonly TrackCursor[] }
  | { readonly type: 'gates.failed'; readonly callId: number; readonly failure: Failure }
  | { readonly type: 'answer.written'; readonly requestId: number; readonly connectionId: ConnectionId }
  | { readonly type: 'connection.gone'; readonly connectionId: ConnectionId }
  /** A limit of `watchActivity` is reached. */
  | { readonly type: 'activity.sampled'; readonly lastPacketAt: Millis; readonly stalledMs: Millis }
  | { readonly type: 'reports.started' }
  | { readonly type: 'timer.senderReports.fired' }
  | { readonly type: 'timer.receiverReports.fired' }
  | { readonly type: 'timer.reorder.fired' }
  | { readonly type: 'stream.ended' }
  | { readonly type: 'resource.failed'; readonly failure: Failure }
  | { readonly type: 'close.ordered'; readonly failure: Failure }

/** What a flowing session wants to hear of; see `activity.sampled`. */
export interface ActivityLimits {
  /** The peer has taken nothing of what waits for it for so long. */
  readonly maxStalledMs: Millis
  /** Nothing of the peer has come for so long; `null` where the connection watches that. */
  readonly maxSilentMs: Millis | null
}

export type SessionTimer = 'handler' | 'senderReports' | 'receiverReports' | 'reorder'

export type SessionEffect =
  | { readonly kind: 'publishOpened'; readonly connectionId: ConnectionId }
  | { readonly kind: 'publishState' }
  | { readonly kind: 'publishClosed'; readonly failure: Failure }
  | { readonly kind: 'callHandler'; readonly callId: number; readonly call: HandlerCall }
  | { readonly kind: 'forgetHandler' }
  | {
      readonly kind: 'answer'
      readonly connectionId: ConnectionId
      readonly requestId: number
      readonly answer: SessionAnswer
    }
  | {
      readonly kind: 'joinStream'
      readonly callId: number
      readonly streamId: StreamId
      readonly address: string
      readonly zone: string
      readonly clientRtpPort: number | null
      readonly multicast: MulticastKind | null
    }
  | { readonly kind: 'leaveStream'; readonly streamId: StreamId }
  /** Prepares the receiving half for one more media. */
  | {
      readonly kind: 'addTrack'
      readonly media: SessionMedia
      readonly description: SessionDescription
      /** Sources of the packets that the peer is sent, by format; empty when it sends and we report. */
      readonly ssrcs: readonly number[]
      readonly reliable: boolean
      /** SAVP: the connection that the client's keys came over; `null` when packets are in clear. */
      readonly keysFrom: ConnectionId | null
    }
  /** Makes the sending half: what is written to this session alone is held. `streamId` is `null` for publishers. */
  | {
      readonly kind: 'prepareSending'
      readonly streamId: StreamId | null
      readonly transport: SessionTransport
      readonly medias: readonly SessionMedia[]
      readonly connectionId: ConnectionId
      readonly address: string
    }
  /** Forgets what was held since `prepareSending`. */
  | { readonly kind: 'discardPrepared' }
  /** Arms the gates of the reader: what is written to the stream from here on is held for it as well. */
  | {
      readonly kind: 'armReader'
      readonly callId: number
      readonly streamId: StreamId
      readonly medias: readonly SessionMedia[]
    }
  /** PLAY over multicast: there is no gate, the groups flow; only where the stream stands is asked for. */
  | {
      readonly kind: 'readCursors'
      readonly callId: number
      readonly streamId: StreamId
      readonly medias: readonly SessionMedia[]
    }
  /** Lets go what is held. */
  | { readonly kind: 'releaseReader' }
  /** Nothing more leaves after this. */
  | { readonly kind: 'closeReader' }
  /** Lets packets of the peer in: over the connection, from the author's ports, or from the stream's groups. */
  | {
      readonly kind: 'openInbound'
      /** The stream that is read; `null` for publishers. */
      readonly streamId: StreamId | null
      readonly transport: SessionTransport
      readonly medias: readonly SessionMedia[]
      readonly address: string
    }
  | { readonly kind: 'closeInbound' }
  /** Sends the packets that open a firewall on the way (spec 4.9). */
  | { readonly kind: 'punch'; readonly medias: readonly SessionMedia[]; readonly address: string }
  /** From here on the server's coarse check looks at the session, and tells it when one of the limits is reached. */
  | { readonly kind: 'watchActivity'; readonly limits: ActivityLimits }
  | { readonly kind: 'unwatchActivity' }
  /** Lets go of packets that waited long enough for missing ones before them. */
  | { readonly kind: 'releaseReordered' }
  | { readonly kind: 'sendSenderReports' }
  | { readonly kind: 'sendReceiverReports' }
  | { readonly kind: 'startTimer'; readonly timer: SessionTimer; readonly delayMs: Millis }
  | { readonly kind: 'cancelTimer'; readonly timer: SessionTimer }
  /** Tells connections that the session has ended, which closes them. */
  | { readonly kind: 'endConnections'; readonly connectionIds: readonly ConnectionId[]; readonly failure: Failure }
  | { readonly kind: 'stop' }

/** Requests that may wait while another one is being answered. */
export const maxWaitingRequests = 16

export interface SessionStep {
  readonly state: SessionState
  readonly effects: readonly SessionEffect[]
}
