import type { Failure } from '../../contracts/failure.ts'
import type { SessionId, StreamId } from '../../contracts/units.ts'

/** A session that set up at least one media of the stream. */
export interface StreamReader {
  readonly sessionId: SessionId
  readonly address: string
  readonly zone: string
  /** UDP: the client port its first SETUP reserved; `null` over TCP. */
  readonly clientRtpPort: number | null
}

export interface StreamState {
  readonly tag: 'open' | 'closed'
  readonly id: StreamId
  readonly readers: readonly StreamReader[]
}

export type StreamMessage =
  | { readonly type: 'reader.joinRequested'; readonly callId: number; readonly reader: StreamReader }
  | { readonly type: 'reader.left'; readonly sessionId: SessionId }
  | { readonly type: 'close.ordered' }

export type StreamEffect =
  | { readonly kind: 'admitReader'; readonly sessionId: SessionId; readonly callId: number }
  | { readonly kind: 'refuseReader'; readonly sessionId: SessionId; readonly callId: number; readonly failure: Failure }
  | { readonly kind: 'publishReaders'; readonly count: number }
  | { readonly kind: 'closeHub' }
  | { readonly kind: 'endReaders'; readonly sessionIds: readonly SessionId[] }
  | { readonly kind: 'stop' }
