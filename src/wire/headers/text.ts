/**
 * Text on the wire is UTF-8 (RFC 2326 section 4), but devices send whatever their web form took in. Text that is not
 * valid UTF-8 is read byte by byte as ISO 8859-1: every input gives a string, and no byte is lost on the way.
 */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** Text of `bytes` from `start` to before `end`: UTF-8 if it is valid UTF-8, else ISO 8859-1. Never fails. */
export function decodeText(bytes: Uint8Array, start = 0, end = bytes.length): string {
  try {
    return decoder.decode(bytes.subarray(start, end))
  } catch {
    // Not UTF-8: the decoder has no other way to say so.
    return decodeLatin1(bytes, start, end)
  }
}

/** UTF-8 bytes of `text` in a fresh array. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

/** One character per byte. */
export function decodeLatin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = ''
  for (let index = start; index < end; index += 1) text += String.fromCharCode(bytes[index] ?? 0)
  return text
}
