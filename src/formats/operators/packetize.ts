import type { OperatorFunction } from 'rxjs'
import { RtspError } from '../../contracts/rtsp-error.ts'
import { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { Format } from '../format.ts'
import { createPacketizer, type PacketizeOptions } from '../packetize/create-packetizer.ts'
import type { Packetizer } from '../packetize/packetizer.ts'
import type { PacketOf } from '../packet-of.ts'
import type { OutgoingUnit, Unit, UnitOf } from '../units.ts'
import { unitOperator, type UnitStep } from './unit-operator.ts'

/** Options of `packetize`. A stream of the server has its own SSRC, so here nothing has to be said. */
export interface PacketizeOperatorOptions<U> extends Partial<PacketizeOptions> {
  /**
   * Told of a unit that the format cannot carry (samples cut in two, a picture that is none), which is then left out. Without
   * it such a unit makes the Observable error with ERR_RTSP_USAGE, as a mistake of the program should; where units come from
   * a peer, give this.
   */
  readonly onRefused?: (error: RtspError, unit: U) => void
}

/**
 * Units to RTP packets of a format: the way back from `depacketize`, and the way into a stream for pictures and sound that
 * come from elsewhere. The type of the units follows from the type of the format, so units of another codec fail to
 * compile.
 *
 * ```ts
 * const video = h264Format({ payloadType: 96 })
 * const stream = server.createStream(createDescription({ medias: [{ type: 'video', formats: [video] }] }))
 * pictures$.pipe(packetize(video)).subscribe(stream.track(0))
 * ```
 *
 * - A unit needs `codec`, `timestamp` (ticks of the format's clock, 32 bits) and its content; it is only read. Its packets
 *   come out within the same call, and own their bytes.
 * - Sequence numbers start at `initialSequenceNumber` (0), anew with each subscription; `ssrc` is 0 unless given. Units
 *   whose time counts from 0 want an `initialTimestamp`.
 * - Completes and errors with its source, and errors with ERR_RTSP_USAGE as said at `onRefused`.
 *
 * Throws ERR_RTSP_USAGE at once for options that are out of range and for formats that `createPacketizer` refuses.
 */
export function packetize<F extends Format>(
  format: F,
  options?: PacketizeOperatorOptions<OutgoingUnit<UnitOf<F>>>,
): OperatorFunction<OutgoingUnit<UnitOf<F>>, PacketOf<F>>
export function packetize(
  format: Format,
  options: PacketizeOperatorOptions<OutgoingUnit<Unit>> = {},
): OperatorFunction<OutgoingUnit<Unit>, RtpPacket> {
  const { onRefused, ...given } = options
  const all: PacketizeOptions = { ssrc: 0, initialSequenceNumber: 0, ...given }
  // Made for its checks: a mistake is to be found where it was made and not by a subscriber.
  createPacketizer(format, all)
  return unitOperator(() => new Packetizing(createPacketizer(format, all), onRefused))
}

const noPackets: readonly never[] = []

/** One subscription. */
class Packetizing implements UnitStep<OutgoingUnit<Unit>, RtpPacket> {
  readonly #packetizer: Packetizer<Unit>
  readonly #onRefused: PacketizeOperatorOptions<OutgoingUnit<Unit>>['onRefused']

  constructor(packetizer: Packetizer<Unit>, onRefused: PacketizeOperatorOptions<OutgoingUnit<Unit>>['onRefused']) {
    this.#packetizer = packetizer
    this.#onRefused = onRefused
  }

  step(unit: OutgoingUnit<Unit>): readonly RtpPacket[] {
    const packets: RtpPacket[] = []
    for (const bytes of this.#packetize(unit)) packets.push(new RtpPacket(bytes))
    return packets
  }

  #packetize(unit: OutgoingUnit<Unit>): readonly Uint8Array[] {
    try {
      return this.#packetizer.packetize(unit)
    } catch (error) {
      if (this.#onRefused === undefined || !(error instanceof RtspError)) throw error
      this.#onRefused(error, unit)
      return noPackets
    }
  }
}
