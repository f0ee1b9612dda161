import type { Failure } from '../contracts/failure.ts'
import type { ConnectionId, SessionId } from '../contracts/units.ts'
import type { Format } from '../formats/format.ts'
import type { Media } from '../formats/description.ts'
import type { RtspRequest, RtspResponse } from '../wire/rtsp/message.ts'

/** What the actors tell the application, with ids; `api` turns them into the public `ServerEvent` with handles. */
export type RuntimeEvent =
  | { readonly type: 'connection.opened'; readonly connectionId: ConnectionId }
  | { readonly type: 'connection.closed'; readonly connectionId: ConnectionId; readonly failure: Failure }
  /** For the handle only: no public event. */
  | { readonly type: 'connection.sessionChanged'; readonly connectionId: ConnectionId }
  | { readonly type: 'session.opened'; readonly sessionId: SessionId; readonly connectionId: ConnectionId }
  | { readonly type: 'session.closed'; readonly sessionId: SessionId; readonly failure: Failure }
  | { readonly type: 'session.stateChanged'; readonly sessionId: SessionId }
  | { readonly type: 'request'; readonly connectionId: ConnectionId; readonly request: RtspRequest }
  | { readonly type: 'response'; readonly connectionId: ConnectionId; readonly response: RtspResponse }
  | {
      readonly type: 'packets.lost'
      readonly sessionId: SessionId
      readonly count: number
      readonly media: Media
      readonly format: Format
    }
  | {
      readonly type: 'decode.error'
      readonly sessionId: SessionId
      readonly failure: Failure
      readonly media: Media | null
    }
  | {
      readonly type: 'stream.writeError'
      readonly sessionId: SessionId
      readonly failure: Failure
      readonly phase: 'started' | 'ended'
      readonly droppedPackets: number
    }
  | { readonly type: 'subscriber.error'; readonly sessionId: SessionId | null; readonly error: unknown }
