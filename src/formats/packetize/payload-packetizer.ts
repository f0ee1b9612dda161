import { rtspError } from '../../contracts/rtsp-error.ts'
import type { Format } from '../format.ts'
import type { DataUnit, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/**
 * One packet per unit, without a payload header and without the marker: Opus (RFC 7587 section 4.2 allows nothing else),
 * Speex and generic formats. A unit that does not fit a packet throws `ERR_RTSP_USAGE`; an empty one gives no packet.
 */
export class PayloadPacketizer<Codec extends Format['codec']> implements Packetizer<DataUnit<Codec>> {
  readonly #writer: PacketWriter

  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  packetize(unit: OutgoingUnit<DataUnit<Codec>>): Uint8Array[] {
    const { data, timestamp }: { readonly data: Uint8Array; readonly timestamp: number } = unit
    const { maxPayloadBytes } = this.#writer
    if (data.length > maxPayloadBytes) {
      throw rtspError('ERR_RTSP_USAGE', `a unit of ${data.length} bytes does not fit a payload of ${maxPayloadBytes}`)
    }
    if (data.length === 0) return []
    this.#writer.begin(1, data.length)
    this.#writer.startPacket(false, timestamp)
    this.#writer.bytes(data)
    return this.#writer.end()
  }
}
