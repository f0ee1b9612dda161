import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SessionMessage } from '../../../src/actors/session/protocol.ts'
import { reduceSession } from '../../../src/actors/session/reducer.ts'
import { Failure } from '../../../src/contracts/failure.ts'
import { createResponse } from '../../../src/wire/rtsp/message.ts'
import { answerIn, kinds, Machine, streamFacts } from './machine.ts'

describe('session: reading', () => {
  it('arms the gates, then answers with RTP-Info, and releases only when the answer was written', () => {
    const machine = Machine.in('prePlay')
    machine.ask('PLAY', 'rtsp://host/cam/')
    expect(kinds(machine.effects).filter((kind) => /arm|answer|release|openInbound/i.test(kind))).toEqual([
      'armReader',
      'openInbound',
      'answer',
    ])
    expect(kinds(machine.tell({ type: 'answer.written', requestId: 3, connectionId: 'c1' }))).toEqual(['releaseReader'])
  })

  it('names every media in RTP-Info, with where it stands if it has begun', () => {
    const machine = Machine.in('prePlay')
    const request = machine.request('PLAY', 'rtsp://user:pw@host/cam/?a=b')
    machine.tell({ type: 'request.received', request })
    expect(machine.state.tag).toBe('play')
    const info = answerIn(machine.effects, request)?.response.headers['RTP-Info']
    expect(info).toEqual(['url=rtsp://host/cam/trackID=0,url=rtsp://host/cam/trackID=1'])
  })

  it('closes the gates before it answers PAUSE', () => {
    const machine = Machine.in('play')
    machine.ask('PAUSE')
    const order = kinds(machine.effects)
    expect(order.indexOf('closeReader')).toBeLessThan(order.indexOf('answer'))
    expect(machine.state.tcpConnectionId).toBeNull()
  })

  it('goes on playing on a second PLAY without RTP-Info', () => {
    const machine = Machine.in('play')
    const answer = machine.ask('PLAY', 'rtsp://host/other')
    expect(answer?.response.statusCode).toBe(200)
    expect(answer?.response.headers['RTP-Info']).toBeUndefined()
    expect(kinds(machine.effects)).not.toContain('armReader')
  })

  it('refuses PLAY on another path and closes', () => {
    const answer = Machine.in('prePlay').ask('PLAY', 'rtsp://host/other')
    expect(answer?.response.statusCode).toBe(400)
    expect(answer?.failure?.text).toBe("path has changed, was '/cam', now is '/other'")
  })

  it('ends as not in use when the connection that carries its media is gone', () => {
    const machine = Machine.in('play')
    machine.tell({ type: 'connection.gone', connectionId: 'c1' })
    expect(machine.state.tag).toBe('closed')
    expect(machine.state.failure?.code).toBe('ERR_RTSP_SESSION_NOT_IN_USE')
    expect(kinds(machine.effects)).toContain('leaveStream')
  })
})

