import type { SessionState } from './protocol.ts'

/**
 * The state with some of it changed. Every field is named, so that all states have one shape: after a spread each place
 * would make a shape of its own, and whatever reads a state would meet dozens (`src/ARCHITECTURE.md`, on speed).
 */
export function changed(state: SessionState, changes: Partial<SessionState>): SessionState {
  const copy: SessionState = {
    tag: state.tag,
    id: state.id,
    token: state.token,
    config: state.config,
    author: state.author,
    connections: state.connections,
    tcpConnectionId: state.tcpConnectionId,
    path: state.path,
    query: state.query,
    transport: state.transport,
    medias: state.medias,
    stream: state.stream,
    announced: state.announced,
    pending: state.pending,
    waiting: state.waiting,
    callId: state.callId,
    lastRequestAt: state.lastRequestAt,
    failure: state.failure,
  }
  return Object.assign(copy, changes)
}
