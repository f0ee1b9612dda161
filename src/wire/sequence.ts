/**
 * Modular arithmetic of RTP counters and the byte accessors of everything below it. Integer shifts only: a `DataView`
 * per packet costs more than the whole rest of header parsing.
 *
 * Differences are signed, so "a little before" and "a little after" stay small on both sides of the wrap (RFC 1982).
 */

/** `a - b` of two 16-bit sequence numbers as -32768..32767: positive when `a` comes after `b`. */
export function sequenceDelta(a: number, b: number): number {
  return ((a - b) << 16) >> 16
}

/** `a - b` of two 32-bit RTP timestamps in ticks, -2^31..2^31-1: positive when `a` comes after `b`. */
export function timestampDelta(a: number, b: number): number {
  return (a - b) | 0
}

/** An integer modulo 2^16, 0..65535. */
export function toUint16(value: number): number {
  return value & 0xffff
}

/** An integer modulo 2^32, 0..4294967295. Exact for integers up to 2^53. */
export function toUint32(value: number): number {
  return value >>> 0
}

/** Two bytes at `at`, big endian. Bytes beyond the end count as 0. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

/** Three bytes at `at`, big endian. Bytes beyond the end count as 0. */
export function readUint24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
}

/** Four bytes at `at`, big endian, unsigned. Bytes beyond the end count as 0. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  )
}

/** Writes the low 16 bits of an integer at `at`, big endian. */
export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

/** Writes the low 32 bits of an integer at `at`, big endian. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
