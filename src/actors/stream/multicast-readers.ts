import type { Failure } from '../../contracts/failure.ts'
import type { SessionId } from '../../contracts/units.ts'
import type { MulticastAddress, StreamEffect, StreamReader, StreamState } from './protocol.ts'

/**
 * Readers over multicast. The first one has the groups of all medias opened, which takes a moment: who comes meanwhile
 * waits with it, and all are admitted or refused together. The groups stay, paused readers or not, until the last of
 * these sessions is gone.
 */

type Step = { readonly state: StreamState; readonly effects: readonly StreamEffect[] }

/** A session wants to read by multicast. */
export function joinMulticast(state: StreamState, callId: number, reader: StreamReader): Step {
  const { multicast } = state
  switch (multicast.tag) {
    case 'closed':
      return {
        state: { ...state, multicast: { tag: 'opening', waiting: [{ callId, reader }] } },
        effects: [{ kind: 'openMulticast' }],
      }
    case 'opening': {
      const waiting = [...multicast.waiting, { callId, reader }]
      return { state: { ...state, multicast: { tag: 'opening', waiting } }, effects: [] }
    }
    case 'open':
      return admit(state, callId, reader, multicast.groups)
  }
}

/** The groups are there. If nobody wants them any more they are closed again. */
export function multicastOpened(state: StreamState, groups: readonly MulticastAddress[]): Step {
  const { multicast } = state
  if (multicast.tag !== 'opening') return { state, effects: [] }
  let step: Step = { state: { ...state, multicast: { tag: 'open', groups } }, effects: [] }
  for (const { callId, reader } of multicast.waiting) {
    const admitted = admit(step.state, callId, reader, groups)
    step = { state: admitted.state, effects: [...step.effects, ...admitted.effects] }
  }
  const settled = closeUnheard(step.state)
  return { state: settled.state, effects: [...step.effects, ...settled.effects] }
}

/** There will be no groups: everybody who waits is refused. */
export function multicastFailed(state: StreamState, failure: Failure): Step {
  if (state.multicast.tag !== 'opening') return { state, effects: [] }
  return {
    state: { ...state, multicast: { tag: 'closed' } },
    effects: state.multicast.waiting.map(({ callId, reader }) => ({
      kind: 'refuseReader',
      sessionId: reader.sessionId,
      callId,
      failure,
    })),
  }
}

/** A session that waits is gone. The opening goes on: what comes of it finds out that nobody is left. */
export function dropWaiting(state: StreamState, sessionId: SessionId): StreamState {
  if (state.multicast.tag !== 'opening') return state
  const waiting = state.multicast.waiting.filter(({ reader }) => reader.sessionId !== sessionId)
  return { ...state, multicast: { tag: 'opening', waiting } }
}

/** Closes groups that nobody reads any more. */
export function closeUnheard(state: StreamState): Step {
  if (state.multicast.tag !== 'open' || state.readers.some((reader) => reader.isMulticast))
    return { state, effects: [] }
  return {
    state: { ...state, multicast: { tag: 'closed' } },
    effects: [{ kind: 'cancelReportTimer' }, { kind: 'closeMulticast' }],
  }
}

function admit(state: StreamState, callId: number, reader: StreamReader, groups: readonly MulticastAddress[]): Step {
  const { sessionId } = reader
  const admitted: StreamEffect = { kind: 'admitReader', sessionId, callId, groups }
  if (state.readers.some((existing) => existing.sessionId === sessionId)) return { state, effects: [admitted] }
  const readers = [...state.readers, reader]
  return {
    state: { ...state, readers },
    effects: [{ kind: 'publishReaders', count: readers.length }, admitted],
  }
}
