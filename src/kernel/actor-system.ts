import type { Clock } from '../contracts/clock.ts'
import { Registry } from '../contracts/registry.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import { Actor, type ActorHost } from './actor.ts'
import type { Behavior, OwnedActorRef } from './behavior.ts'
import type { InspectionRecord } from './inspection.ts'
import { TurnScheduler } from './turn-scheduler.ts'

/**
 * The actors of one server and the one queue they share. It keeps the living by id and nothing of the dead. There is
 * no supervision tree: a fault ends one actor, its `onStopped` tells whoever has to know, and nobody else notices.
 */

const defaultTurnBudget = 1000
const defaultMailboxLimit = 1024

/** How to build an actor system. */
export interface ActorSystemOptions {
  readonly clock: Clock
  /** Told everything that happens. Left out, records are not even built. A throw in it is reported to `onFault`. */
  readonly inspect?: (record: InspectionRecord) => void
  /** Turns that run back to back before the event loop gets its turn. 1000 unless set. */
  readonly turnBudget?: number
  /**
   * Told what was thrown, by the actor with that id. Throws that belong to no actor come as `system` (scheduled work of
   * operators) or `inspect`. A throw in it is ignored.
   */
  readonly onFault?: (id: string, error: unknown) => void
}

/** How to bound the mailbox of one actor. */
export interface SpawnOptions {
  /** Messages that may wait in the inbox. 1024 unless set. */
  readonly mailboxLimit?: number
  /** What one message more does: `fault` (the default) ends the actor with `ERR_RTSP_MAILBOX_FULL`, `drop` loses it. */
  readonly onMailboxFull?: 'fault' | 'drop'
}

/** Spawns actors and runs their turns. */
export class ActorSystem {
  readonly turns: TurnScheduler
  readonly #actors = new Registry<string, { decideEnd(): void; release(): void }>()
  readonly #host: ActorHost

  /** Throws `ERR_RTSP_USAGE` if the turn budget is not a positive integer. */
  constructor(options: ActorSystemOptions) {
    const turnBudget = options.turnBudget ?? defaultTurnBudget
    requirePositiveInteger('turnBudget', turnBudget)
    const reportFault = (id: string, error: unknown): void => {
      try {
        options.onFault?.(id, error)
      } catch {
        // Nobody is left to be told, and a broken reporter must not take actors with it.
      }
    }
    const inspect = options.inspect
    this.turns = new TurnScheduler({
      clock: options.clock,
      turnBudget,
      onError: (error) => reportFault('system', error),
    })
    this.#host = {
      clock: options.clock,
      turns: this.turns,
      publish: inspect && ((record) => publishGuarded(inspect, record, reportFault)),
      reportFault,
      forget: (id) => void this.#actors.delete(id),
    }
  }

  /** Actors that have not ended yet. */
  get actorCount(): number {
    return this.#actors.size
  }

  /**
   * Starts an actor. Its first turn carries out the effects of `init`: before this returns when no turn is running,
   * behind what is queued otherwise. Throws `ERR_RTSP_USAGE` if the id belongs to a living actor or an option is wrong.
   */
  spawn<State, Message, Effect>(
    id: string,
    behavior: Behavior<State, Message, Effect>,
    options: SpawnOptions = {},
  ): OwnedActorRef<Message, State> {
    if (this.#actors.has(id)) throw rtspError('ERR_RTSP_USAGE', `an actor with the id ${id} is still living`)
    const mailboxLimit = options.mailboxLimit ?? defaultMailboxLimit
    requirePositiveInteger('mailboxLimit', mailboxLimit)
    const mailbox = { mailboxLimit, onMailboxFull: options.onMailboxFull ?? 'fault' }
    const actor = new Actor(id, behavior, this.#host, mailbox)
    this.#actors.set(id, actor)
    actor.start()
    return actor
  }

  /**
   * Stops every actor, the youngest first: at once when no turn is running, after the current turn otherwise. All ends
   * are decided before the first is carried out, so no actor acts on the end of another. The system stays usable.
   */
  stopAll(): void {
    const actors = [...this.#actors.values()].reverse()
    for (const actor of actors) actor.decideEnd()
    this.turns.enter(() => {
      for (const actor of actors) actor.release()
    })
  }
}

function publishGuarded(
  inspect: (record: InspectionRecord) => void,
  record: InspectionRecord,
  reportFault: (id: string, error: unknown) => void,
): void {
  try {
    inspect(record)
  } catch (error) {
    reportFault('inspect', error)
  }
}

function requirePositiveInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw rtspError('ERR_RTSP_USAGE', `${name} must be a positive integer, got ${value}`)
}
