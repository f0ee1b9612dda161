import { filter, map, type OperatorFunction } from 'rxjs'
import type { UnixNanos } from '../../contracts/units.ts'
import type { Format } from '../format.ts'

/** Who knows presentation times across tracks: a `ServerSession`. */
export interface PresentationClock {
  /** Presentation time in ticks of the format's clock; undefined while it is not known. */
  ptsOf(format: Format, timestamp: number): number | undefined
}

/** Who knows the sender's wall clock: a `ServerSession`. */
export interface SenderClock {
  /** Nanoseconds since 1970; undefined while it is not known. */
  ntpOf(format: Format, timestamp: number): UnixNanos | undefined
}

/** Options of `withPts` and `withNtp`. */
export interface ClockOptions {
  /** True: units whose time is not known are left out, and the type of the time says so. Default false. */
  readonly skipUnknown?: boolean
}

/** What has a time: a unit of `depacketize`. */
export interface Stamped {
  readonly format: Format
  readonly timestamp: number
}

/** `U` with its presentation time on the session's time line. */
export type WithPts<U, Pts = number | undefined> = U extends unknown
  ? Omit<U, 'pts'> & {
      /** Ticks of the format's clock, from 0 at RECORD or PLAY, on one time line for all tracks of the session. */
      readonly pts: Pts
    }
  : never

/** `U` with the wall time at which it was captured. */
export type WithNtp<U, Ntp = UnixNanos | undefined> = U extends unknown
  ? Omit<U, 'ntp'> & {
      /** Wall time by the sender's clock, in nanoseconds since 1970. */
      readonly ntp: Ntp
    }
  : never

/**
 * Puts units on the time line of their session, which all of its tracks share: `pts` becomes the presentation time that
 * `session.packetPts` gives for their packets, in ticks of the format's own clock. To compare tracks, divide by
 * `format.clockRateHz`.
 *
 * ```ts
 * session.rtp(media, format).pipe(depacketize(format), withPts(session, { skipUnknown: true })).subscribe(muxer)
 * ```
 *
 * Stands anywhere behind `depacketize`: it goes by the timestamp of the unit, however late that comes out. `undefined` until
 * the track has reached a packet that a decoder can start from (RFC 3550 leaves tracks unrelated; they are tied by arrival
 * then), and for formats of an unknown clock rate. Completes and errors with its source; a format that is not of the session
 * makes it error with ERR_RTSP_USAGE.
 */
export function withPts<U extends Stamped>(
  session: PresentationClock,
  options: { readonly skipUnknown: true },
): OperatorFunction<U, WithPts<U, number>>
export function withPts<U extends Stamped>(
  session: PresentationClock,
  options?: ClockOptions,
): OperatorFunction<U, WithPts<U>>
export function withPts(
  session: PresentationClock,
  options: ClockOptions = {},
): OperatorFunction<Stamped, { readonly pts: number | undefined }> {
  const skips = options.skipUnknown === true
  return (source) =>
    source.pipe(
      map((unit) => ({ ...unit, pts: session.ptsOf(unit.format, unit.timestamp) })),
      filter(({ pts }) => !skips || pts !== undefined),
    )
}

/**
 * Adds the wall time at which the sender captured a unit, in nanoseconds since 1970, from its sender reports (RFC 3550
 * section 6.4.1): what `session.packetNtp` gives for its packets. `undefined` before the first report about the track, and
 * for formats of an unknown clock rate.
 *
 * ```ts
 * session.rtp(media, format).pipe(depacketize(format), withNtp(session)).subscribe(({ ntp, nalus }) => archive(ntp, nalus))
 * ```
 *
 * Completes and errors like `withPts`.
 */
export function withNtp<U extends Stamped>(
  session: SenderClock,
  options: { readonly skipUnknown: true },
): OperatorFunction<U, WithNtp<U, UnixNanos>>
export function withNtp<U extends Stamped>(
  session: SenderClock,
  options?: ClockOptions,
): OperatorFunction<U, WithNtp<U>>
export function withNtp(
  session: SenderClock,
  options: ClockOptions = {},
): OperatorFunction<Stamped, { readonly ntp: UnixNanos | undefined }> {
  const skips = options.skipUnknown === true
  return (source) =>
    source.pipe(
      map((unit) => ({ ...unit, ntp: session.ntpOf(unit.format, unit.timestamp) })),
      filter(({ ntp }) => !skips || ntp !== undefined),
    )
}
