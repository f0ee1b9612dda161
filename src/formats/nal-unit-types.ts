/**
 * Which NAL unit types start in an RTP packet of H.264 or H.265: a single NAL unit, any member of an aggregation packet,
 * or the first fragment of one. Types come as bit masks, so one walk answers every question, per packet and without
 * allocation. Empty, malformed and zero-size units answer false.
 */

/**
 * True when a NAL unit of one of the types in `mask` (bit n: type n) starts in this H.264 payload.
 * RFC 6184 sections 5.7.1 (STAP-A, type 24) and 5.8 (FU-A, type 28).
 */
export function h264Starts(payload: Uint8Array, mask: number): boolean {
  if (payload.length === 0) return false
  const type = (payload[0] ?? 0) & 0x1f
  if (type === 24) return aggregateStarts(payload, 1, 0, 0x1f, mask, 0)
  if (type !== 28) return isIn(type, mask, 0)
  const fragment = payload[1] ?? 0
  return (fragment & 0x80) !== 0 && isIn(fragment & 0x1f, mask, 0)
}

/**
 * True when a NAL unit of one of the types in the masks (bit n of `lowMask`: type n, of `highMask`: type 32 + n)
 * starts in this H.265 payload. RFC 7798 sections 4.4.2 (aggregation, type 48) and 4.4.3 (fragmentation, type 49).
 */
export function h265Starts(payload: Uint8Array, lowMask: number, highMask: number): boolean {
  if (payload.length === 0) return false
  const type = ((payload[0] ?? 0) >> 1) & 0x3f
  if (type === 48) return aggregateStarts(payload, 2, 1, 0x3f, lowMask, highMask)
  if (type !== 49) return isIn(type, lowMask, highMask)
  const fragment = payload[2] ?? 0
  return (fragment & 0x80) !== 0 && isIn(fragment & 0x3f, lowMask, highMask)
}

function isIn(type: number, lowMask: number, highMask: number): boolean {
  // Shift counts are taken modulo 32 by the language.
  return (((type < 32 ? lowMask : highMask) >>> type) & 1) === 1
}

/** Walks the pairs of a 16-bit size and a NAL unit behind the payload header. */
function aggregateStarts(
  payload: Uint8Array,
  start: number,
  typeShift: number,
  typeMask: number,
  lowMask: number,
  highMask: number,
): boolean {
  let at = start
  while (at + 2 < payload.length) {
    const sizeBytes = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0)
    at += 2
    if (sizeBytes === 0 || at + sizeBytes > payload.length) return false
    if (isIn(((payload[at] ?? 0) >> typeShift) & typeMask, lowMask, highMask)) return true
    at += sizeBytes
  }
  return false
}
