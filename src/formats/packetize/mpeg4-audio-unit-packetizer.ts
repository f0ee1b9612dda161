import type { MPEG4AudioFormat } from '../format.ts'
import type { DataUnit, OutgoingUnit } from '../units.ts'
import { Mpeg4AudioPacketizer, type Mpeg4AudioPacketizerOptions } from './mpeg4-audio-packetizer.ts'
import type { Packetizer } from './packetizer.ts'

/**
 * AAC access units to RTP packets, RFC 3640, one unit at a time: what arrives is sent, nothing waits for company. Whoever
 * has several units at once uses `Mpeg4AudioPacketizer`, which puts them together.
 */
export class MPEG4AudioUnitPacketizer implements Packetizer<DataUnit<'MPEG4Audio'>> {
  readonly #packetizer: Mpeg4AudioPacketizer

  /** Throws `ERR_RTSP_USAGE` when an option or a field width of the format is out of range. */
  constructor(
    format: Pick<MPEG4AudioFormat, 'sizeLength' | 'indexLength' | 'indexDeltaLength'>,
    options: Omit<Mpeg4AudioPacketizerOptions, 'sizeLength' | 'indexLength' | 'indexDeltaLength'>,
  ) {
    const { sizeLength, indexLength, indexDeltaLength } = format
    this.#packetizer = new Mpeg4AudioPacketizer({ ...options, sizeLength, indexLength, indexDeltaLength })
  }

  packetize({ data, timestamp }: OutgoingUnit<DataUnit<'MPEG4Audio'>>): Uint8Array[] {
    return this.#packetizer.packetize([data], timestamp)
  }
}
