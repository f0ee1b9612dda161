import { Failure, statusOf } from '../../contracts/failure.ts'
import type { ConnectionId, Millis } from '../../contracts/units.ts'
import { headerValue, withHeaders } from '../../wire/headers/header-map.ts'
import { sessionIdOf } from '../../wire/headers/session.ts'
import { createResponse, replaceHeaders, type RtspRequest, type RtspResponse } from '../../wire/rtsp/message.ts'
import type { ServerConfig } from '../config.ts'
import { isSessionMethod } from '../session/transitions.ts'
import { answerOptions } from '../options-answer.ts'
import { answerDescribe, handlerCallOf, isChallenge } from './answers.ts'
import { changed } from './changed.ts'
import { destroySocket, endSocket } from './closing.ts'
import type {
  AnswerKeys,
  ConnectionEffect,
  ConnectionMessage,
  ConnectionState,
  ConnectionTraits,
  SessionAnswer,
} from './protocol.ts'
import { halfJoined, halfRefused, halfTimedOut, httpReceived } from './tunnel.ts'

/**
 * One connection: takes requests one at a time, answers them in order, and owns the socket. It decides which request
 * it can answer itself, which goes to an application handler and which to a session; it never looks at packets.
 */

type Step = { readonly state: ConnectionState; readonly effects: readonly ConnectionEffect[] }

/** State and effects a connection starts with. */
export function initConnection(
  id: ConnectionId,
  config: ServerConfig,
  { secure = false, tunnel = 'none', isIpv6 = false }: Partial<ConnectionTraits> = {},
): Step {
  return {
    state: {
      tag: 'open',
      id,
      config,
      secure,
      tunnel,
      isIpv6,
      mode: 'standard',
      session: null,
      pending: null,
      requestId: 0,
      failure: null,
    },
    effects: [],
  }
}

/** Pure and total: every message in every state has an answer, even if it is "nothing". */
export function reduceConnection(state: ConnectionState, message: ConnectionMessage, at: Millis): Step {
  const step = decide(state, message, at)
  // Whatever linked the connection to a session or took it away, it is told here, and before anything else.
  if (step.state.session?.id === state.session?.id) return step
  return { state: step.state, effects: [{ kind: 'publishSession' }, ...step.effects] }
}

function decide(state: ConnectionState, message: ConnectionMessage, at: Millis): Step {
  if (state.tag === 'closed') return { state, effects: [] }
  if (message.type === 'socket.closed') return closed(state, message.failure)
  if (state.tag === 'closing') return whileClosing(state, message)
  switch (message.type) {
    case 'connection.opened':
      return {
        state,
        effects: [
          { kind: 'publishOpened' },
          { kind: 'startTimer', timer: 'read', delayMs: state.config.idleTimeoutMs },
        ],
      }
    case 'request.received':
      return received(state, message.request)
    case 'response.received':
      return destroySocket(state, new Failure('ERR_RTSP_UNEXPECTED_RESPONSE'))
    case 'frame.unexpected':
      return destroySocket(state, new Failure('ERR_RTSP_UNEXPECTED_FRAME'))
    case 'http.received':
      return httpReceived(state, message.head)
    case 'half.joined':
      return halfJoined(state, message.opens)
    case 'half.refused':
      return halfRefused(state, message.failure)
    case 'timer.tunnel.fired':
      return halfTimedOut(state)
    case 'opening.failed':
    case 'framing.failed':
      return destroySocket(state, message.failure)
    case 'handler.answered': {
      if (state.pending?.requestId !== message.requestId || state.pending.with !== 'handler') return stay(state)
      const { request } = state.pending
      const { response, failure, keys } = answerDescribe(request, message.outcome, state.config, state)
      const step = finish(state, response, failure, keys)
      return { state: step.state, effects: [{ kind: 'cancelTimer', timer: 'handler' }, ...step.effects] }
    }
    case 'timer.handler.fired': {
      if (state.pending?.requestId !== message.requestId || state.pending.with !== 'handler') return stay(state)
      const failure = new Failure('ERR_RTSP_HANDLER_TIMED_OUT', String(state.config.handlerTimeoutMs))
      const step = finish(state, createResponse(statusOf(failure)), failure)
      return { state: step.state, effects: [{ kind: 'forgetHandler' }, ...step.effects] }
    }
    case 'session.answered':
      if (state.pending?.requestId !== message.requestId || state.pending.with !== 'session') return stay(state)
      return sessionAnswered(state, message.answer)
    case 'session.refused':
      if (state.pending?.requestId !== message.requestId) return stay(state)
      return finish(state, createResponse(statusOf(message.failure)), message.failure)
    case 'session.ended':
      if (state.session?.id !== message.sessionId) return stay(state)
      return destroySocket(changed(state, { session: null }), message.failure)
    case 'timer.read.fired':
      return { state, effects: [{ kind: 'sampleActivity' }] }
    case 'activity.sampled':
      return checkActivity(state, message, at)
    case 'timer.linger.fired':
      return stay(state)
    case 'close.ordered':
      return destroySocket(state, message.failure)
  }
}

