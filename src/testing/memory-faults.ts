/**
 * What goes wrong on the way, as numbers. Every decision is drawn from a seeded generator, one for each direction of
 * each connection and one for each UDP socket, so that a scenario repeats from its seed alone and a further connection
 * does not change the fate of the others.
 */
import type { Millis } from '../contracts/units.ts'
import { seededRandom, type SeededRandom } from './seeded-entropy.ts'

/** Faults of a memory network. What is not named does not happen. Chances run from 0 to 1, times are whole milliseconds. */
export interface MemoryFaults {
  /** Byte streams are cut and joined at random into pieces of 1 to this many bytes. 0: one piece for each write. */
  readonly chunkBytes?: number
  /** Shortest and longest time on the way, for pieces and datagrams; order is kept. */
  readonly minDelayMs?: Millis
  readonly maxDelayMs?: Millis
  /** Chance that a datagram is lost. */
  readonly lossChance?: number
  /** Chance that a datagram arrives twice. */
  readonly duplicateChance?: number
  /** Chance that a datagram is overtaken by those sent up to `reorderMs` (5 unless set) after it. */
  readonly reorderChance?: number
  readonly reorderMs?: Millis
  /** Chance that a datagram comes `lateMs` (500 unless set) later than it should. */
  readonly lateChance?: number
  readonly lateMs?: Millis
}

/** The fate of one copy of a datagram. */
export interface DatagramFate {
  readonly delayMs: Millis
  /** It leaves the line: those behind it need not wait for it. */
  readonly isOutOfLine: boolean
}

/** Draws the faults of one direction. */
export class FaultSource {
  readonly #faults: MemoryFaults
  readonly #random: SeededRandom

  constructor(faults: MemoryFaults, seed: number) {
    this.#faults = faults
    this.#random = seededRandom(seed)
  }

  /** Time on the way, in whole milliseconds. */
  delayMs(): Millis {
    const { minDelayMs = 0, maxDelayMs = minDelayMs } = this.#faults
    return maxDelayMs > minDelayMs ? minDelayMs + this.#random.int(maxDelayMs - minDelayMs + 1) : minDelayMs
  }

  /** Size of the next piece of a byte stream; 0 if pieces are what was written. */
  pieceBytes(): number {
    const { chunkBytes = 0 } = this.#faults
    return chunkBytes === 0 ? 0 : 1 + this.#random.int(chunkBytes)
  }

  /** The copies of a datagram that arrive: none, one or two. */
  datagramFates(): readonly DatagramFate[] {
    const { lossChance = 0, duplicateChance = 0 } = this.#faults
    if (this.#random.chance(lossChance)) return []
    const fate = this.#datagramFate()
    return this.#random.chance(duplicateChance) ? [fate, this.#datagramFate()] : [fate]
  }

  #datagramFate(): DatagramFate {
    const { reorderChance = 0, reorderMs = 5, lateChance = 0, lateMs = 500 } = this.#faults
    const delayMs = this.delayMs()
    if (this.#random.chance(lateChance)) return { delayMs: delayMs + lateMs, isOutOfLine: true }
    if (this.#random.chance(reorderChance))
      return { delayMs: delayMs + 1 + this.#random.int(reorderMs), isOutOfLine: true }
    return { delayMs, isOutOfLine: false }
  }
}
