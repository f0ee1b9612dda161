import { Subject, type Observer, type Observable, type Subscription } from 'rxjs'
import type { Clock } from '../contracts/clock.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import type { Millis } from '../contracts/units.ts'
import { ActorSubscriptions } from './actor-subscriptions.ts'
import { ActorTimer, ActorTimers } from './actor-timers.ts'
import type { ActorContext, Behavior, OwnedActorRef } from './behavior.ts'
import type { InspectionRecord } from './inspection.ts'
import type { TurnScheduler } from './turn-scheduler.ts'

/**
 * One actor: an inbox, a state, and all that has to be cleaned up with it. State changes first, effects second, and the
 * reducer and the interpreter run inside the kernel's own try/catch, not inside an RxJS operator: a throw in `scan` would
 * end the stream in silence, and a throw in an observer would end the process.
 *
 * The end has two steps. It is decided at once (nothing is delivered any more), but carried out as a turn of its own, or
 * at the end of the actor's own turn, so that no actor is taken apart in the middle of another one's turn.
 */

/** What an actor needs of its system. */
export interface ActorHost {
  readonly clock: Clock
  readonly turns: TurnScheduler
  /** Publishes an inspection record; `undefined` when nobody listens. Never throws. */
  readonly publish: ((record: InspectionRecord) => void) | undefined
  /** Reports a fault. Never throws. */
  reportFault(id: string, error: unknown): void
  /** Forgets an actor that has ended. */
  forget(id: string): void
}

/** How to bound an actor's mailbox. */
export interface MailboxOptions {
  /** Messages that may wait. */
  readonly mailboxLimit: number
  /** What one message more does: end the actor, or get lost. */
  readonly onMailboxFull: 'fault' | 'drop'
}

/** The kernel's side of an actor; others hold it as `ActorRef`, `OwnedActorRef` or `ActorContext`. */
export class Actor<State, Message, Effect> implements ActorContext<Message, State>, OwnedActorRef<Message, State> {
  readonly id: string
  readonly clock: Clock
  readonly #host: ActorHost
  readonly #behavior: Behavior<State, Message, Effect>
  readonly #mailbox: MailboxOptions
  readonly #inbox = new Subject<Message | ActorTimer<Message>>()
  readonly #inboxSubscription: Subscription
  readonly #timers: ActorTimers<Message>
  readonly #subscriptions = new ActorSubscriptions()
  readonly #replies: Observer<Message>
  #state: State
  #undeliveredCount = 0
  #life: 'running' | 'ending' | 'ended' = 'running'
  #isInTurn = false
  #fault: unknown = undefined

