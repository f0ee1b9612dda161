import { rtspError } from '../../contracts/rtsp-error.ts'
import { startsKlvUnit } from '../depacketize/klv-depacketizer.ts'
import type { KLVUnit, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter, writeSlices } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/**
 * KLV units to RTP packets, RFC 6597 section 4: cut where a packet is full, the last one carries the marker. A unit that does
 * not start with a universal label throws `ERR_RTSP_USAGE`: receivers could not find its start again.
 */
export class KLVPacketizer implements Packetizer<KLVUnit> {
  readonly #writer: PacketWriter

  /** Throws `ERR_RTSP_USAGE` when a number is out of range. */
  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  packetize({ data, timestamp }: OutgoingUnit<KLVUnit>): Uint8Array[] {
    if (!startsKlvUnit(data)) throw rtspError('ERR_RTSP_USAGE', 'a KLV unit does not start with a universal label')
    return writeSlices(this.#writer, data, timestamp)
  }
}
