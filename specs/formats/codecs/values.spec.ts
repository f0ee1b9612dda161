import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeBase64, decodeHex, encodeBase64, encodeHex, parseUint31 } from '../../../src/formats/codecs/values.ts'

it('base64 and hex give the bytes back, RFC 4648', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
      expect(decodeBase64(encodeBase64(bytes).replace(/=+$/, ''))).toEqual(bytes)
      expect(decodeHex(encodeHex(bytes))).toEqual(bytes)
      expect(decodeHex(encodeHex(bytes).toUpperCase())).toEqual(bytes)
    }),
  )
})

it.each(['A', 'AA=', 'AAA==', 'A===', 'AA=A', 'AA AA', 'AA-_', '%%%%', '='])('base64 refuses %j', (text) => {
  expect(decodeBase64(text)).toBeUndefined()
})

it.each(['0', '0g', 'x0', ' 00'])('hex refuses %j', (text) => {
  expect(decodeHex(text)).toBeUndefined()
})

it('numbers have at most 31 bits', () => {
  expect(parseUint31('2147483647')).toBe(2_147_483_647)
  expect(['2147483648', '-1', '', '1.5', ' 1', '0x1', '9'.repeat(1000)].map(parseUint31)).toEqual(
    Array(7).fill(undefined),
  )
})
