import type { BitReader } from '../codecs/bit-reader.ts'
import { readUnsigned } from './raw-bits.ts'

/**
 * Short-term reference picture sets of an H.265 SPS (section 7.3.7). They stand in front of the frame rate, and how long
 * a set is depends on the values of the one before it, so there is no way around reading them.
 */

const maxSets = 64
const maxPictures = 16

/** Reads past all sets of an SPS; false when they are damaged. */
export function skipReferenceSets(bits: BitReader): boolean {
  const count = readUnsigned(bits)
  if (count > maxSets) return false
  let before: readonly number[] = []
  for (let index = 0; index < count; index++) {
    const isPredicted = index > 0 && bits.read(1) === 1
    const set = isPredicted ? readPredicted(bits, before) : readListed(bits)
    if (set === undefined || bits.isPastEnd) return false
    before = set
  }
  return true
}

/** Distances to the pictures, those before first, each half with the nearest first. */
function readListed(bits: BitReader): number[] | undefined {
  const countBefore = readUnsigned(bits)
  const countAfter = readUnsigned(bits)
  if (countBefore > maxPictures || countAfter > maxPictures) return undefined
  return [...readDistances(bits, countBefore, -1), ...readDistances(bits, countAfter, 1)]
}

function readDistances(bits: BitReader, count: number, sign: number): number[] {
  const distances: number[] = []
  let distance = 0
  for (let index = 0; index < count; index++) {
    distance += sign * (readUnsigned(bits) + 1)
    bits.read(1)
    distances.push(distance)
  }
  return distances
}

/** The set before, shifted, without those that are marked as gone (equations 7-61 and 7-62). */
function readPredicted(bits: BitReader, before: readonly number[]): number[] | undefined {
  const sign = bits.read(1) === 1 ? -1 : 1
  const shift = sign * (readUnsigned(bits) + 1)
  const kept: number[] = []
  for (const distance of [...before, 0]) {
    const isUsed = bits.read(1) === 1
    const isKept = isUsed || bits.read(1) === 1
    if (isKept && distance + shift !== 0) kept.push(distance + shift)
  }
  if (kept.length > 2 * maxPictures) return undefined
  const isBefore = (distance: number) => distance < 0
  return [
    ...kept.filter(isBefore).sort((one, other) => other - one),
    ...kept.filter((distance) => !isBefore(distance)).sort((one, other) => one - other),
  ]
}
