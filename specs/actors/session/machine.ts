import type { HandlerOutcome, StreamFacts } from '../../../src/actors/handler-call.ts'
import type {
  SessionEffect,
  SessionMessage,
  SessionRequest,
  SessionState,
} from '../../../src/actors/session/protocol.ts'
import { initSession, reduceSession } from '../../../src/actors/session/reducer.ts'
import type { SessionMethod, SessionTag } from '../../../src/actors/session/transitions.ts'
import type { ServerConfig } from '../../../src/actors/config.ts'
import type { Failure } from '../../../src/contracts/failure.ts'
import { createDescription } from '../../../src/formats/create-description.ts'
import { genericFormat, h264Format } from '../../../src/formats/create-format.ts'
import type { HeadersInit } from '../../../src/wire/headers/header-map.ts'
import { createRequest, createResponse, type RtspResponse } from '../../../src/wire/rtsp/message.ts'
import { configOf } from '../config-of.ts'

/** A session's reducer with the rest of the world played by the spec: handlers, the stream and the connections. */

export const twoMedias = createDescription({
  medias: [
    { type: 'video', formats: [h264Format({ payloadType: 96 })] },
    { type: 'audio', formats: [genericFormat({ payloadType: 97, rtpmap: 'private/90000', clockRateHz: 90_000 })] },
  ],
})

export const streamFacts: StreamFacts = { streamId: 't1', description: twoMedias, ssrcs: [[0x11], [0x22]] }

export const twoMediasSdp = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=x',
  'c=IN IP4 0.0.0.0',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1',
  'a=control:trackID=0',
  'm=audio 0 RTP/AVP 97',
  'a=rtpmap:97 private/90000',
  'a=control:trackID=1',
  '',
].join('\r\n')

export interface Answered {
  readonly response: RtspResponse
  readonly failure: Failure | null
  readonly linked: boolean
  readonly mode: string | null
}

export class Machine {
  state: SessionState
  at = 1_000
  readonly effects: SessionEffect[] = []
  /** What the application answers; by default everything is fine. */
  outcome: (effect: SessionEffect & { kind: 'callHandler' }) => HandlerOutcome | null = (effect) => ({
    response: createResponse(200),
    stream: effect.call.handler === 'setup' && this.state.tag !== 'preRecord' ? streamFacts : null,
    failure: null,
  })
  joins: (effect: SessionEffect & { kind: 'joinStream' }) => SessionMessage | null = (effect) => ({
    type: 'stream.joined',
    callId: effect.callId,
    groups: [],
  })
  #requestId = 0

  constructor(config: Partial<ServerConfig> = {}) {
    const author = { connectionId: 'c1', address: '10.0.0.1', zone: '' }
    this.state = initSession('s1', 'secret', author, configOf(config), this.at).state
    this.tell({ type: 'session.opened' })
  }

  /** One turn, and whatever the world answers to its effects, until it is quiet. Returns the effects. */
  tell(message: SessionMessage): readonly SessionEffect[] {
    const step = reduceSession(this.state, message, this.at)
    this.state = step.state
    this.effects.push(...step.effects)
    const all = [...step.effects]
    for (const effect of step.effects) {
      const answer = this.#worldAnswers(effect)
      if (answer !== null) all.push(...this.tell(answer))
    }
    return all
  }

  #worldAnswers(effect: SessionEffect): SessionMessage | null {
    switch (effect.kind) {
      case 'callHandler': {
        const outcome = this.outcome(effect)
        return outcome === null ? null : { type: 'handler.answered', callId: effect.callId, outcome }
      }
      case 'joinStream':
        return this.joins(effect)
      case 'armReader':
        return { type: 'gates.armed', callId: effect.callId, cursors: [] }
      default:
        return null
    }
  }

  request(
    method: SessionMethod,
    url = 'rtsp://host/cam',
    headers: HeadersInit = {},
    changes: Partial<SessionRequest> = {},
    body?: string,
  ): SessionRequest {
    return {
      connectionId: 'c1',
      requestId: ++this.#requestId,
      request: createRequest(method, url, { CSeq: '1', ...headers }, body),
      method,
      address: '10.0.0.1',
      zone: '',
      tunnelled: false,
      secure: false,
      keyOffer: 'none',
      ...changes,
    }
  }

  /** Sends a request and returns its answer, `null` while there is none. */
  ask(
    method: SessionMethod,
    url?: string,
    headers?: HeadersInit,
    changes?: Partial<SessionRequest>,
    body?: string,
  ): Answered | null {
    const request = this.request(method, url, headers, changes, body)
    const effects = this.tell({ type: 'request.received', request })
    return answerIn(effects, request)
  }

  setup(track = 0, transport = `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1}`): Answered | null {
    return this.ask('SETUP', `rtsp://host/cam/trackID=${track}`, { Transport: transport })
  }

  announce(): Answered | null {
    return this.ask('ANNOUNCE', 'rtsp://host/cam', { 'Content-Type': 'application/sdp' }, {}, twoMediasSdp)
  }

  setupRecord(track: number): Answered | null {
    return this.setup(track, `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1};mode=record`)
  }

  /** A session that was brought into the state by requests. */
  static in(tag: SessionTag, config: Partial<ServerConfig> = {}): Machine {
    const machine = new Machine(config)
    if (tag === 'prePlay' || tag === 'play') {
      machine.setup(0)
      machine.setup(1)
    }
    if (tag === 'preRecord' || tag === 'record') {
      machine.announce()
      machine.setupRecord(0)
      machine.setupRecord(1)
    }
    if (tag === 'play') machine.ask('PLAY', 'rtsp://host/cam/')
    if (tag === 'record') machine.ask('RECORD')
    if (tag === 'closing') {
      machine.setup(0)
      machine.tell({ type: 'stream.ended' })
    }
    if (tag === 'closed') machine.ask('TEARDOWN')
    machine.effects.length = 0
    return machine
  }
}

/** The answer to a request among effects. */
export function answerIn(effects: readonly SessionEffect[], request: SessionRequest): Answered | null {
  for (const effect of effects) {
    if (effect.kind !== 'answer' || effect.requestId !== request.requestId) continue
    const { response, failure, session, mode } = effect.answer
    return { response, failure, linked: session !== null, mode }
  }
  return null
}

/** Kinds of effects, in order. */
export function kinds(effects: readonly SessionEffect[]): readonly string[] {
  return effects.map((effect) => effect.kind)
}
