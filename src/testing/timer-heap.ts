import type { Millis } from '../contracts/units.ts'

/**
 * Binary heap of timers, ordered by due time and then by start. Each entry knows its place, so a cancelled timer is
 * taken out at once: a simulation that restarts an idle timer for every packet would otherwise drown in dead entries.
 */

/** A timer that waits. Times are monotonic. */
export interface TimerEntry {
  readonly dueAt: Millis
  /** Grows with every timer; decides between timers of the same time. */
  readonly sequence: number
  readonly callback: () => void
  /** Place in the heap, -1 once it is out. */
  index: number
}

/** Timers that wait, the next one first. */
export class TimerHeap {
  readonly #entries: TimerEntry[] = []
  #startedCount = 0

  get size(): number {
    return this.#entries.length
  }

  /** The timer that is due next. It stays in the heap. */
  get first(): TimerEntry | undefined {
    return this.#entries[0]
  }

  add(dueAt: Millis, callback: () => void): TimerEntry {
    const entry: TimerEntry = { dueAt, sequence: this.#startedCount++, callback, index: this.#entries.length }
    this.#entries.push(entry)
    this.#rise(entry)
    return entry
  }

  /** Takes an entry out; does nothing if it is out already. */
  remove(entry: TimerEntry): void {
    if (entry.index < 0) return
    const hole = entry.index
    entry.index = -1
    const last = this.#entries.pop()
    if (last === undefined || last === entry) return
    this.#place(last, hole)
    this.#rise(last)
    this.#sink(last)
  }

  #rise(entry: TimerEntry): void {
    while (entry.index > 0) {
      const hole = entry.index
      const parent = this.#entries[(hole - 1) >> 1]
      if (parent === undefined || isBefore(parent, entry)) return
      this.#place(entry, parent.index)
      this.#place(parent, hole)
    }
  }

  #sink(entry: TimerEntry): void {
    for (;;) {
      const hole = entry.index
      const left = this.#entries[2 * hole + 1]
      const right = this.#entries[2 * hole + 2]
      const child = left && right && isBefore(right, left) ? right : left
      if (child === undefined || isBefore(entry, child)) return
      this.#place(entry, child.index)
      this.#place(child, hole)
    }
  }

  #place(entry: TimerEntry, index: number): void {
    this.#entries[index] = entry
    entry.index = index
  }
}

function isBefore(one: TimerEntry, other: TimerEntry): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.sequence < other.sequence)
}
