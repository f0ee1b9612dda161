/** Numbers in groups of seven bits, the lowest first, as AV1 has them (AV1 specification section 4.10.5). */

/** Most bytes of a number. */
const mostBytes = 8

/**
 * The number at `at`, or -1 when it does not end within the bytes, takes more than 8 bytes or is 2^32 or more. Its own size
 * is `sizeOfLeb128`.
 */
export function readLeb128(bytes: Uint8Array, at: number): number {
  let value = 0
  let scale = 1
  for (let index = 0; index < mostBytes && at + index < bytes.length; index++) {
    const byte = bytes[at + index] ?? 0
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value <= 0xffff_ffff ? value : -1
    scale *= 128
  }
  return -1
}

/** Bytes that the number at `at` takes, at most 8. */
export function sizeOfLeb128(bytes: Uint8Array, at: number): number {
  let size = 1
  while (size < mostBytes && (bytes[at + size - 1] ?? 0) >= 0x80) size++
  return size
}

/** Bytes that `value`, 0..2^32-1, takes when it is written. */
export function leb128Bytes(value: number): number {
  let size = 1
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) size++
  return size
}
