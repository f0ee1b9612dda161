import type { Failure } from '../../contracts/failure.ts'
import type { ConnectionId, SessionId } from '../../contracts/units.ts'
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
  readonly failure: Failure | null
}

export type ServerMessage =
  /** A socket was accepted; `slot` is where the interpreter keeps it until its fate is decided. */
  | { readonly type: 'connection.accepted'; readonly slot: number }
  | { readonly type: 'connection.closed'; readonly connectionId: ConnectionId }
  | { readonly type: 'session.requested'; readonly request: SessionRequest }
  | { readonly type: 'session.closed'; readonly sessionId: SessionId }
  | { readonly type: 'close.ordered'; readonly failure: Failure }

export type ServerEffect =
  | { readonly kind: 'openConnection'; readonly slot: number; readonly connectionId: ConnectionId }
  | { readonly kind: 'rejectConnection'; readonly slot: number }
  | { readonly kind: 'openSession'; readonly sessionId: SessionId; readonly request: SessionRequest }
  | { readonly kind: 'refuseSession'; readonly request: SessionRequest; readonly failure: Failure }
  | { readonly kind: 'stopListening' }
  | { readonly kind: 'closeEverything'; readonly failure: Failure }
  | { readonly kind: 'publishClosed'; readonly failure: Failure }
  | { readonly kind: 'stop' }
