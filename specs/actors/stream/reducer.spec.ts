import { describe, expect, it } from 'vitest'
import type { StreamMessage, StreamReader, StreamState } from '../../../src/actors/stream/protocol.ts'
import { initStream, reduceStream } from '../../../src/actors/stream/reducer.ts'

const udp = (sessionId: string, port: number | null, address = '10.0.0.1'): StreamReader => ({
  sessionId,
  address,
  zone: '',
  clientRtpPort: port,
  multicast: null,
})

const join = (reader: StreamReader, callId = 1): StreamMessage => ({ type: 'reader.joinRequested', callId, reader })

function after(...messages: StreamMessage[]): { state: StreamState; effects: readonly { kind: string }[] } {
  let step = initStream('t1')
  for (const message of messages) step = reduceStream(step.state, message)
  return step
}

describe('stream reducer', () => {
  it('admits a reader and tells how many there are', () => {
    expect(after(join(udp('s1', 5000))).effects).toEqual([
      { kind: 'publishReaders', count: 1 },
      { kind: 'admitReader', sessionId: 's1', callId: 1, groups: [] },
    ])
  })

  it('admits a session again for its next media without counting it twice', () => {
    const { state, effects } = after(join(udp('s1', 5000)), join(udp('s1', null), 2))
    expect(state.readers).toHaveLength(1)
    expect(effects).toEqual([{ kind: 'admitReader', sessionId: 's1', callId: 2, groups: [] }])
  })

  it.each([
    ['the same port and address', udp('s2', 5000), 'refuseReader'],
    ['the same port of another address', udp('s2', 5000, '10.0.0.2'), 'admitReader'],
    ['another port', udp('s2', 5002), 'admitReader'],
    ['TCP', udp('s2', null), 'admitReader'],
    ['the same port in another zone', { ...udp('s2', 5000), zone: 'eth1' }, 'admitReader'],
  ] as const)('a second reader with %s', (_, reader, kind) => {
    expect(after(join(udp('s1', 5000)), join(reader)).effects.at(-1)?.kind).toBe(kind)
  })

  it('frees the port with the reader', () => {
    const left: StreamMessage = { type: 'reader.left', sessionId: 's1' }
    expect(after(join(udp('s1', 5000)), left, join(udp('s2', 5000))).effects.at(-1)?.kind).toBe('admitReader')
  })

  it('takes no notice of who never joined', () => {
    expect(after({ type: 'reader.left', sessionId: 's9' }).effects).toEqual([])
  })

  it('closes its hub before it ends its readers, once, and takes nobody after', () => {
    const close: StreamMessage = { type: 'close.ordered' }
    const { effects } = after(join(udp('s1', 5000)), close)
    expect(effects.map(({ kind }) => kind)).toEqual(['closeHub', 'publishReaders', 'endReaders', 'stop'])
    expect(after(close, close).effects).toEqual([])
    expect(after(close, join(udp('s1', null))).effects[0]?.kind).toBe('refuseReader')
  })
})
