import type { H264AccessUnit, OutgoingUnit } from '../units.ts'
import { H264Packetizer } from './h264-packetizer.ts'
import type { PacketizerOptions } from './packet-options.ts'
import type { Packetizer } from './packetizer.ts'

/** H.264 access units to RTP packets, RFC 6184: `H264Packetizer` for units as depacketizers give them. */
export class H264UnitPacketizer implements Packetizer<H264AccessUnit> {
  readonly #packetizer: H264Packetizer

  /** Throws `ERR_RTSP_USAGE` when an option is out of range. */
  constructor(options: PacketizerOptions) {
    this.#packetizer = new H264Packetizer(options)
  }

  packetize({ nalus, timestamp }: OutgoingUnit<H264AccessUnit>): Uint8Array[] {
    return this.#packetizer.packetize(nalus, timestamp)
  }
}
