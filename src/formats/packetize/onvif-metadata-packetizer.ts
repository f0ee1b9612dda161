import type { ONVIFMetadataDocument, OutgoingUnit } from '../units.ts'
import type { PacketizerOptions } from './packet-options.ts'
import { PacketWriter, writeSlices } from './packet-writer.ts'
import type { Packetizer } from './packetizer.ts'

/** Metadata documents to RTP packets, ONVIF Streaming Specification section 5.1.2.1.1; the marker ends a document. */
export class ONVIFMetadataPacketizer implements Packetizer<ONVIFMetadataDocument> {
  readonly #writer: PacketWriter

  constructor(options: PacketizerOptions) {
    this.#writer = new PacketWriter(options)
  }

  packetize({ document, timestamp }: OutgoingUnit<ONVIFMetadataDocument>): Uint8Array[] {
    return writeSlices(this.#writer, document, timestamp)
  }
}
