import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConnectionEffect, ConnectionMessage, ConnectionState } from '../../../src/actors/connection/protocol.ts'
import { initConnection, reduceConnection } from '../../../src/actors/connection/reducer.ts'
import { Failure } from '../../../src/contracts/failure.ts'
import type { HeadersInit } from '../../../src/wire/headers/header-map.ts'
import { createRequest, createResponse } from '../../../src/wire/rtsp/message.ts'
import { configOf } from '../config-of.ts'

class Connection {
  state: ConnectionState = initConnection('c1', configOf()).state
  at = 0

  tell(message: ConnectionMessage): readonly ConnectionEffect[] {
    const step = reduceConnection(this.state, message, this.at)
    this.state = step.state
    return step.effects
  }

  ask(
    method: string,
    url: string | null = 'rtsp://host/cam',
    headers: HeadersInit = { CSeq: '7' },
  ): readonly ConnectionEffect[] {
    return this.tell({ type: 'request.received', request: createRequest(method, url, headers) })
  }

  /** The session answers the request that is with it. */
  answered(mode: 'streaming' | 'standard' | null = null, confirm = false): readonly ConnectionEffect[] {
    const session = { id: 's1', token: 'secret' }
    const answer = { response: createResponse(200), failure: null, session, mode, confirm, keys: null }
    return this.tell({ type: 'session.answered', requestId: this.state.requestId, answer })
  }
}

const kinds = (effects: readonly ConnectionEffect[]): readonly string[] => effects.map((effect) => effect.kind)

describe('connection: requests', () => {
  it('answers OPTIONS itself, with CSeq and Server, and reads on', () => {
    const effects = new Connection().ask('OPTIONS')
    expect(kinds(effects)).toEqual(['publishRequest', 'respond', 'resumeReading'])
    expect(effects[1]).toMatchObject({ response: { headers: { CSeq: ['7'], Server: ['rxrtsp/test'] } } })
  })

  it.each([
    ['SETUP', {}, null, true],
    ['ANNOUNCE', {}, null, true],
    ['SETUP', { Session: 'x;timeout=55' }, 'x', true],
    ['PLAY', { Session: ' x ' }, 'x', false],
    ['GET_PARAMETER', { Session: 'x' }, 'x', false],
    ['TEARDOWN', { Session: 'x' }, 'x', false],
  ])('hands %s with %o to a session', (method, headers, token, create) => {
    const effects = new Connection().ask(method, 'rtsp://host/cam', { CSeq: '1', ...headers })
    expect(effects.at(-1)).toMatchObject({ kind: 'routeToSession', token, create })
  })

  it.each(['PLAY', 'RECORD', 'PAUSE', 'TEARDOWN', 'REDIRECT', 'FLY'])(
    '%s without a session is 501 and stays',
    (method) => {
      const effects = new Connection().ask(method)
      expect(effects[1]).toMatchObject({ kind: 'respond', response: { statusCode: 501 } })
      expect(kinds(effects)).toContain('resumeReading')
    },
  )

  it('uses the linked session for requests that forget to name it, and refuses another one', () => {
    const connection = new Connection()
    connection.ask('SETUP')
    connection.answered()
    expect(connection.ask('GET_PARAMETER').at(-1)).toMatchObject({ kind: 'routeToSession', token: 'secret' })
    connection.answered()
    const effects = connection.ask('SETUP', undefined, { CSeq: '1', Session: 'other' })
    expect(effects[1]).toMatchObject({ kind: 'respond', response: { statusCode: 400 } })
    expect(connection.state.failure?.code).toBe('ERR_RTSP_LINKED_TO_OTHER_SESSION')
  })

  it.each([
    ['a repeated Session header', { CSeq: '1', Session: ['a', 'b'] }],
    ['an empty Session header', { CSeq: '1', Session: '' }],
  ])('takes %s for none (spec 3.2)', (_, headers) => {
    expect(new Connection().ask('SETUP', undefined, headers).at(-1)).toMatchObject({ token: null })
  })

  it('gives DESCRIBE to the handler, with a deadline', () => {
    const connection = new Connection()
    const effects = connection.ask('DESCRIBE', 'rtsp://host/cam/?a=b')
    expect(kinds(effects)).toEqual(['publishRequest', 'startTimer', 'callHandler'])
    expect(effects.at(-1)).toMatchObject({ call: { handler: 'describe', path: '/cam', query: 'a=b', sessionId: null } })
    const late = connection.tell({ type: 'timer.handler.fired', requestId: connection.state.requestId })
    expect(late).toContainEqual(
      expect.objectContaining({ kind: 'respond', response: expect.objectContaining({ statusCode: 500 }) as unknown }),
    )
    expect(connection.state.tag).toBe('closing')
  })
})

describe('connection: reading mode', () => {
  it('writes the answer, then takes up streaming, then confirms, then reads on', () => {
    const connection = new Connection()
    connection.ask('PLAY', undefined, { CSeq: '1', Session: 'secret' })
    expect(kinds(connection.answered('streaming', true))).toEqual([
      'publishSession',
      'respond',
      'enterStreaming',
      'startTimer',
      'confirmWritten',
      'resumeReading',
    ])
    connection.ask('PAUSE', undefined, { CSeq: '1', Session: 'secret' })
    expect(kinds(connection.answered('standard'))).toEqual(['respond', 'leaveStreaming', 'resumeReading'])
  })

  it('closes on what only a server may send, without an answer', () => {
    for (const message of [{ type: 'response.received' }, { type: 'frame.unexpected' }] as const) {
      const effects = new Connection().tell(message)
      expect(kinds(effects)).toContain('destroySocket')
      expect(kinds(effects)).not.toContain('respond')
    }
  })
})

