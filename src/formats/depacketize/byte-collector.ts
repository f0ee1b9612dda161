/**
 * Where the bytes of a unit wait until it is complete. Packets hold for the time of one call only, so bytes are copied when
 * they arrive; they go into one buffer that is used again for unit after unit, and out of it in one exact copy. The buffer
 * grows by doubling up to the limit of the unit, so a stream keeps at most twice what its biggest unit had.
 */

/** The first size of the buffer: most frames of small streams. */
const firstBytes = 4096

/** A bounded, growing buffer. */
export class ByteCollector {
  readonly #maxBytes: number
  #bytes = new Uint8Array(0)
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Bytes collected. */
  get length(): number {
    return this.#length
  }

  /** The buffer itself, to look at; only the first `length` bytes mean something, and until the next `append` only. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Appends the bytes from `start` on, up to but without `end`. False, and nothing is appended, when they pass the limit. */
  append(source: Uint8Array, start = 0, end = source.length): boolean {
    const added = end - start
    if (!this.#reserve(added)) return false
    this.#bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.#length)
    this.#length += added
    return true
  }

  /** Appends one byte. */
  appendByte(byte: number): boolean {
    if (!this.#reserve(1)) return false
    this.#bytes[this.#length++] = byte
    return true
  }

  /** Forgets all bytes from `length` on. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length)
  }

  clear(): void {
    this.#length = 0
  }

  /** The bytes as a copy of exactly their size, which belongs to the caller; the collector is empty afterwards. */
  release(): Uint8Array {
    const released = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return released
  }

  #reserve(added: number): boolean {
    const wanted = this.#length + added
    if (wanted > this.#maxBytes) return false
    if (wanted <= this.#bytes.length) return true
    const larger = new Uint8Array(Math.max(wanted, Math.min(this.#maxBytes, this.#bytes.length * 2), firstBytes))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
    return true
  }
}
