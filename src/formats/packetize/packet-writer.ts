/**
 * Writes the packets of one unit into one buffer, so that a unit costs one allocation however many packets it takes. A
 * packetizer says how many packets and how many bytes of payload it is going to write, then writes them from first to last.
 */

import { checkPacketizerOptions, rtpHeaderBytes, writeRtpHeader, type PacketizerOptions } from './packet-options.ts'

/** Writer of packets with one payload type and SSRC and running sequence numbers. Belongs to one packetizer. */
export class PacketWriter {
  /** Most bytes of payload in a packet. */
  readonly maxPayloadBytes: number
  readonly #payloadType: number
  readonly #ssrc: number
  readonly #initialTimestamp: number
  #sequenceNumber: number
  #buffer = new Uint8Array(0)
  #packets: Uint8Array[] = []
  #packetStart = 0
  #at = 0

  /** Throws `ERR_RTSP_USAGE` when a number is out of range. */
  constructor(options: PacketizerOptions) {
    this.maxPayloadBytes = checkPacketizerOptions(options)
    this.#payloadType = options.payloadType
    this.#ssrc = options.ssrc
    this.#initialTimestamp = options.initialTimestamp ?? 0
    this.#sequenceNumber = options.initialSequenceNumber
  }

  /** Starts a unit of so many packets with so many bytes of payload together, payload headers included. */
  begin(packetCount: number, payloadBytes: number): void {
    this.#buffer = new Uint8Array(packetCount * rtpHeaderBytes + payloadBytes)
    this.#packets = []
    this.#packetStart = 0
    this.#at = 0
  }

  /** Starts a packet; `timestamp` is taken modulo 2^32. What is written next is its payload. */
  startPacket(marker: boolean, timestamp: number): void {
    this.#endPacket()
    const sequenceNumber = this.#sequenceNumber
    this.#sequenceNumber = (sequenceNumber + 1) & 0xffff
    const sent = this.#initialTimestamp + timestamp
    this.#at = writeRtpHeader(this.#buffer, this.#at, marker, this.#payloadType, sequenceNumber, sent, this.#ssrc)
  }

  byte(value: number): void {
    this.#buffer[this.#at++] = value
  }

  /** 16 bits, most significant byte first. */
  uint16(value: number): void {
    this.byte(value >>> 8)
    this.byte(value)
  }

  /** The bytes from `start` on, up to but without `end`. */
  bytes(source: Uint8Array, start = 0, end = source.length): void {
    this.#buffer.set(source.subarray(start, end), this.#at)
    this.#at += end - start
  }

  /** The packets since `begin`: parts of one buffer that belongs to the caller from here on. */
  end(): Uint8Array[] {
    this.#endPacket()
    return this.#packets
  }

  #endPacket(): void {
    if (this.#at > this.#packetStart) this.#packets.push(this.#buffer.subarray(this.#packetStart, this.#at))
    this.#packetStart = this.#at
  }
}

/**
 * Writes a unit without a payload header, cut where a packet is full; the last packet carries the marker. Nothing in gives
 * nothing out. RFC 6416 section 5.1 (MPEG-4 Visual), section 6.1 (LATM), RFC 6597 section 4.1 (KLV).
 */
export function writeSlices(writer: PacketWriter, data: Uint8Array, timestamp: number): Uint8Array[] {
  const packetCount = Math.ceil(data.length / writer.maxPayloadBytes)
  writer.begin(packetCount, data.length)
  for (let start = 0; start < data.length; start += writer.maxPayloadBytes) {
    const end = Math.min(start + writer.maxPayloadBytes, data.length)
    writer.startPacket(end === data.length, timestamp)
    writer.bytes(data, start, end)
  }
  return writer.end()
}
