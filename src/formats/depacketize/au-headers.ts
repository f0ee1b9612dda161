/**
 * The section of access unit headers in front of the data, RFC 3640 section 3.2.1. The widths of the fields come from the
 * description and may be odd, so they are read bit by bit; sizes go into an array that is used again for every packet.
 *
 *     headers length in bits(16) | size, index | size, index delta | ... | zeros up to a whole byte
 */

import type { MPEG4AudioFormat } from '../format.ts'
import type { DepacketizeProblem } from './depacketizer.ts'
import { invalidHeaderSection, payloadTooShort, tooManyParts, unsupportedInterleaving } from './problems.ts'

/** The headers-length field. */
const lengthBytes = 2

/** Widths of the fields of an access unit header in bits. */
export type AuHeaderWidths = Pick<MPEG4AudioFormat, 'sizeLength' | 'indexLength' | 'indexDeltaLength'>

/** Reader of the header sections of one stream. */
export class AuHeaders {
  readonly #widths: AuHeaderWidths
  readonly #maxCount: number
  /** Sizes of the last section, in bytes, none of them 0. The next `read` overwrites them. */
  readonly sizes: number[] = []
  /** Where the data starts in the payload of the last section. */
  dataOffset = 0

  /** `maxCount`: most headers of a packet. */
  constructor(widths: AuHeaderWidths, maxCount: number) {
    this.#widths = widths
    this.#maxCount = maxCount
  }

  /** Reads the section at the start of a payload; returns what is wrong with it, or null. */
  read(payload: Uint8Array): DepacketizeProblem | null {
    this.sizes.length = 0
    if (payload.length <= lengthBytes) return payloadTooShort
    const headerBits = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0)
    this.dataOffset = lengthBytes + ((headerBits + 7) >> 3)
    if (headerBits === 0 || this.dataOffset > payload.length) return invalidHeaderSection
    const { sizeLength, indexLength, indexDeltaLength } = this.#widths
    const end = lengthBytes * 8 + headerBits
    let at = lengthBytes * 8
    let indexBits = indexLength
    // Bits that are too few for a header are padding that was counted by mistake.
    while (at + sizeLength + indexBits <= end) {
      if (this.sizes.length === this.#maxCount) return tooManyParts
      const size = readBits(payload, at, sizeLength)
      const index = readBits(payload, at + sizeLength, indexBits)
      if (size === 0 || sizeLength === 0) return invalidHeaderSection
      // Index deltas count the units that are left out in between, and those come in another packet.
      if (index !== 0) return unsupportedInterleaving
      this.sizes.push(size)
      at += sizeLength + indexBits
      indexBits = indexDeltaLength
    }
    return this.sizes.length === 0 ? invalidHeaderSection : null
  }
}

/** Sizes beyond this fit no packet and no unit; with more bits the value stays above it. */
const saturation = 2 ** 40

function readBits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let bit = at; bit < at + count; bit++) {
    value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1)
    if (value > saturation) value = saturation
  }
  return value
}