describe('session: over UDP', () => {
  function playing(): Machine {
    const machine = new Machine()
    machine.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')
    machine.ask('PLAY')
    machine.effects.length = 0
    return machine
  }

  it('outlives its connection while it plays, and another connection of the same IP goes on', () => {
    const machine = playing()
    machine.tell({ type: 'connection.gone', connectionId: 'c1' })
    expect(machine.state.tag).toBe('play')
    expect(machine.ask('GET_PARAMETER', undefined, {}, { connectionId: 'c2' })?.response.statusCode).toBe(200)
    expect(machine.state.connections).toEqual(['c2'])
  })

  it('times out when neither requests nor packets show a sign of life', () => {
    const machine = playing()
    machine.at = 1_000 + 59_999
    machine.tell({ type: 'activity.sampled', lastPacketAt: 0, stalledMs: 0 })
    expect(machine.state.tag).toBe('play')
    machine.at = 1_000 + 60_000
    machine.tell({ type: 'activity.sampled', lastPacketAt: 0, stalledMs: 0 })
    expect(machine.state.tag).toBe('closing')
    expect(machine.state.failure?.code).toBe('ERR_RTSP_SESSION_TIMED_OUT')
  })

  it('lives by packets alone', () => {
    const machine = playing()
    machine.at = 200_000
    machine.tell({ type: 'activity.sampled', lastPacketAt: 190_000, stalledMs: 0 })
    expect(machine.state.tag).toBe('play')
  })

  it('is refused with 461 when UDP is off, and the connection stays', () => {
    const machine = new Machine({ udp: null })
    const answer = machine.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')
    expect(answer?.response.statusCode).toBe(461)
    expect(answer?.failure).toBeNull()
    expect(answer?.response.headers['Session']).toEqual(['secret;timeout=55'])
  })

  it('takes the first alternative that is offered', () => {
    const machine = new Machine({ udp: null })
    const answer = machine.setup(0, 'RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=0-1')
    expect(answer?.response.headers['Transport']).toEqual(['RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=00000011'])
  })

  it('passes on why the stream refused it', () => {
    const machine = new Machine()
    machine.joins = (effect) => ({
      type: 'stream.refused',
      callId: effect.callId,
      failure: new Failure('ERR_RTSP_UDP_PORTS_IN_USE', '5000 and 5001'),
    })
    const answer = machine.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')
    expect(answer?.failure?.text).toBe(
      'UDP ports 5000 and 5001 are already assigned to another reader with the same IP',
    )
    expect(machine.state.transport).toBeNull()
  })
})

describe('session: SETUP (spec 4.5)', () => {
  it.each([
    ['no Transport', {}, 'ERR_RTSP_TRANSPORT_INVALID', 400],
    ['nothing that parses', { Transport: 'nonsense' }, 'ERR_RTSP_TRANSPORT_INVALID', 400],
    ['mode record', { Transport: 'RTP/AVP/TCP;interleaved=0-1;mode=record' }, 'ERR_RTSP_TRANSPORT_MODE', 400],
    ['no client ports', { Transport: 'RTP/AVP;unicast' }, 'ERR_RTSP_TRANSPORT_NO_CLIENT_PORTS', 400],
    ['ids that are no pair', { Transport: 'RTP/AVP/TCP;interleaved=0-2' }, 'ERR_RTSP_INTERLEAVED_IDS_INVALID', 400],
    ['ids above 254', { Transport: 'RTP/AVP/TCP;interleaved=255-256' }, 'ERR_RTSP_INTERLEAVED_IDS_INVALID', 400],
  ] as const)('%s', (_, headers, code, status) => {
    const answer = new Machine().ask('SETUP', 'rtsp://host/cam/trackID=0', headers)
    expect(answer?.response.statusCode).toBe(status)
    expect(answer?.failure?.code).toBe(code)
  })

  it('refuses clear media over SAVP without TLS with 461', () => {
    expect(new Machine().setup(0, 'RTP/SAVP/TCP;interleaved=0-1')?.response.statusCode).toBe(461)
  })

  it.each([
    [
      'the same media twice',
      (machine: Machine) => machine.setup(0, 'RTP/AVP/TCP;interleaved=6-7'),
      'ERR_RTSP_MEDIA_ALREADY_SETUP',
    ],
    [
      'ids that overlap',
      (machine: Machine) => machine.setup(1, 'RTP/AVP/TCP;interleaved=1-2'),
      'ERR_RTSP_INTERLEAVED_IDS_IN_USE',
    ],
    [
      'another transport',
      (machine: Machine) => machine.setup(1, 'RTP/AVP;client_port=5000-5001'),
      'ERR_RTSP_MEDIAS_DIFFERENT_TRANSPORTS',
    ],
    ['a track that is not there', (machine: Machine) => machine.setup(7), 'ERR_RTSP_MEDIA_NOT_FOUND'],
    [
      'another path',
      (machine: Machine) => machine.ask('SETUP', 'rtsp://host/b/trackID=1', { Transport: 'RTP/AVP/TCP' }),
      'ERR_RTSP_MEDIAS_DIFFERENT_PATHS',
    ],
  ] as const)('second SETUP with %s is refused', (_, second, code) => {
    const machine = new Machine()
    machine.setup(0)
    expect(second(machine)?.failure?.code).toBe(code)
    expect(machine.state.tag).toBe('prePlay')
  })

  it('chooses channels when the client names none', () => {
    const machine = new Machine()
    expect(machine.setup(0, 'RTP/AVP/TCP;unicast')?.response.headers['Transport']?.[0]).toContain('interleaved=0-1')
    expect(machine.setup(1, 'RTP/AVP/TCP;unicast')?.response.headers['Transport']?.[0]).toContain('interleaved=2-3')
  })

  it('takes the next alternative when GStreamer offers port 0', () => {
    const answer = new Machine().setup(0, 'RTP/AVP;unicast;client_port=0-0,RTP/AVP/TCP;interleaved=4-5')
    expect(answer?.response.headers['Transport']?.[0]).toContain('interleaved=4-5')
  })

  it('is refused with 400 when the handler gives a reader no stream', () => {
    const machine = new Machine()
    machine.outcome = () => ({ response: createResponse(200), stream: null, failure: null })
    expect(machine.setup(0)?.failure?.code).toBe('ERR_RTSP_HANDLER_FAILED')
  })

  it('forwards what the handler answers and changes nothing', () => {
    const machine = new Machine()
    machine.outcome = () => ({ response: createResponse(404), stream: null, failure: null })
    const answer = machine.setup(0)
    expect(answer?.response.statusCode).toBe(404)
    expect(answer?.response.headers['Session']).toEqual(['secret;timeout=55'])
    expect(machine.state.tag).toBe('initial')
  })
})

