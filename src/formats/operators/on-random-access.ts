import { filter, type MonoTypeOperatorFunction } from 'rxjs'
import type { UnitBase } from '../units.ts'
import { perSubscription } from './per-subscription.ts'

/** Options of `onRandomAccess`. */
export interface RandomAccessOptions {
  /**
   * What follows a loss. `continue` (default): everything, as decoders conceal better than a gap does. `wait`: nothing up to
   * the next whole unit with which decoding can start, for files and for whoever must not show broken pictures. A sender
   * that loses packets all the time gets few pictures through then.
   */
  readonly afterLoss?: 'continue' | 'wait'
}

/** What it looks at; units that `createDepacketizer` gives will do. */
type Accessible = Pick<UnitBase, 'isRandomAccess' | 'corrupted'> & { readonly isAfterLoss?: boolean }

/**
 * Leaves out what comes before the first unit with which a decoder can start and of which nothing is missing. Sound, JPEG and
 * data begin with their first whole unit.
 *
 * ```ts
 * session.rtp(media, format).pipe(depacketize(format), onRandomAccess()).subscribe(decode)
 * ```
 *
 * Completes and errors with its source; each subscription waits anew.
 */
export function onRandomAccess<U extends Accessible>(options: RandomAccessOptions = {}): MonoTypeOperatorFunction<U> {
  const waitsAgain = options.afterLoss === 'wait'
  return perSubscription((source, subscriber) => {
    let isOpen = false
    const passes = ({ isRandomAccess, corrupted, isAfterLoss = false }: U): boolean => {
      if (isOpen && waitsAgain && (corrupted || isAfterLoss)) isOpen = false
      if (isRandomAccess && !corrupted) isOpen = true
      return isOpen
    }
    return source.pipe(filter(passes)).subscribe(subscriber)
  })
}
