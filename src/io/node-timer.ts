/**
 * A timer that keeps its promise of "at least". `setTimeout` counts in whole milliseconds and may fire a fraction early,
 * and a delay past 2^31 - 1 ms fires at once; both are cured by looking at the monotonic clock when it fires and arming
 * it again for what is left. It never keeps the process alive: a server that was closed must not hang on a timeout.
 */
import type { Timer } from '../contracts/clock.ts'
import type { Millis } from '../contracts/units.ts'

/** The longest delay `setTimeout` takes, in milliseconds (about 24.8 days). */
const longestDelayMs = 2_147_483_647

/** One timer on Node's `setTimeout`. A delay that is not positive means the next turn of the timers. */
export class NodeTimer implements Timer {
  readonly #dueAt: Millis
  readonly #callback: () => void
  #timeout: NodeJS.Timeout | undefined

  constructor(delayMs: Millis, callback: () => void) {
    this.#callback = callback
    const waitMs = delayMs > 0 ? delayMs : 0
    this.#dueAt = performance.now() + waitMs
    this.#arm(waitMs)
  }

  /** False: a pending timer does not hold the process. For specs. */
  get holdsProcess(): boolean {
    return this.#timeout?.hasRef() ?? false
  }

  cancel(): void {
    clearTimeout(this.#timeout)
    this.#timeout = undefined
  }

  #arm(waitMs: Millis): void {
    this.#timeout = setTimeout(() => this.#fire(), Math.min(Math.ceil(waitMs), longestDelayMs)).unref()
  }

  #fire(): void {
    const leftMs = this.#dueAt - performance.now()
    if (leftMs > 0) {
      this.#arm(leftMs)
      return
    }
    this.#timeout = undefined
    this.#callback()
  }
}
