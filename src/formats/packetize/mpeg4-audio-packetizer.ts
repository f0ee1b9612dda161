/**
 * AAC access units to RTP packets as RFC 3640 has them. Units that fit together share a packet behind one section of
 * bit-packed headers; a unit that does not fit a packet by itself is cut. As with video, one pass plans and one writes
 * into a single buffer. The widths of the header fields are those the description announces; 13, 3 and 3 bits are what
 * everybody uses (AAC-hbr) and keep each header at two whole bytes.
 */

import { rtspError } from '../../contracts/rtsp-error.ts'
import {
  checkPacketizerOptions,
  requireRange,
  rtpHeaderBytes,
  writeRtpHeader,
  type PacketizerOptions,
} from './packet-options.ts'

/** Options of the MPEG-4 audio packetizer; the lengths are those of the format in the description. */
export interface Mpeg4AudioPacketizerOptions extends PacketizerOptions {
  /** Bits of the AU-size field, 1 to 16. Default 13. */
  readonly sizeLength?: number
  /** Bits of the AU-Index field of the first header, 0 to 16. Default 3. */
  readonly indexLength?: number
  /** Bits of the AU-Index-delta field of the other headers, 0 to 16. Default 3. */
  readonly indexDeltaLength?: number
  /** Timestamp units that one access unit lasts: 1024, or 2048 when the clock runs at twice the core rate. */
  readonly ticksPerUnit?: number
  /**
   * What AU-size says in the fragments of a unit that was cut: the bytes of the whole `unit`, which is what RFC 3640
   * section 3.2.1.1 says and what ffmpeg needs (it decodes nothing of the other kind), or those of this `fragment`,
   * which is what servers and clients of the gortsplib family send and expect. Default `unit`.
   */
  readonly fragmentSize?: 'fragment' | 'unit'
}

/** The AU-headers-length field, RFC 3640 section 3.2.1. */
const headersLengthBytes = 2

/**
 * Turns access units (raw AAC frames, no ADTS) into RTP packets.
 *
 * ```ts
 * const packetizer = new Mpeg4AudioPacketizer({ payloadType: 97, ssrc: 2, initialSequenceNumber: 0 })
 * for (const packet of packetizer.packetize([frame], 48_000)) stream.writeRtp(1, packet)
 * ```
 *
 * The constructor throws `ERR_RTSP_USAGE` when a number is out of range.
 */
export class Mpeg4AudioPacketizer {
  readonly #payloadType: number
  readonly #ssrc: number
  readonly #initialTimestamp: number
  readonly #maxPayloadBytes: number
  readonly #sizeLength: number
  readonly #indexLength: number
  readonly #indexDeltaLength: number
  readonly #ticksPerUnit: number
  readonly #sendsWholeSize: boolean
  #sequenceNumber: number

