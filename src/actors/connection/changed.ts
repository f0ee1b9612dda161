import type { ConnectionState } from './protocol.ts'

/**
 * The state with some of it changed. Every field is named, so that all states have one shape: after a spread each place
 * would make a shape of its own, and whatever reads a state would meet dozens (`src/ARCHITECTURE.md`, on speed).
 */
export function changed(state: ConnectionState, changes: Partial<ConnectionState>): ConnectionState {
  const copy: ConnectionState = {
    secure: state.secure,
    tunnel: state.tunnel,
    isIpv6: state.isIpv6,
    tag: state.tag,
    id: state.id,
    config: state.config,
    mode: state.mode,
    session: state.session,
    pending: state.pending,
    requestId: state.requestId,
    failure: state.failure,
  }
  return Object.assign(copy, changes)
}
