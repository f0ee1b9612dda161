/**
 * AV1 temporal units to RTP packets (RTP payload format for AV1, version 1.0). Packets are filled one after the other, and an
 * OBU that does not fit is cut. Up to three elements in a packet are counted (W), which saves the length of the last; with
 * more of them all have one.
 */

import { leb128Bytes } from '../depacketize/leb128.ts'
import { obuType, sequenceHeaderType } from '../depacketize/obu.ts'
import type { AV1TemporalUnit, OutgoingUnit } from '../units.ts'
import { obusToSend } from './obu.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/** A part of an OBU, or all of it. */
interface Element {
  readonly obu: Uint8Array
  readonly start: number
  readonly end: number
}

const aggregationHeaderBytes = 1
/** Most elements that W can count, section 4.4. */
const mostCounted = 3

/** Turns temporal units of AV1 into RTP packets; the last of a temporal unit carries the marker. */
export class AV1Packetizer implements Packetizer<AV1TemporalUnit> {
  readonly #writer: PacketWriter

  /** Throws `ERR_RTSP_USAGE` when a number is out of range. */
  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  /**
   * Temporal delimiters and empty OBUs are left out, size fields are taken away. An OBU whose size field is not true throws
   * `ERR_RTSP_USAGE`.
   */
  packetize({ obus, timestamp }: OutgoingUnit<AV1TemporalUnit>): Uint8Array[] {
    const sent = obusToSend(obus)
    const packets = this.#plan(sent)
    if (packets.length === 0) return []
    this.#writer.begin(
      packets.length,
      packets.reduce((sum, elements) => sum + payloadBytes(elements), 0),
    )
    const isNewSequence = sent.some((obu) => obuType(obu[0] ?? 0) === sequenceHeaderType)
    packets.forEach((elements, index) => {
      this.#writer.startPacket(index === packets.length - 1, timestamp)
      this.#writePayload(elements, isNewSequence && index === 0)
    })
    return this.#writer.end()
  }

  /** Which elements each packet has. */
  #plan(obus: readonly Uint8Array[]): Element[][] {
    const packets: Element[][] = []
    let elements: Element[] = []
    let room = this.#writer.maxPayloadBytes - aggregationHeaderBytes
    const close = (): void => {
      if (elements.length > 0) packets.push(elements)
      elements = []
      room = this.#writer.maxPayloadBytes - aggregationHeaderBytes
    }
    for (const obu of obus) {
      let start = 0
      while (start < obu.length) {
        const rest = obu.length - start
        const withLength = leb128Bytes(rest) + rest
        if (withLength <= room) {
          // Another element may follow.
          elements.push({ obu, start, end: obu.length })
          room -= withLength
          break
        }
        // The last element of this packet, without a length where there is none needed.
        const capacity = elements.length < mostCounted ? room : room - leb128Bytes(room)
        if (capacity > 0) elements.push({ obu, start, end: start + Math.min(capacity, rest) })
        start += Math.min(Math.max(capacity, 0), rest)
        close()
      }
    }
    close()
    return packets
  }

  #writePayload(elements: readonly Element[], isNewSequence: boolean): void {
    const first = elements[0]
    const last = elements.at(-1)
    const isContinuation = first !== undefined && first.start > 0
    const isContinued = last !== undefined && last.end < last.obu.length
    const isCounted = elements.length <= mostCounted
    this.#writer.byte(
      (isContinuation ? 0x80 : 0) |
        (isContinued ? 0x40 : 0) |
        (isCounted ? elements.length << 4 : 0) |
        (isNewSequence ? 0x08 : 0),
    )
    for (const element of elements) {
      if (!isCounted || element !== last) this.#writeLength(element.end - element.start)
      this.#writer.bytes(element.obu, element.start, element.end)
    }
  }

  #writeLength(value: number): void {
    let rest = value
    for (; rest >= 0x80; rest >>>= 7) this.#writer.byte((rest & 0x7f) | 0x80)
    this.#writer.byte(rest)
  }
}

function payloadBytes(elements: readonly Element[]): number {
  const isCounted = elements.length <= mostCounted
  let size = aggregationHeaderBytes
  elements.forEach(({ start, end }, index) => {
    size += end - start
    if (!isCounted || index < elements.length - 1) size += leb128Bytes(end - start)
  })
  return size
}