function stay(state: ConnectionState): Step {
  return { state, effects: [] }
}

function received(state: ConnectionState, request: RtspRequest): Step {
  const requestId = state.requestId + 1
  const next: ConnectionState = changed(state, { requestId, pending: { requestId, request, with: 'handler' } })
  const step = dispatch(next, request)
  return { state: step.state, effects: [{ kind: 'publishRequest', request }, ...step.effects] }
}

function dispatch(state: ConnectionState, request: RtspRequest): Step {
  if (headerValue(request.headers, 'CSeq') === undefined) return refuse(state, 'ERR_RTSP_CSEQ_MISSING')
  const { method, url } = request
  if (url === null && method !== 'OPTIONS') return refuse(state, 'ERR_RTSP_INVALID_PATH')

  const token = sessionToken(request)
  if (needsSession(state, method, token)) return route(state, request, token)

  switch (method) {
    case 'OPTIONS':
      return finish(state, answerOptions(state.config), null)
    case 'DESCRIBE':
    case 'GET_PARAMETER':
    case 'SET_PARAMETER': {
      const call = handlerCallOf(state.id, request, state.config)
      return call === null
        ? finish(state, createResponse(501), null)
        : {
            state,
            effects: [
              { kind: 'startTimer', timer: 'handler', delayMs: state.config.handlerTimeoutMs },
              { kind: 'callHandler', requestId: state.requestId, call },
            ],
          }
    }
    default:
      // PLAY, RECORD, PAUSE and TEARDOWN without a Session header, and methods nobody knows (spec 2.4).
      return finish(state, createResponse(501), null)
  }
}

/**
 * SETUP and ANNOUNCE always belong to a session; the others only when they name one. A keepalive that forgets the
 * Session header counts for the session that its connection speaks for.
 */
function needsSession(state: ConnectionState, method: string, token: string | null): boolean {
  switch (method) {
    case 'ANNOUNCE':
      return state.config.handlers.includes('announce')
    case 'SETUP':
      return state.config.handlers.includes('setup')
    case 'OPTIONS':
    case 'GET_PARAMETER':
      return token !== null || state.session !== null
    default:
      return token !== null && isSessionMethod(method)
  }
}

function route(state: ConnectionState, request: RtspRequest, token: string | null): Step {
  const linked = state.session
  if (linked !== null && token !== null && token !== linked.token)
    return refuse(state, 'ERR_RTSP_LINKED_TO_OTHER_SESSION')
  if (state.pending === null) return stay(state)
  const { requestId } = state.pending
  return {
    state: changed(state, { pending: { requestId, request, with: 'session' } }),
    effects: [
      {
        kind: 'routeToSession',
        requestId,
        request,
        token: linked?.token ?? token,
        create: request.method === 'SETUP' || request.method === 'ANNOUNCE',
      },
    ],
  }
}

function sessionToken(request: RtspRequest): string | null {
  const value = headerValue(request.headers, 'Session')
  if (value === undefined) return null
  const id = sessionIdOf(value)
  return id === '' ? null : id
}

function refuse(state: ConnectionState, code: ConstructorParameters<typeof Failure>[0]): Step {
  const failure = new Failure(code)
  return finish(state, createResponse(statusOf(failure)), failure)
}

