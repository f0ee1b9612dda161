import type { Entropy } from '../contracts/entropy.ts'
import { rtspError } from '../contracts/rtsp-error.ts'

/**
 * Randomness that repeats: the same seed gives the same run on every machine, so a simulation that failed is reported
 * by its seed alone. The generator is sfc32 ("small fast counting": three mixed words and a counter that keeps it from
 * short cycles), ample for tests and worth nothing as a secret.
 */

const twoTo32 = 0x1_0000_0000

/** Random decisions for simulations. */
export interface SeededRandom {
  /** A fraction from 0 up to, not including, 1. */
  next(): number
  /** An integer from 0 to `max - 1`. `max` is 1 to 2^32; anything else throws `ERR_RTSP_USAGE`. */
  int(max: number): number
  /** True with probability `probability`: never for 0, always for 1. */
  chance(probability: number): boolean
  /** One of the values. Throws `ERR_RTSP_USAGE` if there are none. */
  pick<Value>(values: readonly Value[]): Value
}

/** Random decisions that repeat with the seed. Only the low 32 bits of the seed count. */
export function seededRandom(seed: number): SeededRandom {
  const uint32 = seededGenerator(seed)
  const next = (): number => uint32() / twoTo32
  const int = (max: number): number => {
    if (!Number.isInteger(max) || max < 1 || max > twoTo32)
      throw rtspError('ERR_RTSP_USAGE', `int(${max}) has no values`)
    return Math.floor(next() * max)
  }
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: <Value>(values: readonly Value[]) => {
      if (values.length === 0) throw rtspError('ERR_RTSP_USAGE', 'there is nothing to pick from')
      return values[int(values.length)] as Value
    },
  }
}

/** Entropy that repeats with the seed: ids, nonces and SSRCs are the same in every run. Bytes are big-endian words. */
export function seededEntropy(seed: number): Entropy {
  const uint32 = seededGenerator(seed)
  return {
    uint32,
    bytes: (count) => {
      const bytes = new Uint8Array(count)
      for (let index = 0; index < count; index += 4) {
        const word = uint32()
        // Writes past the end of a typed array are ignored, which cuts the last word to size.
        bytes[index] = word >>> 24
        bytes[index + 1] = word >>> 16
        bytes[index + 2] = word >>> 8
        bytes[index + 3] = word
      }
      return bytes
    },
  }
}

function seededGenerator(seed: number): () => number {
  let first = seed | 0
  let second = 0x9e37_79b9 | 0
  let third = 0x243f_6a88 | 0
  let counter = 1
  const uint32 = (): number => {
    const sum = (first + second + counter) | 0
    counter = (counter + 1) | 0
    first = second ^ (second >>> 9)
    second = (third + (third << 3)) | 0
    third = (((third << 21) | (third >>> 11)) + sum) | 0
    return sum >>> 0
  }
  // Seeds that differ in one bit start alike; these rounds spread the difference over all words.
  for (let round = 0; round < 15; round++) uint32()
  return uint32
}
