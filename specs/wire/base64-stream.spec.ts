import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/contracts/failure.ts'
import { Base64Stream } from '../../src/wire/base64-stream.ts'
import { encodeBase64 } from '../../src/wire/headers/base64.ts'

const ascii = (text: string) => new TextEncoder().encode(text)

/** What a stream makes of pieces of text; `undefined` as soon as one is refused. */
function decoded(...pieces: readonly string[]): string | undefined {
  const stream = new Base64Stream()
  const bytes: number[] = []
  for (const piece of pieces) {
    const part = stream.push(ascii(piece))
    if (part instanceof Failure) return undefined
    bytes.push(...part)
  }
  return String.fromCharCode(...bytes)
}

describe('base64 in pieces (spec 8.2, RFC 4648 section 4)', () => {
  it.each([
    [['dGVzdGluZyAxIDIgMw==']],
    [['dGV', 'zdGluZyAxIDIgMw==']],
    [['dGVzdGluZyAxIDIgMw', '==']],
    [['dGVzdGluZyAxIDIgMw=', '=']],
    [['d', 'G', 'V', 'zdGluZyAxIDIgM', 'w', '=', '=', '']],
    [['dGVz\r\ndGlu\nZyAx IDIg\tMw=\r\n=']],
  ])('%j is one text', (pieces) => {
    expect(decoded(...pieces)).toBe('testing 1 2 3')
  })

  it('a segment may follow a padded one at once', () => {
    expect(decoded('dGVzdGluZyAxIDIgMw==b3RoZXIgdGVzdA==')).toBe('testing 1 2 3other test')
    expect(decoded('YQ==', 'YWI=YWJj', 'YQ=', '=')).toBe('aababca')
  })

  it('bytes are given as soon as they are complete', () => {
    const stream = new Base64Stream()
    expect(stream.push(ascii('YWJjZ'))).toEqual(ascii('abc'))
    expect(stream.push(ascii('A=='))).toEqual(ascii('d'))
  })

  it.each(['dGV*', '=', 'Y=', 'YQ=Y', 'YWJj=', 'YQ===', 'OPTIONS * RTSP/1.0', 'YWJ-', 'YWJ\0'])(
    'refuses %j and everything after it',
    (text) => {
      expect(decoded(text)).toBeUndefined()
      const stream = new Base64Stream()
      const failure = stream.push(ascii(text))
      expect(failure).toMatchObject({ code: 'ERR_RTSP_TUNNEL_BODY' })
      expect(stream.push(ascii('YWJj'))).toBe(failure)
    },
  )

  it('any segments, cut anywhere, are the bytes that were encoded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 30 })),
        (segments, cuts) => {
          let text = segments.map(encodeBase64).join('')
          const pieces: string[] = []
          for (const cut of cuts) {
            pieces.push(text.slice(0, cut))
            text = text.slice(cut)
          }
          expect(decoded(...pieces, text)).toBe(String.fromCharCode(...segments.flatMap((segment) => [...segment])))
        },
      ),
    )
  })
})
