import { describe, expect, it } from 'vitest'
import type { StreamMessage, StreamReader, StreamState } from '../../../src/actors/stream/protocol.ts'
import { initStream, reduceStream } from '../../../src/actors/stream/reducer.ts'
import { Failure } from '../../../src/contracts/failure.ts'

const reader = (sessionId: string): StreamReader => ({
  sessionId,
  address: '10.0.0.1',
  zone: '',
  clientRtpPort: null,
  multicast: 'clear',
})
const join = (sessionId: string, callId = 1): StreamMessage => ({
  type: 'reader.joinRequested',
  callId,
  reader: reader(sessionId),
})
const leave = (sessionId: string): StreamMessage => ({ type: 'reader.left', sessionId })
const groups = [{ ip: '224.1.0.1', rtpPort: 8002, rtcpPort: 8003 }]
const opened: StreamMessage = { type: 'multicast.opened', of: 'clear', groups }
const failure = new Failure('ERR_RTSP_MULTICAST', 'why')

function after(...messages: StreamMessage[]): { state: StreamState; effects: readonly object[]; kinds: string[] } {
  let step = initStream('t1')
  for (const message of messages) step = reduceStream(step.state, message)
  return { ...step, kinds: step.effects.map(({ kind }) => kind) }
}

describe('stream reducer: readers over multicast (spec 6.13)', () => {
  it('opens the groups for the first reader only, and counts nobody before they are there', () => {
    expect(after(join('s1')).kinds).toEqual(['openMulticast'])
    const { state, kinds } = after(join('s1'), join('s2'))
    expect(kinds).toEqual([])
    expect(state.readers).toEqual([])
  })

  it('admits all who wait, each with the groups', () => {
    expect(after(join('s1', 4), join('s2', 7), opened).effects).toEqual([
      { kind: 'publishReaders', count: 1 },
      { kind: 'admitReader', sessionId: 's1', callId: 4, groups },
      { kind: 'publishReaders', count: 2 },
      { kind: 'admitReader', sessionId: 's2', callId: 7, groups },
    ])
  })

  it('admits at once when the groups are open, and the same session again for its next media', () => {
    const { state, effects } = after(join('s1'), opened, join('s1', 2))
    expect(effects).toEqual([{ kind: 'admitReader', sessionId: 's1', callId: 2, groups }])
    expect(state.readers).toHaveLength(1)
  })

  it('refuses all who wait when the groups cannot be opened, and tries again for the next', () => {
    const failed: StreamMessage = { type: 'multicast.failed', of: 'clear', failure }
    expect(after(join('s1', 4), join('s2', 7), failed).effects).toEqual([
      { kind: 'refuseReader', sessionId: 's1', callId: 4, failure },
      { kind: 'refuseReader', sessionId: 's2', callId: 7, failure },
    ])
    expect(after(join('s1'), failed, join('s2')).kinds).toEqual(['openMulticast'])
  })

  it('closes the groups with the last reader over multicast, whoever else reads', () => {
    const unicast: StreamMessage = {
      type: 'reader.joinRequested',
      callId: 1,
      reader: { ...reader('s9'), multicast: null },
    }
    expect(after(unicast, join('s1'), join('s2'), opened, leave('s1')).kinds).toEqual(['publishReaders'])
    expect(after(unicast, join('s1'), join('s2'), opened, leave('s1'), leave('s2')).kinds).toEqual([
      'publishReaders',
      'cancelReportTimer',
      'closeMulticast',
    ])
  })

  it('closes groups that came when nobody waited any more', () => {
    expect(after(join('s1'), leave('s1')).kinds).toEqual([])
    expect(after(join('s1'), leave('s1'), opened).kinds).toEqual(['cancelReportTimer', 'closeMulticast'])
    expect(after(join('s1'), leave('s1'), join('s2', 5), opened).effects).toContainEqual({
      kind: 'admitReader',
      sessionId: 's2',
      callId: 5,
      groups,
    })
  })

  it('closes the groups with the stream, and refuses who waits for them', () => {
    const close: StreamMessage = { type: 'close.ordered' }
    expect(after(join('s1'), opened, close).kinds).toEqual([
      'closeHub',
      'cancelReportTimer',
      'closeMulticast',
      'publishReaders',
      'endReaders',
      'stop',
    ])
    expect(after(join('s1', 3), close).effects).toContainEqual(
      expect.objectContaining({ kind: 'refuseReader', sessionId: 's1', callId: 3 }),
    )
  })

  it('reports in periods while the groups are open, and not after', () => {
    const fired: StreamMessage = { type: 'timer.senderReports.fired', of: 'clear' }
    const started: StreamMessage = { type: 'reports.started', of: 'clear' }
    expect(after(join('s1'), opened, started).kinds).toEqual(['startReportTimer'])
    expect(after(join('s1'), opened, fired).kinds).toEqual(['sendSenderReports', 'startReportTimer'])
    expect(after(join('s1'), opened, leave('s1'), fired).kinds).toEqual([])
    expect(after(started).kinds).toEqual([])
  })

  it.each([opened, { type: 'multicast.failed', of: 'clear', failure } as const])(
    'takes no notice of $type that comes late',
    (late) => {
      expect(after(late).kinds).toEqual([])
    },
  )
})
