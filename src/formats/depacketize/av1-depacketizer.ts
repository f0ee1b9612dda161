/**
 * RTP packets to AV1 temporal units (RTP payload format for AV1, version 1.0). A packet is a header and OBU elements; an
 * element is an OBU, or the first, a middle or the last part of one:
 *
 * ```text
 *  +-+-+-+-+-+-+-+-+
 *  |Z|Y| W |N|-|-|-|   Z: the first element continues an OBU   Y: the last one will be continued
 *  +-+-+-+-+-+-+-+-+   W: number of elements, 0: not told      N: starts a coded video sequence
 * ```
 */

import type { AV1TemporalUnit } from '../units.ts'
import type { DepacketizeProblem } from './depacketizer.ts'
import { readLeb128, sizeOfLeb128 } from './leb128.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { obuType, obuWithoutSize, sequenceHeaderType, temporalDelimiterType } from './obu.ts'
import { PartDepacketizer } from './part-depacketizer.ts'
import { invalidElement, payloadTooShort } from './problems.ts'

/** Depacketizer of AV1. */
export class AV1Depacketizer extends PartDepacketizer<AV1TemporalUnit> {
  constructor(options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.av1Bytes, options.maxUnitParts ?? unitLimits.parts, 1)
  }

  protected read(payload: Uint8Array): DepacketizeProblem | null {
    if (payload.length < 2) return payloadTooShort
    const header = payload[0] ?? 0
    const isContinuation = (header & 0x80) !== 0
    const isContinued = (header & 0x40) !== 0
    const count = (header >> 4) & 3
    if (!isContinuation) {
      // With N, whatever was lost belonged to the unit before.
      if ((header & 0x08) !== 0 && this.parts.count === 0) this.believeWhole()
      // An OBU that was to be continued and is not, misses its rest.
      if (this.parts.isOpen) this.lose()
    }
    let problem: DepacketizeProblem | null = null
    let at = 1
    for (let index = 0; at < payload.length; index++) {
      const isTold = count === 0 || index < count - 1
      if (count > 0 && index >= count) return invalidElement
      const sizeBytes = isTold ? readLeb128(payload, at) : payload.length - at
      const from = isTold ? at + sizeOfLeb128(payload, at) : at
      const end = from + sizeBytes
      if (sizeBytes <= 0 || end > payload.length) return invalidElement
      if (end === payload.length && count > 0 && index !== count - 1) return invalidElement
      const isLeftOpen = isContinued && end === payload.length
      problem = this.#takeElement(payload, from, end, isContinuation && index === 0, isLeftOpen) ?? problem
      if (problem?.kind === 'too-big') return problem
      at = end
    }
    return problem
  }

  protected isStart(firstByte: number): boolean {
    return obuType(firstByte) === sequenceHeaderType
  }

  /** AV1 specification section 7.5: tiles (4) have the header of their frame in front of them. */
  protected lacksStart(obus: readonly Uint8Array[]): boolean {
    return obuType(obus[0]?.[0] ?? 0) === 4
  }

  protected build(
    timestamp: number,
    obus: readonly Uint8Array[],
    isRandomAccess: boolean,
    corrupted: boolean,
  ): AV1TemporalUnit {
    // Senders should leave size fields out, section 5; with them, a row of OBUs may be in one element, which stays as it is.
    const bare = obus.map((obu) => obuWithoutSize(obu) ?? obu)
    return { codec: 'AV1', timestamp, isRandomAccess, corrupted, obus: bare }
  }

  #takeElement(
    payload: Uint8Array,
    from: number,
    end: number,
    isContinuation: boolean,
    isLeftOpen: boolean,
  ): DepacketizeProblem | null {
    // Senders should leave temporal delimiters out, section 5; receivers ignore them.
    if (!isContinuation && !isLeftOpen && obuType(payload[from] ?? 0) === temporalDelimiterType) return null
    const problem = isContinuation ? this.continuePart(payload, from, end) : this.openPart(payload, from, end)
    return problem ?? (isLeftOpen ? null : this.closePart(false))
  }
}
