import type { Observable } from 'rxjs'
import type { Clock } from '../contracts/clock.ts'
import type { Millis } from '../contracts/units.ts'
import type { Reducer, Step } from './step.ts'

/**
 * What an actor is made of. The reducer decides and stays pure; the interpreter has the side effects and no state that
 * matters. The kernel owns everything in between: order, timers, subscriptions, faults and the end.
 */

/** What carrying out one effect may give: an Observable of messages to be told back, or nothing. */
export type EffectOutcome<Message, Nothing = void> = Observable<Message> | Nothing

/** A kind of actor. One behavior serves any number of actors when its functions hold no state. */
export interface Behavior<State, Message, Effect> {
  /** State to start with, and effects that are carried out in the first turn. */
  readonly init: Step<State, Effect>
  readonly reduce: Reducer<State, Message, Effect>
  /**
   * Carries out one effect. What it returns is subscribed for the actor's life and told back; an error of it faults the
   * actor, so map errors to messages where they are expected. A throw faults the actor and skips the rest of the step.
   */
  readonly interpret: (effect: Effect, self: ActorContext<Message, State>) => EffectOutcome<Message>
  /**
   * Called once when the actor ended, after its timers and subscriptions are gone. `fault` is what ended it, or
   * `undefined` when it was stopped in good order. A throw in here is reported to `onFault` and goes no further.
   */
  readonly onStopped?: (state: State, fault: unknown) => void
}

/**
 * An actor as its interpreter sees it. It may be kept and used from callbacks at any time: once the actor has ended,
 * every method does nothing.
 */
export interface ActorContext<Message, State> {
  readonly id: string
  /** State after the latest turn. During the effects of a turn this is already the new state. */
  readonly state: State
  readonly clock: Clock
  /** Puts a message into the inbox. It is never delivered before the turn that runs now has ended. */
  tell(message: Message): void
  /**
   * Tells `message` after `delayMs`. An older timer of the key is cancelled, even if it has fired and its message still
   * waits in the inbox. A negative delay counts as 0. Throws `ERR_RTSP_USAGE` if the delay is not a finite number.
   */
  startTimer(key: string, delayMs: Millis, message: Message): void
  /** Cancels the timer of a key, even if it has fired and its message still waits in the inbox. */
  cancelTimer(key: string): void
  /**
   * Subscribes to `source` and tells what it emits, until it completes, `unwatch` is called or the actor ends. An older
   * subscription of the key is ended first. An error faults the actor unless the caller maps it to a message.
   */
  watch(key: string, source: Observable<Message>): void
  /** Ends the subscription of a key. What it told already is still delivered. */
  unwatch(key: string): void
  /** Ends the actor after the effects of the current turn. Undelivered messages are dropped, later tells are ignored. */
  stop(): void
}

/** An actor as other actors see it. */
export interface ActorRef<Message> {
  readonly id: string
  /** Puts a message into the inbox; ignored once the actor has been stopped. Never throws. */
  tell(message: Message): void
  /** True from the moment the end was decided, even if the last effects are still under way. */
  readonly isStopped: boolean
}

/** An actor as the one who spawned it sees it. */
export interface OwnedActorRef<Message, State> extends ActorRef<Message> {
  /** State after the latest turn; stays readable after the end. */
  readonly state: State
  /** Ends the actor: at once when no turn is running, after the current turn otherwise. */
  stop(): void
}
