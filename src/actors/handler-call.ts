import type { Failure } from '../contracts/failure.ts'
import type { ConnectionId, SessionId, StreamId } from '../contracts/units.ts'
import type { SessionDescription } from '../formats/description.ts'
import type { RtspRequest, RtspResponse } from '../wire/rtsp/message.ts'
import type { HandlerName } from './config.ts'

/** Lower transport and profile of a session, as SETUP settled them. */
export interface SessionTransport {
  readonly protocol: 'udp' | 'udp-multicast' | 'tcp'
  readonly profile: 'AVP' | 'SAVP'
}

/** One call of an application handler, as data: ids instead of objects. The answer comes back as a message. */
export interface HandlerCall {
  readonly handler: HandlerName
  readonly connectionId: ConnectionId
  /** `null` for DESCRIBE and for parameters outside a session. */
  readonly sessionId: SessionId | null
  readonly request: RtspRequest
  readonly path: string
  readonly query: string
  /** SETUP only: the transport this SETUP asks for. */
  readonly transport: SessionTransport | null
  /** ANNOUNCE only. */
  readonly description: SessionDescription | null
}

/** What a handler answered, as data. */
export interface HandlerOutcome {
  readonly response: RtspResponse
  /** The stream it named (DESCRIBE and SETUP), else `null`. */
  readonly stream: StreamFacts | null
  /** When set, the connection is closed with this reason after the response was written. */
  readonly failure: Failure | null
}

/** What reducers need to know of a stream; taken when the handler answered. */
export interface StreamFacts {
  readonly streamId: StreamId
  readonly description: SessionDescription
  /** Per media, in the order of the description: the SSRC of each of its formats. */
  readonly ssrcs: readonly (readonly number[])[]
}
