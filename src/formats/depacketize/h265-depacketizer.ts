/**
 * RTP packets to H.265 access units, RFC 7798, for streams whose NAL units travel in decoding order (`sprop-max-don-diff` 0).
 */

import { rtspError } from '../../contracts/rtsp-error.ts'
import type { H265Format } from '../format.ts'
import type { H265AccessUnit } from '../units.ts'
import type { DepacketizeProblem } from './depacketizer.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { NalUnitDepacketizer } from './nal-unit-depacketizer.ts'
import { payloadTooShort, unsupportedNalUnit } from './problems.ts'

/** Packet types of RFC 7798 section 4.4. */
const aggregation = 48
const fragmentation = 49
const paci = 50
/** Access unit delimiter, H.265 table 7-1. */
const delimiter = 35

/**
 * Depacketizer of H.265, as tolerant as that of H.264. The constructor throws `ERR_RTSP_USAGE` when the format says that
 * decoding order numbers are used.
 */
export class H265Depacketizer extends NalUnitDepacketizer<H265AccessUnit> {
  readonly #header = new Uint8Array(2)

  constructor(format: Pick<H265Format, 'maxDonDiff'>, options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.h265Bytes, options.maxUnitParts ?? unitLimits.parts, 2)
    if (format.maxDonDiff !== 0) throw rtspError('ERR_RTSP_USAGE', 'H265 with sprop-max-don-diff is not supported')
  }

  protected read(payload: Uint8Array): DepacketizeProblem | null {
    if (payload.length < 2) return payloadTooShort
    const first = payload[0] ?? 0
    const type = typeOf(first)
    if (type === fragmentation) {
      if (payload.length < 3) return payloadTooShort
      const flags = payload[2] ?? 0
      this.#header[0] = (first & 0x81) | ((flags & 0x3f) << 1)
      this.#header[1] = payload[1] ?? 0
      return this.takeFragment(payload, 3, flags, this.#header)
    }
    if (type === aggregation) return this.takeAggregate(payload, 2)
    return type === paci ? unsupportedNalUnit : this.takeSingle(payload)
  }

  protected isDelimiter(firstByte: number): boolean {
    return typeOf(firstByte) === delimiter
  }

  /** H.265 table 7-1: 16..23 are the intra random access pictures, 32 is a VPS, 33 an SPS. */
  protected isStart(firstByte: number): boolean {
    const type = typeOf(firstByte)
    return (type >= 16 && type <= 23) || type === 32 || type === 33
  }

  /** Section 7.3.6.1: a slice begins with `first_slice_segment_in_pic_flag`; types up to 31 are slices. */
  protected lacksStart(nalus: readonly Uint8Array[]): boolean {
    const slice = nalus.find((nalu) => typeOf(nalu[0] ?? 0) < 32)
    return slice !== undefined && (slice[2] ?? 0x80) < 0x80
  }

  protected build(
    timestamp: number,
    nalus: readonly Uint8Array[],
    isRandomAccess: boolean,
    corrupted: boolean,
  ): H265AccessUnit {
    return { codec: 'H265', timestamp, isRandomAccess, corrupted, nalus }
  }
}

function typeOf(firstByte: number): number {
  return (firstByte >> 1) & 0x3f
}
