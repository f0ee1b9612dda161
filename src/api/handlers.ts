import { from, isObservable, of, type Observable } from 'rxjs'
import type { SessionTransport } from '../actors/handler-call.ts'
import type { SessionDescription } from '../formats/description.ts'
import type { RtspRequest } from '../wire/rtsp/message.ts'
import type { ServerConnection } from './connection.ts'
import type { HandlerResponse } from './respond.ts'
import type { ServerSession } from './session.ts'
import type { ServerStream } from './stream.ts'
import type { UserData } from './user-data.ts'

/**
 * A handler answers with a value, a Promise or an Observable of which the first value counts. One that throws, ends
 * without a value or stays silent for `handlerTimeoutMs` makes the request fail with 500.
 */
export type HandlerResult<Value> = Value | PromiseLike<Value> | Observable<Value>

/** The three kinds of answer as one; a plain value is emitted while subscribing. @internal */
export function observableOf<Value>(result: HandlerResult<Value>): Observable<Value> {
  if (isObservable(result)) return result
  return isPromiseLike(result) ? from(result) : of(result)
}

function isPromiseLike<Value>(value: HandlerResult<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** What every handler is told. */
export interface RequestContext<Data extends UserData = UserData> {
  readonly connection: ServerConnection<Data>
  readonly request: RtspRequest
  /** Decoded, with the leading slash, without the track: `/cam`. */
  readonly path: string
  /** Raw, without the question mark; `''` if there is none. */
  readonly query: string
}

/** A request inside a session. */
export interface SessionContext<Data extends UserData = UserData> extends RequestContext<Data> {
  readonly session: ServerSession<Data>
}

/** ANNOUNCE: what the publisher is going to send. */
export interface AnnounceContext<Data extends UserData = UserData> extends SessionContext<Data> {
  readonly description: SessionDescription
}

/** SETUP: the transport that this SETUP asks for. */
export interface SetupContext<Data extends UserData = UserData> extends SessionContext<Data> {
  readonly transport: SessionTransport
}

/** GET_PARAMETER and SET_PARAMETER, inside a session or not. */
export interface ParameterContext<Data extends UserData = UserData> extends RequestContext<Data> {
  readonly session: ServerSession<Data> | null
}

/**
 * What the application does about requests. All are optional: absence takes the method out of OPTIONS and makes its
 * answer 501. Answering nothing (`undefined`) means 200 where no stream is asked for.
 */
export interface ServerHandlers<Data extends UserData = UserData> {
  /** Which stream is at the path. Answer a stream, or `respond.notFound()`; or 200 with an SDP body of your own. */
  describe?(context: RequestContext<Data>): HandlerResult<ServerStream | HandlerResponse>
  /** A publisher wants to publish. */
  announce?(context: AnnounceContext<Data>): HandlerResult<HandlerResponse | undefined>
  /** Readers: answer the stream (the same one for every media). Publishers (`session.state` is `preRecord`): `respond.ok()`. */
  setup?(context: SetupContext<Data>): HandlerResult<ServerStream | HandlerResponse | undefined>
  /** A reader starts. */
  play?(context: SessionContext<Data>): HandlerResult<HandlerResponse | undefined>
  /** A publisher starts: the place to subscribe to `session.rtp$`; no packet is missed. */
  record?(context: SessionContext<Data>): HandlerResult<HandlerResponse | undefined>
  /** A session pauses. Called for every PAUSE, even when nothing flows. */
  pause?(context: SessionContext<Data>): HandlerResult<HandlerResponse | undefined>
  /** Without it, GET_PARAMETER inside a session is answered 200 (players use it to keep sessions alive). */
  getParameter?(context: ParameterContext<Data>): HandlerResult<HandlerResponse | undefined>
  setParameter?(context: ParameterContext<Data>): HandlerResult<HandlerResponse | undefined>
}
