import { Failure, isFailure } from '../../contracts/failure.ts'
import { parseKeyValues, parseUnsigned } from './key-values.ts'

/**
 * `RTP-Info` (RFC 2326 section 12.33): with which packet a stream starts after PLAY. Entries are divided by commas, and
 * URLs may contain commas too, so an entry only ends at a comma that one of the known keys follows.
 */

/** Where one media starts. */
export interface RtpInfoEntry {
  /** As written; may be relative. */
  readonly url: string
  /** RTP sequence number of the first packet, 16 bits. */
  readonly sequenceNumber?: number
  /** RTP timestamp at the start of the range, 32 bits, in ticks of the media's clock. */
  readonly timestamp?: number
}

const entryEnd = /,[ \t]*(?=(?:url|seq|rtptime|ssrc)[ \t]*=)/i

/** Reads all entries. `ERR_RTSP_HEADER` for an entry without URL or with a number out of range. */
export function parseRtpInfo(value: string): readonly RtpInfoEntry[] | Failure {
  const entries: RtpInfoEntry[] = []
  for (const text of value.split(entryEnd)) {
    const entry = parseEntry(text)
    if (isFailure(entry)) return entry
    entries.push(entry)
  }
  return entries
}

/** `url=...;seq=...;rtptime=...`, joined by commas. */
export function formatRtpInfo(entries: readonly RtpInfoEntry[]): string {
  return entries.map(formatEntry).join(',')
}

function parseEntry(text: string): RtpInfoEntry | Failure {
  const pairs = parseKeyValues(text, ';', 'ERR_RTSP_HEADER')
  if (isFailure(pairs)) return pairs
  const url = pairs.get('url')
  if (url === undefined) return new Failure('ERR_RTSP_HEADER', `URL is missing (${text})`)
  const sequenceText = pairs.get('seq')
  const sequenceNumber = parseUnsigned(sequenceText, 0xffff)
  if (sequenceText !== undefined && sequenceNumber === undefined) {
    return new Failure('ERR_RTSP_HEADER', `invalid seq (${sequenceText})`)
  }
  const timestampText = pairs.get('rtptime')
  const timestamp = parseUnsigned(timestampText, 0xffffffff)
  if (timestampText !== undefined && timestamp === undefined) {
    return new Failure('ERR_RTSP_HEADER', `invalid rtptime (${timestampText})`)
  }
  return {
    url,
    ...(sequenceNumber === undefined ? {} : { sequenceNumber }),
    ...(timestamp === undefined ? {} : { timestamp }),
  }
}

function formatEntry(entry: RtpInfoEntry): string {
  const parts = [`url=${entry.url}`]
  if (entry.sequenceNumber !== undefined) parts.push(`seq=${entry.sequenceNumber}`)
  if (entry.timestamp !== undefined) parts.push(`rtptime=${entry.timestamp}`)
  return parts.join(';')
}
