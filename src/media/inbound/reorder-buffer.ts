import type { Millis } from '../../contracts/units.ts'
import { sequenceDelta, toUint16 } from '../../wire/sequence.ts'
import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'

/**
 * Puts datagrams back in order. A window of slots lies ahead of the next expected sequence number; because it is a
 * power of two and never overlaps itself, the slot of a packet is simply its sequence number modulo the size.
 *
 * The normal case (in order, nothing held) touches no slot and allocates nothing; only then does `offer` say
 * `deliver`, and the caller passes on the very packet it came with. Held packets are copies, since the datagram is
 * only lent.
 *
 * By itself a gap waits until the window is passed, however long that takes (64 packets of audio are 1.3 s). Where that
 * is too long, `maxDelayMs` bounds it, and the owner's coarse timer calls `poll`.
 */

/**
 * What became of an offered packet. `deliver`: pass it on. `restart`: pass it on, the sender started anew. `batch`:
 * pass on what `take()` gives, this packet is in there. `held`: it waits. `dropped`: a duplicate, or too late.
 */
export type ReorderOutcome = 'deliver' | 'restart' | 'batch' | 'held' | 'dropped'

/** Slots of the window: packets may overtake each other by this much. */
export const defaultReorderSlots = 64

/** Reordering of one source. Time comes in as an argument, on any one monotonic clock. */
export class ReorderBuffer {
  /** Packets lost in front of what the last `offer` or `poll` delivered. */
  lost = 0
  readonly #slots: (RtpPacket | undefined)[]
  readonly #arrivals: Float64Array
  readonly #maxDelayMs: Millis
  #heldCount = 0
  #isStarted = false
  #expected = 0
  #backwardCount = 0
  #batch: RtpPacket[] = []

  /** `slotCount` is a power of two; `maxDelayMs` 0 means that a gap may wait for ever. */
  constructor(maxDelayMs: Millis = 0, slotCount = defaultReorderSlots) {
    this.#slots = new Array<RtpPacket | undefined>(slotCount).fill(undefined)
    this.#arrivals = new Float64Array(slotCount)
    this.#maxDelayMs = maxDelayMs
  }

  /** Packets that wait. */
  get heldCount(): number {
    return this.#heldCount
  }

  /** Takes the next packet as it arrives. The packet's bytes need to hold for this call only, or until `take()`. */
  offer(packet: RtpPacket, now: Millis): ReorderOutcome {
    this.lost = 0
    const sequenceNumber = packet.sequenceNumber
    if (!this.#isStarted) return this.#startAt(sequenceNumber, 'deliver')
    const ahead = sequenceDelta(sequenceNumber, this.#expected)
    if (ahead < 0) {
      this.#backwardCount += 1
      // So many in a row are no stragglers: the sender counts from somewhere else now.
      return this.#backwardCount > this.#slots.length ? this.#startAt(sequenceNumber, 'restart') : 'dropped'
    }
    this.#backwardCount = 0
    if (ahead >= this.#slots.length) return this.#flushBefore(packet, ahead)
    if (ahead > 0) return this.#hold(packet, now)
    this.#expected = toUint16(sequenceNumber + 1)
    if (this.#heldCount === 0) return 'deliver'
    this.#batch.push(packet)
    this.#takeConsecutive()
    return 'batch'
  }

  /**
   * Gives up on gaps that the oldest held packet has waited behind for `maxDelayMs`. True: `take()` has packets.
   */
  poll(now: Millis): boolean {
    this.lost = 0
    if (this.#maxDelayMs === 0) return false
    while (this.#heldCount > 0 && now - this.#oldestArrival() >= this.#maxDelayMs) {
      while (this.#slots[this.#slotOf(this.#expected)] === undefined) {
        this.lost += 1
        this.#expected = toUint16(this.#expected + 1)
      }
      this.#takeConsecutive()
    }
    return this.#batch.length > 0
  }

  /** What the last call delivered, in order. The array belongs to the caller. */
  take(): RtpPacket[] {
    const batch = this.#batch
    this.#batch = []
    return batch
  }

  /** Forgets everything: the next packet is a first one. */
  reset(): void {
    this.#isStarted = false
    this.#clear()
  }

  #startAt(sequenceNumber: number, outcome: 'deliver' | 'restart'): ReorderOutcome {
    this.#clear()
    this.#isStarted = true
    this.#expected = toUint16(sequenceNumber + 1)
    return outcome
  }

  #hold(packet: RtpPacket, now: Millis): ReorderOutcome {
    const slot = this.#slotOf(packet.sequenceNumber)
    if (this.#slots[slot] !== undefined) return 'dropped'
    this.#slots[slot] = packet.clone()
    this.#arrivals[slot] = now
    this.#heldCount += 1
    return 'held'
  }

  /** A packet beyond the window: what is missing before it will not come any more. */
  #flushBefore(packet: RtpPacket, ahead: number): ReorderOutcome {
    this.lost = ahead - this.#heldCount
    const hadHeld = this.#heldCount > 0
    for (let step = 1; this.#heldCount > 0 && step < this.#slots.length; step++) {
      this.#takeSlot(this.#slotOf(this.#expected + step))
    }
    this.#expected = toUint16(packet.sequenceNumber + 1)
    if (!hadHeld) return 'deliver'
    this.#batch.push(packet)
    return 'batch'
  }

  #takeConsecutive(): void {
    while (this.#takeSlot(this.#slotOf(this.#expected))) this.#expected = toUint16(this.#expected + 1)
  }

  #takeSlot(slot: number): boolean {
    const packet = this.#slots[slot]
    if (packet === undefined) return false
    this.#slots[slot] = undefined
    this.#heldCount -= 1
    this.#batch.push(packet)
    return true
  }

  #oldestArrival(): Millis {
    let oldest = Infinity
    for (let slot = 0; slot < this.#slots.length; slot++) {
      if (this.#slots[slot] !== undefined) oldest = Math.min(oldest, this.#arrivals[slot] ?? oldest)
    }
    return oldest
  }

  #slotOf(sequenceNumber: number): number {
    return sequenceNumber & (this.#slots.length - 1)
  }

  #clear(): void {
    this.#slots.fill(undefined)
    this.#heldCount = 0
    this.#backwardCount = 0
    this.#batch = []
  }
}
