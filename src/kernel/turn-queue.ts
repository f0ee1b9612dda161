/**
 * First in, first out, in a ring that doubles when it is full: O(1) at both ends, where `Array.shift` moves the whole
 * array. Each entry has a position that is never reused, so its owner can tell whether the entry that comes out is
 * still the one it stands by; nothing is ever taken out of the middle.
 */
const smallestCapacity = 64
const largestIdleCapacity = 4096

export class TurnQueue<Entry> {
  #slots = new Array<Entry | undefined>(smallestCapacity).fill(undefined)
  #head = 0
  #tail = 0

  get size(): number {
    return this.#tail - this.#head
  }

  /** Position of the entry that `shift` gives next. */
  get headPosition(): number {
    return this.#head
  }

  /** Adds an entry and gives its position. */
  push(entry: Entry): number {
    if (this.size === this.#slots.length) this.#resize(this.#slots.length * 2)
    const position = this.#tail++
    this.#slots[position & (this.#slots.length - 1)] = entry
    return position
  }

  /** Takes the oldest entry, or `undefined` if there is none. The queue keeps no reference to it. */
  shift(): Entry | undefined {
    if (this.size === 0) return undefined
    const slot = this.#head & (this.#slots.length - 1)
    const entry = this.#slots[slot]
    this.#slots[slot] = undefined
    this.#head++
    // One flood must not cost memory for the rest of the process's life.
    if (this.size === 0 && this.#slots.length > largestIdleCapacity) this.#resize(smallestCapacity)
    return entry
  }

  /** Capacities are powers of two, so a position becomes a slot by a mask. Positions stay below 2^53, not 2^31. */
  #resize(capacity: number): void {
    const old = this.#slots
    const slots = new Array<Entry | undefined>(capacity).fill(undefined)
    for (let position = this.#head; position < this.#tail; position++) {
      slots[position & (capacity - 1)] = old[position & (old.length - 1)]
    }
    this.#slots = slots
  }
}
