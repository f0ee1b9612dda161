/**
 * JPEG images to RTP packets, RFC 2435, with the quantization tables in the first packet of every image (Q 255): receivers can
 * join anywhere, and tables may change from image to image.
 */

import { rtspError } from '../../contracts/rtsp-error.ts'
import { quantizationTableBytes } from '../depacketize/jpeg-tables.ts'
import type { MJPEGImage, OutgoingUnit } from '../units.ts'
import { readJpegImage, type JpegImage } from './jpeg-image.ts'
import { requireRange, type PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

const mainHeaderBytes = 8
const restartHeaderBytes = 4
const tableHeaderBytes = 4
/** The headers of the first packet take 144 bytes, and a receiver wants to see data behind them. */
const smallestMaxPayloadBytes = 160
/** The fragment offset has 24 bits, section 3.1.2. */
const mostScanBytes = 0xffffff
/** Types from 64 on have a restart header, section 3.1.3. */
const restartType = 64
/** The tables are in the packet and may be others in the next image, section 4.2. */
const inBandTables = 255
/** F, L and a count of all ones: the image has to be put together before it is decoded, section 3.1.7. */
const wholeImage = 0xffff

/** Turns JPEG images into RTP packets; the last of an image carries the marker. */
export class MJPEGPacketizer implements Packetizer<MJPEGImage> {
  readonly #writer: PacketWriter

  /** Throws `ERR_RTSP_USAGE` when a number is out of range; `maxPayloadBytes` is 160 at least. */
  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
    requireRange('maxPayloadBytes', this.#writer.maxPayloadBytes, smallestMaxPayloadBytes, 65535)
  }

  /**
   * Throws `ERR_RTSP_USAGE` for an image that RFC 2435 cannot carry: anything but baseline 4:2:0 and 4:2:2 with the standard
   * Huffman tables and sides of a multiple of 8 up to 2040 pixels.
   */
  packetize({ image, timestamp }: OutgoingUnit<MJPEGImage>): Uint8Array[] {
    const jpeg = readJpegImage(image)
    if (typeof jpeg === 'string') throw rtspError('ERR_RTSP_USAGE', jpeg)
    const { scan } = jpeg
    if (scan.length > mostScanBytes) throw rtspError('ERR_RTSP_USAGE', `image has ${scan.length} bytes of data`)
    const tableBytes = tableHeaderBytes + jpeg.quantizationTables.length * quantizationTableBytes
    const headerBytes = mainHeaderBytes + (jpeg.restartInterval > 0 ? restartHeaderBytes : 0)
    const chunkBytes = this.#writer.maxPayloadBytes - headerBytes
    const packetCount = Math.ceil((tableBytes + scan.length) / chunkBytes)
    this.#writer.begin(packetCount, packetCount * headerBytes + tableBytes + scan.length)
    let start = 0
    while (start < scan.length) {
      const end = Math.min(start + chunkBytes - (start === 0 ? tableBytes : 0), scan.length)
      this.#writer.startPacket(end === scan.length, timestamp)
      this.#writeHeader(jpeg, start)
      if (start === 0) this.#writeTables(jpeg)
      this.#writer.bytes(scan, start, end)
      start = end
    }
    return this.#writer.end()
  }

  #writeHeader({ widthBlocks, heightBlocks, type, restartInterval }: JpegImage, offset: number): void {
    // Type-specific 0: not interlaced, and the offset in 24 bits.
    this.#writer.byte(0)
    this.#writer.byte(offset >>> 16)
    this.#writer.uint16(offset)
    this.#writer.byte(type + (restartInterval > 0 ? restartType : 0))
    this.#writer.byte(inBandTables)
    this.#writer.byte(widthBlocks)
    this.#writer.byte(heightBlocks)
    if (restartInterval === 0) return
    this.#writer.uint16(restartInterval)
    this.#writer.uint16(wholeImage)
  }

  /** Section 3.1.8: a zero byte, precision 0 (8 bits), the length, the tables. */
  #writeTables({ quantizationTables }: JpegImage): void {
    this.#writer.uint16(0)
    this.#writer.uint16(quantizationTables.length * quantizationTableBytes)
    for (const table of quantizationTables) this.#writer.bytes(table)
  }
}
