import { rtspError } from '../../contracts/rtsp-error.ts'
import { isTransportStream, transportPacketBytes } from '../depacketize/mpeg-ts-depacketizer.ts'
import type { MPEGTSChunk, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/**
 * Transport stream packets to RTP packets, RFC 2250 section 2: as many whole ones as fit (7 by default), no marker. Bytes that
 * are not whole transport stream packets throw `ERR_RTSP_USAGE`.
 */
export class MPEGTSPacketizer implements Packetizer<MPEGTSChunk> {
  readonly #writer: PacketWriter
  readonly #chunkBytes: number

  /** Throws `ERR_RTSP_USAGE` when a number is out of range, or a payload does not hold 188 bytes. */
  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
    const { maxPayloadBytes } = this.#writer
    this.#chunkBytes = maxPayloadBytes - (maxPayloadBytes % transportPacketBytes)
    if (this.#chunkBytes === 0) {
      throw rtspError('ERR_RTSP_USAGE', `maxPayloadBytes must be ${transportPacketBytes} at least for MPEG-TS`)
    }
  }

  packetize({ data, timestamp }: OutgoingUnit<MPEGTSChunk>): Uint8Array[] {
    if (!isTransportStream(data)) throw rtspError('ERR_RTSP_USAGE', 'a unit is not made of transport stream packets')
    this.#writer.begin(Math.ceil(data.length / this.#chunkBytes), data.length)
    for (let start = 0; start < data.length; start += this.#chunkBytes) {
      this.#writer.startPacket(false, timestamp)
      this.#writer.bytes(data, start, Math.min(start + this.#chunkBytes, data.length))
    }
    return this.#writer.end()
  }
}
