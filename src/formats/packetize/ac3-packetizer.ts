import { rtspError } from '../../contracts/rtsp-error.ts'
import { ac3FrameBytes } from '../codecs/ac3-frame.ts'
import type { DataUnit, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/** FT and NF, RFC 4184 section 4.1.1. */
const headerBytes = 2

/**
 * AC-3 frames to RTP packets, RFC 4184 section 4: a frame per packet, or a frame in parts. The first part says whether five
 * eighths of the frame are in it (FT 1) or not (FT 2), because a decoder can begin with those. The marker is on the packet
 * that ends the frame. A unit that is not exactly one frame throws `ERR_RTSP_USAGE`.
 */
export class AC3Packetizer implements Packetizer<DataUnit<'AC3'>> {
  readonly #writer: PacketWriter

  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  packetize({ data, timestamp }: OutgoingUnit<DataUnit<'AC3'>>): Uint8Array[] {
    if (data.length === 0 || ac3FrameBytes(data, 0) !== data.length) {
      throw rtspError('ERR_RTSP_USAGE', `${data.length} bytes are not one AC-3 frame`)
    }
    const chunkBytes = this.#writer.maxPayloadBytes - headerBytes
    const packetCount = Math.ceil(data.length / chunkBytes)
    this.#writer.begin(packetCount, packetCount * headerBytes + data.length)
    for (let start = 0; start < data.length; start += chunkBytes) {
      const end = Math.min(start + chunkBytes, data.length)
      this.#writer.startPacket(end === data.length, timestamp)
      this.#writer.byte(start > 0 ? 3 : packetCount === 1 ? 0 : chunkBytes * 8 >= data.length * 5 ? 1 : 2)
      this.#writer.byte(packetCount)
      this.#writer.bytes(data, start, end)
    }
    return this.#writer.end()
  }
}
