import { Failure, isFailure, statusOf } from '../../contracts/failure.ts'
import type { Millis, SessionId } from '../../contracts/units.ts'
import { createResponse } from '../../wire/rtsp/message.ts'
import { requestPath, type RequestPath } from '../../wire/url/request-path.ts'
import type { RtspUrl } from '../../wire/url/rtsp-url.ts'
import type { HandlerName, ServerConfig } from '../config.ts'
import type { HandlerCall, HandlerOutcome } from '../handler-call.ts'
import { answerOptions } from '../options-answer.ts'
import type { MulticastAddress } from '../stream/protocol.ts'
import { announcedDescription } from './announce.ts'
import { answer, refuse, refuseMethod } from './answers.ts'
import { changed } from './changed.ts'
import { closeSession, connectionGone, finishClosing } from './ending.ts'
import { arm, pause, playing, record, startReceiverReports, startReordering, startReports, teardown } from './flow.ts'
import { checkActivity } from './liveness.ts'
import {
  maxWaitingRequests,
  type PendingCall,
  type SessionAuthor,
  type SessionMessage,
  type SessionRequest,
  type SessionState,
  type SessionStep,
} from './protocol.ts'
import { discardFlow, prepareFlow } from './preparing.ts'
import { completeSetup, planSetup, settleSetup } from './setup.ts'
import { isActive, isAllowed } from './transitions.ts'

/**
 * One session. Requests come one at a time (others wait), go through the state table, the checks of their method, the
 * application's handler, and for SETUP and PLAY through the stream; each of these is a message, so between any two of
 * them anything else may happen and every continuation looks at `callId` first.
 */

/** State and effects a session starts with. */
export function initSession(
  id: SessionId,
  token: string,
  author: SessionAuthor,
  config: ServerConfig,
  at: Millis,
): SessionStep {
  return {
    state: {
      tag: 'initial',
      id,
      token,
      config,
      author,
      connections: [author.connectionId],
      tcpConnectionId: null,
      path: '',
      query: '',
      transport: null,
      medias: [],
      stream: null,
      announced: null,
      pending: null,
      waiting: [],
      callId: 0,
      lastRequestAt: at,
      failure: null,
    },
    effects: [],
  }
}

/** Pure and total: every message in every state has an answer, even if it is "nothing". */
export function reduceSession(state: SessionState, message: SessionMessage, at: Millis): SessionStep {
  if (state.tag === 'closed') return stay(state)
  if (state.tag === 'closing') return whileClosing(state, message)
  switch (message.type) {
    case 'session.opened':
      return { state, effects: [{ kind: 'publishOpened', connectionId: state.author.connectionId }] }
    case 'request.received':
      return admit(state, message.request, at)
    case 'handler.answered':
      return message.callId === state.callId && state.pending?.stage === 'handler'
        ? next(handlerAnswered(state, state.pending, message.outcome, at), at)
        : stay(state)
    case 'timer.handler.fired':
      return message.callId === state.callId && state.pending?.stage === 'handler'
        ? next(handlerTimedOut(state, state.pending.request), at)
        : stay(state)
    case 'stream.joined':
      return message.callId === state.callId && state.pending?.stage === 'joining'
        ? next(joined(state, state.pending, message.groups), at)
        : stay(state)
    case 'stream.refused':
      return message.callId === state.callId && state.pending?.stage === 'joining'
        ? next(refuse(state, state.pending.request, message.failure), at)
        : stay(state)
    case 'gates.armed':
      return message.callId === state.callId && state.pending?.stage === 'arming'
        ? next(playing(state, state.pending, message.cursors), at)
        : stay(state)
    case 'gates.failed':
      return message.callId === state.callId && state.pending?.stage === 'arming'
        ? next(refuseStart(state, state.pending.request, message.failure), at)
        : stay(state)
    case 'answer.written':
      return isActive(state.tag) ? { state, effects: [{ kind: 'releaseReader' }] } : stay(state)
    case 'connection.gone':
      return next(connectionGone(state, message.connectionId), at)
    case 'activity.sampled':
      return checkActivity(state, message, at)
    case 'reports.started':
      return isActive(state.tag) ? { state, effects: [startReports(state)] } : stay(state)
    case 'timer.senderReports.fired':
      return isActive(state.tag)
        ? { state, effects: [{ kind: 'sendSenderReports' }, startReports(state)] }
        : stay(state)
    case 'timer.reorder.fired':
      return isActive(state.tag)
        ? { state, effects: [{ kind: 'releaseReordered' }, ...startReordering(state)] }
        : stay(state)
    case 'timer.receiverReports.fired':
      return isActive(state.tag)
        ? { state, effects: [{ kind: 'sendReceiverReports' }, startReceiverReports(state)] }
        : stay(state)
    case 'stream.ended':
      return closeSession(state, new Failure('ERR_RTSP_TERMINATED'))
    case 'resource.failed':
    case 'close.ordered':
      return closeSession(state, message.failure)
  }
}

