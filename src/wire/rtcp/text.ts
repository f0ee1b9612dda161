/**
 * Text in RTCP: at most 255 bytes of UTF-8 behind a length byte (RFC 3550 section 6.5). A byte order mark is content,
 * and what is not UTF-8 becomes U+FFFD, because a camera's odd name is no reason to lose its reports.
 */

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** Text of these bytes. Never fails. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** UTF-8 bytes of a text, in a fresh array. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}
