/**
 * A waiting line with times: items come out in the order in which they went in, each not before its time, and never from
 * inside the call that put them in. One wake-up is armed at a time, so a line costs the clock one timer however long it
 * is, and a line that is held costs none.
 */
import type { Clock, Timer } from '../contracts/clock.ts'
import type { Millis } from '../contracts/units.ts'

interface Entry<Item> {
  readonly item: Item
  readonly dueAt: Millis
}

/** Hands items on in order, after their delay. */
export class MemoryLine<Item> {
  readonly #clock: Clock
  readonly #deliver: (item: Item) => void
  #entries: Entry<Item>[] = []
  /** Entries before this one are out. Taking them off the front of a long array one by one would copy it each time. */
  #head = 0
  #isHeld = false
  #isWaking = false
  #timer: Timer | undefined
  #lastDueAt: Millis = 0

  constructor(clock: Clock, deliver: (item: Item) => void) {
    this.#clock = clock
    this.#deliver = deliver
  }

  /** The item that went in last and is still here. */
  get last(): Item | undefined {
    return this.#head < this.#entries.length ? this.#entries.at(-1)?.item : undefined
  }

  /** Puts an item in. It comes out after the delay, and after those before it. */
  push(item: Item, delayMs: Millis): void {
    this.#lastDueAt = Math.max(this.#lastDueAt, this.#clock.now() + delayMs)
    this.#entries.push({ item, dueAt: this.#lastDueAt })
    this.#wakeLater()
  }

  /** Nothing comes out until `release`. */
  hold(): void {
    this.#isHeld = true
  }

  release(): void {
    this.#isHeld = false
    this.#wakeLater()
  }

  /** Forgets all items. */
  clear(): void {
    this.#entries = []
    this.#head = 0
    if (this.#timer === undefined) return
    this.#timer.cancel()
    this.#timer = undefined
    this.#isWaking = false
  }

  #wakeLater(): void {
    const first = this.#entries[this.#head]
    if (this.#isWaking || this.#isHeld || first === undefined) return
    this.#isWaking = true
    const waitMs = first.dueAt - this.#clock.now()
    // The due time is handed over, because adding up fractions could leave the clock a hair before it.
    if (waitMs > 0) this.#timer = this.#clock.setTimer(waitMs, () => this.#wake(first.dueAt))
    else this.#clock.afterTurn(() => this.#wake(first.dueAt))
  }

  #wake(dueAt: Millis): void {
    this.#isWaking = false
    this.#timer = undefined
    const until = Math.max(dueAt, this.#clock.now())
    // What is put in while this runs waits for its own turn, else two ends that answer each other would never return.
    for (let left = this.#entries.length - this.#head; left > 0 && !this.#isHeld; left -= 1) {
      const first = this.#entries[this.#head]
      if (first === undefined || first.dueAt > until) break
      this.#head += 1
      this.#deliver(first.item)
    }
    this.#entries.splice(0, this.#head)
    this.#head = 0
    this.#wakeLater()
  }
}
