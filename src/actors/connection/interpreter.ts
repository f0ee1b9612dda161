import { isObservable, map } from 'rxjs'
import { Failure, faultOf } from '../../contracts/failure.ts'
import type { ByteDuplexHandler } from '../../contracts/network.ts'
import { failureOf, RtspError } from '../../contracts/rtsp-error.ts'
import type { ConnectionId } from '../../contracts/units.ts'
import type { ActorContext } from '../../kernel/behavior.ts'
import { challengesOf, createProtectionSpace } from '../../wire/auth/protection-space.ts'
import { withHeader } from '../../wire/headers/header-map.ts'
import { RtspFramer, type FramerHandler } from '../../wire/rtsp/framer.ts'
import { encodeResponse, replaceHeaders, type RtspRequest, type RtspResponse } from '../../wire/rtsp/message.ts'
import type { AcceptedConnection, ConnectionEntry, Runtime } from '../runtime.ts'
import type { SessionRequest } from '../session/protocol.ts'
import { isSessionMethod } from '../session/transitions.ts'
import { hideKeys } from './hide-keys.ts'
import { takeOfferedKeys, withKeys } from './key-effects.ts'
import {
  claimHalf,
  offerHalf,
  openTunnel,
  openUnknown,
  openWebSocket,
  withdrawHalf,
  writeHttp,
} from './opening-effects.ts'
import type { AnswerKeys, ConnectionEffect, ConnectionMessage, ConnectionState } from './protocol.ts'
import { initConnection, reduceConnection } from './reducer.ts'

/** The side of a connection that touches the world: its socket, its framer, its timers. */

type Self = ActorContext<ConnectionMessage, ConnectionState>

/** Starts the actor of an accepted connection and begins to read. */
export function openConnection(
  runtime: Runtime,
  id: ConnectionId,
  { duplex, secure, tunnel }: AcceptedConnection,
): ConnectionEntry {
  const framer = new RtspFramer(framerHandler(runtime, () => entry))
  const ref = runtime.system.spawn(`connection ${id}`, {
    init: initConnection(id, runtime.config, { secure, tunnel, isIpv6: duplex.local.address.includes(':') }),
    reduce: reduceConnection,
    interpret: (effect: ConnectionEffect, self: Self) => interpret(runtime, entry, framer, rtsp, effect, self),
    onStopped: (state: ConnectionState, fault: unknown) => stopped(runtime, entry, state, fault),
  })
  const entry: ConnectionEntry = {
    id,
    duplex,
    ref,
    opening: null,
    waitingAs: null,
    unopenedTunnel: null,
    protection: createProtectionSpace(runtime.config.authRealm, runtime.config.authMethods, runtime.entropy),
    frames: null,
    frameGraceUntil: 0,
    lastElementAt: runtime.clock.now(),
    sessionId: null,
    offeredKeys: null,
    inboundBytes: 0,
  }
  runtime.connections.set(id, entry)
  const rtsp = duplexHandler(runtime, entry, framer)
  ref.tell({ type: 'connection.opened' })
  if (tunnel === 'none') openUnknown(entry, rtsp)
  else duplex.open(rtsp)
  return entry
}

function framerHandler(runtime: Runtime, entryOf: () => ConnectionEntry): FramerHandler {
  return {
    onRequest: (request) => entryOf().ref.tell({ type: 'request.received', request }),
    onResponse: () => entryOf().ref.tell({ type: 'response.received' }),
    onFailure: (failure) => entryOf().ref.tell({ type: 'framing.failed', failure }),
    onFrame: (channel, payload) => {
      const entry = entryOf()
      if (entry.frames !== null) entry.frames(channel, payload)
      else if (runtime.clock.now() >= entry.frameGraceUntil) entry.ref.tell({ type: 'frame.unexpected' })
    },
  }
}

