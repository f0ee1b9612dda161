import type { RtspError } from '../contracts/rtsp-error.ts'
import type { Media } from '../formats/description.ts'
import type { Format } from '../formats/format.ts'
import type { RtspRequest, RtspResponse } from '../wire/rtsp/message.ts'
import type { HandlerName } from '../actors/config.ts'
import type { ServerConnection } from './connection.ts'
import type { ServerSession } from './session.ts'
import type { UserData } from './user-data.ts'

/** Everything a server tells about what happens in it, discriminated by `type`. */
export type ServerEvent<Data extends UserData = UserData> =
  /** Somebody connected. */
  | { readonly type: 'connection.opened'; readonly connection: ServerConnection<Data> }
  /** A connection is gone; `reason.code` says why. */
  | { readonly type: 'connection.closed'; readonly connection: ServerConnection<Data>; readonly reason: RtspError }
  | {
      readonly type: 'session.opened'
      readonly session: ServerSession<Data>
      readonly connection: ServerConnection<Data>
    }
  /** After the connections of the session are gone, if it ended first. Its statistics stay readable. */
  | { readonly type: 'session.closed'; readonly session: ServerSession<Data>; readonly reason: RtspError }
  /** A request was read; before it is checked. `(hidden)` stands where it has SRTP keys; handlers get it as it is. */
  | { readonly type: 'request'; readonly connection: ServerConnection<Data>; readonly request: RtspRequest }
  /** A response is about to be written. `(hidden)` stands where it has SRTP keys. */
  | { readonly type: 'response'; readonly connection: ServerConnection<Data>; readonly response: RtspResponse }
  /** A publisher's packets went missing. */
  | {
      readonly type: 'packets.lost'
      readonly session: ServerSession<Data>
      readonly count: number
      readonly media: Media
      readonly format: Format
    }
  /** A packet of a peer could not be used; it was dropped and counted. */
  | {
      readonly type: 'decode.error'
      readonly session: ServerSession<Data>
      readonly error: RtspError
      readonly media: Media | null
    }
  /**
   * A reader is too slow: `started` when packets begin to be left out for it, `ended` when it gets everything again or
   * is gone. One of each for every drop. `droppedPackets` counts RTP packets since the start: 0 when it has started.
   */
  | {
      readonly type: 'stream.writeError'
      readonly session: ServerSession<Data>
      readonly error: RtspError
      readonly phase: 'started' | 'ended'
      readonly droppedPackets: number
    }
  /** A UDP socket gave up batching for good, for example because a device cannot do it; nothing else changes. */
  | { readonly type: 'udp.batchingEnded'; readonly reason: string }
  /** A handler threw, or ended without an answer. */
  | {
      readonly type: 'handler.error'
      readonly handler: HandlerName
      readonly connection: ServerConnection<Data>
      readonly error: unknown
    }
  /** A subscriber of one of the library's Observables threw; it was unsubscribed. */
  | { readonly type: 'subscriber.error'; readonly session: ServerSession<Data> | null; readonly error: unknown }
  /** An actor of the library failed; what it stood for was closed, everything else goes on. */
  | { readonly type: 'fault'; readonly actor: string; readonly error: unknown }
