import { rtspError } from '../../contracts/rtsp-error.ts'

/** Writes a message from front to back. A value that does not fit into its field throws `ERR_RTSP_USAGE`. */
export class MikeyWriter {
  readonly #bytes: number[] = []

  get length(): number {
    return this.#bytes.length
  }

  uint8(value: number): void {
    this.#integer(value, 1)
  }

  /** Big endian. */
  uint16(value: number): void {
    this.#integer(value, 2)
  }

  /** Big endian. */
  uint32(value: number): void {
    this.#integer(value, 4)
  }

  /** The bytes as they are; they are copied. */
  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#bytes.push(byte)
  }

  /** All that was written, in a fresh array. */
  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  #integer(value: number, byteCount: number): void {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * byteCount))
      throw rtspError('ERR_RTSP_USAGE', `${value} does not fit into ${byteCount} bytes of a MIKEY message`)
    for (let shift = 8 * (byteCount - 1); shift >= 0; shift -= 8) this.#bytes.push((value >>> shift) & 0xff)
  }
}
