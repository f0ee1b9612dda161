/**
 * RTP packets to KLV units, RFC 6597: the marker ends a unit, which may hold several items. Without a marker the change of the
 * timestamp ends it; from a sender that was seen to do without, a unit also ends where the length of its first item is reached
 * exactly, so that it need not wait for the next one. A unit starts with a universal label, so after a loss the next one is
 * found without waiting for a marker. As every item starts with one, that unit is flagged.
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { KLVUnit } from '../units.ts'
import { ByteCollector } from './byte-collector.ts'
import { noUnits } from './depacketizer.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import { emptyPayload, invalidKey, invalidLength, unitTooBig } from './problems.ts'

/** What every universal label starts with, SMPTE 298M. */
const labelStart = [0x06, 0x0e, 0x2b, 0x34] as const
/** Size of the key, SMPTE 336M. */
const keyBytes = 16
/** The length of the first item is not known yet. */
const unknown = -1
const invalid = -2

/** Depacketizer of KLV. */
export class KLVDepacketizer extends PacketDepacketizer<KLVUnit> {
  readonly #maxBytes: number
  readonly #bytes: ByteCollector
  #timestamp = 0
  /** The sender does not set the marker. */
  #isUnmarked = false
  /** Of the unit at hand, or the next one, the start may be missing. */
  #isSuspect = false

  constructor(options: DepacketizeOptions = {}) {
    super()
    this.#maxBytes = options.maxUnitBytes ?? unitLimits.klvBytes
    this.#bytes = new ByteCollector(this.#maxBytes)
  }

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly KLVUnit[] {
    if (isAfterLoss) this.#bytes.clear()
    const before = packet.timestamp === this.#timestamp ? null : this.#finishUnmarked()
    this.#timestamp = packet.timestamp
    this.#isSuspect ||= isAfterLoss
    const isEnd = this.#append(payload) && (packet.marker || (this.#isUnmarked && this.#isOneItem()))
    const unit = isEnd ? this.#finish() : null
    if (packet.marker) {
      this.#isUnmarked = false
      this.#isSuspect = false
    }
    if (unit === null) return before === null ? noUnits : [before]
    return before === null ? [unit] : [before, unit]
  }

  protected clear(): void {
    this.#bytes.clear()
    this.#isSuspect = false
  }

  /** The timestamp is another one: what is there is a unit. */
  #finishUnmarked(): KLVUnit | null {
    const unit = this.#finish()
    this.#isUnmarked ||= unit !== null
    this.#isSuspect = false
    return unit
  }

  #isOneItem(): boolean {
    return itemBytes(this.#bytes.bytes, this.#bytes.length) === this.#bytes.length
  }

  #append(payload: Uint8Array): boolean {
    if (payload.length === 0) {
      this.report(emptyPayload)
      return this.#bytes.length > 0
    }
    if (this.#bytes.length === 0 && !startsKlvUnit(payload)) {
      this.#isSuspect = true
      this.report(invalidKey)
      return false
    }
    const isKept = this.#bytes.append(payload)
    const expected = itemBytes(this.#bytes.bytes, this.#bytes.length)
    if (isKept && expected !== invalid && expected <= this.#maxBytes) return true
    this.report(expected === invalid ? invalidLength : unitTooBig)
    this.#bytes.clear()
    this.#isSuspect = true
    return false
  }

  /** A unit that is shorter than its first item says is flagged. */
  #finish(): KLVUnit | null {
    const { length } = this.#bytes
    if (length === 0) return null
    const expected = itemBytes(this.#bytes.bytes, length)
    const corrupted = this.#isSuspect || expected === unknown || expected > length
    this.#isSuspect = false
    return { codec: 'KLV', timestamp: this.#timestamp, isRandomAccess: true, corrupted, data: this.#bytes.release() }
  }
}

/** True when these bytes start with a universal label, which every unit does (SMPTE 336M). */
export function startsKlvUnit(bytes: Uint8Array): boolean {
  return labelStart.every((byte, index) => bytes[index] === byte)
}

/**
 * Bytes of the item at the start: key, length and value. The length is in BER, one byte below 128, or the number of bytes
 * (1..8) that follow. `unknown` when too little is there, `invalid` when it is none.
 */
function itemBytes(bytes: Uint8Array, length: number): number {
  if (length <= keyBytes) return unknown
  const first = bytes[keyBytes] ?? 0
  if (first < 0x80) return keyBytes + 1 + first
  const count = first & 0x7f
  if (count === 0 || count > 8) return invalid
  if (length < keyBytes + 1 + count) return unknown
  let value = 0
  for (let index = 1; index <= count; index++) value = value * 256 + (bytes[keyBytes + index] ?? 0)
  return keyBytes + 1 + count + value
}
