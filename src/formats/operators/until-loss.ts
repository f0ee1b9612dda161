import { skipWhile, takeWhile, type MonoTypeOperatorFunction } from 'rxjs'
import { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { toUint16 } from '../../wire/sequence.ts'
import type { UnitBase } from '../units.ts'
import { perSubscription } from './per-subscription.ts'

/** Units as `depacketize` gives them, or as `createDepacketizer` does. */
type Losable = Pick<UnitBase, 'corrupted'> & { readonly isAfterLoss?: boolean }

/**
 * Completes at the first loss, without what comes behind it: for whoever wants no hole rather than more.
 *
 * ```ts
 * session.rtp(media, format).pipe(depacketize(format), onRandomAccess(), untilLoss()).subscribe(file)
 * ```
 *
 * - Behind `depacketize` the first unit that is `corrupted` or `isAfterLoss` ends it. Units before the first whole one are
 *   left out: they only show that we joined in the middle.
 * - On packets a gap in the sequence numbers ends it; they have to be in order, as those of a session are. A sender that
 *   starts anew with another SSRC loses nothing.
 *
 * Errors with its source, and completes with it too; each subscription begins anew.
 */
export function untilLoss<T extends RtpPacket | Losable>(): MonoTypeOperatorFunction<T> {
  return perSubscription((source, subscriber) => {
    const sequence = new Sequence()
    return source
      .pipe(
        skipWhile((value) => !(value instanceof RtpPacket) && value.corrupted),
        takeWhile((value) => (value instanceof RtpPacket ? sequence.continues(value) : isWhole(value))),
      )
      .subscribe(subscriber)
  })
}

function isWhole({ corrupted, isAfterLoss = false }: Losable): boolean {
  return !corrupted && !isAfterLoss
}

/** Whether packets follow each other. */
class Sequence {
  #ssrc: number | undefined = undefined
  #expected = 0

  continues({ ssrc, sequenceNumber }: RtpPacket): boolean {
    const isContinued = ssrc !== this.#ssrc || sequenceNumber === this.#expected
    this.#ssrc = ssrc
    this.#expected = toUint16(sequenceNumber + 1)
    return isContinued
  }
}
