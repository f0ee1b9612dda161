import { readUint16, readUint32 } from '../sequence.ts'

/**
 * Reads a message from front to back. Reading beyond the end gives zeros and is remembered, so that a payload is read
 * in a few lines and asked once, at its end, whether it was all there.
 */
export class MikeyReader {
  readonly #bytes: Uint8Array
  #at = 0
  #isShort = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** True when more was asked for than there is. */
  get isShort(): boolean {
    return this.#isShort
  }

  /** Bytes that have not been read. */
  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  uint8(): number {
    const at = this.#take(1)
    return at < 0 ? 0 : (this.#bytes[at] ?? 0)
  }

  /** Big endian. */
  uint16(): number {
    const at = this.#take(2)
    return at < 0 ? 0 : readUint16(this.#bytes, at)
  }

  /** Big endian, unsigned. */
  uint32(): number {
    const at = this.#take(4)
    return at < 0 ? 0 : readUint32(this.#bytes, at)
  }

  /** The next bytes, a copy; empty if there are not so many. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count)
    return at < 0 ? new Uint8Array(0) : this.#bytes.slice(at, at + count)
  }

  #take(count: number): number {
    if (this.#isShort || count > this.remaining) {
      this.#isShort = true
      return -1
    }
    const at = this.#at
    this.#at += count
    return at
  }
}
