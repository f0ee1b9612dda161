/**
 * H.265 access units to RTP packets, RFC 7798, in decoding order and without decoding order numbers. As with H.264, small
 * NAL units share a packet (AP), large ones are cut (FU), the rest travel alone.
 */

import { rtspError } from '../../contracts/rtsp-error.ts'
import type { H265AccessUnit, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/** Packet types of RFC 7798 sections 4.4.2 and 4.4.3. */
const aggregation = 48
const fragmentation = 49
/** Header of a NAL unit, which is that of an aggregation packet as well. */
const headerBytes = 2
const fragmentHeaderBytes = 3
const sizeBytes = 2

/** Turns access units of H.265 into RTP packets; the last of an access unit carries the marker. */
export class H265Packetizer implements Packetizer<H265AccessUnit> {
  readonly #writer: PacketWriter

  /** Throws `ERR_RTSP_USAGE` when a number is out of range. */
  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  /** Empty NAL units are left out; one without a whole header throws `ERR_RTSP_USAGE`. */
  packetize({ nalus, timestamp }: OutgoingUnit<H265AccessUnit>): Uint8Array[] {
    const units = nalus.filter((unit) => unit.length > 0)
    if (units.some((unit) => unit.length < headerBytes)) {
      throw rtspError('ERR_RTSP_USAGE', 'a NAL unit of H265 has 2 bytes at least')
    }
    const groupSizes = this.#plan(units)
    let index = 0
    for (const size of groupSizes) {
      this.#write(units.slice(index, index + size), index + size === units.length, timestamp)
      index += size
    }
    return groupSizes.length === 0 ? [] : this.#writer.end()
  }

  /** How many NAL units travel together, from the first on; begins the unit at the writer. */
  #plan(units: readonly Uint8Array[]): number[] {
    const { maxPayloadBytes } = this.#writer
    const groupSizes: number[] = []
    let packetCount = 0
    let payloadBytes = 0
    let at = 0
    while (at < units.length) {
      const onlyBytes = units[at]?.length ?? 0
      let aggregateBytes = headerBytes + sizeBytes + onlyBytes
      let size = 1
      while (at + size < units.length) {
        const withNext = aggregateBytes + sizeBytes + (units[at + size]?.length ?? 0)
        if (withNext > maxPayloadBytes) break
        aggregateBytes = withNext
        size++
      }
      const fragments = onlyBytes > maxPayloadBytes ? this.#fragmentCount(onlyBytes) : 0
      packetCount += Math.max(1, fragments)
      payloadBytes += size > 1 ? aggregateBytes : onlyBytes + fragments * fragmentHeaderBytes
      groupSizes.push(size)
      at += size
    }
    if (groupSizes.length > 0) this.#writer.begin(packetCount, payloadBytes)
    return groupSizes
  }

  #fragmentCount(unitBytes: number): number {
    return Math.ceil((unitBytes - headerBytes) / (this.#writer.maxPayloadBytes - fragmentHeaderBytes))
  }

  #write(group: readonly Uint8Array[], isLast: boolean, timestamp: number): void {
    const first = group[0]
    if (first === undefined) return
    if (group.length > 1) {
      this.#writer.startPacket(isLast, timestamp)
      this.#writeAggregate(group)
    } else if (first.length <= this.#writer.maxPayloadBytes) {
      this.#writer.startPacket(isLast, timestamp)
      this.#writer.bytes(first)
    } else this.#writeFragments(first, isLast, timestamp)
  }

  /**
   * Layer and temporal id of an aggregate are the lowest of its contents, section 4.4.2:
   *
   * ```text
   *  |F|   Type    |  LayerId  | TID |
   * ```
   */
  #writeAggregate(group: readonly Uint8Array[]): void {
    let layerId = 63
    let temporalId = 7
    for (const unit of group) {
      layerId = Math.min(layerId, (((unit[0] ?? 0) & 1) << 5) | ((unit[1] ?? 0) >> 3))
      temporalId = Math.min(temporalId, (unit[1] ?? 0) & 7)
    }
    this.#writer.byte((aggregation << 1) | (layerId >> 5))
    this.#writer.byte(((layerId & 0x1f) << 3) | temporalId)
    for (const unit of group) {
      this.#writer.uint16(unit.length)
      this.#writer.bytes(unit)
    }
  }

  /** The type goes into the third byte of each fragment, the rest of the header stays in front: `|S|E|  FuType   |`. */
  #writeFragments(unit: Uint8Array, isLast: boolean, timestamp: number): void {
    const chunkBytes = this.#writer.maxPayloadBytes - fragmentHeaderBytes
    const first = unit[0] ?? 0
    for (let start = headerBytes; start < unit.length; start += chunkBytes) {
      const end = Math.min(start + chunkBytes, unit.length)
      const isEnd = end === unit.length
      this.#writer.startPacket(isLast && isEnd, timestamp)
      this.#writer.byte((first & 0x81) | (fragmentation << 1))
      this.#writer.byte(unit[1] ?? 0)
      this.#writer.byte((start === headerBytes ? 0x80 : 0) | (isEnd ? 0x40 : 0) | ((first >> 1) & 0x3f))
      this.#writer.bytes(unit, start, end)
    }
  }
}
