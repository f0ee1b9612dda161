import type { Failure } from '../../contracts/failure.ts'
import type { ConnectionId, Millis, SessionId } from '../../contracts/units.ts'
import type { SessionRequest } from '../session/protocol.ts'

/** The server as an actor counts what lives, keeps it within bounds, and ends it in order. */
export interface ServerState {
  readonly tag: 'listening' | 'closing' | 'closed'
  readonly maxConnections: number
  readonly maxSessions: number
  readonly connectionCount: number
  readonly sessionCount: number
  /** Numbers of the next ids. */
  readonly nextConnection: number
  readonly nextSession: number
  /** How often sessions that flow are looked at. */
  readonly checkPeriodMs: Millis
  /** The timer of that look runs. */
  readonly isWatching: boolean
  readonly failure: Failure | null
}

export type ServerMessage =
  /** A socket was accepted; `slot` is where the interpreter keeps it until its fate is decided. */
  | { readonly type: 'connection.accepted'; readonly slot: number }
  | { readonly type: 'connection.closed'; readonly connectionId: ConnectionId }
  | { readonly type: 'session.requested'; readonly request: SessionRequest }
  | { readonly type: 'session.closed'; readonly sessionId: SessionId }
  /** Packets of a session flow, and nobody watches yet. */
  | { readonly type: 'flow.began' }
  | { readonly type: 'timer.check.fired' }
  | { readonly type: 'activity.sampled'; readonly flowingCount: number }
  | { readonly type: 'close.ordered'; readonly failure: Failure }

export type ServerEffect =
  | { readonly kind: 'openConnection'; readonly slot: number; readonly connectionId: ConnectionId }
  | { readonly kind: 'rejectConnection'; readonly slot: number }
  | { readonly kind: 'openSession'; readonly sessionId: SessionId; readonly request: SessionRequest }
  | { readonly kind: 'refuseSession'; readonly request: SessionRequest; readonly failure: Failure }
  /** Looks at all sessions that flow; answered by `activity.sampled`. */
  | { readonly kind: 'sampleActivity' }
  | { readonly kind: 'startTimer'; readonly timer: 'check'; readonly delayMs: Millis }
  | { readonly kind: 'stopListening' }
  | { readonly kind: 'closeEverything'; readonly failure: Failure }
  | { readonly kind: 'publishClosed'; readonly failure: Failure }
  | { readonly kind: 'stop' }
