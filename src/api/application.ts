import { catchError, isObservable, map, of, take, throwIfEmpty, type Observable } from 'rxjs'
import type { HandlerName } from '../actors/config.ts'
import type { RuntimeEvent } from '../actors/events.ts'
import type { HandlerCall, HandlerOutcome } from '../actors/handler-call.ts'
import type { Application } from '../actors/runtime.ts'
import { Failure } from '../contracts/failure.ts'
import { reasonOf, rtspError } from '../contracts/rtsp-error.ts'
import { headerValues } from '../wire/headers/header-map.ts'
import { createResponse } from '../wire/rtsp/message.ts'
import type { ServerEvent } from './events.ts'
import { observableOf, type HandlerResult, type ServerHandlers } from './handlers.ts'
import type { Handles } from './handles.ts'
import { respond, type HandlerResponse } from './respond.ts'
import { ServerStream } from './stream.ts'
import type { UserData } from './user-data.ts'

/**
 * The border between actors and the application: ids become handles on the way out, values become plain outcomes on
 * the way in, and nothing a handler or a listener does can throw into an actor.
 */
export class HandlerApplication<Data extends UserData = UserData> implements Application {
  readonly #handlers: ServerHandlers<Data>
  readonly #handles: Handles<Data>
  readonly #emit: (event: ServerEvent<Data>) => void
  readonly #isHeard: () => boolean

  /** `isHeard`: somebody listens to events. If not, none are made. */
  constructor(
    handlers: ServerHandlers<Data>,
    handles: Handles<Data>,
    emit: (event: ServerEvent<Data>) => void,
    isHeard: () => boolean,
  ) {
    this.#handlers = handlers
    this.#handles = handles
    this.#emit = emit
    this.#isHeard = isHeard
  }

