/**
 * H264 access units to RTP packets, packetization mode 1 of RFC 6184. Small NAL units share a packet (STAP-A), large
 * ones are cut (FU-A), the rest travel alone. The work is done in two passes: the first finds where packets begin and
 * how many bytes they take together, the second writes them into one buffer of that size. NAL units are never looked
 * into beyond their first byte.
 */

import { checkPacketizerOptions, rtpHeaderBytes, writeRtpHeader, type PacketizerOptions } from './packet-options.ts'

/** NAL unit type of a single-time aggregation packet, RFC 6184 section 5.7.1. */
const stapA = 24
/** NAL unit type of a fragmentation unit, RFC 6184 section 5.8. */
const fuA = 28
/** FU indicator and FU header. */
const fragmentHeaderBytes = 2

/**
 * Turns access units into RTP packets.
 *
 * ```ts
 * const packetizer = new H264Packetizer({ payloadType: 96, ssrc: 1, initialSequenceNumber: 0 })
 * for (const packet of packetizer.packetize(nalUnits, 90_000)) stream.writeRtp(0, packet)
 * ```
 *
 * The constructor throws `ERR_RTSP_USAGE` when a number is out of range.
 */
export class H264Packetizer {
  readonly #payloadType: number
  readonly #ssrc: number
  readonly #initialTimestamp: number
  readonly #maxPayloadBytes: number
  #sequenceNumber: number

  constructor(options: PacketizerOptions) {
    this.#maxPayloadBytes = checkPacketizerOptions(options)
    this.#payloadType = options.payloadType
    this.#ssrc = options.ssrc
    this.#initialTimestamp = options.initialTimestamp ?? 0
    this.#sequenceNumber = options.initialSequenceNumber
  }

  /**
   * Packets of one access unit, in order; the last one carries the marker. `accessUnit` holds NAL units without start
   * codes; empty ones are left out, and nothing in gives nothing out. `timestamp` counts 1/90000 s and is taken modulo
   * 2^32. The packets are parts of one fresh buffer that belongs to the caller; the NAL units are only read.
   */
  packetize(accessUnit: readonly Uint8Array[], timestamp: number): Uint8Array[] {
    const units = accessUnit.filter((unit) => unit.length > 0)
    const groupSizes: number[] = []
    const buffer = new Uint8Array(this.#plan(units, groupSizes))
    const packets: Uint8Array[] = []
    let offset = 0
    let index = 0
    for (const size of groupSizes) {
      const isLast = index + size === units.length
      const first = units[index]
      if (first === undefined) break
      if (size > 1) {
        const packetStart = offset
        offset = this.#writeHeader(buffer, offset, isLast, timestamp)
        offset = writeAggregate(buffer, offset, units, index, size)
        packets.push(buffer.subarray(packetStart, offset))
      } else if (first.length <= this.#maxPayloadBytes) {
        const packetStart = offset
        offset = this.#writeHeader(buffer, offset, isLast, timestamp)
        buffer.set(first, offset)
        offset += first.length
        packets.push(buffer.subarray(packetStart, offset))
      } else {
        offset = this.#writeFragments(buffer, offset, first, isLast, timestamp, packets)
      }
      index += size
    }
    return packets
  }

  /** Fills `groupSizes` with the number of NAL units that travel together and returns the bytes of all packets. */
  #plan(units: readonly Uint8Array[], groupSizes: number[]): number {
    let totalBytes = 0
    let count = 0
    let aggregateBytes = 0
    let onlyBytes = 0
    for (const unit of units) {
      if (count > 0 && aggregateBytes + 2 + unit.length > this.#maxPayloadBytes) {
        groupSizes.push(count)
        totalBytes += count === 1 ? this.#aloneBytes(onlyBytes) : rtpHeaderBytes + aggregateBytes
        count = 0
      }
      if (count === 0) {
        aggregateBytes = 1
        onlyBytes = unit.length
      }
      count++
      aggregateBytes += 2 + unit.length
    }
    if (count > 0) {
      groupSizes.push(count)
      totalBytes += count === 1 ? this.#aloneBytes(onlyBytes) : rtpHeaderBytes + aggregateBytes
    }
    return totalBytes
  }

  /** Bytes of the packet or packets that carry one NAL unit by itself. */
  #aloneBytes(unitBytes: number): number {
    if (unitBytes <= this.#maxPayloadBytes) return rtpHeaderBytes + unitBytes
    const fragments = Math.ceil((unitBytes - 1) / (this.#maxPayloadBytes - fragmentHeaderBytes))
    return fragments * (rtpHeaderBytes + fragmentHeaderBytes) + unitBytes - 1
  }

  #writeHeader(buffer: Uint8Array, offset: number, marker: boolean, timestamp: number): number {
    const sequenceNumber = this.#sequenceNumber
    this.#sequenceNumber = (sequenceNumber + 1) & 0xffff
    const sent = this.#initialTimestamp + timestamp
    return writeRtpHeader(buffer, offset, marker, this.#payloadType, sequenceNumber, sent, this.#ssrc)
  }

  /**
   * Cuts a NAL unit. Its first byte is not sent; the indicator keeps its importance (NRI), the FU header its type:
   *
   * ```text
   *  +---------------+---------------+
   *  |0|NRI|   28    |S|E|0|  type   |
   *  +---------------+---------------+
   * ```
   */
  #writeFragments(
    buffer: Uint8Array,
    start: number,
    unit: Uint8Array,
    isLastUnit: boolean,
    timestamp: number,
    packets: Uint8Array[],
  ): number {
    const chunkBytes = this.#maxPayloadBytes - fragmentHeaderBytes
    const header = unit[0] ?? 0
    let offset = start
    for (let from = 1; from < unit.length; from += chunkBytes) {
      const until = Math.min(from + chunkBytes, unit.length)
      const isEnd = until === unit.length
      const packetStart = offset
      offset = this.#writeHeader(buffer, offset, isLastUnit && isEnd, timestamp)
      buffer[offset++] = (header & 0x60) | fuA
      buffer[offset++] = (from === 1 ? 0x80 : 0) | (isEnd ? 0x40 : 0) | (header & 0x1f)
      buffer.set(unit.subarray(from, until), offset)
      offset += until - from
      packets.push(buffer.subarray(packetStart, offset))
    }
    return offset
  }
}

/**
 * Writes the payload of a STAP-A: a header whose NRI is the highest of its contents and whose F bit is 0, then a 16-bit
 * length before each NAL unit. RFC 6184 section 5.7.
 */
function writeAggregate(
  buffer: Uint8Array,
  start: number,
  units: readonly Uint8Array[],
  index: number,
  count: number,
): number {
  let importance = 0
  let offset = start + 1
  for (let at = index; at < index + count; at++) {
    const unit = units[at]
    if (unit === undefined) break
    importance = Math.max(importance, (unit[0] ?? 0) & 0x60)
    buffer[offset] = unit.length >>> 8
    buffer[offset + 1] = unit.length
    buffer.set(unit, offset + 2)
    offset += 2 + unit.length
  }
  buffer[start] = importance | stapA
  return offset
}
