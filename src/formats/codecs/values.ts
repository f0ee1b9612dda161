import type { CodecInput } from './codec.ts'

/** Readers and writers of the values that parameters are made of. Each is linear, none throws. */

/** A decimal of at most 31 bits, `undefined` otherwise. */
export function parseUint31(text: string): number | undefined {
  if (!/^[0-9]{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return value <= 0x7fff_ffff ? value : undefined
}

/** A decimal of at most 31 bits and not zero. */
export function parsePositive(text: string): number | undefined {
  const value = parseUint31(text)
  return value === 0 ? undefined : value
}

/** A numeric parameter: its value, `undefined` when it is not there, the reason as text when it is not a number. */
export function numberParameter(input: CodecInput, name: string): number | undefined | string {
  const text = input.parameters.get(name)
  return text === undefined ? undefined : (parseUint31(text) ?? `invalid ${name}: ${text.slice(0, 64)}`)
}

/** `rate` or `rate/channels`, both positive; `undefined` otherwise. Without channels it gives `defaultChannels`. */
export function parseRateAndChannels(
  clock: string,
  defaultChannels: number,
): { readonly rateHz: number; readonly channelCount: number } | undefined {
  const parts = clock.trim().split('/')
  const rateHz = parsePositive(parts[0] ?? '')
  const channelCount = parts.length === 1 ? defaultChannels : parsePositive(parts[1] ?? '')
  if (rateHz === undefined || channelCount === undefined || channelCount > 255 || parts.length > 2) return undefined
  return { rateHz, channelCount }
}

/** Bytes of an even number of hex digits in either case, `undefined` otherwise. */
export function decodeHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16)
  }
  return bytes
}

/** Hex digits in lower case, two per byte. */
export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64Values = new Map(Array.from(base64Alphabet, (character, value) => [character, value] as const))

/** Bytes of base64 (RFC 4648 section 4), with or without its padding; `undefined` when it is something else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text
  if (digits.length % 4 === 1 || (digits.length !== text.length && text.length % 4 !== 0)) return undefined
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let bits = 0
  let bitCount = 0
  let at = 0
  for (const digit of digits) {
    const value = base64Values.get(digit)
    if (value === undefined) return undefined
    bits = ((bits << 6) | value) & 0xffff
    bitCount += 6
    if (bitCount >= 8) {
      bitCount -= 8
      bytes[at] = bits >> bitCount
      at += 1
    }
  }
  return bytes
}

/** Base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    for (let shift = 18; shift >= 0; shift -= 6) text += base64Alphabet.charAt((bits >> shift) & 0x3f)
  }
  const missing = (3 - (bytes.length % 3)) % 3
  return missing === 0 ? text : text.slice(0, -missing) + '='.repeat(missing)
}
