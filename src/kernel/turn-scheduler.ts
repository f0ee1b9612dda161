import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs'
import type { Clock, Timer } from '../contracts/clock.ts'
import { TurnQueue } from './turn-queue.ts'

/**
 * One queue of turns for a whole actor system. RxJS's own `queueScheduler` is shared by the process and empties itself
 * when one action throws, so other actors would lose messages; `asapScheduler` runs on microtasks and starves I/O.
 * Here a turn never runs inside another, a throw ends that turn only, and after a budget of turns the rest waits until
 * the event loop has read what is ready.
 */

/** How to build a turn scheduler. */
export interface TurnSchedulerOptions {
  readonly clock: Clock
  /** Turns that run back to back before the event loop gets its turn. */
  readonly turnBudget: number
  /** Told what a turn threw. It may throw itself; that is ignored. */
  readonly onError: (error: unknown) => void
}

/** Delay 0 joins the queue; a longer delay waits on the clock first. Its `now` is monotonic, not the wall clock. */
export class TurnScheduler implements SchedulerLike {
  readonly clock: Clock
  readonly #turnBudget: number
  readonly #onError: (error: unknown) => void
  readonly #queue = new TurnQueue<Runnable>()
  #isRunning = false
  #hasYielded = false

  constructor(options: TurnSchedulerOptions) {
    this.clock = options.clock
    this.#turnBudget = options.turnBudget
    this.#onError = options.onError
  }

  /** True while a turn is under way. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Entries in the queue, those included that were unsubscribed and will be skipped. */
  get queuedCount(): number {
    return this.#queue.size
  }

  now(): number {
    return this.clock.now()
  }

  schedule<T>(work: (this: SchedulerAction<T>, state: T) => void, delay: number, state: T): Subscription
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return new TurnAction<T>(this, work).schedule(state, delay)
  }

  /**
   * Runs `work` as a turn: at once when none is under way, else behind what is queued. Used for the end of an actor,
   * which must not wait for a busy system but must not happen in the middle of another actor's turn either.
   */
  enter(work: () => void): void {
    if (this.#isRunning) {
      this.schedule(work)
      return
    }
    this.#isRunning = true
    try {
      work()
    } catch (error) {
      this.#report(error)
    }
    this.#isRunning = false
    this.#flush()
  }

  /**
   * Queues a call with one value: what `schedule(work, 0, value)` does, for those who never take it back. An actor gets
   * each of its messages like this, and a subscription for each would be most of the kernel's garbage.
   */
  queue<T>(work: (value: T) => void, value: T): void {
    this.enqueue(new QueuedCall(work, value))
  }

  /** For the entries of this file only: puts it into the queue, runs the queue if nothing else does, gives its position. */
  enqueue(entry: Runnable): void {
    entry.position = this.#queue.push(entry)
    this.#flush()
  }

  #flush(): void {
    if (this.#isRunning || this.#hasYielded) return
    this.#isRunning = true
    let turnsLeft = this.#turnBudget
    while (this.#queue.size > 0) {
      if (turnsLeft === 0) {
        this.#hasYielded = true
        this.clock.afterTurn(this.#continue)
        break
      }
      const position = this.#queue.headPosition
      const entry = this.#queue.shift()
      if (entry?.position !== position) continue
      turnsLeft--
      try {
        entry.run()
      } catch (error) {
        this.#report(error)
      }
    }
    this.#isRunning = false
  }

  readonly #continue = (): void => {
    this.#hasYielded = false
    this.#flush()
  }

  #report(error: unknown): void {
    try {
      this.#onError(error)
    } catch {
      // The reporter is the last one who could be told; the other turns matter more than its trouble.
    }
  }
}

/** An entry of the queue. It is run only if it still stands by the position at which it comes out. */
interface Runnable {
  position: number
  run(): void
}

const nowhere = -1

/** A call that cannot be taken back. */
class QueuedCall<T> implements Runnable {
  position = nowhere
  readonly #work: (value: T) => void
  readonly #value: T

  constructor(work: (value: T) => void, value: T) {
    this.#work = work
    this.#value = value
  }

  run(): void {
    this.#work(this.#value)
  }
}

/** One scheduled piece of work, as RxJS expects it: it may schedule itself again from within its work. */
class TurnAction<T> extends Subscription implements SchedulerAction<T>, Runnable {
  position = nowhere
  readonly #scheduler: TurnScheduler
  #work: ((this: SchedulerAction<T>, state?: T) => void) | undefined
  #state: T | undefined
  #timer: Timer | undefined

  constructor(scheduler: TurnScheduler, work: (this: SchedulerAction<T>, state?: T) => void) {
    super()
    this.#scheduler = scheduler
    this.#work = work
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    this.#withdraw()
    this.#state = state
    if (delay > 0) {
      this.#timer = this.#scheduler.clock.setTimer(delay, () => {
        this.#timer = undefined
        this.#scheduler.enqueue(this)
      })
    } else {
      this.#scheduler.enqueue(this)
    }
    return this
  }

  run(): void {
    this.position = nowhere
    this.#work?.call(this, this.#state)
  }

  override unsubscribe(): void {
    if (this.closed) return
    this.#withdraw()
    // The queue may hold this action for a while yet; it must not hold an ended actor's message with it.
    this.#work = undefined
    this.#state = undefined
    super.unsubscribe()
  }

  #withdraw(): void {
    this.position = nowhere
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
