import type { ONVIFMetadataFormat } from '../format.ts'
import type { ONVIFMetadataDocument } from '../units.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { MarkerDepacketizer } from './marker-depacketizer.ts'

/** First bytes of an XML text: `<`, white space, or the byte order mark of UTF-8. */
const textStarts: readonly (number | undefined)[] = [0x3c, 0x20, 0x09, 0x0a, 0x0d, 0xef]

/**
 * RTP packets to metadata documents, ONVIF Streaming Specification section 5.1.2.1.1: an XML document spreads over any
 * number of packets, the marker ends it.
 */
export class ONVIFMetadataDepacketizer extends MarkerDepacketizer<ONVIFMetadataDocument> {
  readonly #isText: boolean

  constructor(format: Pick<ONVIFMetadataFormat, 'encoding'>, options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.onvifMetadataBytes)
    this.#isText = format.encoding === 'xml'
  }

  protected canStart(payload: Uint8Array): boolean {
    return !this.#isText || textStarts.includes(payload[0])
  }

  protected build(timestamp: number, document: Uint8Array, corrupted: boolean): ONVIFMetadataDocument {
    return { codec: 'ONVIFMetadata', timestamp, isRandomAccess: true, corrupted, document }
  }
}