describe('session: recording', () => {
  it('answers ANNOUNCE without a Session header and SETUP with one', () => {
    const machine = new Machine()
    expect(machine.announce()?.response.headers['Session']).toBeUndefined()
    expect(machine.setupRecord(0)?.response.headers['Session']).toEqual(['secret;timeout=55'])
  })

  it('refuses RECORD before every announced media was set up', () => {
    const machine = new Machine()
    machine.announce()
    machine.setupRecord(0)
    expect(machine.ask('RECORD')?.failure?.code).toBe('ERR_RTSP_NOT_ALL_MEDIAS_SETUP')
  })

  it('needs mode=record in SETUP', () => {
    const machine = new Machine()
    machine.announce()
    expect(machine.setup(0)?.failure?.text).toBe('transport header contains a invalid mode (null)')
  })

  it('opens firewalls over UDP before it answers', () => {
    const machine = new Machine()
    machine.announce()
    machine.setup(0, 'RTP/AVP;unicast;client_port=5000-5001;mode=record')
    machine.setup(1, 'RTP/AVP;unicast;client_port=5002-5003;mode=record')
    machine.effects.length = 0
    machine.ask('RECORD')
    const order = kinds(machine.effects)
    expect(order.indexOf('punch')).toBeGreaterThanOrEqual(0)
    expect(order.indexOf('punch')).toBeLessThan(order.indexOf('answer'))
  })

  it.each([
    ['no Content-Type', {}, 'v=0', 'Content-Type header is missing'],
    ['another Content-Type', { 'Content-Type': 'aa' }, 'v=0', "unsupported Content-Type header '[aa]'"],
    [
      'no SDP',
      { 'Content-Type': 'application/sdp' },
      '\x01\x02\x03\x04',
      'invalid SDP: invalid line: (\x01\x02\x03\x04)',
    ],
  ] as const)('[48] refuses ANNOUNCE with %s', (_, headers, body, text) => {
    const answer = new Machine().ask('ANNOUNCE', 'rtsp://host/cam', headers, {}, body)
    expect(answer?.response.statusCode).toBe(400)
    expect(answer?.failure?.text).toBe(text)
  })
})