  constructor(id: string, behavior: Behavior<State, Message, Effect>, host: ActorHost, mailbox: MailboxOptions) {
    this.id = id
    this.clock = host.clock
    this.#host = host
    this.#behavior = behavior
    this.#mailbox = mailbox
    this.#state = behavior.init.state
    this.#timers = new ActorTimers(host.clock, (timer) => this.#post(timer))
    this.#replies = {
      next: (message) => this.tell(message),
      error: (error: unknown) => this.#end(faultOf(error)),
      complete: () => undefined,
    }
    // What `observeOn(host.turns)` does, without a subscription for each message.
    const deliver = (entry: Message | ActorTimer<Message>): void => this.#deliver(entry)
    this.#inboxSubscription = this.#inbox.subscribe({
      next: (entry) => host.turns.queue(deliver, entry),
      error: (error: unknown) => this.#end(faultOf(error)),
    })
  }

  get state(): State {
    return this.#state
  }

  get isStopped(): boolean {
    return this.#life !== 'running'
  }

  /** Queues the first turn, in which the effects of `init` are carried out. Called once, by the system. */
  start(): void {
    this.#host.publish?.({
      kind: 'actor.started',
      id: this.id,
      at: this.clock.now(),
      state: this.#state,
      effects: this.#behavior.init.effects,
    })
    this.#host.turns.schedule(() => this.#takeFirstTurn())
  }

  tell(message: Message): void {
    this.#post(message)
  }

  startTimer(key: string, delayMs: Millis, message: Message): void {
    if (this.#life !== 'ended') this.#timers.start(key, delayMs, message)
  }

  cancelTimer(key: string): void {
    this.#timers.cancel(key)
  }

  watch(key: string, source: Observable<Message>): void {
    if (this.#life !== 'ended') this.#subscriptions.replace(key, source, this.#replies)
  }

  unwatch(key: string): void {
    this.#subscriptions.remove(key)
  }

  stop(): void {
    this.#end(undefined)
  }

  /** Decides the end without carrying it out: the system does that for all actors together. */
  decideEnd(): void {
    if (this.#life === 'running') this.#life = 'ending'
  }

  /** Carries the end out: everything goes, then those who care are told. Called inside a turn only. */
  release(): void {
    if (this.#life === 'ended') return
    this.#life = 'ended'
    this.#inboxSubscription.unsubscribe()
    this.#timers.cancelAll()
    this.#endSubscriptions()
    this.#host.forget(this.id)
    this.#publishEnd()
    this.#guard(() => this.#behavior.onStopped?.(this.#state, this.#fault))
    if (this.#fault !== undefined) this.#host.reportFault(this.id, this.#fault)
  }

  #post(entry: Message | ActorTimer<Message>): void {
    if (this.#life !== 'running') {
      this.#publishDropped(entry, 'stopped')
    } else if (this.#undeliveredCount >= this.#mailbox.mailboxLimit) {
      this.#publishDropped(entry, 'mailboxFull')
      if (this.#mailbox.onMailboxFull === 'fault') this.#end(rtspError('ERR_RTSP_MAILBOX_FULL', this.id))
    } else {
      this.#undeliveredCount++
      this.#inbox.next(entry)
    }
  }

  #deliver(entry: Message | ActorTimer<Message>): void {
    // The end was decided and will be counted with these.
    if (this.#life !== 'running') return
    this.#undeliveredCount--
    if (entry instanceof ActorTimer && !this.#timers.take(entry)) {
      this.#publishDropped(entry, 'staleTimer')
      return
    }
    const message = messageOf(entry)
    this.#isInTurn = true
    try {
      const at = this.clock.now()
      const step = this.#behavior.reduce(this.#state, message, at)
      this.#state = step.state
      this.#host.publish?.({ kind: 'turn', id: this.id, message, at, state: step.state, effects: step.effects })
      this.#carryOut(step.effects)
    } catch (error) {
      this.#end(faultOf(error))
    }
    this.#endTurn()
  }

  #takeFirstTurn(): void {
    if (this.#life !== 'running') return
    this.#isInTurn = true
    try {
      this.#carryOut(this.#behavior.init.effects)
    } catch (error) {
      this.#end(faultOf(error))
    }
    this.#endTurn()
  }

  #endTurn(): void {
    this.#isInTurn = false
    if (this.isStopped) this.release()
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const outcome = this.#behavior.interpret(effect, this)
      if (outcome !== undefined) this.#subscriptions.add(outcome, this.#replies)
      // A stop in good order lets the step finish, so that last words are still said; a fault does not.
      if (this.#fault !== undefined) return
    }
  }

  /** Decides the end. A fault that comes before the end is carried out counts, even after a `stop`. */
  #end(fault: unknown): void {
    if (this.#life === 'ended') return
    this.#fault ??= fault
    // A source that emits synchronously without end fills the mailbox and must be cut off before the turn can end.
    if (this.#isInTurn && fault !== undefined) this.#endSubscriptions()
    if (this.#life === 'ending') return
    this.#life = 'ending'
    if (!this.#isInTurn) this.#host.turns.enter(() => this.release())
  }

  #endSubscriptions(): void {
    this.#guard(() => this.#subscriptions.endAll())
  }

  /** Teardowns and `onStopped` are code of others: one that throws must not keep the rest of the end from happening. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#host.reportFault(this.id, error)
    }
  }

  #publishEnd(): void {
    const publish = this.#host.publish
    if (publish === undefined) return
    const at = this.clock.now()
    if (this.#fault !== undefined) publish({ kind: 'actor.faulted', id: this.id, at, error: this.#fault })
    publish({ kind: 'actor.stopped', id: this.id, at, state: this.#state, undeliveredCount: this.#undeliveredCount })
  }

  #publishDropped(entry: Message | ActorTimer<Message>, reason: 'stopped' | 'mailboxFull' | 'staleTimer'): void {
    this.#host.publish?.({
      kind: 'message.dropped',
      id: this.id,
      at: this.clock.now(),
      message: messageOf(entry),
      reason,
    })
  }
}

function messageOf<Message>(entry: Message | ActorTimer<Message>): Message {
  return entry instanceof ActorTimer ? entry.message : entry
}

/** `throw undefined` is a fault like any other, but `undefined` stands for "no fault" here. */
function faultOf(error: unknown): unknown {
  return error ?? rtspError('ERR_RTSP_FAULT', `${String(error)} was thrown`)
}
