import type { ONVIFMetadataFormat } from '../format.ts'
import type { CodecInput, CodecOutput } from './codec.ts'
import { parsePositive } from './values.ts'

/** Names of the encodings, ONVIF Streaming Specification section 5.1.2.1.1, by what follows `vnd.onvif.metadata`. */
const encodings: Readonly<Record<string, ONVIFMetadataFormat['encoding']>> = {
  '': 'xml',
  '.gzip': 'gzip',
  '.exi.onvif': 'exi.onvif',
  '.exi.ext': 'exi.ext',
}

const prefix = 'vnd.onvif.metadata'

/** The names this codec has in an rtpmap, in lower case. */
export const onvifMetadataNames: readonly string[] = Object.keys(encodings).map((suffix) => prefix + suffix)

/** Called for one of the names. */
export function readONVIFMetadata(input: CodecInput): ONVIFMetadataFormat | string {
  const encoding = encodings[input.codec.slice(prefix.length)]
  const clockRateHz = parsePositive(input.clock.trim())
  if (encoding === undefined || clockRateHz === undefined) return 'invalid rtpmap of ONVIF metadata'
  return { codec: 'ONVIFMetadata', payloadType: input.payloadType, clockRateHz, encoding }
}

export function writeONVIFMetadata({ encoding, clockRateHz }: ONVIFMetadataFormat): CodecOutput {
  const suffix = encoding === 'xml' ? '' : `.${encoding}`
  return { rtpmap: `${prefix}${suffix}/${clockRateHz}`, parameters: [] }
}
