import { decodeLatin1 } from './text.ts'

/**
 * Base64 as it occurs in header values (RFC 4648 section 4). The platform's decoders accept more than that (blanks, the
 * URL alphabet, cut-off ends), which would let two spellings of one credential pass; so the form is checked first.
 */

const wellFormed = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** Bytes of a base64 text, in a fresh array; padding may be left out. `undefined` if it is not base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (!wellFormed.test(text)) return undefined
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** Base64 text of bytes, padded, on one line. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(decodeLatin1(bytes))
}
