import { Failure } from '../../contracts/failure.ts'
import type { Millis } from '../../contracts/units.ts'
import { withHeader } from '../../wire/headers/header-map.ts'
import { createResponse, replaceHeaders } from '../../wire/rtsp/message.ts'
import type { HandlerOutcome } from '../handler-call.ts'
import { answer, refuse } from './answers.ts'
import { changed } from './changed.ts'
import { closeSession } from './ending.ts'
import { activityLimits } from './liveness.ts'
import type { PendingCall, SessionEffect, SessionRequest, SessionState, SessionStep, TrackCursor } from './protocol.ts'
import { rtpInfo } from './rtp-info.ts'
import { isActive } from './transitions.ts'

/**
 * PLAY, RECORD, PAUSE and TEARDOWN once they are allowed: what makes packets flow and stop. The order of effects is the
 * point: in, answer, out when it starts; close, then answer, when it stops.
 */

export function arm(
  state: SessionState,
  pending: PendingCall & { readonly stage: 'handler' },
  outcome: HandlerOutcome,
): SessionStep {
  const { request, callId } = pending
  const { stream } = state
  if (stream === null) return refuse(state, request, new Failure('ERR_RTSP_FAULT', 'nothing was set up'))
  return {
    state: changed(state, { pending: { stage: 'arming', callId, request, outcome } }),
    effects: [
      {
        kind: state.transport?.protocol === 'udp-multicast' ? 'readCursors' : 'armReader',
        callId,
        streamId: stream.streamId,
        medias: state.medias,
      },
    ],
  }
}

export function playing(
  state: SessionState,
  { request, outcome }: PendingCall & { readonly stage: 'arming' },
  cursors: readonly TrackCursor[],
): SessionStep {
  const { url } = request.request
  const info = url === null ? undefined : rtpInfo(url, state.path, state.medias, cursors)
  const response =
    info === undefined
      ? outcome.response
      : replaceHeaders(outcome.response, withHeader(outcome.response.headers, 'RTP-Info', info))
  return activate(changed(state, { tag: 'play' }), request, {
    response,
    stream: outcome.stream,
    failure: outcome.failure,
  })
}

export function record(state: SessionState, request: SessionRequest, outcome: HandlerOutcome): SessionStep {
  const step = activate(changed(state, { tag: 'record' }), request, outcome)
  const punch: SessionEffect[] =
    state.transport?.protocol === 'udp' ? [{ kind: 'punch', medias: state.medias, address: state.author.address }] : []
  return { state: step.state, effects: [...punch, ...step.effects] }
}

/** PLAY and RECORD alike: the peer's packets are let in, the answer goes out, then (`answer.written`) ours follow. */
function activate(state: SessionState, request: SessionRequest, outcome: HandlerOutcome): SessionStep {
  const { transport } = state
  if (transport === null) return refuse(state, request, new Failure('ERR_RTSP_FAULT', 'nothing was set up'))
  const isTcp = transport.protocol === 'tcp'
  const step = answer(
    changed(state, { tcpConnectionId: isTcp ? request.connectionId : null }),
    request,
    outcome.response,
    {
      failure: outcome.failure,
      confirm: true,
      ...(isTcp ? { mode: 'streaming' } : {}),
    },
  )
  // A publisher, and a reader with a back channel, is told how its packets arrive; over TCP there is nothing to tell.
  const isUnicast = transport.protocol === 'udp'
  const receives = isUnicast && state.medias.some((media) => media.receivesRtp)
  const reports = receives ? [startReceiverReports(state), ...startReordering(state)] : []
  return {
    state: step.state,
    effects: [
      {
        kind: 'openInbound',
        streamId: state.stream?.streamId ?? null,
        transport,
        medias: state.medias,
        address: state.author.address,
      },
      { kind: 'publishState' },
      ...step.effects,
      { kind: 'watchActivity', limits: activityLimits(step.state) },
      ...reports,
    ],
  }
}

export function startReports(state: SessionState): SessionEffect {
  return { kind: 'startTimer', timer: 'senderReports', delayMs: state.config.senderReportPeriodMs }
}

/** With a time limit on reordering, a look at what waits twice per limit: none waits longer than one and a half of it. */
export function startReordering({ config }: SessionState): readonly SessionEffect[] {
  const { maxReorderDelayMs } = config
  return maxReorderDelayMs > 0 ? [{ kind: 'startTimer', timer: 'reorder', delayMs: maxReorderDelayMs / 2 }] : []
}

export function startReceiverReports(state: SessionState): SessionEffect {
  return { kind: 'startTimer', timer: 'receiverReports', delayMs: state.config.receiverReportPeriodMs }
}

/** Gates close first, then the answer goes out: no packet follows it. */
export function pause(state: SessionState, request: SessionRequest, outcome: HandlerOutcome): SessionStep {
  if (!isActive(state.tag)) return answer(state, request, outcome.response, { failure: outcome.failure })
  const wasTcp = state.tcpConnectionId !== null
  const paused: SessionState = changed(state, {
    tag: state.tag === 'play' ? 'prePlay' : 'preRecord',
    tcpConnectionId: null,
  })
  const step = answer(paused, request, outcome.response, {
    failure: outcome.failure,
    ...(wasTcp ? { mode: 'standard' } : {}),
  })
  return { state: step.state, effects: [...stopFlow, { kind: 'publishState' }, ...step.effects] }
}

/** The author's connection stays and may start anew; the others of this session are closed (spec 4.11). */
export function teardown(state: SessionState, request: SessionRequest, at: Millis): SessionStep {
  const failure = new Failure('ERR_RTSP_SESSION_TORN_DOWN', request.address)
  const mode = state.tcpConnectionId === request.connectionId ? ({ mode: 'standard' } as const) : {}
  const step = answer(state, request, createResponse(200), { linked: false, ...mode })
  const left = step.state.connections.filter((id) => id !== request.connectionId)
  const ended = closeSession(changed(step.state, { connections: left, lastRequestAt: at }), failure)
  return { state: ended.state, effects: [...stopFlow, ...step.effects, ...ended.effects] }
}

const stopFlow: readonly SessionEffect[] = [
  { kind: 'closeReader' },
  { kind: 'closeInbound' },
  { kind: 'unwatchActivity' },
  { kind: 'cancelTimer', timer: 'senderReports' },
  { kind: 'cancelTimer', timer: 'receiverReports' },
  { kind: 'cancelTimer', timer: 'reorder' },
]