function stay(state: SessionState): SessionStep {
  return { state, effects: [] }
}

/** After a request was answered the oldest waiting one gets its turn. */
function next(step: SessionStep, at: Millis): SessionStep {
  const { state } = step
  const [request, ...waiting] = state.waiting
  if (state.pending !== null || request === undefined || state.tag === 'closing' || state.tag === 'closed') return step
  const following = next(begin(changed(state, { waiting }), request, at), at)
  return { state: following.state, effects: [...step.effects, ...following.effects] }
}

/** The rules that come before any method: who may use the session, and one request at a time (spec 3.2). */
function admit(state: SessionState, request: SessionRequest, at: Millis): SessionStep {
  if (request.address !== state.author.address || request.zone !== state.author.zone) {
    return keepPending(state, refuseStranger(state, request, 'ERR_RTSP_SESSION_OF_OTHER_IP'))
  }
  if (state.tcpConnectionId !== null && state.tcpConnectionId !== request.connectionId) {
    return keepPending(state, refuseStranger(state, request, 'ERR_RTSP_SESSION_LINKED_TO_OTHER_CONNECTION'))
  }
  const connections = state.connections.includes(request.connectionId)
    ? state.connections
    : [...state.connections, request.connectionId]
  const known: SessionState = changed(state, { connections, lastRequestAt: at })
  if (known.pending === null) return begin(known, request, at)
  if (known.waiting.length >= maxWaitingRequests) {
    return keepPending(known, refuse(known, request, new Failure('ERR_RTSP_SESSION_LIMIT')))
  }
  return stay({ ...known, waiting: [...known.waiting, request] })
}

function refuseStranger(
  state: SessionState,
  request: SessionRequest,
  code: 'ERR_RTSP_SESSION_OF_OTHER_IP' | 'ERR_RTSP_SESSION_LINKED_TO_OTHER_CONNECTION',
): SessionStep {
  const failure = new Failure(code)
  return answer(state, request, createResponse(statusOf(failure)), { failure, linked: false })
}

/** An answer to somebody else leaves the request under way alone. */
function keepPending(state: SessionState, step: SessionStep): SessionStep {
  return { state: changed(step.state, { pending: state.pending }), effects: step.effects }
}

function begin(state: SessionState, request: SessionRequest, at: Millis): SessionStep {
  const { method } = request
  if (!isAllowed(state.tag, method)) return refuseMethod(state, request)
  // A waiting request may find that another connection has taken the session over meanwhile.
  if (state.tcpConnectionId !== null && state.tcpConnectionId !== request.connectionId) {
    return refuseStranger(state, request, 'ERR_RTSP_SESSION_LINKED_TO_OTHER_CONNECTION')
  }
  switch (method) {
    case 'OPTIONS':
      return answer(state, request, answerOptions(state.config))
    case 'ANNOUNCE': {
      const announced = announcedDescription(request.request)
      if (isFailure(announced)) return refuse(state, request, announced)
      return call(state, request, 'announce', { announced })
    }
    case 'SETUP': {
      const plan = planSetup(state, request)
      if (isFailure(plan)) return refuse(state, request, plan)
      if ('status' in plan) return answer(state, request, createResponse(plan.status))
      return call(state, request, 'setup', { setup: plan })
    }
    case 'PLAY':
      return state.tag === 'prePlay' ? ifSamePath(state, request, 'play') : call(state, request, 'play')
    case 'RECORD':
      if (state.medias.length < (state.announced?.medias.length ?? 0)) {
        return refuse(state, request, new Failure('ERR_RTSP_NOT_ALL_MEDIAS_SETUP'))
      }
      return ifSamePath(state, request, 'record')
    case 'PAUSE':
      return call(state, request, 'pause')
    case 'GET_PARAMETER':
      return state.config.handlers.includes('getParameter')
        ? call(state, request, 'getParameter')
        : answer(state, request, createResponse(200, { 'Content-Type': 'text/parameters' }))
    case 'SET_PARAMETER':
      return call(state, request, 'setParameter')
    case 'TEARDOWN':
      return teardown(state, request, at)
  }
}

function ifSamePath(state: SessionState, request: SessionRequest, handler: 'play' | 'record'): SessionStep {
  const { url } = request.request
  const path = url === null ? '' : requestPath(url).path
  // A publisher may announce a path with a slash at its end, which is kept: its RECORD has the same.
  if (path === state.path || url?.path === state.path) return call(state, request, handler)
  return refuse(state, request, new Failure('ERR_RTSP_PATH_HAS_CHANGED', `was '${state.path}', now is '${path}'`))
}