  constructor(options: Mpeg4AudioPacketizerOptions) {
    this.#maxPayloadBytes = checkPacketizerOptions(options)
    this.#payloadType = options.payloadType
    this.#ssrc = options.ssrc
    this.#initialTimestamp = options.initialTimestamp ?? 0
    this.#sequenceNumber = options.initialSequenceNumber
    this.#sizeLength = options.sizeLength ?? 13
    this.#indexLength = options.indexLength ?? 3
    this.#indexDeltaLength = options.indexDeltaLength ?? 3
    this.#ticksPerUnit = options.ticksPerUnit ?? 1024
    this.#sendsWholeSize = options.fragmentSize !== 'fragment'
    requireRange('sizeLength', this.#sizeLength, 1, 16)
    requireRange('indexLength', this.#indexLength, 0, 16)
    requireRange('indexDeltaLength', this.#indexDeltaLength, 0, 16)
    requireRange('ticksPerUnit', this.#ticksPerUnit, 1, 0xffff)
  }

  /**
   * Packets of consecutive access units, in order. `timestamp` belongs to the first unit, modulo 2^32; later packets are
   * later by `ticksPerUnit` for each unit before them. The marker is set on every packet that ends a unit. Empty units
   * are left out but take their time. Throws `ERR_RTSP_USAGE` when a unit is too big for the size field. The packets are
   * parts of one fresh buffer that belongs to the caller; the units are only read.
   */
  packetize(units: readonly Uint8Array[], timestamp: number): Uint8Array[] {
    const groupSizes: number[] = []
    const buffer = new Uint8Array(this.#plan(units, groupSizes))
    const packets: Uint8Array[] = []
    let offset = 0
    let index = 0
    for (const size of groupSizes) {
      const packetTimestamp = timestamp + index * this.#ticksPerUnit
      const first = units[index]
      if (first === undefined) break
      if (size === 1 && this.#payloadBytes(1, first.length) > this.#maxPayloadBytes) {
        offset = this.#writeFragments(buffer, offset, first, packetTimestamp, packets)
      } else if (first.length > 0) {
        offset = this.#writeGroup(buffer, offset, units, index, size, packetTimestamp, packets)
      }
      index += size
    }
    return packets
  }

  /** Fills `groupSizes` with how many units travel together (an empty unit is a group that sends nothing). */
  #plan(units: readonly Uint8Array[], groupSizes: number[]): number {
    let totalBytes = 0
    let count = 0
    let dataBytes = 0
    for (const unit of units) {
      this.#checkUnit(unit)
      const joins =
        count > 0 &&
        dataBytes > 0 &&
        unit.length > 0 &&
        this.#payloadBytes(count + 1, dataBytes + unit.length) <= this.#maxPayloadBytes
      if (count > 0 && !joins) {
        groupSizes.push(count)
        totalBytes += this.#groupBytes(count, dataBytes)
        count = 0
        dataBytes = 0
      }
      count++
      dataBytes += unit.length
    }
    if (count > 0) {
      groupSizes.push(count)
      totalBytes += this.#groupBytes(count, dataBytes)
    }
    return totalBytes
  }

  #checkUnit(unit: Uint8Array): void {
    const mostBytes = 2 ** this.#sizeLength - 1
    if (unit.length <= mostBytes) return
    throw rtspError(
      'ERR_RTSP_USAGE',
      `an access unit of ${unit.length} bytes does not fit a size of ${mostBytes} bytes`,
    )
  }

  /** Bytes of the AU header section and the data of a packet with `count` units. */
  #payloadBytes(count: number, dataBytes: number): number {
    return headersLengthBytes + ((this.#headerBits(count) + 7) >>> 3) + dataBytes
  }

  #headerBits(count: number): number {
    return count * this.#sizeLength + this.#indexLength + (count - 1) * this.#indexDeltaLength
  }

  /** Bytes of all packets of a group, RTP headers included. */
  #groupBytes(count: number, dataBytes: number): number {
    if (dataBytes === 0) return 0
    const payloadBytes = this.#payloadBytes(count, dataBytes)
    if (payloadBytes <= this.#maxPayloadBytes) return rtpHeaderBytes + payloadBytes
    const overheadBytes = payloadBytes - dataBytes
    const fragments = Math.ceil(dataBytes / (this.#maxPayloadBytes - overheadBytes))
    return fragments * (rtpHeaderBytes + overheadBytes) + dataBytes
  }

  #writeGroup(
    buffer: Uint8Array,
    start: number,
    units: readonly Uint8Array[],
    index: number,
    count: number,
    timestamp: number,
    packets: Uint8Array[],
  ): number {
    let offset = this.#writeHeader(buffer, start, true, timestamp)
    const headerBits = this.#headerBits(count)
    let bitOffset = writeHeadersLength(buffer, offset, headerBits)
    offset = (bitOffset + headerBits + 7) >>> 3
    for (let at = index; at < index + count; at++) {
      const unit = units[at]
      if (unit === undefined) break
      writeBits(buffer, bitOffset, this.#sizeLength, unit.length)
      // AU-Index and AU-Index-delta stay 0: units follow each other in order, nothing is interleaved.
      bitOffset += this.#sizeLength + (at === index ? this.#indexLength : this.#indexDeltaLength)
      buffer.set(unit, offset)
      offset += unit.length
    }
    packets.push(buffer.subarray(start, offset))
    return offset
  }

  #writeFragments(
    buffer: Uint8Array,
    start: number,
    unit: Uint8Array,
    timestamp: number,
    packets: Uint8Array[],
  ): number {
    const chunkBytes = this.#maxPayloadBytes - this.#payloadBytes(1, 0)
    let offset = start
    for (let from = 0; from < unit.length; from += chunkBytes) {
      const until = Math.min(from + chunkBytes, unit.length)
      const packetStart = offset
      offset = this.#writeHeader(buffer, offset, until === unit.length, timestamp)
      const bitOffset = writeHeadersLength(buffer, offset, this.#headerBits(1))
      writeBits(buffer, bitOffset, this.#sizeLength, this.#sendsWholeSize ? unit.length : until - from)
      offset += this.#payloadBytes(1, 0)
      buffer.set(unit.subarray(from, until), offset)
      offset += until - from
      packets.push(buffer.subarray(packetStart, offset))
    }
    return offset
  }

  #writeHeader(buffer: Uint8Array, offset: number, marker: boolean, timestamp: number): number {
    const sequenceNumber = this.#sequenceNumber
    this.#sequenceNumber = (sequenceNumber + 1) & 0xffff
    const sent = this.#initialTimestamp + timestamp
    return writeRtpHeader(buffer, offset, marker, this.#payloadType, sequenceNumber, sent, this.#ssrc)
  }
}

/** Writes AU-headers-length, which counts bits, and returns the bit offset of the first AU header. */
function writeHeadersLength(buffer: Uint8Array, offset: number, headerBits: number): number {
  buffer[offset] = headerBits >>> 8
  buffer[offset + 1] = headerBits
  return (offset + headersLengthBytes) * 8
}

/** Writes the `count` low bits of `value`, most significant first, into bits that are still zero. */
function writeBits(buffer: Uint8Array, bitOffset: number, count: number, value: number): void {
  for (let bit = 0; bit < count; bit++) {
    const isSet = (value >>> (count - 1 - bit)) & 1
    const at = bitOffset + bit
    buffer[at >>> 3] = (buffer[at >>> 3] ?? 0) | (isSet << (7 - (at & 7)))
  }
}