function sessionAnswered(state: ConnectionState, answer: SessionAnswer): Step {
  const previous = state.mode
  const mode = answer.mode ?? previous
  const step = finish(changed(state, { session: answer.session, mode }), answer.response, answer.failure, answer.keys)
  const after: ConnectionEffect[] = []
  if (mode === 'streaming' && previous === 'standard' && answer.session !== null)
    // The deadline of a publisher is shorter than the one that runs.
    after.push(
      { kind: 'enterStreaming', sessionId: answer.session.id },
      { kind: 'startTimer', timer: 'read', delayMs: Math.min(state.config.readTimeoutMs, state.config.idleTimeoutMs) },
    )
  if (mode === 'standard' && previous === 'streaming')
    after.push({ kind: 'leaveStreaming', graceMs: state.config.frameGraceMs })
  if (answer.confirm && answer.session !== null)
    after.push({ kind: 'confirmWritten', sessionId: answer.session.id, requestId: state.requestId })
  // The mode changes and packets go only when the answer has been written, and before anything more is read.
  const [respond, ...rest] = step.effects
  return { state: step.state, effects: respond === undefined ? after : [respond, ...after, ...rest] }
}

/** Writes the answer; the first effect is always `respond` or `challenge`. */
function finish(
  state: ConnectionState,
  response: RtspResponse,
  failure: Failure | null,
  keys: AnswerKeys | null = null,
): Step {
  const cseq = state.pending === null ? undefined : headerValue(state.pending.request.headers, 'CSeq')
  const Server = state.config.serverName
  const headers = withHeaders(response.headers, cseq === undefined ? { Server } : { CSeq: cseq, Server })
  const challenged = isChallenge(state.pending?.request ?? null, failure)
  const answer = replaceHeaders(response, headers)
  const respond: ConnectionEffect = challenged
    ? { kind: 'challenge', response: answer }
    : { kind: 'respond', response: answer, keys }
  const answered: ConnectionState = changed(state, { pending: null })
  if (failure === null || challenged) return { state: answered, effects: [respond, { kind: 'resumeReading' }] }
  const step = endSocket(answered, failure)
  return { state: step.state, effects: [respond, ...step.effects] }
}

function whileClosing(state: ConnectionState, message: ConnectionMessage): Step {
  switch (message.type) {
    case 'timer.linger.fired':
    case 'close.ordered':
      return { state, effects: [{ kind: 'destroySocket' }] }
    case 'half.joined':
      return halfJoined(state, message.opens)
    case 'session.ended':
      return stay(state.session?.id === message.sessionId ? changed(state, { session: null }) : state)
    default:
      return stay(state)
  }
}

function closed(state: ConnectionState, failure: Failure): Step {
  const reason = state.failure ?? failure
  return {
    state: changed(state, { tag: 'closed', pending: null, session: null, failure: reason }),
    effects: [{ kind: 'publishClosed', failure: reason }, { kind: 'leaveSession' }, { kind: 'stop' }],
  }
}

/** Section 5.1: how long a connection may stay without a complete message. Infinity: for ever. */
function readLimitMs(state: ConnectionState, sessionTag: string | null): Millis {
  if (state.mode === 'streaming')
    return sessionTag === 'record' ? state.config.readTimeoutMs : state.config.idleTimeoutMs
  // ffmpeg sends nothing on the connection while it records over UDP: the session watches the datagrams instead.
  if (sessionTag === 'record') return Infinity
  return state.config.idleTimeoutMs
}

function checkActivity(
  state: ConnectionState,
  message: ConnectionMessage & { readonly type: 'activity.sampled' },
  at: Millis,
): Step {
  const limitMs = readLimitMs(state, message.sessionTag)
  const idleMs = at - message.lastElementAt
  // While a request is being answered the socket is not read: that is our time, not the peer's.
  if (state.pending === null && idleMs >= limitMs) {
    return destroySocket(
      state,
      new Failure('ERR_RTSP_CONNECTION_TIMED_OUT', `nothing was received for ${Math.round(idleMs)} ms`),
    )
  }
  const { readTimeoutMs, idleTimeoutMs } = state.config
  // Both limits are looked at, because the session may change from one to the other before the timer fires again.
  const nextMs = Math.min(limitMs === Infinity ? idleTimeoutMs : limitMs - idleMs, readTimeoutMs)
  return { state, effects: [{ kind: 'startTimer', timer: 'read', delayMs: Math.max(nextMs, 1) }] }
}