describe('session: who may use it (spec 3.2)', () => {
  it('refuses another IP without taking notice of it', () => {
    const machine = Machine.in('prePlay')
    const answer = machine.ask('PLAY', undefined, {}, { connectionId: 'c2', address: '10.0.0.2' })
    expect(answer?.failure?.code).toBe('ERR_RTSP_SESSION_OF_OTHER_IP')
    expect(answer?.linked).toBe(false)
    expect(machine.state.connections).toEqual(['c1'])
  })

  it('[12] refuses a second connection on an interleaved session', () => {
    const answer = Machine.in('play').ask('SETUP', undefined, {}, { connectionId: 'c2' })
    expect(answer?.response.statusCode).toBe(400)
    expect(answer?.failure?.code).toBe('ERR_RTSP_SESSION_LINKED_TO_OTHER_CONNECTION')
  })

  it('[22] lets go of the connection that tears it down and closes the others', () => {
    const machine = Machine.in('prePlay')
    machine.ask('OPTIONS', undefined, {}, { connectionId: 'c2' })
    machine.effects.length = 0
    const answer = machine.ask('TEARDOWN')
    expect(answer).toMatchObject({ failure: null, linked: false })
    expect(answer?.response.headers['Session']).toBeUndefined()
    expect(machine.effects).toContainEqual(expect.objectContaining({ kind: 'endConnections', connectionIds: ['c2'] }))
    expect(machine.state.tag).toBe('closing')
    machine.tell({ type: 'connection.gone', connectionId: 'c2' })
    expect(machine.state.tag).toBe('closed')
  })
})

describe('session: waiting for the application', () => {
  function asked(): Machine {
    const machine = Machine.in('prePlay')
    machine.outcome = () => null
    machine.ask('PLAY')
    return machine
  }

  it('answers 500 when the handler stays silent, and ignores what it says later', () => {
    const machine = asked()
    const { callId } = machine.state
    const effects = machine.tell({ type: 'timer.handler.fired', callId })
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'forgetHandler' }))
    expect(effects).toContainEqual(
      expect.objectContaining({
        kind: 'answer',
        answer: expect.objectContaining({ response: createResponse(500) }) as unknown,
      }),
    )
    const late = machine.tell({
      type: 'handler.answered',
      callId,
      outcome: { response: createResponse(200), stream: null, failure: null },
    })
    expect(late).toEqual([])
    expect(machine.state.tag).toBe('prePlay')
  })

  it('lets other connections wait, in order and not for ever', () => {
    const machine = asked()
    for (let index = 0; index < 16; index++) {
      expect(machine.ask('OPTIONS', undefined, {}, { connectionId: `w${index}` })).toBeNull()
    }
    expect(machine.ask('OPTIONS', undefined, {}, { connectionId: 'tooMany' })?.failure?.code).toBe(
      'ERR_RTSP_SESSION_LIMIT',
    )
    const effects = machine.tell({
      type: 'handler.answered',
      callId: machine.state.callId,
      outcome: { response: createResponse(404), stream: null, failure: null },
    })
    const answered = effects.filter((effect) => effect.kind === 'answer').map((effect) => effect.connectionId)
    expect(answered).toEqual(['c1', ...Array.from({ length: 16 }, (_, index) => `w${index}`)])
  })

  it('drops the request when its connection is gone, and goes on with the others', () => {
    const machine = Machine.in('prePlay')
    machine.ask('OPTIONS', undefined, {}, { connectionId: 'c2' })
    machine.outcome = () => null
    machine.ask('PLAY')
    const { callId } = machine.state
    machine.tell({ type: 'connection.gone', connectionId: 'c1' })
    expect(machine.state.pending).toBeNull()
    machine.tell({
      type: 'handler.answered',
      callId,
      outcome: { response: createResponse(200), stream: null, failure: null },
    })
    expect(machine.state.tag).toBe('prePlay')
    expect(machine.state.connections).toEqual(['c2'])
  })
})

describe('session: a peer that takes nothing', () => {
  it('is given up after writeTimeoutMs without progress', () => {
    const machine = Machine.in('play')
    machine.tell({ type: 'activity.sampled', lastPacketAt: 0, stalledMs: 10_000 })
    expect(machine.state.failure?.code).toBe('ERR_RTSP_WRITE_TIMED_OUT')
  })
})

