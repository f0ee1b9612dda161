import { decodeText, encodeText } from '../headers/text.ts'

const escape = /%[0-9A-Fa-f]{2}/

/** Decodes percent escapes (RFC 3986 section 2.1). A `%` that starts no escape stays. Never fails. */
export function decodePercents(text: string): string {
  if (!escape.test(text)) return text
  const source = encodeText(text)
  const target = new Uint8Array(source.length)
  let length = 0
  for (let index = 0; index < source.length; index += 1) {
    const byte = source[index] ?? 0
    const high = byte === 0x25 ? hexDigit(source[index + 1]) : -1
    const low = high < 0 ? -1 : hexDigit(source[index + 2])
    if (low < 0) {
      target[length++] = byte
    } else {
      target[length++] = (high << 4) | low
      index += 2
    }
  }
  return decodeText(target, 0, length)
}

/** Value of a hexadecimal digit in ASCII, -1 if it is none. */
function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
