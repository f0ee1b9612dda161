/**
 * Formats without a payload header: what is in the packet is the unit. That is Opus (RFC 7587 section 4.2), Speex (RFC 5574
 * section 3.1), the sample codecs of RFC 3551 and everything generic. A packet stands for itself, so a loss spoils nothing.
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { Format } from '../format.ts'
import type { DataUnit } from '../units.ts'
import { noUnits } from './depacketizer.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import { emptyPayload, partialSample } from './problems.ts'

/** Depacketizer for one unit per packet. */
export class PayloadDepacketizer<Codec extends Format['codec']> extends PacketDepacketizer<DataUnit<Codec>> {
  readonly #codec: Codec
  readonly #groupBytes: number

  /** `groupBytes`: bytes that only make sense together, a sample of all channels for instance; at least 1. */
  constructor(codec: Codec, groupBytes = 1) {
    super()
    this.#codec = codec
    this.#groupBytes = groupBytes
  }

  protected take(packet: RtpPacket, payload: Uint8Array): readonly DataUnit<Codec>[] {
    const usedBytes = payload.length - (payload.length % this.#groupBytes)
    if (payload.length === 0) this.report(emptyPayload)
    else if (usedBytes < payload.length) this.report(partialSample)
    if (usedBytes === 0) return noUnits
    const data = payload.slice(0, usedBytes)
    return [{ codec: this.#codec, timestamp: packet.timestamp, isRandomAccess: true, corrupted: false, data }]
  }

  protected clear(): void {
    // Nothing outlives a packet.
  }
}
