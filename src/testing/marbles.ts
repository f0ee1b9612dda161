import type { SchedulerLike } from 'rxjs'
import { TestScheduler, type RunHelpers } from 'rxjs/testing'
import type { Clock } from '../contracts/clock.ts'
import type { Millis, UnixMillis } from '../contracts/units.ts'
import { assertDeepEqual } from './deep-equal.ts'

/**
 * Marble diagrams for what runs on a `Clock`. The scheduler of RxJS's `TestScheduler` becomes the clock, so an actor
 * system or a whole server lives in the virtual time of the diagram. Only `run` mode is offered: outside it the
 * scheduler stops in silence after 750 ms. One column of a diagram is one millisecond.
 */

/** What a marble scenario gets: the helpers of `TestScheduler.run`, and the same time as a clock. */
export interface MarbleHelpers extends RunHelpers {
  readonly clock: Clock
  readonly scheduler: TestScheduler
}

/** How to run a marble scenario. */
export interface MarbleOptions {
  /** Asserts that two values are deeply equal, by throwing. A plain one of our own unless set. */
  readonly assertEqual?: (actual: unknown, expected: unknown) => void
  /**
   * Timers due later than this are never fired. `run` goes on until nothing is scheduled, so a timer that restarts
   * itself would keep it busy for ever. 10 minutes unless set.
   */
  readonly untilMs?: Millis
}

/**
 * Runs a scenario: it builds observables and expectations, and once it returns, virtual time runs and the expectations
 * are checked. Throws what the assertion throws.
 */
export function marbles(scenario: (helpers: MarbleHelpers) => void, options: MarbleOptions = {}): void {
  const scheduler = new TestScheduler(options.assertEqual ?? assertDeepEqual)
  const clock = clockOfScheduler(scheduler, { untilMs: options.untilMs ?? 600_000 })
  scheduler.run((helpers) => scenario({ ...helpers, clock, scheduler }))
}

/** How to make a clock of a scheduler. */
export interface SchedulerClockOptions {
  /** Wall time when the scheduler's time is 0: 2025-01-01T00:00:00Z unless set. */
  readonly startWallMs?: UnixMillis
  /** Timers due later than this, in the scheduler's time, are never fired. No end unless set. */
  readonly untilMs?: Millis
}

/** A clock that runs on the time of an RxJS scheduler. What is asked for the end of a turn is scheduled without delay. */
export function clockOfScheduler(scheduler: SchedulerLike, options: SchedulerClockOptions = {}): Clock {
  const startWallMs = options.startWallMs ?? Date.UTC(2025, 0, 1)
  const untilMs = options.untilMs ?? Number.POSITIVE_INFINITY
  return {
    now: () => scheduler.now(),
    wallNow: () => startWallMs + scheduler.now(),
    setTimer: (delayMs, callback) => {
      const dueInMs = Math.max(0, delayMs)
      if (scheduler.now() + dueInMs > untilMs) return { cancel: () => undefined }
      const subscription = scheduler.schedule(() => callback(), dueInMs)
      return { cancel: () => subscription.unsubscribe() }
    },
    afterTurn: (callback) => void scheduler.schedule(() => callback(), 0),
  }
}
