import { limits } from '../limits.ts'

/**
 * What an element is can be told from its first bytes. Peers send blanks, NULs and worse between elements, so bytes that
 * start nothing are skipped one by one. The pairs of letters below start a method that RTSP knows: what follows them must
 * be a request, and if it is not, the peer is told so by a closed connection instead of a long silence. Any other word
 * in capitals is a request too, one that is answered 501, but only if a blank and something like a URL follow it.
 */

/** Verdict on the first bytes of an element. */
export type FirstBytes = (typeof firstBytes)[keyof typeof firstBytes]

export const firstBytes = {
  /** More bytes are needed to tell: at most `methodLength` and two. */
  undecided: 0,
  /** The first byte belongs to nothing. */
  garbage: 1,
  frame: 2,
  request: 3,
  response: 4,
  /** A request whose method has a character no method has. */
  invalidMethod: 5,
  /** A request whose method is longer than `methodLength`. */
  longMethod: 6,
} as const

/** Looks at `bytes` from `start` to before `end`, which must not be empty. Consumes nothing. */
export function classifyFirstBytes(bytes: Uint8Array, start: number, end: number): FirstBytes {
  const first = bytes[start] ?? 0
  if (first === dollar) return firstBytes.frame
  if (!isMethodStart(first)) return firstBytes.garbage
  if (end - start < 2) return firstBytes.undecided
  const isKnown = knownPairs.has((first << 8) | (bytes[start + 1] ?? 0))

  let index = start + 1
  while (index < end && isMethodByte(bytes[index] ?? 0)) index += 1
  if (index - start > limits.methodLength) return firstBytes.longMethod
  if (index === end) return firstBytes.undecided
  if (bytes[index] === space) return isKnown ? firstBytes.request : afterUnknownMethod(bytes, index + 1, end)
  if (bytes[index] === slash && isProtocolName(bytes, start, index)) return firstBytes.response
  return isKnown ? firstBytes.invalidMethod : firstBytes.garbage
}

const dollar = 0x24
const asterisk = 0x2a
const slash = 0x2f
const space = 0x20

/** First two letters of the methods of RFC 2326 section 10. */
const knownPairs: ReadonlySet<number> = new Set(
  ['AN', 'DE', 'GE', 'OP', 'PA', 'PL', 'RE', 'SE', 'TE'].map((pair) => (pair.charCodeAt(0) << 8) | pair.charCodeAt(1)),
)

function afterUnknownMethod(bytes: Uint8Array, index: number, end: number): FirstBytes {
  if (index === end) return firstBytes.undecided
  const next = bytes[index] ?? 0
  return next === asterisk || (next | 0x20) === 0x72 ? firstBytes.request : firstBytes.garbage
}

/** A-Z or `_`. */
function isMethodStart(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f
}

/** A-Z, `_`, 0-9, `-` or `.`. */
function isMethodByte(byte: number): boolean {
  return isMethodStart(byte) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2e
}

/** `RTSP`, which starts a response. */
function isProtocolName(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start === 4 &&
    bytes[start] === 0x52 &&
    bytes[start + 1] === 0x54 &&
    bytes[start + 2] === 0x53 &&
    bytes[start + 3] === 0x50
  )
}
