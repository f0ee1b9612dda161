import type { Failure } from '../../contracts/failure.ts'
import type { SessionId } from '../../contracts/units.ts'
import {
  multicastKinds,
  type MulticastAddress,
  type MulticastKind,
  type MulticastState,
  type StreamEffect,
  type StreamReader,
  type StreamState,
} from './protocol.ts'
import { changed } from './changed.ts'

/**
 * Readers over multicast. The first one of a kind has the groups of all medias opened, which takes a moment: who comes
 * meanwhile waits with it, and all are admitted or refused together. The groups stay, paused readers or not, until the
 * last of these sessions is gone.
 */

type Step = { readonly state: StreamState; readonly effects: readonly StreamEffect[] }

/** A session wants to read by multicast. */
export function joinMulticast(state: StreamState, callId: number, reader: StreamReader, of: MulticastKind): Step {
  const multicast = state.multicast[of]
  switch (multicast.tag) {
    case 'closed':
      return {
        state: withMulticast(state, of, { tag: 'opening', waiting: [{ callId, reader }] }),
        effects: [{ kind: 'openMulticast', of }],
      }
    case 'opening': {
      const waiting = [...multicast.waiting, { callId, reader }]
      return { state: withMulticast(state, of, { tag: 'opening', waiting }), effects: [] }
    }
    case 'open':
      return admit(state, callId, reader, multicast.groups)
  }
}

/** The groups are there. If nobody wants them any more they are closed again. */
export function multicastOpened(state: StreamState, of: MulticastKind, groups: readonly MulticastAddress[]): Step {
  const multicast = state.multicast[of]
  if (multicast.tag !== 'opening') return { state, effects: [] }
  let step: Step = { state: withMulticast(state, of, { tag: 'open', groups }), effects: [] }
  for (const { callId, reader } of multicast.waiting) {
    const admitted = admit(step.state, callId, reader, groups)
    step = { state: admitted.state, effects: [...step.effects, ...admitted.effects] }
  }
  const settled = closeUnheard(step.state)
  return { state: settled.state, effects: [...step.effects, ...settled.effects] }
}

/** There will be no groups: everybody who waits is refused. */
export function multicastFailed(state: StreamState, of: MulticastKind, failure: Failure): Step {
  const multicast = state.multicast[of]
  if (multicast.tag !== 'opening') return { state, effects: [] }
  return {
    state: withMulticast(state, of, { tag: 'closed' }),
    effects: multicast.waiting.map(({ callId, reader }) => ({
      kind: 'refuseReader',
      sessionId: reader.sessionId,
      callId,
      failure,
    })),
  }
}

/** A session that waits is gone. The opening goes on: what comes of it finds out that nobody is left. */
export function dropWaiting(state: StreamState, sessionId: SessionId): StreamState {
  return multicastKinds.reduce((left, of) => {
    const multicast = left.multicast[of]
    if (multicast.tag !== 'opening') return left
    const waiting = multicast.waiting.filter(({ reader }) => reader.sessionId !== sessionId)
    return withMulticast(left, of, { tag: 'opening', waiting })
  }, state)
}

/** Closes groups that nobody reads any more. */
export function closeUnheard(state: StreamState): Step {
  let step: Step = { state, effects: [] }
  for (const kind of multicastKinds) {
    if (state.multicast[kind].tag !== 'open' || state.readers.some((reader) => reader.multicast === kind)) continue
    step = {
      state: withMulticast(step.state, kind, { tag: 'closed' }),
      effects: [...step.effects, { kind: 'cancelReportTimer', of: kind }, { kind: 'closeMulticast', of: kind }],
    }
  }
  return step
}

/** The stream ends: who waits is refused, and what is open is closed. */
export function endMulticast(state: StreamState, failure: Failure): Step {
  let step: Step = { state, effects: [] }
  for (const kind of multicastKinds) {
    const refused = multicastFailed(step.state, kind, failure)
    const closed: readonly StreamEffect[] =
      refused.state.multicast[kind].tag === 'open'
        ? [
            { kind: 'cancelReportTimer', of: kind },
            { kind: 'closeMulticast', of: kind },
          ]
        : []
    step = {
      state: withMulticast(refused.state, kind, { tag: 'closed' }),
      effects: [...step.effects, ...refused.effects, ...closed],
    }
  }
  return step
}

function withMulticast(state: StreamState, of: MulticastKind, multicast: MulticastState): StreamState {
  return changed(state, { multicast: { ...state.multicast, [of]: multicast } })
}

function admit(state: StreamState, callId: number, reader: StreamReader, groups: readonly MulticastAddress[]): Step {
  const { sessionId } = reader
  const admitted: StreamEffect = { kind: 'admitReader', sessionId, callId, groups }
  if (state.readers.some((existing) => existing.sessionId === sessionId)) return { state, effects: [admitted] }
  const readers = [...state.readers, reader]
  return {
    state: changed(state, { readers }),
    effects: [{ kind: 'publishReaders', count: readers.length }, admitted],
  }
}