describe('connection: silence (spec 5.1)', () => {
  const sampled = (lastElementAt: number, sessionTag: 'record' | 'play' | null): ConnectionMessage => ({
    type: 'activity.sampled',
    lastElementAt,
    sessionTag,
  })

  it.each([
    ['standard, no session', 'standard', null, 60_000],
    ['standard, recording over UDP', 'standard', 'record', Infinity],
    ['streaming, recording', 'streaming', 'record', 10_000],
    ['streaming, playing', 'streaming', 'play', 60_000],
  ] as const)('%s', (_, mode, tag, limitMs) => {
    const idle = (ms: number): string => {
      const connection = new Connection()
      connection.state = { ...connection.state, mode }
      connection.at = ms
      connection.tell(sampled(0, tag))
      return connection.state.tag
    }
    if (limitMs === Infinity) expect(idle(10 * 60_000)).toBe('open')
    else {
      expect(idle(limitMs - 1)).toBe('open')
      expect(idle(limitMs)).toBe('closing')
    }
  })

  it('is ours, not the peer’s, while a request is being answered', () => {
    const connection = new Connection()
    connection.ask('DESCRIBE')
    connection.at = 10 * 60_000
    connection.tell(sampled(0, null))
    expect(connection.state.tag).toBe('open')
  })
})

describe('connection: the end', () => {
  it('tells its end once, with the first reason, and its session after that', () => {
    const connection = new Connection()
    connection.tell({ type: 'close.ordered', failure: new Failure('ERR_RTSP_TERMINATED') })
    const effects = connection.tell({ type: 'socket.closed', failure: new Failure('ERR_RTSP_CONNECTION_CLOSED') })
    expect(kinds(effects)).toEqual(['publishClosed', 'leaveSession', 'stop'])
    expect(effects[0]).toMatchObject({ failure: { code: 'ERR_RTSP_TERMINATED' } })
    expect(connection.tell({ type: 'socket.closed', failure: new Failure('ERR_RTSP_CONNECTION_CLOSED') })).toEqual([])
  })

  it('gives the last answer a bounded time to be written', () => {
    const connection = new Connection()
    const effects = connection.ask('DESCRIBE', null)
    expect(kinds(effects)).toEqual(['publishRequest', 'respond', 'cancelTimer', 'startTimer', 'endSocket'])
    expect(kinds(connection.tell({ type: 'timer.linger.fired' }))).toEqual(['destroySocket'])
  })

  it('closes with its session', () => {
    const connection = new Connection()
    connection.ask('SETUP')
    connection.answered()
    const failure = new Failure('ERR_RTSP_SESSION_TIMED_OUT')
    connection.tell({ type: 'session.ended', sessionId: 's9', failure })
    expect(connection.state.tag).toBe('open')
    connection.tell({ type: 'session.ended', sessionId: 's1', failure })
    expect(connection.state).toMatchObject({ tag: 'closing', failure })
  })

  it('is total: no sequence of messages throws, and at most one request is outstanding', () => {
    const failure = new Failure('ERR_RTSP_TERMINATED')
    const outcome = { response: createResponse(200), stream: null, failure: null }
    const answer = {
      response: createResponse(200),
      failure: null,
      session: { id: 's1', token: 'x' },
      mode: null,
      confirm: true,
      keys: null,
    }
    const message = fc.oneof(
      fc
        .record({
          method: fc.constantFrom('OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN', 'X'),
          url: fc.constantFrom('rtsp://host/cam', null),
          headers: fc.constantFrom<HeadersInit>({}, { CSeq: '1' }, { CSeq: '1', Session: 'x' }),
        })
        .map(({ method, url, headers }): ConnectionMessage => ({
          type: 'request.received',
          request: createRequest(method, url, headers),
        })),
      fc
        .integer({ min: 0, max: 5 })
        .chain((requestId) =>
          fc.constantFrom<ConnectionMessage>(
            { type: 'handler.answered', requestId, outcome },
            { type: 'timer.handler.fired', requestId },
            { type: 'session.answered', requestId, answer },
            { type: 'session.answered', requestId, answer: { ...answer, mode: 'streaming' } },
            { type: 'session.refused', requestId, failure },
          ),
        ),
      fc.constantFrom<ConnectionMessage>(
        { type: 'connection.opened' },
        { type: 'session.ended', sessionId: 's1', failure },
        { type: 'timer.read.fired' },
        { type: 'activity.sampled', lastElementAt: 0, sessionTag: 'play' },
        { type: 'timer.linger.fired' },
        { type: 'response.received' },
        { type: 'frame.unexpected' },
        { type: 'framing.failed', failure },
        { type: 'socket.closed', failure },
        { type: 'close.ordered', failure },
      ),
    )
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
        const connection = new Connection()
        for (const each of messages) {
          const effects = connection.tell(each)
          expect(effects.filter(({ kind }) => kind === 'respond').length).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})
