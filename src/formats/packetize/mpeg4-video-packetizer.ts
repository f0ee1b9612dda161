import { rtspError } from '../../contracts/rtsp-error.ts'
import { mpeg4FrameStart } from '../depacketize/start-codes.ts'
import type { MPEG4VideoFrame, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter, writeSlices } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/**
 * Frames of MPEG-4 Visual to RTP packets, RFC 6416 section 5.1: cut where a packet is full, the last one carries the marker.
 * A frame that does not open with a start code throws `ERR_RTSP_USAGE`: receivers could not find its start again.
 */
export class MPEG4VideoPacketizer implements Packetizer<MPEG4VideoFrame> {
  readonly #writer: PacketWriter

  /** Throws `ERR_RTSP_USAGE` when a number is out of range. */
  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  packetize({ frame, timestamp }: OutgoingUnit<MPEG4VideoFrame>): Uint8Array[] {
    if (mpeg4FrameStart(frame, 0) === 'no') {
      throw rtspError('ERR_RTSP_USAGE', 'a frame of MPEG-4 video does not open with a start code')
    }
    return writeSlices(this.#writer, frame, timestamp)
  }
}
