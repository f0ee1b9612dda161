import type { DataUnit, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter, writeSlices } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/** audioMuxElements of MPEG-4 audio to RTP packets, RFC 6416 section 6.1: cut where a packet is full, the last one marked. */
export class MPEG4AudioLATMPacketizer implements Packetizer<DataUnit<'MPEG4AudioLATM'>> {
  readonly #writer: PacketWriter

  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  packetize({ data, timestamp }: OutgoingUnit<DataUnit<'MPEG4AudioLATM'>>): Uint8Array[] {
    return writeSlices(this.#writer, data, timestamp)
  }
}
