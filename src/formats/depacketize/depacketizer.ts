/**
 * The shape that all depacketizers share. Packets may be broken at line rate, so what went wrong is one of a few constant
 * objects and a number in a counter; nothing is thrown, and a packet that completes nothing allocates nothing.
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { UnitBase } from '../units.ts'

/** Why a packet, or a unit that was being put together, could not be used. Compare by identity or by `kind`. */
export interface DepacketizeProblem {
  /**
   * `malformed`: the payload breaks the rules of its format. `lost`: packets are missing in the middle of a unit, its
   * parts were dropped. `too-big`: a limit of ours was passed. `unsupported`: a valid payload of a kind that is not
   * implemented. `joined-late`: the rest of a unit whose start came before us; nothing is wrong with the peer.
   */
  readonly kind: 'malformed' | 'lost' | 'too-big' | 'unsupported' | 'joined-late'
  /** One sentence without a final stop. */
  readonly text: string
}

/** Puts the units of one format together again. One per format and session; it is not shared. */
export interface Depacketizer<U extends UnitBase> {
  /**
   * Takes the next packet in order of sequence numbers and gives the units that it completed: mostly none (always the same
   * frozen array) or one, two when it shows that the unit before it had ended. The packet is only read, and not needed
   * after the call; units own their bytes.
   */
  push(packet: RtpPacket): readonly U[]
  /** What was wrong with the packet of the last `push`; null when nothing was. */
  readonly lastProblem: DepacketizeProblem | null
  /** How many packets had a problem other than `joined-late`. */
  readonly problemCount: number
  /**
   * Forgets what is unfinished and starts as new, for use after a pause or a seek. What is known about the sender (that it
   * sends Annex B, its quantization tables) stays, and so does `problemCount`.
   */
  reset(): void
}

/** What a push that completes nothing returns. */
export const noUnits: readonly never[] = Object.freeze([])
