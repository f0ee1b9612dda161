import type { SessionEffect, SessionRequest, SessionState } from './protocol.ts'

/**
 * What surrounds the handler of PLAY and RECORD. The sending half exists before the handler is asked, so that what the
 * handler writes to the session is kept and leaves right behind the answer; if nothing comes of it, it is forgotten.
 */

/** Effects before the handler: the sending half is made, and holds back what is written. None for other requests. */
export function prepareFlow(state: SessionState, request: SessionRequest): readonly SessionEffect[] {
  const { transport, stream, medias } = state
  if (!isStarting(state, request) || transport === null) return []
  // A multicast group is the stream's: nothing goes to one of its readers alone.
  if (transport.protocol === 'udp-multicast') return []
  const streamId = state.tag === 'prePlay' ? (stream?.streamId ?? null) : null
  const { address } = state.author
  return [{ kind: 'prepareSending', streamId, transport, medias, connectionId: request.connectionId, address }]
}

/** Effects when the request is refused or abandoned: what was kept is forgotten. None for other requests. */
export function discardFlow(state: SessionState, request: SessionRequest): readonly SessionEffect[] {
  return isStarting(state, request) ? [{ kind: 'discardPrepared' }] : []
}

/** A second PLAY while it plays starts nothing. */
function isStarting(state: SessionState, { method }: SessionRequest): boolean {
  return (method === 'PLAY' && state.tag === 'prePlay') || (method === 'RECORD' && state.tag === 'preRecord')
}
