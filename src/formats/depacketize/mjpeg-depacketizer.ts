/**
 * RTP packets to JPEG images, RFC 2435. Packets carry scan data with its offset; the header of the file is put in front of it
 * again. Senders repeat the same parameters for hours, so the header is kept until one of them changes. An image with a hole
 * is dropped: without the bytes in the middle nothing behind them can be decoded.
 *
 * The marker ends an image. From a sender that does not set it, an image ends where the next one begins, which has another
 * timestamp and the offset 0; as no packet is missing then, it is whole.
 *
 * ```text
 *  | type-specific |              fragment offset                  |
 *  |     type      |       Q       |   width / 8   |   height / 8  |
 *  [type 64..127: |       restart interval        |F|L|   count    | ]
 *  [Q >= 128, offset 0: |  MBZ  |  precision  |     length      | tables ]
 * ```
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { readUint16, readUint24 } from '../../wire/sequence.ts'
import type { MJPEGImage } from '../units.ts'
import { ByteCollector } from './byte-collector.ts'
import { noUnits, type DepacketizeProblem } from './depacketizer.ts'
import { jpegHeader } from './jpeg-header.ts'
import { quantizationTableBytes, quantizationTablesOf } from './jpeg-tables.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import {
  invalidPicture,
  invalidTables,
  joinedLate,
  noStart,
  payloadTooShort,
  timestampChanged,
  unitTooBig,
  unknownTables,
  unsupportedPicture,
  wrongOffset,
} from './problems.ts'

const mainHeaderBytes = 8
const restartHeaderBytes = 4
const tableHeaderBytes = 4
/** No image is this small: an end marker needs as much. */
const fewestDataBytes = 2

/** Depacketizer of JPEG, types 0, 1, 64 and 65. */
export class MJPEGDepacketizer extends PacketDepacketizer<MJPEGImage> {
  readonly #bytes: ByteCollector
  #timestamp = 0
  #hasStarted = false
  /** Size of the header in front of the collected scan data; 0 when no image is being collected. */
  #headerBytes = 0
  /** The header made last, and what it was made from: type to height of the payload, restart interval, tables. */
  #header: Uint8Array = new Uint8Array(0)
  #headerKey = -1
  #headerInterval = 0
  #headerTables: Uint8Array | null = null
  /** Tables that senders gave a number of 128..254 to; they may send them once only. */
  readonly #namedTables = new Map<number, Uint8Array>()
  /** Tables of the image before, to see that they are still the same. */
  #lastTables: Uint8Array = new Uint8Array(0)

  constructor(options: DepacketizeOptions = {}) {
    super()
    this.#bytes = new ByteCollector(options.maxUnitBytes ?? unitLimits.mjpegBytes)
  }

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly MJPEGImage[] {
    if (isAfterLoss) this.#drop()
    const before = this.#finishUnmarked(packet.timestamp, payload)
    const problem = this.#takeData(packet.timestamp, payload)
    if (problem !== null) {
      this.report(problem)
      this.#drop()
      return before === null ? noUnits : [before]
    }
    const image = packet.marker ? this.#finish() : null
    if (image === null) return before === null ? noUnits : [before]
    return before === null ? [image] : [before, image]
  }

  protected clear(): void {
    this.#drop()
    this.#hasStarted = false
  }

