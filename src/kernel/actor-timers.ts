import type { Clock, Timer } from '../contracts/clock.ts'
import type { Millis } from '../contracts/units.ts'
import { rtspError } from '../contracts/rtsp-error.ts'

/**
 * Timers of one actor, by key. A timer that fires does not carry its message straight to the reducer: it puts itself
 * into the inbox, and counts only if it is still the timer of its key when its turn comes. Otherwise a timeout that
 * fired one message too early would hit an actor that has just cancelled it.
 */

/** A timer that was started; the entry of the inbox once it has fired. */
export class ActorTimer<Message> {
  readonly key: string
  readonly message: Message
  clockTimer: Timer | undefined

  constructor(key: string, message: Message) {
    this.key = key
    this.message = message
  }
}

/** The timers of one actor that are running, or have fired and wait in the inbox. */
export class ActorTimers<Message> {
  readonly #timers = new Map<string, ActorTimer<Message>>()
  readonly #clock: Clock
  readonly #onFired: (timer: ActorTimer<Message>) => void

  /** `onFired` puts the timer into the inbox. */
  constructor(clock: Clock, onFired: (timer: ActorTimer<Message>) => void) {
    this.#clock = clock
    this.#onFired = onFired
  }

  /** Starts the timer of a key anew. Throws `ERR_RTSP_USAGE` if the delay is not finite. */
  start(key: string, delayMs: Millis, message: Message): void {
    if (!Number.isFinite(delayMs))
      throw rtspError('ERR_RTSP_USAGE', `timer ${key} needs a finite delay, got ${delayMs}`)
    this.cancel(key)
    const timer = new ActorTimer(key, message)
    this.#timers.set(key, timer)
    timer.clockTimer = this.#clock.setTimer(Math.max(0, delayMs), () => this.#onFired(timer))
  }

  cancel(key: string): void {
    this.#timers.get(key)?.clockTimer?.cancel()
    this.#timers.delete(key)
  }

  /** Takes a fired timer when its turn has come; false if it was cancelled or started again meanwhile. */
  take(timer: ActorTimer<Message>): boolean {
    if (this.#timers.get(timer.key) !== timer) return false
    this.#timers.delete(timer.key)
    return true
  }

  cancelAll(): void {
    for (const timer of this.#timers.values()) timer.clockTimer?.cancel()
    this.#timers.clear()
  }
}