  call(call: HandlerCall): HandlerOutcome | Observable<HandlerOutcome> {
    try {
      const answer = this.#answer(call)
      if (!isObservable(answer)) return answer
      return answer.pipe(catchError((error: unknown) => of(this.#failed(call, error))))
    } catch (error) {
      return this.#failed(call, error)
    }
  }

  publish(event: RuntimeEvent): void {
    const handles = this.#handles
    switch (event.type) {
      case 'connection.opened': {
        this.#emitFor(handles.connection(event.connectionId), (connection) => ({ type: event.type, connection }))
        return
      }
      case 'connection.sessionChanged':
        return handles.connection(event.connectionId)?.refresh()
      case 'connection.closed': {
        const { type, failure } = event
        const connection = handles.forgetConnection(event.connectionId)
        connection?.end(failure)
        this.#emitFor(connection, (closed) => ({ type, connection: closed, reason: closed.reasonOf(failure) }))
        return
      }
      case 'session.opened': {
        const session = handles.session(event.sessionId)
        const connection = handles.connection(event.connectionId)
        if (session !== null && connection !== null) this.#emit({ type: event.type, session, connection })
        return
      }
      case 'session.closed': {
        const { type, failure } = event
        const session = handles.forgetSession(event.sessionId)
        session?.end(failure)
        this.#emitFor(session, (closed) => ({ type, session: closed, reason: closed.reasonOf(failure) }))
        return
      }
      case 'session.stateChanged':
        return handles.session(event.sessionId)?.refresh()
      case 'request': {
        this.#emitFor(handles.connection(event.connectionId), (connection) => ({ ...event, connection }))
        return
      }
      case 'response': {
        this.#emitFor(handles.connection(event.connectionId), (connection) => ({ ...event, connection }))
        return
      }
      case 'packets.lost': {
        this.#emitFor(handles.session(event.sessionId), (session) => ({ ...event, session }))
        return
      }
      case 'decode.error': {
        const { type, failure, media } = event
        const error = reasonOf(failure)
        this.#emitFor(handles.session(event.sessionId), (session) => ({ type, session, error, media }))
        return
      }
      case 'stream.writeError': {
        const { type, failure, phase, droppedPackets } = event
        const error = reasonOf(failure)
        this.#emitFor(handles.session(event.sessionId), (session) => ({ type, session, error, phase, droppedPackets }))
        return
      }
      case 'subscriber.error': {
        const session = event.sessionId === null ? null : handles.session(event.sessionId)
        this.#emit({ type: event.type, session, error: event.error })
        return
      }
    }
  }

  #answer(call: HandlerCall): HandlerOutcome | Observable<HandlerOutcome> {
    const answer = this.#invoke(call)
    // Most handlers answer at once, and then there is nothing to wait for.
    if (answer === undefined || answer instanceof ServerStream || isHandlerResponse(answer))
      return this.#outcome(call, answer)
    return observableOf(answer).pipe(
      take(1),
      throwIfEmpty(() => rtspError('ERR_RTSP_HANDLER_FAILED', `${call.handler} ended without an answer`)),
      map((value) => this.#outcome(call, value)),
    )
  }

  #emitFor<Handle>(handle: Handle | null, event: (handle: Handle) => ServerEvent<Data>): void {
    if (handle !== null && this.#isHeard()) this.#emit(event(handle))
  }

  #invoke(call: HandlerCall): HandlerResult<unknown> {
    const connection = this.#handles.connection(call.connectionId)
    const session = call.sessionId === null ? null : this.#handles.session(call.sessionId)
    // Who is gone is not asked for: the answer would reach nobody.
    if (connection === null) return respond.badRequest()
    const { request, path, query, transport, description } = call
    const handlers = this.#handlers
    switch (call.handler) {
      case 'describe':
        return handlers.describe?.({ connection, request, path, query })
      case 'getParameter':
        return handlers.getParameter?.({ connection, request, path, query, session })
      case 'setParameter':
        return handlers.setParameter?.({ connection, request, path, query, session })
      case 'announce':
        return session === null || description === null
          ? respond.badRequest()
          : handlers.announce?.({ connection, request, path, query, session, description })
      case 'setup':
        return session === null || transport === null
          ? respond.badRequest()
          : handlers.setup?.({ connection, request, path, query, session, transport })
      case 'play':
      case 'record':
      case 'pause':
        return session === null
          ? respond.badRequest()
          : handlers[call.handler]?.({ connection, request, path, query, session })
    }
  }

  #outcome(call: HandlerCall, answer: unknown): HandlerOutcome {
    return toOutcome(answer === undefined ? this.#unanswered(call) : answer)
  }

  /** Answering nothing means 200, but where a stream is asked for a forgotten `return` has to be loud. */
  #unanswered(call: HandlerCall): HandlerResponse {
    const session = call.sessionId === null ? null : this.#handles.session(call.sessionId)
    const needsStream = call.handler === 'describe' || (call.handler === 'setup' && session?.state !== 'preRecord')
    if (needsStream) throw rtspError('ERR_RTSP_HANDLER_FAILED', `${call.handler} answered nothing`)
    return respond.ok()
  }

  #failed(call: HandlerCall, error: unknown): HandlerOutcome {
    this.#report(call.handler, call, error)
    const failure = new Failure('ERR_RTSP_HANDLER_FAILED', error instanceof Error ? error.message : String(error))
    return { response: createResponse(500), stream: null, failure }
  }

  #report(handler: HandlerName, call: HandlerCall, error: unknown): void {
    this.#emitFor(this.#handles.connection(call.connectionId), (connection) => ({
      type: 'handler.error',
      handler,
      connection,
      error,
    }))
  }
}

function toOutcome(answer: unknown): HandlerOutcome {
  if (answer instanceof ServerStream) return toOutcome(respond.stream(answer))
  if (!isHandlerResponse(answer)) {
    throw rtspError(
      'ERR_RTSP_HANDLER_FAILED',
      'answered neither a stream nor a response; use respond.ok() and the like',
    )
  }
  const { statusCode, headers, body, reasonPhrase, stream, closeReason } = answer
  return {
    response: createResponse(statusCode, headers, body, reasonPhrase),
    stream: stream === null ? null : stream.facts,
    failure: closeReason === null ? impliedFailure(answer) : new Failure(closeReason.code, closeReason.message),
  }
}

/** 401 is an authentication error, from which the connection makes a challenge or its end; other answers are fine. */
function impliedFailure({ statusCode, headers }: HandlerResponse): Failure | null {
  const hasOwnChallenge = headerValues(headers, 'WWW-Authenticate').length > 0
  return statusCode === 401 && !hasOwnChallenge ? new Failure('ERR_RTSP_AUTH') : null
}

function isHandlerResponse(value: unknown): value is HandlerResponse {
  return typeof value === 'object' && value !== null && 'statusCode' in value && 'headers' in value && 'stream' in value
}
