/**
 * What H.264 and H.265 share: NAL units become access units. An access unit ends with the marker, and also where the
 * timestamp changes, because some cameras never set the marker and any marker can be lost. The packet with the new timestamp
 * may end its own access unit at once, so a push can give two.
 *
 * A unit with a hole still comes out, flagged, since a decoder conceals better than we do. After a loss nobody knows what was
 * in front of the next packet, so the unit it belongs to is flagged as well, unless it begins with an access unit delimiter.
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { UnitBase } from '../units.ts'
import { NalUnitCollector } from './nal-unit-collector.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import type { DepacketizeProblem } from './depacketizer.ts'
import { noUnits } from './depacketizer.ts'
import { invalidAggregate, emptyAggregate, joinedLate, noStart, tooManyParts, unitTooBig } from './problems.ts'

/** Base of the depacketizers for H.264 and H.265; they implement the reading of one payload. */
export abstract class NalUnitDepacketizer<U extends UnitBase> extends PacketDepacketizer<U> {
  readonly #collector: NalUnitCollector
  readonly #headerBytes: number
  #timestamp = 0
  #isCorrupted = false
  /** The access unit passed a limit; the rest of it is not kept either. */
  #isDropped = false
  #isAnnexB = false
  #hasStarted = false

  /** `headerBytes`: of a NAL unit header, 1 in H.264 and 2 in H.265. */
  protected constructor(maxBytes: number, maxUnits: number, headerBytes: number) {
    super()
    this.#collector = new NalUnitCollector(maxBytes, maxUnits)
    this.#headerBytes = headerBytes
  }

  /** Adds what is in the payload; returns what is wrong with it, or null. */
  protected abstract read(payload: Uint8Array): DepacketizeProblem | null
  /** Type of a NAL unit from its first byte. */
  protected abstract typeOf(firstByte: number): number
  /** True for the type of NAL units that only an access unit can start with. */
  protected abstract isDelimiter(type: number): boolean
  /** True for the types with which decoding can start. */
  protected abstract isStart(type: number): boolean
  protected abstract build(
    timestamp: number,
    nalus: readonly Uint8Array[],
    isRandomAccess: boolean,
    isCorrupted: boolean,
  ): U

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly U[] {
    const { timestamp } = packet
    if (isAfterLoss) this.#lose()
    let before: U | null = null
    if (timestamp !== this.#timestamp) {
      if (this.#collector.isOpen) this.#lose()
      before = this.#finish()
      this.#timestamp = timestamp
      if (isAfterLoss) this.#isCorrupted = true
    }
    const problem = this.read(payload)
    if (problem !== null) this.#fail(problem)
    // A fragment that goes on keeps the unit open: some senders mark every packet.
    if (!packet.marker || this.#collector.isOpen) return before === null ? noUnits : [before]
    const unit = this.#finish()
    if (unit === null) return before === null ? noUnits : [before]
    return before === null ? [unit] : [before, unit]
  }

  protected clear(): void {
    this.#collector.clear()
    this.#isCorrupted = false
    this.#isDropped = false
    this.#hasStarted = false
  }

  /** A payload that is one NAL unit, or several in Annex B form from senders that were seen to use it. */
  protected takeSingle(payload: Uint8Array): DepacketizeProblem | null {
    if (this.#isDropped) return null
    this.#collector.open()
    if (!this.#collector.append(payload, 0, payload.length)) return unitTooBig
    this.#isAnnexB ||= this.#collector.hasLongStartCode()
    return this.#close(this.#isAnnexB)
  }

  /**
   * The units of an aggregation packet, each behind a size of 16 bits, from `start` on. Zeros behind the last are padding.
   * RFC 6184 section 5.7.1, RFC 7798 section 4.4.2.
   */
  protected takeAggregate(payload: Uint8Array, start: number): DepacketizeProblem | null {
    this.#collector.drop()
    if (payload.length <= start) return emptyAggregate
    let at = start
    while (at < payload.length) {
      const sizeBytes = ((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0)
      const from = at + 2
      if (sizeBytes === 0) {
        if (at === start || !isZero(payload, at)) return at === start ? emptyAggregate : invalidAggregate
        return null
      }
      if (from + sizeBytes > payload.length) return invalidAggregate
      at = from + sizeBytes
      if (this.#isDropped) continue
      this.#collector.open()
      if (!this.#collector.append(payload, from, at)) return unitTooBig
      const problem = this.#close(false)
      if (problem !== null) return problem
    }
    return null
  }

  /**
   * A fragment: its data lies from `start` on, `flags` has the start bit at 0x80 and the end bit at 0x40. The header of the
   * NAL unit is `first`, and `second` in H.265. A fragment with both bits is a whole unit (seen from CostarHD, although
   * RFC 6184 section 5.8 forbids it), and some put several NAL units into one (Amatek).
   */
  protected takeFragment(
    payload: Uint8Array,
    start: number,
    flags: number,
    first: number,
    second: number,
  ): DepacketizeProblem | null {
    if (this.#isDropped) return null
    if ((flags & 0x80) !== 0) {
      if (this.#collector.isOpen) this.#lose()
      this.#collector.open()
      if (!this.#collector.appendByte(first)) return unitTooBig
      if (this.#headerBytes === 2 && !this.#collector.appendByte(second)) return unitTooBig
    } else if (!this.#collector.isOpen) {
      // A unit that began before us, or one whose start was lost: either way it is not whole.
      this.#isCorrupted = true
      return this.#hasStarted ? noStart : joinedLate
    }
    this.#hasStarted = true
    if (!this.#collector.append(payload, start, payload.length)) return unitTooBig
    return (flags & 0x40) === 0 ? null : this.#close(true)
  }

  #close(isSplit: boolean): DepacketizeProblem | null {
    const { count } = this.#collector
    this.#hasStarted = true
    const isKept = isSplit ? this.#collector.closeSplit() : this.#collector.close()
    if (!isKept) return tooManyParts
    if (count === 0 && this.#collector.count > 0 && this.isDelimiter(this.typeOf(this.#collector.firstByte(0)))) {
      this.#isCorrupted = false
    }
    return null
  }

  /** Packets are missing: what was open cannot be finished. */
  #lose(): void {
    this.#collector.drop()
    this.#isCorrupted = true
  }

  #fail(problem: DepacketizeProblem): void {
    this.report(problem)
    this.#lose()
    if (problem.kind !== 'too-big') return
    this.#collector.clear()
    this.#isDropped = true
  }

  #finish(): U | null {
    const isCorrupted = this.#isCorrupted
    let isRandomAccess = false
    for (let index = 0; index < this.#collector.count && !isRandomAccess; index++) {
      isRandomAccess = this.isStart(this.typeOf(this.#collector.firstByte(index)))
    }
    const isEmpty = this.#collector.count === 0
    const nalus = isEmpty ? noUnits : this.#collector.release()
    this.#collector.clear()
    this.#isCorrupted = false
    this.#isDropped = false
    return isEmpty ? null : this.build(this.#timestamp, nalus, isRandomAccess, isCorrupted)
  }
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}
