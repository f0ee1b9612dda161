import { Failure } from '../../contracts/failure.ts'
import type { StreamId } from '../../contracts/units.ts'
import {
  closeUnheard,
  dropWaiting,
  endMulticast,
  joinMulticast,
  multicastFailed,
  multicastOpened,
} from './multicast-readers.ts'
import { changed } from './changed.ts'
import type { StreamEffect, StreamMessage, StreamReader, StreamState } from './protocol.ts'

/**
 * One stream: who reads it. It admits readers, keeps two of one host from claiming the same UDP ports, has multicast
 * groups opened for the first reader that wants them, and ends all readers when it closes. Packets never pass here: they
 * go through the stream's hub.
 */

type Step = { readonly state: StreamState; readonly effects: readonly StreamEffect[] }

/** State a stream starts with. */
export function initStream(id: StreamId): Step {
  return { state: { tag: 'open', id, readers: [], multicast: noMulticast }, effects: [] }
}

const noMulticast = { clear: { tag: 'closed' }, srtp: { tag: 'closed' } } as const

/** Pure and total. */
export function reduceStream(state: StreamState, message: StreamMessage): Step {
  switch (message.type) {
    case 'reader.joinRequested':
      return join(state, message.callId, message.reader)
    case 'reader.left':
      return leave(dropWaiting(state, message.sessionId), message.sessionId)
    case 'multicast.opened':
      return multicastOpened(state, message.of, message.groups)
    case 'multicast.failed':
      return multicastFailed(state, message.of, message.failure)
    case 'reports.started':
      return state.multicast[message.of].tag === 'closed'
        ? stay(state)
        : { state, effects: [{ kind: 'startReportTimer', of: message.of }] }
    case 'timer.senderReports.fired':
      return state.multicast[message.of].tag === 'closed'
        ? stay(state)
        : {
            state,
            effects: [
              { kind: 'sendSenderReports', of: message.of },
              { kind: 'startReportTimer', of: message.of },
            ],
          }
    case 'close.ordered':
      return close(state)
  }
}

function stay(state: StreamState): Step {
  return { state, effects: [] }
}

function join(state: StreamState, callId: number, reader: StreamReader): Step {
  const { sessionId } = reader
  const refuse = (failure: Failure): Step => ({
    state,
    effects: [{ kind: 'refuseReader', sessionId, callId, failure }],
  })
  if (state.tag === 'closed') return refuse(new Failure('ERR_RTSP_STREAM_CLOSED'))
  if (reader.multicast !== null) return joinMulticast(state, callId, reader, reader.multicast)
  if (state.readers.some((existing) => existing.sessionId === sessionId)) {
    return { state, effects: [{ kind: 'admitReader', sessionId, callId, groups: [] }] }
  }
  const port = reader.clientRtpPort
  if (port !== null && state.readers.some((existing) => isSameUdpTarget(existing, reader))) {
    return refuse(new Failure('ERR_RTSP_UDP_PORTS_IN_USE', `${port} and ${port + 1}`))
  }
  const readers = [...state.readers, reader]
  return {
    state: changed(state, { readers }),
    effects: [
      { kind: 'publishReaders', count: readers.length },
      { kind: 'admitReader', sessionId, callId, groups: [] },
    ],
  }
}

function isSameUdpTarget(one: StreamReader, other: StreamReader): boolean {
  return one.clientRtpPort === other.clientRtpPort && one.address === other.address && one.zone === other.zone
}

function leave(state: StreamState, sessionId: string): Step {
  const readers = state.readers.filter((reader) => reader.sessionId !== sessionId)
  if (readers.length === state.readers.length) return stay(state)
  const step = closeUnheard(changed(state, { readers }))
  return { state: step.state, effects: [{ kind: 'publishReaders', count: readers.length }, ...step.effects] }
}

function close(state: StreamState): Step {
  if (state.tag === 'closed') return stay(state)
  const step = endMulticast(state, new Failure('ERR_RTSP_STREAM_CLOSED'))
  return {
    state: changed(step.state, { tag: 'closed', readers: [] }),
    effects: [
      { kind: 'closeHub' },
      ...step.effects,
      { kind: 'publishReaders', count: 0 },
      { kind: 'endReaders', sessionIds: state.readers.map((reader) => reader.sessionId) },
      { kind: 'stop' },
    ],
  }
}