function call(
  state: SessionState,
  request: SessionRequest,
  handler: HandlerName,
  extra: Partial<Pick<PendingCall & { readonly stage: 'handler' }, 'setup' | 'announced'>> = {},
): SessionStep {
  const { url } = request.request
  if (!state.config.handlers.includes(handler) || url === null) return answer(state, request, createResponse(501))
  const setup = extra.setup ?? null
  const announced = extra.announced ?? null
  const callId = state.callId + 1
  const { path, query } = handler === 'play' || handler === 'record' ? state : (setup ?? placeOf(handler, url))
  const handlerCall: HandlerCall = {
    handler,
    connectionId: request.connectionId,
    sessionId: state.id,
    request: request.request,
    path,
    query,
    transport: setup?.transport ?? null,
    description: announced,
  }
  return {
    state: changed(state, { callId, pending: { stage: 'handler', callId, request, setup, announced } }),
    effects: [
      { kind: 'startTimer', timer: 'handler', delayMs: state.config.handlerTimeoutMs },
      ...prepareFlow(state, request),
      { kind: 'callHandler', callId, call: handlerCall },
    ],
  }
}

/** A publisher may announce a path with a slash at its end, which is kept. */
function placeOf(handler: HandlerName, url: RtspUrl): RequestPath {
  return handler === 'announce' ? url : requestPath(url)
}

function handlerTimedOut(state: SessionState, request: SessionRequest): SessionStep {
  const failure = new Failure('ERR_RTSP_HANDLER_TIMED_OUT', String(state.config.handlerTimeoutMs))
  const step = refuseStart(state, request, failure)
  return { state: step.state, effects: [{ kind: 'forgetHandler' }, ...step.effects] }
}

/** As `refuse`; what a handler of PLAY or RECORD has written meanwhile goes with it. */
function refuseStart(state: SessionState, request: SessionRequest, failure: Failure): SessionStep {
  const step = refuse(state, request, failure)
  return { state: step.state, effects: [...discardFlow(state, request), ...step.effects] }
}

function handlerAnswered(
  state: SessionState,
  pending: PendingCall & { readonly stage: 'handler' },
  outcome: HandlerOutcome,
  at: Millis,
): SessionStep {
  const step = carryOut(state, pending, outcome, at)
  return { state: step.state, effects: [{ kind: 'cancelTimer', timer: 'handler' }, ...step.effects] }
}

function carryOut(
  state: SessionState,
  pending: PendingCall & { readonly stage: 'handler' },
  outcome: HandlerOutcome,
  at: Millis,
): SessionStep {
  const { request, callId } = pending
  const forward = (): SessionStep => answer(state, request, outcome.response, { failure: outcome.failure })
  if (outcome.response.statusCode !== 200) {
    const step = forward()
    return { state: step.state, effects: [...discardFlow(state, request), ...step.effects] }
  }
  switch (request.method) {
    case 'ANNOUNCE': {
      const { url } = request.request
      const step = answer(
        changed(state, {
          tag: 'preRecord',
          path: url?.path ?? '',
          query: url?.query ?? '',
          announced: pending.announced,
        }),
        request,
        outcome.response,
        { failure: outcome.failure },
      )
      return { state: step.state, effects: [{ kind: 'publishState' }, ...step.effects] }
    }
    case 'SETUP':
      return pending.setup === null ? forward() : settleSetup(state, request, pending.setup, outcome, callId)
    case 'PLAY':
      return state.tag === 'play' ? forward() : arm(state, pending, outcome)
    case 'RECORD':
      return record(state, request, outcome)
    case 'PAUSE':
      return pause(state, request, outcome)
    case 'OPTIONS':
    case 'GET_PARAMETER':
    case 'SET_PARAMETER':
      return forward()
    case 'TEARDOWN':
      return teardown(state, request, at)
  }
}

function joined(
  state: SessionState,
  { request, setup, media, stream, outcome }: PendingCall & { readonly stage: 'joining' },
  groups: readonly MulticastAddress[],
): SessionStep {
  const group = groups[media.mediaIndex] ?? null
  if (group === null && setup.transport.protocol === 'udp-multicast') {
    return refuse(state, request, new Failure('ERR_RTSP_FAULT', 'the stream has no multicast group for the media'))
  }
  return completeSetup(state, request, setup, media, stream, outcome, group)
}

function whileClosing(state: SessionState, message: SessionMessage): SessionStep {
  switch (message.type) {
    case 'connection.gone':
      return finishClosing(
        changed(state, { connections: state.connections.filter((id) => id !== message.connectionId) }),
      )
    case 'request.received':
      return refuseStrangerWhileClosing(state, message.request)
    default:
      return stay(state)
  }
}

function refuseStrangerWhileClosing(state: SessionState, request: SessionRequest): SessionStep {
  const failure = new Failure('ERR_RTSP_TERMINATED')
  return answer(state, request, createResponse(statusOf(failure)), { failure, linked: false })
}
