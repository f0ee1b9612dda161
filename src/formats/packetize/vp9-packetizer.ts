/**
 * VP9 frames to RTP packets, RFC 9628 in non-flexible mode with one layer: a long picture id in every packet, and in front of
 * a key frame the scalability structure with its size, without which some receivers do not start.
 *
 * ```text
 *  |I|P|L|F|B|E|V|Z|  |1|          PictureID          |  [ | N_S |Y|G|-|-|-| width | height | N_G | TID |U| R |-|-| P_DIFF | ]
 * ```
 */

import { rtspError } from '../../contracts/rtsp-error.ts'
import type { OutgoingUnit, VP9Frame } from '../units.ts'
import { requireRange, type PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'
import { readVP9FrameHeader, type VP9FrameHeader } from './vp9-frame-header.ts'

/** Options of the VP9 packetizer. */
export interface VP9PacketizerOptions extends PacketizerOptions {
  /** Picture id of the first frame, 0..32767. Default 0; a random one tells receivers nothing about the sender. */
  readonly initialPictureId?: number
}

const descriptorBytes = 3
const structureBytes = 8
/** I: picture id; Z: not a reference for upper layers. */
const always = 0x81
const predicted = 0x40
const begins = 0x08
const ends = 0x04
const hasStructure = 0x02

/** Turns VP9 frames into RTP packets; the last of a frame carries the marker. */
export class VP9Packetizer implements Packetizer<VP9Frame> {
  readonly #writer: PacketWriter
  #pictureId: number

  /** Throws `ERR_RTSP_USAGE` when a number is out of range. */
  constructor(options: VP9PacketizerOptions) {
    this.#writer = new PacketWriter(options)
    this.#pictureId = options.initialPictureId ?? 0
    requireRange('initialPictureId', this.#pictureId, 0, 0x7fff)
  }

  /** Throws `ERR_RTSP_USAGE` for bytes that do not start like a VP9 frame. */
  packetize({ frame, timestamp }: OutgoingUnit<VP9Frame>): Uint8Array[] {
    const header = readVP9FrameHeader(frame)
    if (header === undefined) throw rtspError('ERR_RTSP_USAGE', 'a frame is not VP9')
    const extraBytes = header.isKeyFrame ? structureBytes : 0
    const chunkBytes = this.#writer.maxPayloadBytes - descriptorBytes
    const packetCount = Math.ceil((extraBytes + frame.length) / chunkBytes)
    this.#writer.begin(packetCount, extraBytes + frame.length + packetCount * descriptorBytes)
    let start = 0
    while (start < frame.length) {
      const isFirst = start === 0
      const end = Math.min(start + chunkBytes - (isFirst ? extraBytes : 0), frame.length)
      const isLast = end === frame.length
      this.#writer.startPacket(isLast, timestamp)
      this.#writer.byte(
        always |
          (header.isKeyFrame ? 0 : predicted) |
          (isFirst ? begins : 0) |
          (isLast ? ends : 0) |
          (isFirst && header.isKeyFrame ? hasStructure : 0),
      )
      this.#writer.uint16(0x8000 | this.#pictureId)
      if (isFirst && header.isKeyFrame) this.#writeStructure(header)
      this.#writer.bytes(frame, start, end)
      start = end
    }
    this.#pictureId = (this.#pictureId + 1) & 0x7fff
    return this.#writer.end()
  }

  /** One layer with its size, and a group of one picture that refers to the one before it. Section 4.2.1. */
  #writeStructure({ width, height }: VP9FrameHeader): void {
    this.#writer.byte(0x18)
    this.#writer.uint16(width)
    this.#writer.uint16(height)
    this.#writer.byte(1)
    this.#writer.byte(0x14)
    this.#writer.byte(1)
  }
}