describe('session: what the coarse check of the server looks for', () => {
  it.each([
    ['RTP/AVP/TCP;unicast;interleaved=0-1', { maxStalledMs: 10_000, maxSilentMs: null }],
    ['RTP/AVP;unicast;client_port=5000-5001', { maxStalledMs: 10_000, maxSilentMs: 60_000 }],
  ])('is told when PLAY over %s begins, and taken back when it pauses', (transport, limits) => {
    const machine = new Machine()
    machine.setup(0, transport)
    machine.ask('PLAY')
    expect(machine.effects.filter(({ kind }) => kind === 'watchActivity')).toEqual([{ kind: 'watchActivity', limits }])
    machine.effects.length = 0
    machine.ask('PAUSE')
    expect(machine.effects.some(({ kind }) => kind === 'unwatchActivity')).toBe(true)
  })
})

describe('session: reducer', () => {
  it('is total: no sequence of messages throws, and a closed session stays closed', () => {
    const failure = new Failure('ERR_RTSP_TERMINATED')
    const requests = new Machine()
    const message = fc.oneof(
      fc.constantFrom<SessionMessage>(
        { type: 'session.opened' },
        { type: 'reports.started' },
        { type: 'timer.senderReports.fired' },
        { type: 'timer.receiverReports.fired' },
        { type: 'timer.reorder.fired' },
        { type: 'connection.gone', connectionId: 'c2' },
        { type: 'activity.sampled', lastPacketAt: 0, stalledMs: 0 },
        { type: 'answer.written', requestId: 1, connectionId: 'c1' },
      ),
      fc.constantFrom<SessionMessage>(
        { type: 'stream.ended' },
        { type: 'close.ordered', failure },
        { type: 'resource.failed', failure },
        { type: 'connection.gone', connectionId: 'c1' },
      ),
      fc
        .record({
          method: fc.constantFrom(
            'OPTIONS',
            'ANNOUNCE',
            'SETUP',
            'PLAY',
            'RECORD',
            'PAUSE',
            'TEARDOWN',
            'GET_PARAMETER',
          ),
          url: fc.constantFrom(
            'rtsp://host/cam',
            'rtsp://host/cam/trackID=0',
            'rtsp://host/cam/trackID=1',
            'rtsp://host/x',
          ),
          transport: fc.constantFrom(
            '',
            'RTP/AVP/TCP',
            'RTP/AVP;client_port=5000-5001',
            'RTP/AVP/TCP;mode=record',
            '?',
          ),
          connectionId: fc.constantFrom('c1', 'c2'),
        })
        .map(({ method, url, transport, connectionId }): SessionMessage => ({
          type: 'request.received',
          request: requests.request(method as 'PLAY', url, transport === '' ? {} : { Transport: transport }, {
            connectionId,
          }),
        })),
      fc.integer({ min: 0, max: 6 }).chain((callId) =>
        fc.constantFrom<SessionMessage>(
          {
            type: 'handler.answered',
            callId,
            outcome: { response: createResponse(200), stream: streamFacts, failure: null },
          },
          {
            type: 'handler.answered',
            callId,
            outcome: { response: createResponse(200), stream: null, failure: null },
          },
          { type: 'handler.answered', callId, outcome: { response: createResponse(500), stream: null, failure } },
          { type: 'timer.handler.fired', callId },
          { type: 'stream.joined', callId, groups: [] },
          { type: 'stream.refused', callId, failure },
          { type: 'gates.armed', callId, cursors: [] },
          { type: 'gates.failed', callId, failure },
        ),
      ),
    )
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
        let { state } = new Machine()
        for (const [index, each] of messages.entries()) {
          const wasClosed = state.tag === 'closed'
          const step = reduceSession(state, each, index)
          if (wasClosed) {
            expect(step.state.tag).toBe('closed')
            expect(step.effects).toEqual([])
          }
          state = step.state
          // What streams over a connection is owned by it, and only then (spec 12.6).
          const isTcp = state.transport?.protocol === 'tcp'
          expect(state.tcpConnectionId !== null).toBe(isTcp && (state.tag === 'play' || state.tag === 'record'))
          expect(state.waiting.length).toBeLessThanOrEqual(16)
        }
      }),
      { numRuns: 300 },
    )
  })
})
