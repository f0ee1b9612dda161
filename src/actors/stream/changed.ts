import type { StreamState } from './protocol.ts'

/**
 * The state with some of it changed. Every field is named, so that all states have one shape: after a spread each place
 * would make a shape of its own, and whatever reads a state would meet dozens (`src/ARCHITECTURE.md`, on speed).
 */
export function changed(state: StreamState, changes: Partial<StreamState>): StreamState {
  const copy: StreamState = {
    tag: state.tag,
    id: state.id,
    readers: state.readers,
    multicast: state.multicast,
  }
  return Object.assign(copy, changes)
}
