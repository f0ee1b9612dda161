import { isObservable, map } from 'rxjs'
import { Failure, faultOf } from '../../contracts/failure.ts'
import type { SessionId } from '../../contracts/units.ts'
import type { ActorContext } from '../../kernel/behavior.ts'
import type { Runtime, SessionEntry } from '../runtime.ts'
import { watchActivity } from './activity-effects.ts'
import { closeInbound, openInbound, prepareTrack, punch, sendReceiverReports } from './inbound-effects.ts'
import { armReader, closeSending, discardPrepared, prepareSending, tellCursors } from './outbound-effects.ts'
import type { SessionEffect, SessionMessage, SessionRequest, SessionState } from './protocol.ts'
import { initSession, reduceSession } from './reducer.ts'

/** The side of a session that touches the world: its tracks, its reader, its connections, its timers. */

type Self = ActorContext<SessionMessage, SessionState>

/** Bytes of a session id on the wire: 32 lower-case hex digits, no dashes, which some clients do not take. */
const tokenBytes = 16

/** Starts the actor of a new session and hands it the request that asked for it. */
export function openSession(runtime: Runtime, id: SessionId, request: SessionRequest): void {
  const token = Array.from(runtime.entropy.bytes(tokenBytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const { connectionId, address, zone } = request
  const author = { connectionId, address, zone }
  const ref = runtime.system.spawn(`session ${id}`, {
    init: initSession(id, token, author, runtime.config, runtime.clock.now()),
    reduce: reduceSession,
    interpret: (effect: SessionEffect, self: Self) => interpret(runtime, entry, effect, self),
    onStopped: (state: SessionState, fault: unknown) => stopped(runtime, entry, state, fault),
  })
  const entry: SessionEntry = {
    id,
    token,
    ref,
    tracks: null,
    frames: null,
    reader: null,
    writer: null,
    localSsrcs: new Set(),
    protections: new Map(),
    releaseSources: null,
    inFlight: new Map([[connectionId, request.requestId]]),
    activityLimits: null,
  }
  runtime.sessions.set(id, entry)
  runtime.sessionsByToken.set(token, entry)
  const connection = runtime.connections.get(connectionId)
  if (connection !== undefined) connection.sessionId = id
  ref.tell({ type: 'session.opened' })
  ref.tell({ type: 'request.received', request })
  // The connection may have died while the session was on its way.
  if (connection === undefined) ref.tell({ type: 'connection.gone', connectionId })
}

function interpret(runtime: Runtime, entry: SessionEntry, effect: SessionEffect, self: Self): void {
  const sessionId = entry.id
  switch (effect.kind) {
    case 'publishOpened': {
      runtime.application.publish({ type: 'session.opened', sessionId, connectionId: effect.connectionId })
      return
    }
    case 'publishState': {
      runtime.application.publish({ type: 'session.stateChanged', sessionId })
      return
    }
    case 'publishClosed': {
      close(runtime, entry, effect.failure)
      return
    }
    case 'callHandler': {
      const { callId, call } = effect
      const answer = runtime.application.call(call)
      if (isObservable(answer))
        self.watch('handler', answer.pipe(map((outcome) => ({ type: 'handler.answered', callId, outcome }))))
      else self.tell({ type: 'handler.answered', callId, outcome: answer })
      return
    }
    case 'forgetHandler': {
      self.unwatch('handler')
      return
    }
    case 'answer': {
      const { connectionId, requestId, answer } = effect
      if (entry.inFlight.get(connectionId) === requestId) entry.inFlight.delete(connectionId)
      return runtime.connections.get(connectionId)?.ref.tell({ type: 'session.answered', requestId, answer })
    }
    case 'joinStream': {
      const { callId, streamId, address, zone, clientRtpPort, multicast } = effect
      const stream = runtime.streams.get(streamId)
      if (stream === undefined) {
        self.tell({ type: 'stream.refused', callId, failure: new Failure('ERR_RTSP_STREAM_CLOSED') })
        return
      }
      stream.ref.tell({
        type: 'reader.joinRequested',
        callId,
        reader: { sessionId, address, zone, clientRtpPort, multicast },
      })
      return
    }
    case 'leaveStream':
      return runtime.streams.get(effect.streamId)?.ref.tell({ type: 'reader.left', sessionId })
    case 'addTrack': {
      prepareTrack(runtime, entry, effect)
      return
    }
    case 'prepareSending': {
      prepareSending(runtime, entry, effect, self)
      return
    }
    case 'discardPrepared': {
      discardPrepared(entry)
      return
    }
    case 'armReader': {
      armReader(runtime, entry, effect, self)
      return
    }
    case 'readCursors': {
      tellCursors(runtime, effect, self)
      return
    }
    case 'releaseReader':
      entry.writer?.release()
      return entry.reader?.release()
    case 'closeReader': {
      closeSending(entry)
      return
    }
    case 'openInbound': {
      openInbound(runtime, entry, effect)
      return
    }
    case 'closeInbound': {
      closeInbound(entry)
      return
    }
    case 'punch': {
      punch(runtime, entry, effect)
      return
    }
    case 'releaseReordered': {
      entry.tracks?.poll(runtime.clock.now())
      return
    }
    case 'watchActivity': {
      watchActivity(runtime, entry, effect.limits)
      return
    }
    case 'unwatchActivity': {
      entry.activityLimits = null
      return
    }
    case 'sendSenderReports':
      return entry.reader?.sendReports(runtime.clock.now())
    case 'sendReceiverReports': {
      sendReceiverReports(runtime, entry)
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
    case 'endConnections': {
      const { connectionIds, failure } = effect
      for (const id of connectionIds)
        runtime.connections.get(id)?.ref.tell({ type: 'session.ended', sessionId, failure })
      return
    }
    case 'stop': {
      self.stop()
      return
    }
  }
}

function startTimer(effect: SessionEffect & { readonly kind: 'startTimer' }, self: Self): void {
  const { timer, delayMs } = effect
  switch (timer) {
    case 'handler': {
      self.startTimer(timer, delayMs, { type: 'timer.handler.fired', callId: self.state.callId })
      return
    }
    case 'senderReports': {
      self.startTimer(timer, delayMs, { type: 'timer.senderReports.fired' })
      return
    }
    case 'receiverReports': {
      self.startTimer(timer, delayMs, { type: 'timer.receiverReports.fired' })
      return
    }
    case 'reorder': {
      self.startTimer(timer, delayMs, { type: 'timer.reorder.fired' })
      return
    }
  }
}

/** The end is told once nothing of the session is left; requests that came too late get their answer here. */
function close(runtime: Runtime, entry: SessionEntry, failure: Failure): void {
  runtime.sessionsByToken.delete(entry.token)
  entry.activityLimits = null
  closeSending(entry)
  closeInbound(entry)
  for (const [connectionId, requestId] of entry.inFlight) {
    const refused = { type: 'session.refused', requestId, failure: new Failure('ERR_RTSP_TERMINATED') } as const
    runtime.connections.get(connectionId)?.ref.tell(refused)
  }
  entry.inFlight.clear()
  runtime.application.publish({ type: 'session.closed', sessionId: entry.id, failure })
  entry.tracks?.complete()
  runtime.sessions.delete(entry.id)
  runtime.server.tell({ type: 'session.closed', sessionId: entry.id })
}

/** Stopped in good order `close` has run; after a fault everything is let go here. */
function stopped(runtime: Runtime, entry: SessionEntry, state: SessionState, fault: unknown): void {
  if (fault === undefined || !runtime.sessions.has(entry.id)) return
  const failure = faultOf(fault)
  const { stream } = state
  if (stream !== null) runtime.streams.get(stream.streamId)?.ref.tell({ type: 'reader.left', sessionId: entry.id })
  close(runtime, entry, failure)
  for (const id of state.connections) {
    runtime.connections.get(id)?.ref.tell({ type: 'session.ended', sessionId: entry.id, failure })
  }
}
