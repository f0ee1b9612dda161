/**
 * Wall time with a fraction of a millisecond. `Date.now()` follows every step and slew of the system's clock but counts
 * whole milliseconds; the monotonic clock has the fraction but drifts away from wall time. So the monotonic clock is
 * carried along with an offset, and each reading is clamped into the millisecond that `Date.now()` names: it is never
 * more than one millisecond off, follows a jump at once, and goes back only if the system's own clock went back.
 */
import type { Millis, UnixMillis } from '../contracts/units.ts'

/**
 * Builds a reader of wall time.
 *
 * @param monotonicNow monotonic milliseconds with a fraction
 * @param systemNow whole milliseconds since 1970, as `Date.now` tells them
 */
export function createWallTime(monotonicNow: () => Millis, systemNow: () => UnixMillis): () => UnixMillis {
  let offsetMs = systemNow() - monotonicNow()
  return () => {
    const monotonicMs = monotonicNow()
    const systemMs = systemNow()
    const wallMs = Math.min(Math.max(monotonicMs + offsetMs, systemMs), systemMs + 1)
    offsetMs = wallMs - monotonicMs
    return wallMs
  }
}
