import { writeUint32 } from '../wire/sequence.ts'

/** NAL units in one piece, in the two ways in which files and decoders want them. */

/** In front of each NAL unit: a start code of four bytes (ISO 14496-10 annex B), or its size in four bytes (ISO 14496-15). */
export type NalUnitPrefix = 'start-code' | 'size'

/** NAL units one after the other, each behind its prefix, in a fresh array that belongs to the caller. */
export function joinNalUnits(nalus: readonly Uint8Array[], prefix: NalUnitPrefix): Uint8Array {
  let byteCount = 0
  for (const nalu of nalus) byteCount += 4 + nalu.length
  const joined = new Uint8Array(byteCount)
  let at = 0
  for (const nalu of nalus) {
    writeUint32(joined, at, prefix === 'size' ? nalu.length : 1)
    joined.set(nalu, at + 4)
    at += 4 + nalu.length
  }
  return joined
}
