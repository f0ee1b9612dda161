import { rtspError } from '../../contracts/rtsp-error.ts'
import { vorbisIdent } from '../codecs/vorbis-ident.ts'
import type { VorbisFormat } from '../format.ts'
import type { DataUnit, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/** Ident, fragment type, data type and count, then the length of the data: RFC 5215 section 2.1. */
const headerBytes = 6

/**
 * Vorbis packets to RTP packets, RFC 5215: one each, or one in parts; the marker is never set (section 2.1). An empty unit
 * gives no packet.
 */
export class VorbisPacketizer implements Packetizer<DataUnit<'Vorbis'>> {
  readonly #writer: PacketWriter
  readonly #ident: number

  /** Throws `ERR_RTSP_USAGE` when the configuration is too short to name its codebooks. */
  constructor(format: Pick<VorbisFormat, 'configuration'>, options: PacketizerOptions) {
    const ident = vorbisIdent(format.configuration)
    if (ident === undefined) throw rtspError('ERR_RTSP_USAGE', 'configuration of Vorbis has no packed headers')
    this.#writer = new PacketWriter(options)
    this.#ident = ident
  }

  packetize({ data, timestamp }: OutgoingUnit<DataUnit<'Vorbis'>>): Uint8Array[] {
    // The length field has 16 bits, and so has an RTP packet.
    const chunkBytes = this.#writer.maxPayloadBytes - headerBytes
    const packetCount = Math.ceil(data.length / chunkBytes)
    this.#writer.begin(packetCount, packetCount * headerBytes + data.length)
    for (let start = 0; start < data.length; start += chunkBytes) {
      const end = Math.min(start + chunkBytes, data.length)
      const fragment = start === 0 ? 1 : end === data.length ? 3 : 2
      this.#writer.startPacket(false, timestamp)
      this.#writer.uint16(this.#ident >>> 8)
      this.#writer.byte(this.#ident)
      // A whole packet is fragment type 0 with a count of 1; parts have a count of 0.
      this.#writer.byte(packetCount === 1 ? 1 : fragment << 6)
      this.#writer.uint16(end - start)
      this.#writer.bytes(data, start, end)
    }
    return this.#writer.end()
  }
}
