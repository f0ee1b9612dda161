/**
 * Real randomness from the operating system's generator. Session ids and nonces come from here, so it is never a plain
 * pseudo-random generator. It is drawn from a pool: one call into the system costs about as much as filling a kilobyte.
 */
import { randomFillSync } from 'node:crypto'
import type { Entropy } from '../contracts/entropy.ts'

const poolBytes = 1024

/** Entropy on `node:crypto`. */
export function createNodeEntropy(): Entropy {
  const pool = new Uint8Array(poolBytes)
  let used = poolBytes
  /** Where in the pool `count` fresh bytes begin. */
  const take = (count: number): number => {
    if (used + count > poolBytes) {
      randomFillSync(pool)
      used = 0
    }
    used += count
    return used - count
  }
  return {
    bytes: (count) => {
      if (count > poolBytes) return randomFillSync(new Uint8Array(count))
      const at = take(count)
      const drawn = pool.slice(at, used)
      pool.fill(0, at, used)
      return drawn
    },
    uint32: () => {
      const at = take(4)
      const value =
        ((pool[at] ?? 0) << 24) | ((pool[at + 1] ?? 0) << 16) | ((pool[at + 2] ?? 0) << 8) | (pool[at + 3] ?? 0)
      // What was given out is not kept.
      pool.fill(0, at, used)
      return value >>> 0
    },
  }
}
