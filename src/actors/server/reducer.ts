import { Failure } from '../../contracts/failure.ts'
import type { ServerConfig } from '../config.ts'
import { changed } from './changed.ts'
import type { ServerEffect, ServerMessage, ServerState } from './protocol.ts'

/**
 * The server: bounds how many connections and sessions there are, names them, and closes in order: first nobody new
 * comes in, then sessions and connections end, then the end is told.
 */

type Step = { readonly state: ServerState; readonly effects: readonly ServerEffect[] }

/** State a server starts with. */
export function initServer(config: ServerConfig): Step {
  return {
    state: {
      tag: 'listening',
      maxConnections: config.maxConnections,
      maxSessions: config.maxSessions,
      connectionCount: 0,
      sessionCount: 0,
      nextConnection: 1,
      nextSession: 1,
      checkPeriodMs: config.checkPeriodMs,
      isWatching: false,
      failure: null,
    },
    effects: [],
  }
}

/** Pure and total. */
export function reduceServer(state: ServerState, message: ServerMessage): Step {
  switch (message.type) {
    case 'connection.accepted':
      return accept(state, message.slot)
    case 'connection.closed':
      return settle(changed(state, { connectionCount: Math.max(0, state.connectionCount - 1) }))
    case 'session.requested': {
      if (state.tag !== 'listening' || state.sessionCount >= state.maxSessions) {
        const code = state.tag === 'listening' ? 'ERR_RTSP_SESSION_LIMIT' : 'ERR_RTSP_TERMINATED'
        return { state, effects: [{ kind: 'refuseSession', request: message.request, failure: new Failure(code) }] }
      }
      return {
        state: changed(state, { sessionCount: state.sessionCount + 1, nextSession: state.nextSession + 1 }),
        effects: [{ kind: 'openSession', sessionId: `s${state.nextSession}`, request: message.request }],
      }
    }
    case 'session.closed':
      return settle(changed(state, { sessionCount: Math.max(0, state.sessionCount - 1) }))
    case 'flow.began':
      return watch(state)
    case 'timer.check.fired':
      // Whoever begins to flow while the others are looked at starts the timer by itself.
      return { state: changed(state, { isWatching: false }), effects: [{ kind: 'sampleActivity' }] }
    case 'activity.sampled':
      return message.flowingCount === 0 ? { state, effects: [] } : watch(state)
    case 'close.ordered': {
      if (state.tag !== 'listening') return { state, effects: [] }
      const step = settle(changed(state, { tag: 'closing', failure: message.failure }))
      return {
        state: step.state,
        effects: [{ kind: 'stopListening' }, { kind: 'closeEverything', failure: message.failure }, ...step.effects],
      }
    }
  }
}

function accept(state: ServerState, slot: number): Step {
  if (state.tag !== 'listening' || state.connectionCount >= state.maxConnections) {
    return { state, effects: [{ kind: 'rejectConnection', slot }] }
  }
  return {
    state: changed(state, { connectionCount: state.connectionCount + 1, nextConnection: state.nextConnection + 1 }),
    effects: [{ kind: 'openConnection', slot, connectionId: `c${state.nextConnection}` }],
  }
}

/** Sees to it that sessions are looked at in a while. A server that nothing flows through has no timer. */
function watch(state: ServerState): Step {
  if (state.isWatching) return { state, effects: [] }
  return {
    state: changed(state, { isWatching: true }),
    effects: [{ kind: 'startTimer', timer: 'check', delayMs: state.checkPeriodMs }],
  }
}

/** The end is reached when a closing server has nobody left. */
function settle(state: ServerState): Step {
  if (state.tag !== 'closing' || state.connectionCount > 0 || state.sessionCount > 0) return { state, effects: [] }
  const failure = state.failure ?? new Failure('ERR_RTSP_TERMINATED')
  return { state: changed(state, { tag: 'closed' }), effects: [{ kind: 'publishClosed', failure }, { kind: 'stop' }] }
}
