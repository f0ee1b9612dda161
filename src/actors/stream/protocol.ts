import type { Failure } from '../../contracts/failure.ts'
import type { SessionId, StreamId } from '../../contracts/units.ts'

/**
 * The two sets of multicast groups that a stream may have: packets in clear and encrypted ones must not meet in one. Who
 * listens to a group that carries both can use neither, and the key would protect nothing.
 */
export type MulticastKind = 'clear' | 'srtp'

/** All kinds. */
export const multicastKinds: readonly MulticastKind[] = ['clear', 'srtp']

/** A session that set up at least one media of the stream. */
export interface StreamReader {
  readonly sessionId: SessionId
  readonly address: string
  readonly zone: string
  /** UDP: the client port its first SETUP reserved; `null` otherwise. */
  readonly clientRtpPort: number | null
  /** The multicast groups of the stream that it listens to; `null` over unicast. */
  readonly multicast: MulticastKind | null
}

/** A reader that waits for the multicast groups to be opened. */
export interface WaitingReader {
  readonly callId: number
  readonly reader: StreamReader
}

/** Where one media of a stream goes by multicast. */
export interface MulticastAddress {
  /** IPv4 address of the group. */
  readonly ip: string
  readonly rtpPort: number
  readonly rtcpPort: number
}

/** The multicast groups of a stream: one per media, open as long as somebody reads them. */
export type MulticastState =
  | { readonly tag: 'closed' }
  /** Sockets are on their way, for whoever still waits when they come. */
  | { readonly tag: 'opening'; readonly waiting: readonly WaitingReader[] }
  /** By media index. */
  | { readonly tag: 'open'; readonly groups: readonly MulticastAddress[] }

export interface StreamState {
  readonly tag: 'open' | 'closed'
  readonly id: StreamId
  readonly readers: readonly StreamReader[]
  readonly multicast: Readonly<Record<MulticastKind, MulticastState>>
}

export type StreamMessage =
  | { readonly type: 'reader.joinRequested'; readonly callId: number; readonly reader: StreamReader }
  | { readonly type: 'reader.left'; readonly sessionId: SessionId }
  | { readonly type: 'multicast.opened'; readonly of: MulticastKind; readonly groups: readonly MulticastAddress[] }
  | { readonly type: 'multicast.failed'; readonly of: MulticastKind; readonly failure: Failure }
  | { readonly type: 'reports.started'; readonly of: MulticastKind }
  | { readonly type: 'timer.senderReports.fired'; readonly of: MulticastKind }
  | { readonly type: 'close.ordered' }

export type StreamEffect =
  | {
      readonly kind: 'admitReader'
      readonly sessionId: SessionId
      readonly callId: number
      /** By media index; empty for readers over unicast. */
      readonly groups: readonly MulticastAddress[]
    }
  | { readonly kind: 'refuseReader'; readonly sessionId: SessionId; readonly callId: number; readonly failure: Failure }
  | { readonly kind: 'publishReaders'; readonly count: number }
  /** Opens the groups of all medias; answered by `multicast.opened` or `multicast.failed`. */
  | { readonly kind: 'openMulticast'; readonly of: MulticastKind }
  | { readonly kind: 'closeMulticast'; readonly of: MulticastKind }
  | { readonly kind: 'sendSenderReports'; readonly of: MulticastKind }
  | { readonly kind: 'startReportTimer'; readonly of: MulticastKind }
  | { readonly kind: 'cancelReportTimer'; readonly of: MulticastKind }
  | { readonly kind: 'closeHub' }
  | { readonly kind: 'endReaders'; readonly sessionIds: readonly SessionId[] }
  | { readonly kind: 'stop' }
