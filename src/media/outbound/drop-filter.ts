import { type Burst, isRtcpFlag, randomAccessFlag, startsUnitFlag } from './burst.ts'
import type { SlowReaderPolicy } from './reader-options.ts'
import type { Millis, UnixMillis } from '../../contracts/units.ts'

/**
 * Decides packet by packet what a slow reader is sent. It is only asked while something is wrong: a burst that fits
 * below the limit goes past it untouched.
 *
 * Half a picture is worth nothing and spoils those that refer to it, so with `drop-to-random-access` an access unit
 * that was begun may run over the limit, up to twice of it, and one that does not fit is left out as a whole, with
 * everything after it, until half the queue is free and a picture begins that can be decoded alone. Access units are
 * followed per media, because those of several medias interleave, and every video waits for a picture of its own.
 *
 * Sound waits for the picture, because sound without one is rarely what was asked for; but when the video has fallen
 * silent there is nothing to wait for, and the sound comes back alone.
 */
export class DropFilter {
  /** Packets are being left out. */
  isDropping = false
  readonly #limit: number
  readonly #policy: SlowReaderPolicy
  /** Media indexes: random access points of these end a drop. Empty: any access unit does. */
  readonly #videoMedias: ReadonlySet<number>
  /** Nothing that begins passes until there is room again. */
  #isShut = false
  /** By media index: 1 while the access unit in progress has lost a packet, so that the rest of it is useless. */
  readonly #isBroken: Uint8Array
  #brokenCount = 0
  /** By media index: 1 for a video that can only go on with a random access point. */
  readonly #isAwaited: Uint8Array
  #awaitedCount = 0
  /** By media index: wall time of the last packet of an awaited video, or of the drop. */
  readonly #heardAt: Float64Array

  constructor(policy: SlowReaderPolicy, limit: number, mediaCount: number, videoMedias: ReadonlySet<number>) {
    this.#limit = limit
    this.#policy = policy
    this.#videoMedias = videoMedias
    this.#isBroken = new Uint8Array(mediaCount)
    this.#isAwaited = new Uint8Array(mediaCount)
    this.#heardAt = new Float64Array(mediaCount)
  }

  /** Nothing is being left out, and nothing that comes next would have to be: whatever fits may pass unseen. */
  get isIdle(): boolean {
    return !this.isDropping && this.#brokenCount === 0 && this.#awaitedCount === 0
  }

  /** Forgets everything: the reader starts anew. */
  reset(): void {
    this.isDropping = false
    this.#isShut = false
    this.#isBroken.fill(0)
    this.#brokenCount = 0
    this.#isAwaited.fill(0)
    this.#awaitedCount = 0
  }

  /** True when the packet is to be sent while `used` waits and the packet adds `cost` to it. */
  admits(burst: Burst, index: number, used: number, cost: number): boolean {
    const flags = burst.flags[index] ?? 0
    const isRtcp = (flags & isRtcpFlag) !== 0
    if (this.#policy === 'drop-packets') return this.#admitsPacket(isRtcp, used, cost)
    if (isRtcp) return !this.#isShut && used + cost <= this.#limit
    if (this.#policy === 'close' && this.#isShut) return false
    const mediaIndex = burst.mediaIndexes[index] ?? 0
    const at = burst.ntps[index] ?? 0
    if (this.#isAwaited[mediaIndex] === 1) this.#heardAt[mediaIndex] = at
    const isBegun = (flags & startsUnitFlag) === 0
    if (isBegun && this.#isBroken[mediaIndex] === 0) return this.#continues(mediaIndex, used, cost, at)
    if (this.#isAwaited[mediaIndex] === 1) return this.#admitsPicture(mediaIndex, flags, used, cost, at)
    return this.#admitsUnit(mediaIndex, isBegun, used, cost, at)
  }

  #admitsPacket(isRtcp: boolean, used: number, cost: number): boolean {
    const fits = used + cost <= this.#limit
    // Told as one drop until half the queue is free, not as one per packet.
    if (!fits) this.isDropping ||= !isRtcp
    else if (used * 2 < this.#limit) this.isDropping = false
    return fits
  }

  /** The next packet of an access unit that has lost none so far. */
  #continues(mediaIndex: number, used: number, cost: number, at: UnixMillis): boolean {
    if (used + cost <= this.#limit * 2) return true
    this.#shut(at)
    return this.#leaveOut(mediaIndex)
  }

  /** A packet of a video that waits for a picture that can be decoded alone. */
  #admitsPicture(mediaIndex: number, flags: number, used: number, cost: number, at: UnixMillis): boolean {
    this.isDropping = true
    if ((flags & randomAccessFlag) === 0) return this.#leaveOut(mediaIndex)
    if (!this.#hasRoom(used, cost)) {
      this.#shut(at)
      return this.#leaveOut(mediaIndex)
    }
    this.#isShut = false
    this.#setAwaited(mediaIndex, 0)
    this.#setBroken(mediaIndex, 0)
    this.isDropping = !this.#isNothingAwaited(at)
    return true
  }

  /** The beginning of an access unit, or the rest of one that has lost a packet. */
  #admitsUnit(mediaIndex: number, isBegun: boolean, used: number, cost: number, at: UnixMillis): boolean {
    if (isBegun) return this.#leaveOut(mediaIndex)
    if (!this.#hasRoom(used, cost) || (this.#isShut && !this.#isNothingAwaited(at))) {
      if (!this.#isShut) this.#shut(at)
      return this.#leaveOut(mediaIndex)
    }
    this.#isShut = false
    this.#setBroken(mediaIndex, 0)
    if (this.isDropping) this.isDropping = !this.#isNothingAwaited(at)
    return true
  }

  #hasRoom(used: number, cost: number): boolean {
    // Once it was full, half of it has to be free: else a reader at the brink would lose every other picture.
    const bound = this.#isShut ? this.#limit / 2 : this.#limit
    return used < bound && used + cost <= this.#limit * 2
  }

  /** True when no video has to come back first, or those that have to are silent. */
  #isNothingAwaited(at: UnixMillis): boolean {
    if (this.#awaitedCount === 0) return true
    for (const mediaIndex of this.#videoMedias) {
      if (this.#isAwaited[mediaIndex] === 0) continue
      if (Math.abs(at - (this.#heardAt[mediaIndex] ?? 0)) < silentVideoMs) return false
    }
    return true
  }

  #shut(at: UnixMillis): void {
    this.isDropping = true
    this.#isShut = true
    for (const mediaIndex of this.#videoMedias) {
      if (this.#isAwaited[mediaIndex] === 0) this.#heardAt[mediaIndex] = at
      this.#setAwaited(mediaIndex, 1)
    }
  }

  #leaveOut(mediaIndex: number): false {
    this.#setBroken(mediaIndex, 1)
    return false
  }

  #setBroken(mediaIndex: number, value: 0 | 1): void {
    this.#brokenCount += value - (this.#isBroken[mediaIndex] ?? 0)
    this.#isBroken[mediaIndex] = value
  }

  #setAwaited(mediaIndex: number, value: 0 | 1): void {
    this.#awaitedCount += value - (this.#isAwaited[mediaIndex] ?? 0)
    this.#isAwaited[mediaIndex] = value
  }
}

/**
 * A video that has sent nothing for this long, by the wall times of the stream's packets, has stopped: nobody waits for
 * its next picture any more. Longer than the pause between two pictures of a slow camera.
 */
const silentVideoMs: Millis = 5_000
