import { rtspError } from '../../contracts/rtsp-error.ts'
import { sampleGroupOf, type SampleFormat, type SampleGroup } from '../sample-groups.ts'
import type { OutgoingUnit, UnitOf } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/**
 * Rows of samples, cut between samples where a packet is full; each packet has the time of its first sample and none has the
 * marker (RFC 3551 section 4.1, RFC 3190 section 4). A unit that ends in the middle of a sample throws `ERR_RTSP_USAGE`.
 */
export class SamplePacketizer<F extends SampleFormat> implements Packetizer<UnitOf<F>> {
  readonly #writer: PacketWriter
  readonly #group: SampleGroup
  readonly #chunkBytes: number

  /** Throws `ERR_RTSP_USAGE` when a packet is too small for one sample of all channels. */
  constructor(format: F, options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
    this.#group = sampleGroupOf(format)
    this.#chunkBytes = this.#writer.maxPayloadBytes - (this.#writer.maxPayloadBytes % this.#group.bytes)
    if (this.#chunkBytes === 0) throw rtspError('ERR_RTSP_USAGE', 'maxPayloadBytes is smaller than one sample')
  }

  packetize(unit: OutgoingUnit<UnitOf<F>>): Uint8Array[] {
    const { data, timestamp }: { readonly data: Uint8Array; readonly timestamp: number } = unit
    const { bytes: groupBytes, ticks } = this.#group
    if (data.length % groupBytes !== 0) {
      throw rtspError('ERR_RTSP_USAGE', `${data.length} bytes are no whole number of samples of ${groupBytes} bytes`)
    }
    this.#writer.begin(Math.ceil(data.length / this.#chunkBytes), data.length)
    for (let start = 0; start < data.length; start += this.#chunkBytes) {
      this.#writer.startPacket(false, Math.round(timestamp + (start / groupBytes) * ticks))
      this.#writer.bytes(data, start, Math.min(start + this.#chunkBytes, data.length))
    }
    return this.#writer.end()
  }
}
