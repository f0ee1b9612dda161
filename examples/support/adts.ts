/** AAC as MPEG-TS has it: every frame behind a header of its own (ISO/IEC 14496-3 section 1.A.2.2). RTP has the bare frames. */

/** The frame without its header. Bytes that do not begin with a header are returned as they are. */
export function stripAdtsHeader(bytes: Uint8Array): Uint8Array {
  const [first = 0, second = 0] = bytes
  if (first !== 0xff || (second & 0xf0) !== 0xf0) return bytes
  const hasChecksum = (second & 1) === 0
  return bytes.subarray(hasChecksum ? 9 : 7)
}

/**
 * What the header says, as the two bytes of an AudioSpecificConfig (section 1.6.2.1): object type (5 bits), index of the
 * sample rate (4), channels (4), zeros.
 */
export function configOfAdts(bytes: Uint8Array): Uint8Array {
  const [, , third = 0, fourth = 0] = bytes
  const objectType = (third >> 6) + 1
  const rateIndex = (third >> 2) & 0xf
  const channels = ((third & 1) << 2) | (fourth >> 6)
  return Uint8Array.of((objectType << 3) | (rateIndex >> 1), ((rateIndex & 1) << 7) | (channels << 3))
}
