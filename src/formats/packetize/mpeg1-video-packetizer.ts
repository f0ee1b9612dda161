/**
 * Pictures of MPEG-1 and MPEG-2 video to RTP packets, RFC 2250 section 3. The picture is taken apart at its start codes, and
 * whole pieces (headers and slices) share packets; a slice that does not fit one is cut. Every packet repeats what the
 * picture header says, so that a receiver can tell what it missed.
 *
 * ```text
 *  |   MBZ   |T|        TR         |AN|N|S|B|E|  P  |FBV| BFC |FFV| FFC |
 * ```
 */

import { rtspError } from '../../contracts/rtsp-error.ts'
import { nextStartCode } from '../depacketize/part-collector.ts'
import { mpeg1FrameStart } from '../depacketize/start-codes.ts'
import type { MPEG1VideoFrame, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

const headerBytes = 4
/** Start codes of ISO 13818-2 table 6-1: picture header, sequence header. */
const pictureCode = 0x00
const sequenceCode = 0xb3
/** Picture types that were predicted from an earlier picture, and from a later one as well. */
const predicted = 2
const bidirectional = 3
/** B and E: the packet begins and ends with a slice. */
const beginsSlice = 0x10
const endsSlice = 0x08
const hasSequenceHeader = 0x20

/** What all packets of a picture say about it. */
interface PictureHeader {
  readonly temporalReference: number
  readonly type: number
  /** FBV, BFC, FFV and FFC as the last byte of the payload header has them. */
  readonly vectors: number
}

/** Turns pictures of MPEG-1 and MPEG-2 video into RTP packets; the last of a picture carries the marker. */
export class MPEG1VideoPacketizer implements Packetizer<MPEG1VideoFrame> {
  readonly #writer: PacketWriter

  /** Throws `ERR_RTSP_USAGE` when a number is out of range. */
  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  /** Throws `ERR_RTSP_USAGE` for bytes that do not open with a header, or have no picture header. */
  packetize({ frame, timestamp }: OutgoingUnit<MPEG1VideoFrame>): Uint8Array[] {
    const starts = startCodesOf(frame)
    const picture = pictureHeaderOf(frame, starts)
    if (mpeg1FrameStart(frame, 0) === 'no' || picture === undefined) {
      throw rtspError(
        'ERR_RTSP_USAGE',
        'a picture of MPEG-1 video does not open with a header, or has none of a picture',
      )
    }
    const groups = this.#plan(frame, starts)
    const chunkBytes = this.#writer.maxPayloadBytes - headerBytes
    let packetCount = 0
    groups.forEach(
      (start, index) => (packetCount += Math.ceil(((groups[index + 1] ?? frame.length) - start) / chunkBytes)),
    )
    this.#writer.begin(packetCount, packetCount * headerBytes + frame.length)
    groups.forEach((start, index) => this.#write(frame, start, groups[index + 1] ?? frame.length, picture, timestamp))
    return this.#writer.end()
  }

  /** Offsets at which a new packet starts: as many whole pieces as fit go together. */
  #plan(frame: Uint8Array, starts: readonly number[]): number[] {
    const chunkBytes = this.#writer.maxPayloadBytes - headerBytes
    const groups: number[] = []
    let groupStart = -1
    starts.forEach((start, index) => {
      const end = starts[index + 1] ?? frame.length
      if (groupStart >= 0 && end - groupStart <= chunkBytes) return
      groupStart = start
      groups.push(start)
    })
    return groups
  }

  #write(frame: Uint8Array, from: number, until: number, picture: PictureHeader, timestamp: number): void {
    const chunkBytes = this.#writer.maxPayloadBytes - headerBytes
    for (let start = from; start < until; start += chunkBytes) {
      const end = Math.min(start + chunkBytes, until)
      const flags =
        (start === from ? beginsSlice : 0) |
        (end === until ? endsSlice : 0) |
        (start === from && frame[from + 3] === sequenceCode ? hasSequenceHeader : 0)
      this.#writer.startPacket(end === frame.length, timestamp)
      this.#writer.uint16(picture.temporalReference)
      this.#writer.byte(flags | picture.type)
      this.#writer.byte(picture.vectors)
      this.#writer.bytes(frame, start, end)
    }
  }
}

function startCodesOf(frame: Uint8Array): number[] {
  const starts: number[] = []
  let at = nextStartCode(frame, 0, frame.length)
  while (at >= 0) {
    starts.push(at)
    at = nextStartCode(frame, at + 3, frame.length)
  }
  return starts
}

/** ISO 11172-2 section 2.4.2.5: ten bits, three of type, 16 of delay, then vector scales where the type has them. */
function pictureHeaderOf(frame: Uint8Array, starts: readonly number[]): PictureHeader | undefined {
  const start = starts.find((at) => frame[at + 3] === pictureCode)
  if (start === undefined || start + 8 > frame.length) return undefined
  const byte = (index: number): number => frame[start + 4 + index] ?? 0
  const type = (byte(1) >> 3) & 7
  const forward = (((byte(3) >> 2) & 1) << 3) | ((byte(3) & 3) << 1) | (byte(4) >> 7)
  const backward = (byte(4) >> 3) & 0x0f
  return {
    temporalReference: (byte(0) << 2) | (byte(1) >> 6),
    type,
    vectors:
      (type === bidirectional ? backward << 4 : 0) | (type === predicted || type === bidirectional ? forward : 0),
  }
}
