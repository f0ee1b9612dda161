import type { ServerState } from './protocol.ts'

/**
 * The state with some of it changed. Every field is named, so that all states have one shape: after a spread each place
 * would make a shape of its own, and whatever reads a state would meet dozens (`src/ARCHITECTURE.md`, on speed).
 */
export function changed(state: ServerState, changes: Partial<ServerState>): ServerState {
  const copy: ServerState = {
    tag: state.tag,
    maxConnections: state.maxConnections,
    maxSessions: state.maxSessions,
    connectionCount: state.connectionCount,
    sessionCount: state.sessionCount,
    nextConnection: state.nextConnection,
    nextSession: state.nextSession,
    checkPeriodMs: state.checkPeriodMs,
    isWatching: state.isWatching,
    failure: state.failure,
  }
  return Object.assign(copy, changes)
}
