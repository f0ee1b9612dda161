/**
 * Reads bits from the most significant one on. Past the end it gives zeros and `isPastEnd` becomes true, so a parser
 * checks once at its end instead of at every field. For configurations only, never for packets.
 */
export class BitReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Bits read so far. */
  get bitPosition(): number {
    return this.#at
  }

  get isPastEnd(): boolean {
    return this.#at > this.#bytes.length * 8
  }

  /** Unread bits, 0 at or past the end. */
  get bitsLeft(): number {
    return Math.max(0, this.#bytes.length * 8 - this.#at)
  }

  /** The next `count` bits (0..31) as an unsigned number. */
  read(count: number): number {
    let value = 0
    for (let index = 0; index < count; index++) {
      const byte = this.#bytes[this.#at >> 3] ?? 0
      value = (value << 1) | ((byte >> (7 - (this.#at & 7))) & 1)
      this.#at += 1
    }
    return value >>> 0
  }
}
