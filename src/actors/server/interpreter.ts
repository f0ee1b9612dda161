import type { Failure } from '../../contracts/failure.ts'
import { Registry } from '../../contracts/registry.ts'
import type { ActorContext, OwnedActorRef } from '../../kernel/behavior.ts'
import type { ActorSystem } from '../../kernel/actor-system.ts'
import type { ServerConfig } from '../config.ts'
import { openConnection } from '../connection/interpreter.ts'
import type { AcceptedConnection, Runtime } from '../runtime.ts'
import { sampleActivity } from '../session/activity-effects.ts'
import { openSession } from '../session/interpreter.ts'
import type { ServerEffect, ServerMessage, ServerState } from './protocol.ts'
import { initServer, reduceServer } from './reducer.ts'

/** The side of the server that touches the world: accepted sockets, and everything that lives. */

/** Accepted sockets whose fate the reducer has not decided yet. */
export class AcceptedSockets {
  readonly #sockets = new Registry<number, AcceptedConnection>()
  #next = 1

  put(connection: AcceptedConnection): number {
    const slot = this.#next++
    this.#sockets.set(slot, connection)
    return slot
  }

  take(slot: number): AcceptedConnection | undefined {
    return this.#sockets.take(slot)
  }
}

/** What the server actor needs beyond the runtime, which exists only after it. */
export interface ServerHooks {
  readonly runtimeOf: () => Runtime
  readonly sockets: AcceptedSockets
  /** Closes listeners, so that nobody new comes in. */
  readonly stopListening: () => void
  /** Everything that lived is gone. */
  readonly onClosed: (failure: Failure) => void
}

/** Starts the actor of a server. */
export function spawnServer(
  system: ActorSystem,
  config: ServerConfig,
  hooks: ServerHooks,
): OwnedActorRef<ServerMessage, ServerState> {
  return system.spawn('server', {
    init: initServer(config),
    reduce: reduceServer,
    interpret: (effect: ServerEffect, self: ActorContext<ServerMessage, ServerState>) => interpret(hooks, effect, self),
  })
}

function interpret(hooks: ServerHooks, effect: ServerEffect, self: ActorContext<ServerMessage, ServerState>): void {
  const runtime = hooks.runtimeOf()
  switch (effect.kind) {
    case 'openConnection': {
      const connection = hooks.sockets.take(effect.slot)
      if (connection === undefined) {
        self.tell({ type: 'connection.closed', connectionId: effect.connectionId })
        return
      }
      openConnection(runtime, effect.connectionId, connection)
      return
    }
    case 'rejectConnection':
      return hooks.sockets.take(effect.slot)?.duplex.destroy()
    case 'openSession': {
      openSession(runtime, effect.sessionId, effect.request)
      return
    }
    case 'refuseSession': {
      const { request, failure } = effect
      const { connectionId, requestId } = request
      return runtime.connections.get(connectionId)?.ref.tell({ type: 'session.refused', requestId, failure })
    }
    case 'sampleActivity': {
      self.tell({ type: 'activity.sampled', flowingCount: sampleActivity(runtime) })
      return
    }
    case 'startTimer': {
      self.startTimer(effect.timer, effect.delayMs, { type: 'timer.check.fired' })
      return
    }
    case 'stopListening': {
      hooks.stopListening()
      return
    }
    case 'closeEverything': {
      const { failure } = effect
      for (const { ref } of runtime.streams.values()) ref.tell({ type: 'close.ordered' })
      for (const { ref } of runtime.sessions.values()) ref.tell({ type: 'close.ordered', failure })
      for (const { ref } of runtime.connections.values()) ref.tell({ type: 'close.ordered', failure })
      return
    }
    case 'publishClosed': {
      hooks.onClosed(effect.failure)
      return
    }
    case 'stop': {
      self.stop()
      return
    }
  }
}
