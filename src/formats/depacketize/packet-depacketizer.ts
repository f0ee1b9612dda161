/**
 * The part that all depacketizers have in common: whether packets are missing before this one, and the account of
 * problems. The loss rule is strict: whatever does not follow the last packet counts as a loss, also a packet that comes
 * twice, because putting packets in order is done before them (`media` reorders what came over UDP).
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { toUint16 } from '../../wire/sequence.ts'
import type { UnitBase } from '../units.ts'
import type { DepacketizeProblem, Depacketizer } from './depacketizer.ts'
import { packetsLost } from './problems.ts'

/** Sequence number that no packet has. */
const none = -1

/** Base of the depacketizers; they implement `take` and `clear`. */
export abstract class PacketDepacketizer<U extends UnitBase> implements Depacketizer<U> {
  #expected = none
  #lastProblem: DepacketizeProblem | null = null
  #problemCount = 0

  get lastProblem(): DepacketizeProblem | null {
    return this.#lastProblem
  }

  get problemCount(): number {
    return this.#problemCount
  }

  push(packet: RtpPacket): readonly U[] {
    const { sequenceNumber } = packet
    const isAfterLoss = this.#expected !== none && sequenceNumber !== this.#expected
    this.#lastProblem = null
    this.#expected = toUint16(sequenceNumber + 1)
    if (isAfterLoss) this.report(packetsLost)
    return this.take(packet, packet.payload, isAfterLoss)
  }

  reset(): void {
    this.#expected = none
    this.#lastProblem = null
    this.clear()
  }

  /** Takes a packet; `payload` is `packet.payload`, and packets are missing before it when `isAfterLoss`. */
  protected abstract take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly U[]

  /** Forgets what is unfinished. */
  protected abstract clear(): void

  /** Notes what is wrong with the packet at hand. It is counted once, and the last note stays. */
  protected report(problem: DepacketizeProblem): void {
    const isCounted = this.#lastProblem !== null && this.#lastProblem.kind !== 'joined-late'
    if (!isCounted && problem.kind !== 'joined-late') this.#problemCount++
    this.#lastProblem = problem
  }
}
