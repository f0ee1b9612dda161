/**
 * RTP packets to H.264 access units, RFC 6184, packetization modes 0 and 1. Fragments and aggregates are understood whatever
 * mode was announced; what mode 2 adds (interleaving) is not.
 */

import type { H264AccessUnit } from '../units.ts'
import type { DepacketizeProblem } from './depacketizer.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { NalUnitDepacketizer } from './nal-unit-depacketizer.ts'
import { emptyPayload, payloadTooShort, unsupportedNalUnit } from './problems.ts'

/** Packet types of RFC 6184 table 1. */
const stapA = 24
const fuA = 28
/** STAP-B, MTAP16, MTAP24 and FU-B, as bits. */
const interleaved = (1 << 25) | (1 << 26) | (1 << 27) | (1 << 29)
/** IDR slice and SPS: the types with which decoding can start, as bits. */
const starts = (1 << 5) | (1 << 7)
/** Slices, as bits: whole ones, and the first partition of one. */
const slices = (1 << 1) | (1 << 2) | (1 << 5)
const delimiter = 9

/** Depacketizer of H.264: Annex B inside of packets, several NAL units in one fragment and missing markers are handled. */
export class H264Depacketizer extends NalUnitDepacketizer<H264AccessUnit> {
  readonly #header = new Uint8Array(1)

  constructor(options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.h264Bytes, options.maxUnitParts ?? unitLimits.parts, 1)
  }

  protected read(payload: Uint8Array): DepacketizeProblem | null {
    if (payload.length === 0) return emptyPayload
    const first = payload[0] ?? 0
    const type = first & 0x1f
    if (type === fuA) {
      if (payload.length < 2) return payloadTooShort
      const flags = payload[1] ?? 0
      this.#header[0] = (first & 0x60) | (flags & 0x1f)
      return this.takeFragment(payload, 2, flags, this.#header)
    }
    if (type === stapA) return this.takeAggregate(payload, 1)
    return ((interleaved >> type) & 1) === 1 ? unsupportedNalUnit : this.takeSingle(payload)
  }

  protected isDelimiter(firstByte: number): boolean {
    return (firstByte & 0x1f) === delimiter
  }

  protected isStart(firstByte: number): boolean {
    return ((starts >> (firstByte & 0x1f)) & 1) === 1
  }

  /** Section 7.3.3: a slice begins with the number of its first block, whose highest bit is set for 0 alone. */
  protected lacksStart(nalus: readonly Uint8Array[]): boolean {
    const slice = nalus.find((nalu) => ((slices >> ((nalu[0] ?? 0) & 0x1f)) & 1) === 1)
    return slice !== undefined && (slice[1] ?? 0x80) < 0x80
  }

  protected build(
    timestamp: number,
    nalus: readonly Uint8Array[],
    isRandomAccess: boolean,
    corrupted: boolean,
  ): H264AccessUnit {
    return { codec: 'H264', timestamp, isRandomAccess, corrupted, nalus }
  }
}