function duplexHandler(runtime: Runtime, entry: ConnectionEntry, framer: RtspFramer): ByteDuplexHandler {
  return {
    onBytes: (chunk) => {
      entry.inboundBytes += chunk.length
      const before = framer.elementCount
      const state = framer.push(chunk)
      if (framer.elementCount !== before) entry.lastElementAt = runtime.clock.now()
      // Whatever has not been answered yet stays in the peer's own window.
      if (state !== 'needData') entry.duplex.pause()
    },
    onDrained: () => undefined,
    onClosed: (error) =>
      entry.ref.tell({
        type: 'socket.closed',
        failure: error === null ? new Failure('ERR_RTSP_CONNECTION_CLOSED') : socketFailure(error),
      }),
  }
}

/** Tunnels and TLS know what was wrong; a socket only has what the system says. */
function socketFailure(error: Error): Failure {
  return error instanceof RtspError ? failureOf(error) : new Failure('ERR_RTSP_CONNECTION_FAILED', error.message)
}

function interpret(
  runtime: Runtime,
  entry: ConnectionEntry,
  framer: RtspFramer,
  rtsp: ByteDuplexHandler,
  effect: ConnectionEffect,
  self: Self,
): void {
  switch (effect.kind) {
    case 'publishOpened': {
      runtime.application.publish({ type: 'connection.opened', connectionId: entry.id })
      return
    }
    case 'publishRequest': {
      runtime.application.publish({ type: 'request', connectionId: entry.id, request: hideKeys(effect.request) })
      return
    }
    case 'publishSession': {
      runtime.application.publish({ type: 'connection.sessionChanged', connectionId: entry.id })
      return
    }
    case 'publishClosed': {
      runtime.application.publish({ type: 'connection.closed', connectionId: entry.id, failure: effect.failure })
      return
    }
    case 'callHandler': {
      const { requestId, call } = effect
      const answer = runtime.application.call(call)
      if (isObservable(answer))
        self.watch('handler', answer.pipe(map((outcome) => ({ type: 'handler.answered', requestId, outcome }))))
      else self.tell({ type: 'handler.answered', requestId, outcome: answer })
      return
    }
    case 'forgetHandler': {
      self.unwatch('handler')
      return
    }
    case 'routeToSession': {
      routeToSession(runtime, entry, effect, self)
      return
    }
    case 'respond': {
      respond(runtime, entry, effect.response, effect.keys)
      return
    }
    case 'challenge': {
      const { response } = effect
      const headers = withHeader(response.headers, 'WWW-Authenticate', challengesOf(entry.protection))
      respond(runtime, entry, replaceHeaders(response, headers), null)
      return
    }
    case 'enterStreaming':
      entry.frames = runtime.sessions.get(effect.sessionId)?.frames ?? null
      return
    case 'leaveStreaming':
      entry.frames = null
      entry.frameGraceUntil = runtime.clock.now() + effect.graceMs
      return
    case 'confirmWritten': {
      const { requestId } = effect
      return runtime.sessions
        .get(effect.sessionId)
        ?.ref.tell({ type: 'answer.written', requestId, connectionId: entry.id })
    }
    case 'resumeReading': {
      const before = framer.elementCount
      const state = framer.resume()
      if (framer.elementCount !== before) entry.lastElementAt = runtime.clock.now()
      if (state === 'needData') entry.duplex.resume()
      return
    }
    case 'leaveSession': {
      leaveSession(runtime, entry)
      return
    }
    case 'sampleActivity': {
      self.tell({
        type: 'activity.sampled',
        lastElementAt: entry.lastElementAt,
        sessionTag: sessionTag(runtime, self.state),
      })
      return
    }
    case 'startTimer': {
      startTimer(effect, self)
      return
    }
    case 'cancelTimer': {
      self.cancelTimer(effect.timer)
      return
    }
    case 'writeHttp': {
      writeHttp(entry, effect.text)
      return
    }
    case 'offerHalf': {
      offerHalf(runtime, entry, effect.cookie, self)
      return
    }
    case 'claimHalf': {
      claimHalf(runtime, entry, effect.cookie, self)
      return
    }
    case 'openTunnel': {
      openTunnel(runtime, entry, self)
      return
    }
    case 'openWebSocket': {
      openWebSocket(runtime, entry, effect.head, rtsp)
      return
    }
    case 'endSocket': {
      withdrawHalf(runtime, entry)
      entry.duplex.end()
      return
    }
    case 'destroySocket': {
      withdrawHalf(runtime, entry)
      entry.duplex.destroy()
      return
    }
    case 'stop': {
      self.stop()
      return
    }
  }
}

