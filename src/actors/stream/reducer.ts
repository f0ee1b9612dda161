import { Failure } from '../../contracts/failure.ts'
import type { StreamId } from '../../contracts/units.ts'
import type { StreamMessage, StreamReader, StreamState, StreamEffect } from './protocol.ts'

/**
 * One stream: who reads it. It admits readers, keeps two of one host from claiming the same UDP ports, and ends them
 * all when it closes. Packets never pass here: they go through the stream's hub.
 */

type Step = { readonly state: StreamState; readonly effects: readonly StreamEffect[] }

/** State a stream starts with. */
export function initStream(id: StreamId): Step {
  return { state: { tag: 'open', id, readers: [] }, effects: [] }
}

/** Pure and total. */
export function reduceStream(state: StreamState, message: StreamMessage): Step {
  switch (message.type) {
    case 'reader.joinRequested':
      return join(state, message.callId, message.reader)
    case 'reader.left': {
      const readers = state.readers.filter((reader) => reader.sessionId !== message.sessionId)
      if (readers.length === state.readers.length) return { state, effects: [] }
      return { state: { ...state, readers }, effects: [{ kind: 'publishReaders', count: readers.length }] }
    }
    case 'close.ordered':
      if (state.tag === 'closed') return { state, effects: [] }
      return {
        state: { ...state, tag: 'closed', readers: [] },
        effects: [
          { kind: 'closeHub' },
          { kind: 'publishReaders', count: 0 },
          { kind: 'endReaders', sessionIds: state.readers.map((reader) => reader.sessionId) },
          { kind: 'stop' },
        ],
      }
  }
}

function join(state: StreamState, callId: number, reader: StreamReader): Step {
  const { sessionId } = reader
  const refuse = (failure: Failure): Step => ({
    state,
    effects: [{ kind: 'refuseReader', sessionId, callId, failure }],
  })
  if (state.tag === 'closed') return refuse(new Failure('ERR_RTSP_STREAM_CLOSED'))
  if (state.readers.some((existing) => existing.sessionId === sessionId)) {
    return { state, effects: [{ kind: 'admitReader', sessionId, callId }] }
  }
  const port = reader.clientRtpPort
  if (port !== null && state.readers.some((existing) => isSameUdpTarget(existing, reader))) {
    return refuse(new Failure('ERR_RTSP_UDP_PORTS_IN_USE', `${port} and ${port + 1}`))
  }
  const readers = [...state.readers, reader]
  return {
    state: { ...state, readers },
    effects: [
      { kind: 'publishReaders', count: readers.length },
      { kind: 'admitReader', sessionId, callId },
    ],
  }
}

function isSameUdpTarget(one: StreamReader, other: StreamReader): boolean {
  return one.clientRtpPort === other.clientRtpPort && one.address === other.address && one.zone === other.zone
}
