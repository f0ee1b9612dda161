import type { Observable } from 'rxjs'
import type { SessionTransport } from '../actors/handler-call.ts'
import type { SessionDescription } from '../formats/description.ts'
import type { RtspRequest } from '../wire/rtsp/message.ts'
import type { ServerConnection } from './connection.ts'
import type { HandlerResponse } from './respond.ts'
import type { ServerSession } from './session.ts'
import type { ServerStream } from './stream.ts'

/**
 * A handler answers with a value, a Promise or an Observable of which the first value counts. One that throws, ends
 * without a value or stays silent for `handlerTimeoutMs` makes the request fail with 500.
 */
export type HandlerResult<Value> = Value | PromiseLike<Value> | Observable<Value>

/** What every handler is told. */
export interface RequestContext {
  readonly connection: ServerConnection
  readonly request: RtspRequest
  /** Decoded, with the leading slash, without the track: `/cam`. */
  readonly path: string
  /** Raw, without the question mark; `''` if there is none. */
  readonly query: string
}

/** A request inside a session. */
export interface SessionContext extends RequestContext {
  readonly session: ServerSession
}

/** ANNOUNCE: what the publisher is going to send. */
export interface AnnounceContext extends SessionContext {
  readonly description: SessionDescription
}

/** SETUP: the transport that this SETUP asks for. */
export interface SetupContext extends SessionContext {
  readonly transport: SessionTransport
}

/** GET_PARAMETER and SET_PARAMETER, inside a session or not. */
export interface ParameterContext extends RequestContext {
  readonly session: ServerSession | null
}

/**
 * What the application does about requests. All are optional: absence takes the method out of OPTIONS and makes its
 * answer 501. Answering nothing (`undefined`) means 200 where no stream is asked for.
 */
export interface ServerHandlers {
  /** Which stream is at the path. Answer a stream, or `respond.notFound()`; or 200 with an SDP body of your own. */
  describe?(context: RequestContext): HandlerResult<ServerStream | HandlerResponse>
  /** A publisher wants to publish. */
  announce?(context: AnnounceContext): HandlerResult<HandlerResponse | undefined>
  /** Readers: answer the stream (the same one for every media). Publishers (`session.state` is `preRecord`): `respond.ok()`. */
  setup?(context: SetupContext): HandlerResult<ServerStream | HandlerResponse | undefined>
  /** A reader starts. */
  play?(context: SessionContext): HandlerResult<HandlerResponse | undefined>
  /** A publisher starts: the place to subscribe to `session.rtp$`; no packet is missed. */
  record?(context: SessionContext): HandlerResult<HandlerResponse | undefined>
  /** A session pauses. Called for every PAUSE, even when nothing flows. */
  pause?(context: SessionContext): HandlerResult<HandlerResponse | undefined>
  /** Without it, GET_PARAMETER inside a session is answered 200 (players use it to keep sessions alive). */
  getParameter?(context: ParameterContext): HandlerResult<HandlerResponse | undefined>
  setParameter?(context: ParameterContext): HandlerResult<HandlerResponse | undefined>
}
