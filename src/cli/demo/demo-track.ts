/**
 * One track of the demo: packets that were made once, sent over and over. A unit keeps its packets for good; sending
 * copies them and writes two fields, so a loop costs no packetizing and the copies belong to whoever gets them.
 *
 * Everything is derived from one count, that of units since the beginning of time. It does not start again with the
 * loop, so due times do not drift and timestamps never go back.
 */

import { rtspError } from '../../contracts/rtsp-error.ts'
import type { Millis } from '../../contracts/units.ts'

/** What a track is made of. */
export interface DemoTrackOptions {
  /** Index of the media in the description. */
  readonly mediaIndex: number
  /** Packets of each unit of one loop. The track keeps them and does not change them. */
  readonly units: readonly (readonly Uint8Array[])[]
  /** Units of the loop from which a decoder can start; at least one. */
  readonly isKeyUnit: (unitIndex: number) => boolean
  readonly ticksPerUnit: number
  readonly clockRateHz: number
  /** Sequence number of the first packet, taken modulo 2^16. */
  readonly initialSequenceNumber: number
  /** Timestamp of the first unit, taken modulo 2^32. */
  readonly initialTimestamp: number
}

/** A track and where it stands. */
export class DemoTrack {
  readonly #options: DemoTrackOptions
  #unitCount = 0
  #packetCount = 0

  /** Throws `ERR_RTSP_USAGE` when no unit is one to start from. */
  constructor(options: DemoTrackOptions) {
    if (!options.units.some((_, unitIndex) => options.isKeyUnit(unitIndex))) {
      throw rtspError('ERR_RTSP_USAGE', `track ${options.mediaIndex} of the clip has no unit to start from`)
    }
    this.#options = options
  }

  get mediaIndex(): number {
    return this.#options.mediaIndex
  }

  /** When the next unit is due, in milliseconds after the first. Computed from the count each time: no drift. */
  get dueMs(): Millis {
    return this.#dueMsOf(this.#unitCount)
  }

  /** Packets of the next unit, as fresh bytes, and moves on to the unit after it. */
  takeUnit(): Uint8Array[] {
    const { units, initialTimestamp, ticksPerUnit } = this.#options
    const packets = units[this.#unitCount % units.length] ?? []
    const timestamp = (initialTimestamp + this.#unitCount * ticksPerUnit) % 2 ** 32
    this.#unitCount++
    return packets.map((packet) => this.#stamped(packet, timestamp))
  }

  /**
   * Leaves out units until the next is due at `elapsedMs` or later and can be decoded without those before it. The
   * timestamps follow real time; sequence numbers go on, for no packet was lost.
   */
  skipTo(elapsedMs: Millis): void {
    const { units, isKeyUnit, ticksPerUnit, clockRateHz } = this.#options
    this.#unitCount = Math.max(this.#unitCount, Math.floor((elapsedMs * clockRateHz) / (ticksPerUnit * 1000)))
    while (this.#dueMsOf(this.#unitCount) < elapsedMs || !isKeyUnit(this.#unitCount % units.length)) this.#unitCount++
  }

  #dueMsOf(unitCount: number): Millis {
    return (unitCount * this.#options.ticksPerUnit * 1000) / this.#options.clockRateHz
  }

  #stamped(packet: Uint8Array, timestamp: number): Uint8Array {
    const sequenceNumber = (this.#options.initialSequenceNumber + this.#packetCount) % 2 ** 16
    this.#packetCount++
    const copy = packet.slice()
    copy[2] = sequenceNumber >>> 8
    copy[3] = sequenceNumber
    copy[4] = timestamp >>> 24
    copy[5] = timestamp >>> 16
    copy[6] = timestamp >>> 8
    copy[7] = timestamp
    return copy
  }
}
