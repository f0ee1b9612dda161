import type { Clock, Timer } from '../contracts/clock.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import type { Millis, UnixMillis } from '../contracts/units.ts'
import { TimerHeap, type TimerEntry } from './timer-heap.ts'

/**
 * Time that moves only when it is told to. Timers run in the order of their due times and, at the same time, in the
 * order in which they were started; after each one comes what was asked for the end of the turn, as in a real event
 * loop. Everything is bounded, so a scenario that would never end fails with a sentence instead of hanging.
 */

/** Callbacks that may run without time moving on, and timers that may fire at one instant, before it counts as endless. */
export const settleLimit = 100_000

const defaultStartWallMs: UnixMillis = Date.UTC(2025, 0, 1)

/** How to build a virtual clock. */
export interface VirtualClockOptions {
  /** Wall time at the start: 2025-01-01T00:00:00Z unless set. The monotonic time starts at 0. */
  readonly startWallMs?: UnixMillis
}

/** A clock that tests and simulations move by hand. */
export class VirtualClock implements Clock {
  #nowMs: Millis = 0
  /** Wall time when the monotonic time was 0. */
  #wallOffsetMs: number
  readonly #timers = new TimerHeap()
  #afterTurn: (() => void)[] = []
  #isMoving = false

  constructor(options: VirtualClockOptions = {}) {
    this.#wallOffsetMs = options.startWallMs ?? defaultStartWallMs
  }

  now(): Millis {
    return this.#nowMs
  }

  wallNow(): UnixMillis {
    return this.#wallOffsetMs + this.#nowMs
  }

  /** Lets the wall clock jump, as an NTP daemon or an operator would; negative jumps back. Timers do not notice. */
  shiftWall(byMs: number): void {
    this.#wallOffsetMs += byMs
  }

  /** A delay below 0 counts as 0. Throws `ERR_RTSP_USAGE` if it is not a finite number. */
  setTimer(delayMs: Millis, callback: () => void): Timer {
    requireFinite('a delay', delayMs)
    const entry = this.#timers.add(this.#nowMs + Math.max(0, delayMs), callback)
    return { cancel: () => this.#timers.remove(entry) }
  }

  afterTurn(callback: () => void): void {
    this.#afterTurn.push(callback)
  }

  /** Timers that were started and have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Time at which the next timer is due, `undefined` if there is none. */
  get nextTimerAt(): Millis | undefined {
    return this.#timers.first?.dueAt
  }

  /**
   * Ends the current turn, then moves time on by `ms` and runs what is due on the way. What a callback throws is passed
   * on, and time stays where it was thrown. Throws `ERR_RTSP_USAGE` if `ms` is negative, if it is called from inside a
   * callback, or if more than `settleLimit` callbacks run at one instant.
   */
  advance(ms: Millis): void {
    requireFinite('a step', ms)
    if (ms < 0) throw rtspError('ERR_RTSP_USAGE', 'a virtual clock cannot go back')
    this.#move(() => {
      const end = this.#nowMs + ms
      this.#runAfterTurn()
      let firedAtInstant = 0
      for (let entry = this.#timers.first; entry && entry.dueAt <= end; entry = this.#timers.first) {
        firedAtInstant = entry.dueAt > this.#nowMs ? 1 : firedAtInstant + 1
        if (firedAtInstant > settleLimit)
          throw rtspError('ERR_RTSP_USAGE', `more than ${settleLimit} timers at one instant`)
        this.#fire(entry)
      }
      this.#nowMs = end
    })
  }

  /** Runs what was asked for the end of the turn, and what that asks for, until nothing is left. Time stands still. */
  settle(): void {
    this.#move(() => this.#runAfterTurn())
  }

  /**
   * Moves time on until no timer is left. Throws `ERR_RTSP_USAGE` after `limit` timers: something restarts itself, and
   * `advance` with an end is what is wanted.
   */
  runToIdle(limit = 10_000): void {
    this.#move(() => {
      this.#runAfterTurn()
      let timersLeft = limit
      for (let entry = this.#timers.first; entry; entry = this.#timers.first) {
        if (timersLeft-- === 0) throw rtspError('ERR_RTSP_USAGE', `not idle after ${limit} timers`)
        this.#fire(entry)
      }
    })
  }

  #fire(entry: TimerEntry): void {
    this.#timers.remove(entry)
    this.#nowMs = entry.dueAt
    entry.callback()
    this.#runAfterTurn()
  }

  #runAfterTurn(): void {
    let callbacksLeft = settleLimit
    while (this.#afterTurn.length > 0) {
      const callbacks = this.#afterTurn
      this.#afterTurn = []
      for (const [index, callback] of callbacks.entries()) {
        try {
          if (callbacksLeft-- === 0)
            throw rtspError('ERR_RTSP_USAGE', `not settled after ${settleLimit} callbacks in one turn`)
          callback()
        } catch (error) {
          // Those behind the one that threw are still owed.
          this.#afterTurn = [...callbacks.slice(index + 1), ...this.#afterTurn]
          throw error
        }
      }
    }
  }

  #move(work: () => void): void {
    if (this.#isMoving) throw rtspError('ERR_RTSP_USAGE', 'a virtual clock cannot be moved by its own callbacks')
    this.#isMoving = true
    try {
      work()
    } finally {
      this.#isMoving = false
    }
  }
}

function requireFinite(what: string, ms: number): void {
  if (!Number.isFinite(ms))
    throw rtspError('ERR_RTSP_USAGE', `${what} must be a finite number of milliseconds, got ${ms}`)
}
