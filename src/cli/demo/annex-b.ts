/**
 * Annex B byte streams to access units, as far as the demo clip needs it. The clip is our own and lies on the disk, so
 * this favours being easy to follow over being fast; nothing here runs per packet.
 */

/** NAL unit types of H.264, table 7-1. */
export const nalType = { slice: 1, idrSlice: 5, sei: 6, sps: 7, pps: 8, accessUnitDelimiter: 9 } as const

/** Type of a NAL unit: the low five bits of its first byte, 0 when it is empty. */
export function nalTypeOf(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 0x1f
}

/**
 * NAL units of an Annex B stream (H.264 annex B.1), in order, without start codes and without the zero bytes that may
 * follow. They are parts of `stream`. What precedes the first start code is left out.
 */
export function splitAnnexB(stream: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = []
  let unitStart = -1
  const finish = (end: number): void => {
    if (unitStart < 0) return
    let last = end
    while (last > unitStart && stream[last - 1] === 0) last--
    if (last > unitStart) units.push(stream.subarray(unitStart, last))
  }
  for (let at = 0; at + 2 < stream.length; at++) {
    if (stream[at] !== 0 || stream[at + 1] !== 0 || stream[at + 2] !== 1) continue
    finish(at)
    unitStart = at + 3
    at += 2
  }
  finish(stream.length)
  return units
}

/**
 * Groups NAL units into access units (H.264 section 7.4.1.2.3). Once a picture has begun, the next access unit begins
 * with a delimiter, a parameter set, an SEI, or a slice whose `first_mb_in_slice` is 0, i.e. that begins a picture.
 * Delimiters are left out: RTP has the marker and the timestamp for that.
 */
export function groupAccessUnits(units: readonly Uint8Array[]): Uint8Array[][] {
  const groups: Uint8Array[][] = []
  let current: Uint8Array[] = []
  let hasSlice = false
  for (const unit of units) {
    const isSlice = isSliceUnit(unit)
    if (hasSlice && (isSlice ? beginsPicture(unit) : beginsAccessUnit(unit))) {
      groups.push(current)
      current = []
      hasSlice = false
    }
    hasSlice ||= isSlice
    if (nalTypeOf(unit) !== nalType.accessUnitDelimiter) current.push(unit)
  }
  if (current.length > 0) groups.push(current)
  return groups
}

/** True if a decoder can start with this access unit: it holds a slice of an IDR picture. */
export function isKeyAccessUnit(accessUnit: readonly Uint8Array[]): boolean {
  return accessUnit.some((unit) => nalTypeOf(unit) === nalType.idrSlice)
}

function isSliceUnit(unit: Uint8Array): boolean {
  const type = nalTypeOf(unit)
  return type >= nalType.slice && type <= nalType.idrSlice
}

/** `first_mb_in_slice` comes first in the slice header as an Exp-Golomb number; 0 is the single bit 1. */
function beginsPicture(slice: Uint8Array): boolean {
  return ((slice[1] ?? 0) & 0x80) !== 0
}

function beginsAccessUnit(unit: Uint8Array): boolean {
  const type = nalTypeOf(unit)
  return (type >= nalType.sei && type <= nalType.accessUnitDelimiter) || (type >= 14 && type <= 18)
}
