import type { OperatorFunction } from 'rxjs'
import { timestampDelta, toUint16 } from '../../wire/sequence.ts'
import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { createDepacketizer } from '../depacketize/create-depacketizer.ts'
import type { DepacketizeProblem, Depacketizer } from '../depacketize/depacketizer.ts'
import type { DepacketizeOptions } from '../depacketize/limits.ts'
import type { Format } from '../format.ts'
import type { PacketOf } from '../packet-of.ts'
import type { Unit, UnitOf } from '../units.ts'
import { unitOperator, type UnitStep } from './unit-operator.ts'

/** What `depacketize` says about a unit beside what is in it. */
export interface UnitOrigin<F extends Format> {
  /** The format that the operator was made with: the operators behind it need not be told again. */
  readonly format: F
  /**
   * Presentation time in ticks of the format's clock (`format.clockRateHz`), an integer: 0 for the first unit, then as far
   * from it as the timestamps say, across their wrap. It steps back where pictures do not come in the order in which they
   * are shown (B frames), and may be negative then.
   */
  readonly pts: number
  /**
   * True when packets were lost since the unit before, at most the ones between the two. The unit itself may be whole:
   * when all of a picture was lost, the next one is not `corrupted`, but may show it all the same.
   */
  readonly isAfterLoss: boolean
}

/** A unit of a format, with its time and its format: `TimedUnit<H264Format>`. */
export type TimedUnit<F extends Format> = F extends Format ? UnitOf<F> & UnitOrigin<F> : never

/** Options of `depacketize`. */
export interface DepacketizeOperatorOptions extends DepacketizeOptions {
  /**
   * Told what was wrong, for each packet with which something was, before the units that this packet completes; the packet
   * is lent. Joining a running stream in the middle of a unit (`joined-late`) is nothing wrong and not told. What the
   * callback throws becomes the error of the Observable.
   */
  readonly onProblem?: (problem: DepacketizeProblem, packet: RtpPacket) => void
}

/**
 * RTP packets to the units of their format: pictures, frames of sound, documents. The type of the units follows from the
 * type of the format, and packets of another format fail to compile.
 *
 * ```ts
 * const video = findFormat(session, 'H264')
 * if (video !== undefined) {
 *   session
 *     .rtp(video.media, video.format)
 *     .pipe(depacketize(video.format, { onProblem: ({ text }) => console.warn(text) }))
 *     .subscribe(({ nalus, pts, isRandomAccess, corrupted }) => save(nalus, pts))
 * }
 * ```
 *
 * - A unit comes out with the packet that completes it, within the same call; a packet without a marker is completed by
 *   the next one. Packets are only read and need no `clone()`; units own their bytes.
 * - A peer cannot make it fail: losses and broken packets go to `onProblem`, and a unit with a hole has
 *   `corrupted: true`. `packets.lost` of `server.events$` tells about losses as well.
 * - Completes and errors with its source. What is unfinished then is dropped: nobody can say that it is whole.
 * - Each subscription begins anew, with `pts` 0.
 * - A sender that starts anew with another SSRC (RFC 3550 section 8.2) is no loss: `pts` goes on, by the latest step.
 *
 * Throws ERR_RTSP_USAGE at once for a format that cannot be taken apart (H265 with decoding order numbers).
 */
export function depacketize<F extends Format>(
  format: F,
  options?: DepacketizeOperatorOptions,
): OperatorFunction<PacketOf<F>, TimedUnit<F>>
export function depacketize(
  format: Format,
  options: DepacketizeOperatorOptions = {},
): OperatorFunction<RtpPacket, Unit & UnitOrigin<Format>> {
  // Made for its checks: a mistake is to be found where it was made and not by a subscriber.
  createDepacketizer(format, options)
  return unitOperator(() => new Depacketizing(format, options))
}

const noUnits: readonly never[] = []

/** One subscription. */
class Depacketizing implements UnitStep<RtpPacket, Unit & UnitOrigin<Format>> {
  readonly #format: Format
  readonly #onProblem: DepacketizeOperatorOptions['onProblem']
  readonly #depacketizer: Depacketizer<Unit>
  readonly #timeline = new Timeline()
  #ssrc: number | undefined = undefined
  #expected = 0
  #isAfterLoss = false

  constructor(format: Format, options: DepacketizeOperatorOptions) {
    this.#format = format
    this.#onProblem = options.onProblem
    this.#depacketizer = createDepacketizer(format, options)
  }

  step(packet: RtpPacket): readonly (Unit & UnitOrigin<Format>)[] {
    this.#follow(packet)
    const units = this.#depacketizer.push(packet)
    const { lastProblem } = this.#depacketizer
    if (lastProblem !== null && lastProblem.kind !== 'joined-late') this.#onProblem?.(lastProblem, packet)
    return units.length === 0 ? noUnits : this.#timed(units)
  }

  /** Notes losses, and a sender that starts anew. */
  #follow({ ssrc, sequenceNumber }: RtpPacket): void {
    if (ssrc === this.#ssrc) {
      if (sequenceNumber !== this.#expected) this.#isAfterLoss = true
    } else {
      if (this.#ssrc !== undefined) {
        this.#depacketizer.reset()
        this.#timeline.restart()
      }
      this.#ssrc = ssrc
    }
    this.#expected = toUint16(sequenceNumber + 1)
  }

  #timed(units: readonly Unit[]): readonly (Unit & UnitOrigin<Format>)[] {
    const timed: (Unit & UnitOrigin<Format>)[] = []
    for (const unit of units) {
      const pts = this.#timeline.ptsOf(unit.timestamp)
      timed.push({ ...unit, format: this.#format, pts, isAfterLoss: this.#isAfterLoss })
      this.#isAfterLoss = false
    }
    return timed
  }
}

/** Timestamps of one track, unwrapped. */
class Timeline {
  #timestamp: number | undefined = undefined
  #pts = 0
  /** The largest time so far, and the step that led to it. */
  #latest = 0
  #stepTicks = 0

  ptsOf(timestamp: number): number {
    if (this.#timestamp !== undefined) this.#pts += timestampDelta(timestamp, this.#timestamp)
    this.#timestamp = timestamp
    if (this.#pts > this.#latest) {
      this.#stepTicks = this.#pts - this.#latest
      this.#latest = this.#pts
    }
    return this.#pts
  }

  /** The timestamps that come have nothing to do with those before. */
  restart(): void {
    if (this.#timestamp === undefined) return
    this.#timestamp = undefined
    this.#pts = this.#latest + this.#stepTicks
  }
}
