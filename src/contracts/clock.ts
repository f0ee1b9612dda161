import type { Millis, UnixMillis } from './units.ts'

/** A timer that was started. `cancel` may be called at any time and any number of times. */
export interface Timer {
  cancel(): void
}

/**
 * Time as it comes into the library: a monotonic clock, a wall clock, timers and the end of the current event-loop turn.
 * `io/node-clock.ts` is the real one, `testing/virtual-clock.ts` the one that tests and simulations move by hand.
 */
export interface Clock {
  /** Monotonic time. Never goes back. */
  now(): Millis
  /** Wall time, for NTP time stamps only; it may jump. */
  wallNow(): UnixMillis
  /** Calls back once, after at least `delayMs`. A pending timer does not keep the process alive. */
  setTimer(delayMs: Millis, callback: () => void): Timer
  /**
   * Calls back once, when everything that is ready to be read in this turn of the event loop has been read.
   * Work that is gathered over a turn (a burst of packets, a budget of actor turns) ends here.
   */
  afterTurn(callback: () => void): void
}
