import type { OutgoingUnit, VP8Frame } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/** The payload descriptor without its options, RFC 7741 section 4.2. */
const descriptorBytes = 1
/** S: the packet starts a partition, which is the first. */
const startOfFrame = 0x10

/**
 * VP8 frames to RTP packets, RFC 7741, with the one-byte descriptor: partitions are not told apart, which the RFC leaves to
 * senders. The last packet of a frame carries the marker. An empty frame gives no packet.
 */
export class VP8Packetizer implements Packetizer<VP8Frame> {
  readonly #writer: PacketWriter

  /** Throws `ERR_RTSP_USAGE` when a number is out of range. */
  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  packetize({ frame, timestamp }: OutgoingUnit<VP8Frame>): Uint8Array[] {
    const chunkBytes = this.#writer.maxPayloadBytes - descriptorBytes
    const packetCount = Math.ceil(frame.length / chunkBytes)
    this.#writer.begin(packetCount, frame.length + packetCount * descriptorBytes)
    for (let start = 0; start < frame.length; start += chunkBytes) {
      const end = Math.min(start + chunkBytes, frame.length)
      this.#writer.startPacket(end === frame.length, timestamp)
      this.#writer.byte(start === 0 ? startOfFrame : 0)
      this.#writer.bytes(frame, start, end)
    }
    return this.#writer.end()
  }
}
