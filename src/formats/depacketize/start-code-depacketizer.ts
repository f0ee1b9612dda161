/**
 * Frames that open with a start code, while packets do not say where a frame starts: MPEG-4 Visual and MPEG-1/2 video. A
 * frame is everything up to the marker or, where senders never set it, up to the next timestamp.
 *
 * After a loss the rest of the broken frame looks like any other packet, so nothing is taken until the marker, unless a
 * packet begins like a frame does. Where something may have been in front of that, the frame is flagged.
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { UnitBase } from '../units.ts'
import { ByteCollector } from './byte-collector.ts'
import { noUnits } from './depacketizer.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import { emptyPayload, joinedLate, unitTooBig } from './problems.ts'
import type { FrameStart } from './start-codes.ts'

/** Base of depacketizers whose frames open with a start code and end with the marker. */
export abstract class StartCodeDepacketizer<U extends UnitBase> extends PacketDepacketizer<U> {
  readonly #bytes: ByteCollector
  #timestamp = 0
  #corrupted = false
  /** The packets belong to a frame that cannot be completed. */
  #isSkipping = false

  protected constructor(maxBytes: number) {
    super()
    this.#bytes = new ByteCollector(maxBytes)
  }

  /** Where the data begins behind the payload header; -1 when the payload is of no use, which the caller has reported. */
  protected abstract dataOffset(payload: Uint8Array): number
  /** Whether a frame can begin with the payload from `at` on. */
  protected abstract frameStart(payload: Uint8Array, at: number): FrameStart
  protected abstract build(timestamp: number, frame: Uint8Array, corrupted: boolean): U

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly U[] {
    const { timestamp } = packet
    const isNewTime = timestamp !== this.#timestamp
    if (isAfterLoss) this.#skip()
    const before = isNewTime ? this.#finish() : null
    if (isNewTime && !isAfterLoss) this.#isSkipping = false
    this.#timestamp = timestamp
    this.#takeData(payload, isNewTime && isAfterLoss)
    if (!packet.marker) return before === null ? noUnits : [before]
    const unit = this.#finish()
    this.#isSkipping = false
    if (unit === null) return before === null ? noUnits : [before]
    return before === null ? [unit] : [before, unit]
  }

  protected clear(): void {
    this.#bytes.clear()
    this.#corrupted = false
    this.#isSkipping = false
  }

  /** `isMaybeNew`: packets are missing in front, and the timestamp is another one. */
  #takeData(payload: Uint8Array, isMaybeNew: boolean): void {
    const start = this.dataOffset(payload)
    if (start < 0 || start >= payload.length) {
      if (start >= 0) this.report(emptyPayload)
      this.#skip()
    } else if (
      (this.#bytes.length > 0 || this.#begins(payload, start, isMaybeNew)) &&
      !this.#bytes.append(payload, start)
    ) {
      this.report(unitTooBig)
      this.#skip()
    }
  }

  /** Whether a frame begins with this packet. */
  #begins(payload: Uint8Array, start: number, isMaybeNew: boolean): boolean {
    const sureness = this.frameStart(payload, start)
    const isTaken = sureness === 'surely' || (sureness === 'maybe' && (!this.#isSkipping || isMaybeNew))
    if (!isTaken && !this.#isSkipping) this.report(joinedLate)
    this.#corrupted = isTaken && this.#isSkipping && sureness === 'maybe'
    this.#isSkipping = !isTaken
    return isTaken
  }

  #skip(): void {
    this.#bytes.clear()
    this.#isSkipping = true
  }

  #finish(): U | null {
    return this.#bytes.length === 0 ? null : this.build(this.#timestamp, this.#bytes.release(), this.#corrupted)
  }
}
