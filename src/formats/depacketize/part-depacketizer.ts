/**
 * What H.264, H.265 and AV1 share: parts (NAL units, OBUs) become units. A unit ends with the marker, and also where the
 * timestamp changes, because some cameras never set the marker and any marker can be lost. The packet with the new
 * timestamp may end its own unit at once, so a push can give two.
 *
 * A unit with a hole still comes out, flagged, since a decoder conceals better than we do. After a loss nobody knows what
 * was in front of the next packet, so the unit it belongs to is flagged as well, unless it begins with something that only
 * a unit can begin with.
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { UnitBase } from '../units.ts'
import { noUnits, type DepacketizeProblem } from './depacketizer.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import { PartCollector } from './part-collector.ts'
import { joinedLate, noStart, tooManyParts, unitTooBig } from './problems.ts'

/** Base of the depacketizers whose units have parts; they implement the reading of one payload. */
export abstract class PartDepacketizer<U extends UnitBase> extends PacketDepacketizer<U> {
  /** The parts of the unit at hand. */
  protected readonly parts: PartCollector
  #timestamp = 0
  #corrupted = false
  /** The unit passed a limit; the rest of it is not kept either. */
  #isDropped = false
  /** A part was begun since the start, so a fragment without one means a loss. */
  #hasStarted = false
  /** The next unit is the first one: it may have been joined in its middle. */
  #isFirst = true

  /** `minPartBytes`: size of the header of a part. */
  protected constructor(maxBytes: number, maxParts: number, minPartBytes: number) {
    super()
    this.parts = new PartCollector(maxBytes, maxParts, minPartBytes)
  }

  /** Takes what is in the payload; returns what is wrong with it, or null. */
  protected abstract read(payload: Uint8Array): DepacketizeProblem | null
  /** True when decoding can start with the part that has this first byte. */
  protected abstract isStart(firstByte: number): boolean
  /** True when these parts cannot be the beginning of a unit, by what they say themselves. */
  protected abstract lacksStart(parts: readonly Uint8Array[]): boolean
  protected abstract build(
    timestamp: number,
    parts: readonly Uint8Array[],
    isRandomAccess: boolean,
    corrupted: boolean,
  ): U

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly U[] {
    const { timestamp } = packet
    if (isAfterLoss) this.lose()
    let before: U | null = null
    if (timestamp !== this.#timestamp) {
      if (this.parts.isOpen) this.lose()
      before = this.#finish()
      this.#timestamp = timestamp
      if (isAfterLoss) this.#corrupted = true
    }
    const problem = this.read(payload)
    if (problem !== null) this.#fail(problem)
    // A part that goes on keeps the unit open: some senders mark every packet.
    if (!packet.marker || this.parts.isOpen) return before === null ? noUnits : [before]
    const unit = this.#finish()
    if (unit === null) return before === null ? noUnits : [before]
    return before === null ? [unit] : [before, unit]
  }

  protected clear(): void {
    this.parts.clear()
    this.#corrupted = false
    this.#isDropped = false
    this.#hasStarted = false
    this.#isFirst = true
  }

  /** Opens a part with the first bytes of it; null or the limit that it passed. One that is open is lost. */
  protected openPart(source: Uint8Array, start: number, end: number): DepacketizeProblem | null {
    if (this.#isDropped) return null
    if (this.parts.isOpen) this.lose()
    this.#hasStarted = true
    this.parts.open()
    return this.parts.append(source, start, end) ? null : unitTooBig
  }

  /** Adds to the open part; null, the limit that it passed, or that there is none. */
  protected continuePart(source: Uint8Array, start: number, end: number): DepacketizeProblem | null {
    if (this.#isDropped) return null
    if (this.parts.isOpen) return this.parts.append(source, start, end) ? null : unitTooBig
    // A part that began before us, or one whose start was lost: either way the unit is not whole.
    this.#corrupted = true
    return this.#hasStarted ? noStart : joinedLate
  }

  /** Ends the open part, taking it apart at start codes if told so; null or the limit that was passed. */
  protected closePart(isSplit: boolean): DepacketizeProblem | null {
    if (!this.parts.isOpen) return null
    const isKept = isSplit ? this.parts.closeSplit() : this.parts.close()
    return isKept ? null : tooManyParts
  }

  /** Packets are missing: what is open cannot be finished. */
  protected lose(): void {
    this.parts.drop()
    this.#corrupted = true
  }

  /** Nothing of this unit came before the packet at hand. */
  protected believeWhole(): void {
    this.#corrupted = false
  }

  #fail(problem: DepacketizeProblem): void {
    this.report(problem)
    this.#corrupted = true
    if (problem.kind === 'malformed' || problem.kind === 'unsupported') this.parts.drop()
    if (problem.kind !== 'too-big') return
    this.parts.clear()
    this.#isDropped = true
  }

  #finish(): U | null {
    const { count } = this.parts
    let corrupted = this.#corrupted
    let isRandomAccess = false
    for (let index = 0; index < count && !isRandomAccess; index++) {
      isRandomAccess = this.isStart(this.parts.firstByte(index))
    }
    const released = count === 0 ? noUnits : this.parts.release()
    this.parts.clear()
    this.#corrupted = false
    this.#isDropped = false
    if (count === 0) return null
    if (this.#isFirst) corrupted ||= this.lacksStart(released)
    this.#isFirst = false
    return this.build(this.#timestamp, released, isRandomAccess, corrupted)
  }
}
