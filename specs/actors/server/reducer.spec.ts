import { describe, expect, it } from 'vitest'
import type { ServerMessage, ServerState } from '../../../src/actors/server/protocol.ts'
import { initServer, reduceServer } from '../../../src/actors/server/reducer.ts'
import { Failure } from '../../../src/contracts/failure.ts'
import { createRequest } from '../../../src/wire/rtsp/message.ts'
import { configOf } from '../config-of.ts'

const failure = new Failure('ERR_RTSP_TERMINATED')
const request: ServerMessage = {
  type: 'session.requested',
  request: {
    connectionId: 'c1',
    requestId: 1,
    request: createRequest('SETUP', 'rtsp://host/cam'),
    method: 'SETUP',
    address: '10.0.0.1',
    zone: '',
    tunnelled: false,
    secure: false,
    keyOffer: 'none',
  },
}

function after(...messages: ServerMessage[]): { state: ServerState; effects: readonly { kind: string }[] } {
  let step = initServer(configOf({ maxConnections: 2, maxSessions: 1 }))
  for (const message of messages) step = reduceServer(step.state, message)
  return step
}

describe('server reducer', () => {
  it('names connections and sessions, and never twice alike', () => {
    expect(after({ type: 'connection.accepted', slot: 5 }).effects).toEqual([
      { kind: 'openConnection', slot: 5, connectionId: 'c1' },
    ])
    const closed: ServerMessage = { type: 'connection.closed', connectionId: 'c1' }
    expect(
      after({ type: 'connection.accepted', slot: 5 }, closed, { type: 'connection.accepted', slot: 6 }).effects,
    ).toEqual([{ kind: 'openConnection', slot: 6, connectionId: 'c2' }])
    expect(after(request).effects[0]).toMatchObject({ kind: 'openSession', sessionId: 's1' })
  })

  it('rejects connections above its bound', () => {
    const accepted = [1, 2, 3].map((slot): ServerMessage => ({ type: 'connection.accepted', slot }))
    expect(after(...accepted).effects).toEqual([{ kind: 'rejectConnection', slot: 3 }])
  })

  it('refuses sessions above its bound with 503, until one has ended', () => {
    expect(after(request, request).effects[0]).toMatchObject({
      kind: 'refuseSession',
      failure: { code: 'ERR_RTSP_SESSION_LIMIT' },
    })
    expect(after(request, { type: 'session.closed', sessionId: 's1' }, request).effects[0]?.kind).toBe('openSession')
  })

  it('closes in order: nobody new, then everybody, then its own end when the last is gone', () => {
    const close: ServerMessage = { type: 'close.ordered', failure }
    const closing = after({ type: 'connection.accepted', slot: 1 }, request, close)
    expect(closing.effects.map(({ kind }) => kind)).toEqual(['stopListening', 'closeEverything'])
    let step = reduceServer(closing.state, { type: 'connection.accepted', slot: 2 })
    expect(step.effects[0]?.kind).toBe('rejectConnection')
    step = reduceServer(step.state, request)
    expect(step.effects[0]?.kind).toBe('refuseSession')
    step = reduceServer(step.state, { type: 'connection.closed', connectionId: 'c1' })
    expect(step.effects).toEqual([])
    step = reduceServer(step.state, { type: 'session.closed', sessionId: 's1' })
    expect(step.effects.map(({ kind }) => kind)).toEqual(['publishClosed', 'stop'])
  })

  it('ends at once when nobody is there, and only once', () => {
    const close: ServerMessage = { type: 'close.ordered', failure }
    expect(after(close).effects.map(({ kind }) => kind)).toEqual([
      'stopListening',
      'closeEverything',
      'publishClosed',
      'stop',
    ])
    expect(after(close, close).effects).toEqual([])
  })

  it('looks at sessions that flow once a period, with one timer for all, and with none when nothing flows', () => {
    const began: ServerMessage = { type: 'flow.began' }
    const fired: ServerMessage = { type: 'timer.check.fired' }
    const timer = { kind: 'startTimer', timer: 'check', delayMs: 1_000 }
    expect(after(began).effects).toEqual([timer])
    expect(after(began, began).effects).toEqual([])
    expect(after(began, fired).effects).toEqual([{ kind: 'sampleActivity' }])
    expect(after(began, fired, { type: 'activity.sampled', flowingCount: 1 }).effects).toEqual([timer])
    expect(after(began, fired, { type: 'activity.sampled', flowingCount: 0 }).effects).toEqual([])
    // A session that began while the others were looked at is not forgotten.
    expect(after(began, fired, began).effects).toEqual([timer])
    expect(after(began, fired, began, { type: 'activity.sampled', flowingCount: 1 }).effects).toEqual([])
  })
})
