/**
 * The end of the current event-loop turn, shared by everybody who waits for it: one `setImmediate` for a whole list of
 * callbacks, because a thousand readers that each close a burst must not cost a thousand immediates. Immediates run
 * after the poll phase, so all that was ready to be read has been read by then.
 */

/** A list of callbacks that run once at the end of the turn. */
export class TurnEnd {
  #waiting: (() => void)[] = []
  #isScheduled = false
  readonly #run = () => this.#runAll()

  /**
   * Calls back once at the end of this turn; from inside such a callback, at the end of the next one, so that timers and
   * sockets get their share. The process stays alive until then.
   */
  add(callback: () => void): void {
    this.#waiting.push(callback)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#run)
  }

  #runAll(): void {
    const callbacks = this.#waiting
    this.#waiting = []
    this.#isScheduled = false
    let done = 0
    try {
      for (const callback of callbacks) {
        done += 1
        callback()
      }
    } finally {
      // A callback threw: the throw goes on to where uncaught errors go, the others get the next turn, in order.
      if (done < callbacks.length) {
        this.#waiting = [...callbacks.slice(done), ...this.#waiting]
        this.#schedule()
      }
    }
  }
}
