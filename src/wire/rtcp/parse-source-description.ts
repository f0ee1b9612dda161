import { readUint32 } from '../sequence.ts'
import type { SourceDescriptionChunk, SourceDescriptionItem } from './rtcp-packet.ts'
import { decodeText } from './text.ts'

/**
 * Source descriptions (RFC 3550 section 6.5). Each chunk is an SSRC, items and at least one zero byte up to the next
 * multiple of 4. Some Hanwha cameras (QNV-8080R) leave the zero out when the last item happens to end on the boundary,
 * and others write more zeros than needed. With a single chunk both are unambiguous and accepted; with several, the
 * start of the next one would be a guess.
 */

/** Chunks between `at` and `end`, as many as the header says, or undefined if they do not fit there. */
export function parseSourceDescription(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
): readonly SourceDescriptionChunk[] | undefined {
  const chunks: SourceDescriptionChunk[] = []
  let at = start
  while (chunks.length < count) {
    if (at + 4 > end) return undefined
    const ssrc = readUint32(bytes, at)
    const items: SourceDescriptionItem[] = []
    at += 4
    while (at < end && (bytes[at] ?? 0) !== 0) {
      const textAt = at + 2
      const textEnd = textAt + (bytes[at + 1] ?? 0)
      if (textAt > end || textEnd > end) return undefined
      items.push({ itemType: bytes[at] ?? 0, text: decodeText(bytes.subarray(textAt, textEnd)) })
      at = textEnd
    }
    if (at >= end && count !== 1) return undefined
    // To the multiple of 4 that follows the terminator.
    at = (at + 4) & ~3
    chunks.push({ ssrc, items })
  }
  if (count !== 1 && at < end) return undefined
  return hasOnlyZeros(bytes, at, end) ? chunks : undefined
}

function hasOnlyZeros(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 0) return false
  }
  return true
}
