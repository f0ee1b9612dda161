/**
 * Real time. Everything the library knows of time comes through this one object, so that tests can put another in its
 * place; the subtle parts (sub-millisecond wall time, timers that are never early, the shared end of turn) have a file
 * each.
 */
import type { Clock } from '../contracts/clock.ts'
import { NodeTimer } from './node-timer.ts'
import { TurnEnd } from './turn-end.ts'
import { createWallTime } from './wall-time.ts'

/** A clock on Node's timers: monotonic `performance.now()`, wall time that follows the system, timers without a hold. */
export function createNodeClock(): Clock {
  const turnEnd = new TurnEnd()
  const now = () => performance.now()
  return {
    now,
    wallNow: createWallTime(now, () => Date.now()),
    setTimer: (delayMs, callback) => new NodeTimer(delayMs, callback),
    afterTurn: (callback) => turnEnd.add(callback),
  }
}
