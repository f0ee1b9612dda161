import type { Millis } from '../../contracts/units.ts'
import { timestampDelta } from '../../wire/sequence.ts'

/**
 * Presentation times across the tracks of a session. RTP timestamps of different tracks start at random values, so they
 * are tied together by arrival: the first track leads and starts at 0; each other one starts where the leading one
 * is at that moment. From there on only the track's own timestamps count, whatever the network does.
 *
 * Times are in ticks of the track's own clock. A double holds them exactly for three thousand years at 90 kHz.
 */
export class MediaClock {
  readonly #tracks = new Map<object, TrackTime>()
  #leadingTrack: object | undefined = undefined
  #leadingClockRateHz = 0
  #anchorTicks = 0
  #anchorAtMs: Millis = 0

  /**
   * Takes note of a packet when it is delivered, at `now`. The first with `ptsEqualsDts` of a track ties it to the others;
   * nothing can be said of a clock rate of 0. `track` is any object that stands for the track.
   */
  deliver(track: object, clockRateHz: number, timestamp: number, ptsEqualsDts: boolean, now: Millis): void {
    if (clockRateHz === 0) return
    const time = this.#tracks.get(track)
    if (time === undefined) {
      if (ptsEqualsDts) this.#start(track, clockRateHz, timestamp, now)
      return
    }
    time.ticks += timestampDelta(timestamp, time.timestamp)
    time.timestamp = timestamp
    if (track === this.#leadingTrack && ptsEqualsDts) this.#anchor(time.ticks, now)
  }

  /**
   * Presentation time that belongs to a timestamp of a track, in ticks of its clock, an integer; it can be negative and step
   * back (B frames). Right for timestamps less than 2^31 ticks away from the packet that was delivered last: 6.6 hours at
   * 90 kHz. Undefined while the track is not tied.
   */
  pts(track: object, timestamp: number): number | undefined {
    const time = this.#tracks.get(track)
    return time === undefined ? undefined : time.ticks + timestampDelta(timestamp, time.timestamp)
  }

  /** A track goes on with timestamps that have nothing to do with those before: it is tied anew, by arrival. */
  restart(track: object): void {
    this.#tracks.delete(track)
  }

  /** Forgets all tracks: the next packet starts at 0 again. */
  reset(): void {
    this.#tracks.clear()
    this.#leadingTrack = undefined
  }

  #start(track: object, clockRateHz: number, timestamp: number, now: Millis): void {
    if (this.#leadingTrack === undefined) {
      this.#leadingTrack = track
      this.#leadingClockRateHz = clockRateHz
      this.#anchor(0, now)
    }
    const ticks =
      rescale(this.#anchorTicks, clockRateHz, this.#leadingClockRateHz) +
      Math.trunc(((now - this.#anchorAtMs) * clockRateHz) / 1000)
    this.#tracks.set(track, { ticks, timestamp })
  }

  #anchor(ticks: number, now: Millis): void {
    this.#anchorTicks = ticks
    this.#anchorAtMs = now
  }
}

interface TrackTime {
  ticks: number
  timestamp: number
}

/** `value * multiplier / divisor`, truncated towards zero, with no product beyond 2^53. */
function rescale(value: number, multiplier: number, divisor: number): number {
  return Math.trunc(value / divisor) * multiplier + Math.trunc(((value % divisor) * multiplier) / divisor)
}