function respond(runtime: Runtime, entry: ConnectionEntry, withoutKeys: RtspResponse, keys: AnswerKeys | null): void {
  const response = withKeys(runtime, withoutKeys, keys)
  runtime.application.publish({ type: 'response', connectionId: entry.id, response: hideKeys(response) })
  entry.duplex.write(encodeResponse(response))
}

function sessionTag(runtime: Runtime, state: ConnectionState) {
  if (state.session === null) return null
  return runtime.sessions.get(state.session.id)?.ref.state.tag ?? null
}

function startTimer(effect: ConnectionEffect & { readonly kind: 'startTimer' }, self: Self): void {
  const { timer, delayMs } = effect
  if (timer === 'handler') {
    self.startTimer(timer, delayMs, { type: 'timer.handler.fired', requestId: self.state.requestId })
  } else self.startTimer(timer, delayMs, { type: `timer.${timer}.fired` })
}

function routeToSession(
  runtime: Runtime,
  entry: ConnectionEntry,
  effect: ConnectionEffect & { readonly kind: 'routeToSession' },
  self: Self,
): void {
  const { requestId, request, token, create } = effect
  const sessionRequest = asSessionRequest(runtime, entry, self.state, requestId, request)
  const found = token === null ? undefined : runtime.sessionsByToken.get(token)
  if (sessionRequest === null || (found === undefined && !create)) {
    self.tell({ type: 'session.refused', requestId, failure: new Failure('ERR_RTSP_SESSION_NOT_FOUND') })
    return
  }
  if (found === undefined) {
    runtime.server.tell({ type: 'session.requested', request: sessionRequest })
    return
  }
  entry.sessionId = found.id
  found.inFlight.set(entry.id, requestId)
  found.ref.tell({ type: 'request.received', request: sessionRequest })
}

function asSessionRequest(
  runtime: Runtime,
  entry: ConnectionEntry,
  { secure, tunnel }: ConnectionState,
  requestId: number,
  request: RtspRequest,
): SessionRequest | null {
  const { method } = request
  if (!isSessionMethod(method)) return null
  const { address, zone } = entry.duplex.remote
  const tunnelled = tunnel !== 'none'
  const keyOffer = method === 'SETUP' ? takeOfferedKeys(runtime, entry, request.headers, secure) : 'none'
  return { connectionId: entry.id, requestId, request, method, address, zone, secure, tunnelled, keyOffer }
}

function leaveSession(runtime: Runtime, entry: ConnectionEntry): void {
  if (entry.sessionId === null) return
  runtime.sessions.get(entry.sessionId)?.ref.tell({ type: 'connection.gone', connectionId: entry.id })
}

/** The actor is gone, in good order or because it threw: nothing of it may stay. */
function stopped(runtime: Runtime, entry: ConnectionEntry, state: ConnectionState, fault: unknown): void {
  entry.frames = null
  withdrawHalf(runtime, entry)
  entry.unopenedTunnel?.destroy()
  runtime.connections.delete(entry.id)
  if (fault !== undefined) {
    entry.duplex.destroy()
    leaveSession(runtime, entry)
    const failure = state.failure ?? faultOf(fault)
    runtime.application.publish({ type: 'connection.closed', connectionId: entry.id, failure })
  }
  runtime.server.tell({ type: 'connection.closed', connectionId: entry.id })
}
