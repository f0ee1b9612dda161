import { Failure } from '../../contracts/failure.ts'
import type { ConnectionId } from '../../contracts/units.ts'
import { changed } from './changed.ts'
import { discardFlow } from './preparing.ts'
import type { SessionEffect, SessionState, SessionStep } from './protocol.ts'
import { isActive } from './transitions.ts'

/**
 * How sessions end (spec 5.3): packets stop at once, then every connection of the session is closed, and only when the
 * last of them is gone is the session's own end told. So a closed connection is always heard of before its session.
 */

/** Begins the end, for whatever reason. */
export function closeSession(state: SessionState, failure: Failure): SessionStep {
  const effects: SessionEffect[] = [
    { kind: 'forgetHandler' },
    { kind: 'closeReader' },
    { kind: 'closeInbound' },
    { kind: 'cancelTimer', timer: 'handler' },
    { kind: 'unwatchActivity' },
    { kind: 'cancelTimer', timer: 'senderReports' },
    { kind: 'cancelTimer', timer: 'receiverReports' },
    { kind: 'cancelTimer', timer: 'reorder' },
  ]
  if (state.stream !== null) effects.push({ kind: 'leaveStream', streamId: state.stream.streamId })
  if (state.pending?.stage === 'joining') effects.push({ kind: 'leaveStream', streamId: state.pending.stream.streamId })
  if (state.connections.length > 0) effects.push({ kind: 'endConnections', connectionIds: state.connections, failure })
  const step = finishClosing(
    changed(state, { tag: 'closing', failure, pending: null, waiting: [], tcpConnectionId: null }),
  )
  return { state: step.state, effects: [...effects, ...step.effects] }
}

/** Ends for good once no connection is left. */
export function finishClosing(state: SessionState): SessionStep {
  if (state.connections.length > 0) return { state, effects: [] }
  const failure = state.failure ?? new Failure('ERR_RTSP_TERMINATED')
  return { state: changed(state, { tag: 'closed' }), effects: [{ kind: 'publishClosed', failure }, { kind: 'stop' }] }
}

/**
 * A connection is gone. Over UDP a playing or recording session outlives it, because another connection of the same
 * IP may go on; everything else ends with its last connection, and interleaved media with the one that carried it.
 */
export function connectionGone(state: SessionState, connectionId: ConnectionId): SessionStep {
  if (!state.connections.includes(connectionId)) return { state, effects: [] }
  const connections = state.connections.filter((id) => id !== connectionId)
  const waiting = state.waiting.filter((request) => request.connectionId !== connectionId)
  const { state: next, effects } = abandonRequest(changed(state, { connections, waiting }), connectionId)
  const carriedMedia = state.tcpConnectionId === connectionId
  const mayLive = connections.length > 0 || (isActive(state.tag) && state.transport?.protocol !== 'tcp')
  if (!carriedMedia && mayLive) return { state: next, effects }
  const closed = closeSession(next, new Failure('ERR_RTSP_SESSION_NOT_IN_USE'))
  return { state: closed.state, effects: [...effects, ...closed.effects] }
}

/** Nobody waits for the answer any more: what was begun is undone, a late continuation finds another `callId`. */
function abandonRequest(state: SessionState, connectionId: ConnectionId): SessionStep {
  const { pending } = state
  if (pending?.request.connectionId !== connectionId) return { state, effects: [] }
  const effects: SessionEffect[] = [{ kind: 'forgetHandler' }, { kind: 'cancelTimer', timer: 'handler' }]
  if (pending.stage === 'joining' && state.stream === null) {
    effects.push({ kind: 'leaveStream', streamId: pending.stream.streamId })
  }
  effects.push(...discardFlow(state, pending.request))
  return { state: changed(state, { pending: null, callId: state.callId + 1 }), effects }
}
