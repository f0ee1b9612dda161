/**
 * ADTS around an AAC access unit, ISO 14496-3 section 1.A.2.2. Some cameras leave it in the RTP payload, where RFC 3640
 * wants the bare access unit.
 *
 *     sync(12) id(1) layer(2) noCrc(1) profile(2) rateIndex(4) private(1) channels(3) ... length(13) fullness(11) blocks(2)
 */

/**
 * Bytes of the ADTS header when `bytes` from `start` up to `end` are exactly one ADTS frame with one access unit in it:
 * 7, or 9 with a checksum. 0 when they are not.
 */
export function adtsHeaderBytes(bytes: Uint8Array, start: number, end: number): number {
  const second = bytes[start + 1] ?? 0
  // The layer bits are 0, and so has to be the number of further raw data blocks.
  if (end - start < 8 || bytes[start] !== 0xff || (second & 0xf6) !== 0xf0) return 0
  const rateIndex = ((bytes[start + 2] ?? 0) >> 2) & 0x0f
  const frameBytes =
    (((bytes[start + 3] ?? 0) & 0x03) << 11) | ((bytes[start + 4] ?? 0) << 3) | ((bytes[start + 5] ?? 0) >> 5)
  const isOneFrame = rateIndex <= 12 && frameBytes === end - start && ((bytes[start + 6] ?? 0) & 0x03) === 0
  const headerBytes = (second & 0x01) === 1 ? 7 : 9
  return isOneFrame && frameBytes > headerBytes ? headerBytes : 0
}