  #drop(): void {
    this.#bytes.clear()
    this.#headerBytes = 0
  }

  #takeData(timestamp: number, payload: Uint8Array): DepacketizeProblem | null {
    if (payload.length < mainHeaderBytes) return payloadTooShort
    const offset = readUint24(payload, 1)
    const hasRestarts = ((payload[4] ?? 0) & 0x40) !== 0
    const start = mainHeaderBytes + (hasRestarts ? restartHeaderBytes : 0)
    if (payload.length < start) return payloadTooShort
    if (offset === 0) return this.#begin(timestamp, payload, start)
    if (this.#headerBytes === 0) return this.#hasStarted ? noStart : joinedLate
    if (timestamp !== this.#timestamp) return timestampChanged
    if (offset !== this.#bytes.length - this.#headerBytes) return wrongOffset
    return this.#bytes.append(payload, start) ? null : unitTooBig
  }

  #begin(timestamp: number, payload: Uint8Array, start: number): DepacketizeProblem | null {
    this.#drop()
    this.#hasStarted = true
    this.#timestamp = timestamp
    const type = payload[4] ?? 0
    if (type > 127 || (type & 0x3f) > 1) return unsupportedPicture
    if (payload[6] === 0 || payload[7] === 0) return invalidPicture
    const quality = payload[5] ?? 0
    const tableBytes = quality < 128 ? 0 : readUint16(payload, start + 2)
    const dataStart = quality < 128 ? start : start + tableHeaderBytes + tableBytes
    if (payload.length < dataStart) return payloadTooShort
    const tables = this.#tablesOf(quality, payload, dataStart - tableBytes, tableBytes)
    if (!(tables instanceof Uint8Array)) return tables
    this.#prepareHeader(payload, start > mainHeaderBytes ? readUint16(payload, mainHeaderBytes) : 0, tables)
    if (!this.#bytes.append(this.#header) || !this.#bytes.append(payload, dataStart)) return unitTooBig
    this.#headerBytes = this.#header.length
    return null
  }

  /** The tables of a quality; the same object as long as they are the same. RFC 2435 sections 3.1.4 and 3.1.8. */
  #tablesOf(quality: number, payload: Uint8Array, at: number, size: number): Uint8Array | DepacketizeProblem {
    const named = this.#namedTables.get(quality)
    if (quality < 128) {
      if (quality === 0 || quality > 99) return invalidTables
      if (named !== undefined) return named
    } else if (size === 0) return named ?? unknownTables
    // Precision of 16 bits is not baseline JPEG.
    else if (payload[at - 3] !== 0 || (size !== quantizationTableBytes && size !== 2 * quantizationTableBytes)) {
      return invalidTables
    } else if (isSame(this.#lastTables, payload, at, size)) {
      if (quality < 255) this.#namedTables.set(quality, this.#lastTables)
      return this.#lastTables
    }
    const tables = quality < 128 ? quantizationTablesOf(quality) : payload.slice(at, at + size)
    if (quality < 255) this.#namedTables.set(quality, tables)
    if (quality >= 128) this.#lastTables = tables
    return tables
  }

  #prepareHeader(payload: Uint8Array, restartInterval: number, quantizationTables: Uint8Array): void {
    const width = payload[6] ?? 0
    const height = payload[7] ?? 0
    const isChromaHalfHeight = ((payload[4] ?? 0) & 0x3f) === 1
    const key = (width << 9) | (height << 1) | (isChromaHalfHeight ? 1 : 0)
    const isKept =
      key === this.#headerKey && restartInterval === this.#headerInterval && quantizationTables === this.#headerTables
    if (isKept) return
    this.#headerKey = key
    this.#headerInterval = restartInterval
    this.#headerTables = quantizationTables
    this.#header = jpegHeader({
      width: width * 8,
      height: height * 8,
      isChromaHalfHeight,
      quantizationTables,
      restartInterval,
    })
  }

  /** The image at hand when `payload` begins another one, at another time; null otherwise. */
  #finishUnmarked(timestamp: number, payload: Uint8Array): MJPEGImage | null {
    const isNext = timestamp !== this.#timestamp && payload.length >= mainHeaderBytes && readUint24(payload, 1) === 0
    return isNext ? this.#finish() : null
  }

  #finish(): MJPEGImage | null {
    if (this.#headerBytes === 0) return null
    const { bytes, length } = this.#bytes
    if (length - this.#headerBytes < fewestDataBytes) {
      this.report(invalidPicture)
      this.#drop()
      return null
    }
    const hasEnd = bytes[length - 2] === 0xff && bytes[length - 1] === 0xd9
    const isKept = hasEnd || (this.#bytes.appendByte(0xff) && this.#bytes.appendByte(0xd9))
    if (!isKept) this.report(unitTooBig)
    const image = isKept ? this.#bytes.release() : null
    this.#drop()
    if (image === null) return null
    return { codec: 'MJPEG', timestamp: this.#timestamp, isRandomAccess: true, corrupted: false, image }
  }
}

function isSame(tables: Uint8Array, payload: Uint8Array, at: number, size: number): boolean {
  if (tables.length !== size) return false
  for (let index = 0; index < size; index++) if (tables[index] !== payload[at + index]) return false
  return true
}
