/**
 * Formats whose units are cut into packets with nothing in front: only the marker says where a unit ends, and nothing says
 * where one starts. Without a marker the change of the timestamp ends it, as with video.
 *
 * After a loss the next packets may be the rest of a unit whose start is gone, so they are left out up to the next marker.
 * In a stream of which every packet so far was a unit by itself (sound, mostly) that would throw away one good unit for
 * each loss; there the next one comes out, flagged.
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { UnitBase } from '../units.ts'
import { ByteCollector } from './byte-collector.ts'
import { noUnits } from './depacketizer.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import { emptyPayload, joinedLate, unitTooBig } from './problems.ts'

/** Base of the depacketizers that go by the marker alone. */
export abstract class MarkerDepacketizer<U extends UnitBase> extends PacketDepacketizer<U> {
  readonly #collector: ByteCollector
  #timestamp = 0
  #corrupted = false
  /** Up to the next marker, packets belong to a unit that cannot be completed. */
  #isSkipping = false
  /** A packet without a marker was seen: units take several packets. */
  #isFragmented = false

  protected constructor(maxUnitBytes: number) {
    super()
    this.#collector = new ByteCollector(maxUnitBytes)
  }

  /** Makes a unit of its bytes, which it then owns. */
  protected abstract build(timestamp: number, data: Uint8Array, corrupted: boolean): U

  /** False for a payload with which no unit begins. */
  protected abstract canStart(payload: Uint8Array): boolean

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly U[] {
    const { timestamp } = packet
    if (isAfterLoss) {
      this.#collector.clear()
      this.#isSkipping = this.#isFragmented
    }
    let before: U | null = null
    if (timestamp !== this.#timestamp) {
      before = this.#finish()
      // What was too big ends here as well; after a loss nobody knows where the packet is in its unit.
      if (!isAfterLoss) this.#isSkipping = false
      this.#timestamp = timestamp
    }
    if (isAfterLoss) this.#corrupted = true
    this.#collect(payload)
    this.#isFragmented ||= !packet.marker
    if (!packet.marker) return before === null ? noUnits : [before]
    const unit = this.#finish()
    this.#isSkipping = false
    if (unit === null) return before === null ? noUnits : [before]
    return before === null ? [unit] : [before, unit]
  }

  protected clear(): void {
    this.#collector.clear()
    this.#isSkipping = false
    this.#corrupted = false
  }

  #collect(payload: Uint8Array): void {
    if (this.#isSkipping) return
    if (payload.length === 0) this.report(emptyPayload)
    else if (this.#collector.length === 0 && !this.canStart(payload)) this.#skip(joinedLate)
    else if (!this.#collector.append(payload)) this.#skip(unitTooBig)
  }

  #skip(problem: typeof joinedLate): void {
    this.report(problem)
    this.#collector.clear()
    this.#isSkipping = true
  }

  #finish(): U | null {
    const corrupted = this.#corrupted
    this.#corrupted = false
    return this.#collector.length === 0 ? null : this.build(this.#timestamp, this.#collector.release(), corrupted)
  }
}
