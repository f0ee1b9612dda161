import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/contracts/failure.ts'
import { createResponse } from '../../../src/wire/rtsp/message.ts'
import { kinds, Machine } from './machine.ts'

const url = { PLAY: 'rtsp://host/cam/', RECORD: 'rtsp://host/cam' } as const

describe('session: what the handler of PLAY or RECORD writes', () => {
  it.each([
    ['prePlay', 'PLAY', 't1'],
    ['preRecord', 'RECORD', null],
  ] as const)('in %s is kept from before the handler of %s is asked', (tag, method, streamId) => {
    const machine = Machine.in(tag)
    machine.ask(method, url[method])
    const order = kinds(machine.effects)
    expect(order.indexOf('prepareSending')).toBeGreaterThanOrEqual(0)
    expect(order.indexOf('prepareSending')).toBeLessThan(order.indexOf('callHandler'))
    expect(machine.effects.find(({ kind }) => kind === 'prepareSending')).toMatchObject({
      streamId,
      connectionId: 'c1',
    })
    expect(order).not.toContain('discardPrepared')
  })

  it.each([
    ['prePlay', 'PLAY'],
    ['preRecord', 'RECORD'],
  ] as const)('in %s is forgotten when %s is refused, before the answer', (tag, method) => {
    const machine = Machine.in(tag)
    machine.outcome = () => ({ response: createResponse(404), stream: null, failure: null })
    machine.ask(method, url[method])
    const order = kinds(machine.effects)
    expect(order.indexOf('discardPrepared')).toBeGreaterThan(order.indexOf('callHandler'))
    expect(order.indexOf('discardPrepared')).toBeLessThan(order.indexOf('answer'))
    expect(machine.state.tag).toBe(tag)
  })

  it.each([
    ['prePlay', 'PLAY'],
    ['preRecord', 'RECORD'],
  ] as const)('in %s is forgotten when the handler of %s takes too long or its client goes', (tag, method) => {
    const machine = Machine.in(tag)
    machine.outcome = () => null
    machine.ask(method, url[method])
    expect(kinds(machine.tell({ type: 'timer.handler.fired', callId: machine.state.callId }))).toContain(
      'discardPrepared',
    )
    machine.ask(method, url[method])
    expect(kinds(machine.tell({ type: 'connection.gone', connectionId: 'c1' }))).toContain('discardPrepared')
  })

  it('is forgotten when the stream is gone by the time the handler agrees', () => {
    const machine = Machine.in('prePlay')
    machine.outcome = () => null
    machine.ask('PLAY', url.PLAY)
    const { callId } = machine.state
    machine.state = {
      ...machine.state,
      pending:
        machine.state.pending === null
          ? null
          : {
              stage: 'arming',
              callId,
              request: machine.state.pending.request,
              outcome: { response: createResponse(200), stream: null, failure: null },
            },
    }
    const failure = new Failure('ERR_RTSP_STREAM_CLOSED')
    expect(kinds(machine.tell({ type: 'gates.failed', callId, failure }))).toEqual(['discardPrepared', 'answer'])
  })

  it.each(['play', 'record'] as const)('in %s already flows: nothing is prepared or forgotten', (tag) => {
    const machine = Machine.in(tag)
    machine.outcome = () => ({ response: createResponse(404), stream: null, failure: null })
    machine.ask(tag === 'play' ? 'PLAY' : 'PAUSE', url.PLAY)
    expect(kinds(machine.effects)).not.toContain('prepareSending')
    expect(kinds(machine.effects)).not.toContain('discardPrepared')
  })
})

describe('session: reports', () => {
  it.each([
    ['RTP/AVP/TCP;unicast;interleaved=0-1;mode=record', false],
    ['RTP/AVP;unicast;client_port=5000-5001;mode=record', true],
  ])('tells a publisher with %s how its packets arrive: %s', (transport, isTold) => {
    const machine = new Machine({ udp: { rtpPort: 8000, rtcpPort: 8001 } })
    machine.announce()
    machine.setup(0, transport)
    machine.setup(1, transport.replace('0-1', '2-3').replace('5000-5001', '5002-5003'))
    machine.ask('RECORD')
    expect(machine.state.tag).toBe('record')
    const timers = machine.effects.flatMap((effect) => (effect.kind === 'startTimer' ? [effect.timer] : []))
    expect(timers.includes('receiverReports')).toBe(isTold)
  })
})
