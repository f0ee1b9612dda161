import type { Failure } from '../../contracts/failure.ts'
import { changed } from './changed.ts'
import type { ConnectionEffect, ConnectionState } from './protocol.ts'

/** The two ways in which a connection begins to close by our own will; `socket.closed` completes both. Pure. */

type Step = { readonly state: ConnectionState; readonly effects: readonly ConnectionEffect[] }

/** How long a closing connection may take to write what is queued. */
const lingerMs = 2_000

/** Closes once everything is written. Goes behind the effects that write the last of it. */
export function endSocket(state: ConnectionState, failure: Failure): Step {
  return {
    state: changed(state, { tag: 'closing', failure, pending: null }),
    effects: [
      { kind: 'cancelTimer', timer: 'read' },
      { kind: 'startTimer', timer: 'linger', delayMs: lingerMs },
      { kind: 'endSocket' },
    ],
  }
}

/** Closes without an answer: what is queued is lost, the reason is kept for the event. */
export function destroySocket(state: ConnectionState, failure: Failure): Step {
  return {
    state: changed(state, { tag: 'closing', failure, pending: null }),
    effects: [
      { kind: 'cancelTimer', timer: 'read' },
      { kind: 'cancelTimer', timer: 'handler' },
      { kind: 'forgetHandler' },
      { kind: 'destroySocket' },
    ],
  }
}
