/**
 * The three ways in which H.264 and H.265 put NAL units into packets. They differ in the bytes of their headers only, which
 * the two depacketizers read.
 */

import type { UnitBase } from '../units.ts'
import type { DepacketizeProblem } from './depacketizer.ts'
import { PartDepacketizer } from './part-depacketizer.ts'
import { emptyAggregate, invalidAggregate } from './problems.ts'

/** Base of the depacketizers for H.264 and H.265. */
export abstract class NalUnitDepacketizer<U extends UnitBase> extends PartDepacketizer<U> {
  #isAnnexB = false

  /** True for the first byte of NAL units that only an access unit can start with. */
  protected abstract isDelimiter(firstByte: number): boolean

  /**
   * A payload that is one NAL unit. Some senders put a piece of an Annex B stream there instead (gortsplib#199). A start code
   * of four bytes cannot be in a NAL unit, so the first one seen says that this is such a sender.
   */
  protected takeSingle(payload: Uint8Array): DepacketizeProblem | null {
    this.#checkDelimiter(payload, 0)
    const problem = this.openPart(payload, 0, payload.length)
    if (problem !== null) return problem
    this.#isAnnexB ||= this.parts.hasLongStartCode()
    return this.closePart(this.#isAnnexB)
  }

  /**
   * The units of an aggregation packet, each behind a size of 16 bits, from `start` on. Zeros behind the last are padding.
   * RFC 6184 section 5.7.1, RFC 7798 section 4.4.2.
   */
  protected takeAggregate(payload: Uint8Array, start: number): DepacketizeProblem | null {
    this.#checkDelimiter(payload, start + 2)
    // Behind the delimiter, so that a part that is lost in this very unit flags it.
    if (this.parts.isOpen) this.lose()
    let at = start
    while (at < payload.length) {
      const sizeBytes = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0)
      const from = at + 2
      if (sizeBytes === 0) {
        if (at === start) return emptyAggregate
        return isZero(payload, at) ? null : invalidAggregate
      }
      at = from + sizeBytes
      if (at > payload.length) return invalidAggregate
      const problem = this.openPart(payload, from, at) ?? this.closePart(false)
      if (problem !== null) return problem
    }
    return at === start ? emptyAggregate : null
  }

  /**
   * A fragment: its data lies from `start` on, `flags` has the start bit at 0x80 and the end bit at 0x40, `header` is that of
   * the NAL unit. A fragment with both bits is a whole unit (seen from CostarHD, although RFC 6184 section 5.8 forbids it),
   * and some put several NAL units into one, with start codes between them (Amatek AR-N3222F).
   */
  protected takeFragment(
    payload: Uint8Array,
    start: number,
    flags: number,
    header: Uint8Array,
  ): DepacketizeProblem | null {
    if ((flags & 0x80) !== 0) {
      const problem = this.openPart(header, 0, header.length)
      if (problem !== null) return problem
    }
    const problem = this.continuePart(payload, start, payload.length)
    return problem ?? ((flags & 0x40) === 0 ? null : this.closePart(true))
  }

  /** A delimiter in front of everything else: whatever was lost belonged to the unit before. */
  #checkDelimiter(payload: Uint8Array, at: number): void {
    if (this.parts.count === 0 && at < payload.length && this.isDelimiter(payload[at] ?? 0)) this.believeWhole()
  }
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}
