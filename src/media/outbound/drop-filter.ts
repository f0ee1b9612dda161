import { type Burst, isRtcpFlag, randomAccessFlag, startsUnitFlag } from './burst.ts'
import type { SlowReaderPolicy } from './reader-options.ts'

/**
 * Decides packet by packet what a slow reader is sent. It is only asked while something is wrong: a burst that fits
 * below the limit goes past it untouched.
 *
 * Half a picture is worth nothing and spoils those that refer to it, so with `drop-to-random-access` an access unit
 * that was begun may run over the limit, up to twice of it, and one that does not fit is left out as a whole, with
 * everything after it, until half the queue is free and a picture begins that can be decoded alone. Access units are
 * followed per media, because those of several medias interleave.
 */
export class DropFilter {
  /** Packets are being left out. */
  isDropping = false
  readonly #limit: number
  readonly #dropsUnits: boolean
  /** By media index: random access points of these end a drop. Empty: any packet does. */
  readonly #videoMedias: ReadonlySet<number>
  /** By media index: 1 while the access unit in progress has lost a packet, so that the rest of it is useless. */
  readonly #isBroken: Uint8Array
  #brokenCount = 0

  constructor(policy: SlowReaderPolicy, limit: number, mediaCount: number, videoMedias: ReadonlySet<number>) {
    this.#limit = limit
    this.#dropsUnits = policy === 'drop-to-random-access'
    this.#videoMedias = videoMedias
    this.#isBroken = new Uint8Array(mediaCount)
  }

  /** Nothing is being left out and no broken access unit is in progress: whatever fits may pass unseen. */
  get isIdle(): boolean {
    return !this.isDropping && this.#brokenCount === 0
  }

  /** Forgets everything: the reader starts anew. */
  reset(): void {
    this.isDropping = false
    this.#isBroken.fill(0)
    this.#brokenCount = 0
  }

  /** True when the packet is to be sent while `used` waits and the packet adds `cost` to it. */
  admits(burst: Burst, index: number, used: number, cost: number): boolean {
    const flags = burst.flags[index] ?? 0
    if (!this.#dropsUnits) {
      const fits = used + cost <= this.#limit
      // Told as one drop until half the queue is free, not as one per packet.
      if (!fits) this.isDropping ||= (flags & isRtcpFlag) === 0
      else if (used * 2 < this.#limit) this.isDropping = false
      return fits
    }
    if ((flags & isRtcpFlag) !== 0) return !this.isDropping && used + cost <= this.#limit
    const mediaIndex = burst.mediaIndexes[index] ?? 0
    if (this.isDropping && this.#canResume(mediaIndex, flags, used, cost)) {
      this.isDropping = false
      this.#setBroken(mediaIndex, 0)
      return true
    }
    const isBegun = (flags & startsUnitFlag) === 0
    const fits = isBegun
      ? this.#isBroken[mediaIndex] === 0 && used + cost <= this.#limit * 2
      : !this.isDropping && used < this.#limit && used + cost <= this.#limit * 2
    // The rest of an access unit that was lost in an earlier drop is no new drop.
    if (!fits && (!isBegun || this.#isBroken[mediaIndex] === 0)) this.isDropping = true
    this.#setBroken(mediaIndex, fits ? 0 : 1)
    return fits
  }

  #canResume(mediaIndex: number, flags: number, used: number, cost: number): boolean {
    if (used * 2 >= this.#limit || used + cost > this.#limit * 2) return false
    if (this.#videoMedias.size === 0) return (flags & startsUnitFlag) !== 0
    return (flags & randomAccessFlag) !== 0 && this.#videoMedias.has(mediaIndex)
  }

  #setBroken(mediaIndex: number, value: 0 | 1): void {
    this.#brokenCount += value - (this.#isBroken[mediaIndex] ?? 0)
    this.#isBroken[mediaIndex] = value
  }
}
