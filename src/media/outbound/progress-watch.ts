import type { Millis } from '../../contracts/units.ts'
import type { ReaderSink } from './reader-sink.ts'

/** Tells for how long a peer has taken nothing although something waits. It samples when it is asked and has no timer. */
export class ProgressWatch {
  /** What the last question was answered with: more than 0. */
  isStalled = false
  readonly #sink: ReaderSink
  #progress = 0
  #since: Millis = -1

  constructor(sink: ReaderSink) {
    this.#sink = sink
  }

  /** Milliseconds since the first question that found packets waiting and after which none was taken. */
  stalledMs(now: Millis): Millis {
    const progress = this.#sink.progress()
    const isWaiting = this.#sink.waiting() > 0
    if (!isWaiting) this.#since = -1
    else if (this.#since < 0 || progress !== this.#progress) this.#since = now
    this.#progress = progress
    const stalled = isWaiting ? now - this.#since : 0
    this.isStalled = stalled > 0
    return stalled
  }
}
