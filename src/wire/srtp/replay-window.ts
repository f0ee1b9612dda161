/**
 * Which packets of a source have been received (RFC 3711 section 3.3.2): the highest index, and a bit for each of the
 * 64 up to it. Anything older is refused, since nothing is known of it. Two integers hold the bits; a bigint would be
 * an allocation per packet.
 */

/** Number of indices that the window covers, the highest included. */
export const replayWindowSize = 64

/** Window of one source. Indices are integers below 2^53; an index is recorded only after it was found fresh. */
export class ReplayWindow {
  #highest: number
  /** Bit 0 is the highest index, bit 31 the one 31 before it. */
  #newer = 1
  /** Bit 0 is the index 32 before the highest. */
  #older = 0

  /** Starts with one index received. */
  constructor(index: number) {
    this.#highest = index
  }

  get highest(): number {
    return this.#highest
  }

  /** False for an index that was received, or is too old to tell. */
  isFresh(index: number): boolean {
    const age = this.#highest - index
    if (age < 0) return true
    if (age >= replayWindowSize) return false
    return age < 32 ? ((this.#newer >>> age) & 1) === 0 : ((this.#older >>> (age - 32)) & 1) === 0
  }

  /** Marks a fresh index as received, once its packet has been authenticated. */
  record(index: number): void {
    const age = this.#highest - index
    if (age < 0) this.#advance(-age)
    else if (age < 32) this.#newer |= 1 << age
    else this.#older |= 1 << (age - 32)
  }

  #advance(steps: number): void {
    this.#highest += steps
    if (steps < 32) {
      this.#older = (this.#older << steps) | (this.#newer >>> (32 - steps))
      this.#newer = (this.#newer << steps) | 1
      return
    }
    // Shifts count modulo 32, so longer ones are made of two.
    this.#older = steps < replayWindowSize ? this.#newer << (steps - 32) : 0
    this.#newer = 1
  }
}
