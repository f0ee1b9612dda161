import { rtspError } from '../../contracts/rtsp-error.ts'
import { mpegAudioFrameAt, mpegAudioHeaderBytes } from '../codecs/mpeg-audio-frame.ts'
import type { DataUnit, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/** Zeros and the offset of the fragment, RFC 2250 section 3.5. */
const headerBytes = 4

/**
 * Frames of MPEG-1 and MPEG-2 audio to RTP packets, RFC 2250 section 3: a frame per packet, or a frame in parts. The marker
 * is on every packet, as receivers of the gortsplib family expect. A unit that is not exactly one frame throws
 * `ERR_RTSP_USAGE`.
 */
export class MPEG1AudioPacketizer implements Packetizer<DataUnit<'MPEG1Audio'>> {
  readonly #writer: PacketWriter

  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  packetize({ data, timestamp }: OutgoingUnit<DataUnit<'MPEG1Audio'>>): Uint8Array[] {
    const frame = data.length < mpegAudioHeaderBytes ? null : mpegAudioFrameAt(data, 0)
    if (frame?.frameBytes !== data.length) {
      throw rtspError('ERR_RTSP_USAGE', `${data.length} bytes are not one frame of MPEG audio`)
    }
    const chunkBytes = this.#writer.maxPayloadBytes - headerBytes
    const packetCount = Math.ceil(data.length / chunkBytes)
    this.#writer.begin(packetCount, packetCount * headerBytes + data.length)
    for (let start = 0; start < data.length; start += chunkBytes) {
      this.#writer.startPacket(true, timestamp)
      this.#writer.uint16(0)
      this.#writer.uint16(start)
      this.#writer.bytes(data, start, Math.min(start + chunkBytes, data.length))
    }
    return this.#writer.end()
  }
}
