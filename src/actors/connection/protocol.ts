import type { Failure } from '../../contracts/failure.ts'
import type { ConnectionId, Millis, SessionId, StreamId } from '../../contracts/units.ts'
import type { DescribeForPlayOptions } from '../../formats/describe-for-play.ts'
import type { SessionDescription } from '../../formats/description.ts'
import type { HttpRequestHead } from '../../wire/http/request-head.ts'
import type { RtspRequest, RtspResponse } from '../../wire/rtsp/message.ts'
import type { ServerConfig } from '../config.ts'
import type { HandlerCall, HandlerOutcome } from '../handler-call.ts'
import type { SessionTag } from '../session/transitions.ts'

/** How the connection reads `$` frames: `streaming` routes them to the session that plays or records over it. */
export type ReadMode = 'standard' | 'streaming'

/** What carries RTSP. `none`: the connection itself. */
export type TunnelKind = 'none' | 'http' | 'websocket'

/** What the connection is doing about the one request it may have outstanding. */
export interface PendingRequest {
  readonly requestId: number
  readonly request: RtspRequest
  /** Who has it: an application handler, or a session. */
  readonly with: 'handler' | 'session'
}

/** What is settled when a connection is accepted. */
export interface ConnectionTraits {
  /** Encrypted by TLS. */
  readonly secure: boolean
  readonly tunnel: TunnelKind
  /** The client reached the server at an IPv6 address. */
  readonly isIpv6: boolean
}

export interface ConnectionState extends ConnectionTraits {
  readonly tag: 'open' | 'closing' | 'closed'
  readonly id: ConnectionId
  readonly config: ServerConfig
  readonly mode: ReadMode
  /** The session this connection speaks for, and its secret id on the wire. */
  readonly session: { readonly id: SessionId; readonly token: string } | null
  readonly pending: PendingRequest | null
  /** Number of the latest request: answers to older ones are ignored. */
  readonly requestId: number
  /** Why it is closing. */
  readonly failure: Failure | null
}

/**
 * Keys that an answer is to carry: where they are, not what they are, so that no trace holds them. They are put in when
 * the answer is written.
 */
export type AnswerKeys =
  /** DESCRIBE: `a=key-mgmt` of every media, in the description written anew. */
  | {
      readonly of: 'stream'
      readonly streamId: StreamId
      readonly description: SessionDescription
      readonly options: DescribeForPlayOptions
    }
  /** SETUP: the `KeyMgmt` header. */
  | { readonly of: 'media'; readonly sessionId: SessionId; readonly mediaIndex: number; readonly uri: string }

/** How a session answers a request that a connection handed to it. */
export interface SessionAnswer {
  readonly response: RtspResponse
  /** When set, the connection closes with this reason after the response was written. */
  readonly failure: Failure | null
  /** The session the connection is linked to from now on. */
  readonly session: { readonly id: SessionId; readonly token: string } | null
  /** A change of the read mode, taken up right after the response was written. */
  readonly mode: ReadMode | null
  /** The session waits for `answer.written` before it lets packets go. */
  readonly confirm: boolean
  /** Keys that go with the response. */
  readonly keys: AnswerKeys | null
}

export type ConnectionMessage =
  | { readonly type: 'connection.opened' }
  | { readonly type: 'request.received'; readonly request: RtspRequest }
  | { readonly type: 'response.received' }
  /** The connection began with HTTP. */
  | { readonly type: 'http.received'; readonly head: HttpRequestHead }
  | { readonly type: 'opening.failed'; readonly failure: Failure }
  /** The other half of the HTTP tunnel is there, and both sockets are the tunnel's. `opens`: this one opens it. */
  | { readonly type: 'half.joined'; readonly opens: boolean }
  | { readonly type: 'half.refused'; readonly failure: Failure }
  | { readonly type: 'timer.tunnel.fired' }
  | { readonly type: 'frame.unexpected' }
  | { readonly type: 'framing.failed'; readonly failure: Failure }
  | { readonly type: 'handler.answered'; readonly requestId: number; readonly outcome: HandlerOutcome }
  | { readonly type: 'timer.handler.fired'; readonly requestId: number }
  | { readonly type: 'session.answered'; readonly requestId: number; readonly answer: SessionAnswer }
  | { readonly type: 'session.refused'; readonly requestId: number; readonly failure: Failure }
  | { readonly type: 'session.ended'; readonly sessionId: SessionId; readonly failure: Failure }
  | { readonly type: 'timer.read.fired' }
  | { readonly type: 'activity.sampled'; readonly lastElementAt: Millis; readonly sessionTag: SessionTag | null }
  | { readonly type: 'timer.linger.fired' }
  | { readonly type: 'socket.closed'; readonly failure: Failure }
  | { readonly type: 'close.ordered'; readonly failure: Failure }

export type ConnectionTimer = 'read' | 'linger' | 'handler' | 'tunnel'

export type ConnectionEffect =
  | { readonly kind: 'publishOpened' }
  | { readonly kind: 'publishRequest'; readonly request: RtspRequest }
  | { readonly kind: 'publishClosed'; readonly failure: Failure }
  | { readonly kind: 'callHandler'; readonly requestId: number; readonly call: HandlerCall }
  | { readonly kind: 'forgetHandler' }
  | {
      readonly kind: 'routeToSession'
      readonly requestId: number
      readonly request: RtspRequest
      /** Secret session id to look for; `null` means a new session. */
      readonly token: string | null
      /** Whether a session is created when none has that id. */
      readonly create: boolean
    }
  /** The session that the connection speaks for has changed. */
  | { readonly kind: 'publishSession' }
  | { readonly kind: 'respond'; readonly response: RtspResponse; readonly keys: AnswerKeys | null }
  /** Like `respond`, with the challenges of this connection added to the response (RFC 2326 section 12.44). */
  | { readonly kind: 'challenge'; readonly response: RtspResponse }
  | { readonly kind: 'enterStreaming'; readonly sessionId: SessionId }
  | { readonly kind: 'leaveStreaming'; readonly graceMs: Millis }
  | { readonly kind: 'confirmWritten'; readonly sessionId: SessionId; readonly requestId: number }
  | { readonly kind: 'resumeReading' }
  /** Tells the session that this connection last spoke to that it is gone, even if the session never answered. */
  | { readonly kind: 'leaveSession' }
  | { readonly kind: 'sampleActivity' }
  | { readonly kind: 'startTimer'; readonly timer: ConnectionTimer; readonly delayMs: Millis }
  | { readonly kind: 'cancelTimer'; readonly timer: ConnectionTimer }
  /** Writes an answer of HTTP as it stands. */
  | { readonly kind: 'writeHttp'; readonly text: string }
  /** GET half of a tunnel: waits to be claimed by a POST half of the same address and cookie. */
  | { readonly kind: 'offerHalf'; readonly cookie: string }
  /** POST half: joins the GET half that waits, if there is one. */
  | { readonly kind: 'claimHalf'; readonly cookie: string }
  /** Opens a connection on the two halves. */
  | { readonly kind: 'openTunnel' }
  /** Answers the handshake; RTSP goes on in its messages. */
  | { readonly kind: 'openWebSocket'; readonly head: HttpRequestHead }
  /** Write what is queued, then close. */
  | { readonly kind: 'endSocket' }
  /** Close at once. */
  | { readonly kind: 'destroySocket' }
  | { readonly kind: 'stop' }
