/**
 * A growing piece of memory that is used again and again: for what must be looked at as a whole but came in pieces.
 * `bytes` is only valid up to `length`, and only until the next change.
 */
export class ByteScratch {
  bytes = new Uint8Array(256)
  length = 0

  /** Adds a copy of `source` from `start` to before `end`. The caller bounds the length. */
  append(source: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start
    if (length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.bytes.length * 2))
      larger.set(this.bytes.subarray(0, this.length))
      this.bytes = larger
    }
    this.bytes.set(source.subarray(start, end), this.length)
    this.length = length
  }

  /** Drops the first byte. */
  dropFirst(): void {
    this.bytes.copyWithin(0, 1, this.length)
    this.length -= 1
  }

  clear(): void {
    this.length = 0
  }
}
