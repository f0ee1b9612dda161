/**
 * A map whose entries come and go for as long as the process lives: connections, sessions, actors.
 *
 * V8's `Map` links each table that it has outgrown to the next one, and an outgrown table keeps what was in it. Deleting
 * fills a table as adding does, so every few sessions a table is outgrown; once one of them has become old, the chain
 * keeps all that follow, with every session that was ever in them, until the whole heap is collected. So the tables hold
 * boxes, and a box is emptied when its entry goes.
 */

interface Box<Value> {
  value: Value | undefined
}

/** As a `Map` with values that are never `undefined`. Entries that are deleted during a walk are not met. */
export class Registry<Key extends string | number, Value extends object> {
  readonly #boxes = new Map<Key, Box<Value>>()

  get size(): number {
    return this.#boxes.size
  }

  has(key: Key): boolean {
    return this.#boxes.has(key)
  }

  get(key: Key): Value | undefined {
    return this.#boxes.get(key)?.value
  }

  /** Adds an entry; an older one of the same key is replaced and keeps its place. */
  set(key: Key, value: Value): void {
    const box = this.#boxes.get(key)
    if (box === undefined) this.#boxes.set(key, { value })
    else box.value = value
  }

  /** Takes an entry out and gives it. */
  take(key: Key): Value | undefined {
    const box = this.#boxes.get(key)
    if (box === undefined) return undefined
    const { value } = box
    box.value = undefined
    this.#boxes.delete(key)
    return value
  }

  /** Takes an entry out; false if there was none. */
  delete(key: Key): boolean {
    return this.take(key) !== undefined
  }

  /** The entries as they are now, oldest first. */
  *values(): Generator<Value, void, undefined> {
    for (const { value } of this.#boxes.values()) if (value !== undefined) yield value
  }
}
