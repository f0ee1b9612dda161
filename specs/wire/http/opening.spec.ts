import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OpeningReader, type Opening } from '../../../src/wire/http/opening.ts'
import { limits } from '../../../src/wire/limits.ts'

const ascii = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** The verdict and how many pieces it took. */
function read(...pieces: readonly string[]): { readonly opening: Opening | null; readonly taken: number } {
  const reader = new OpeningReader()
  let taken = 0
  for (const piece of pieces) {
    taken += 1
    const opening = reader.push(ascii(piece))
    if (opening !== null) return { opening, taken }
  }
  return { opening: null, taken }
}

const head = 'GET /cam HTTP/1.1\r\nHost: x\r\nx-sessioncookie:  abc \r\n\r\n'

describe('how a connection begins (spec 8.1)', () => {
  it.each([
    'OPTIONS * RTSP/1.0',
    'GET_PARAMETER rtsp://a/b RTSP/1.0',
    'PLAY rtsp',
    'PAUSE',
    'POSTER',
    '\r\n',
    '$',
    'GETS',
  ])('%j is RTSP, as it came', (start) => {
    const chunk = ascii(start)
    const opening = new OpeningReader().push(chunk)
    expect(opening).toEqual({ kind: 'rtsp', chunks: [chunk] })
    expect(opening?.kind === 'rtsp' && opening.chunks[0]).toBe(chunk)
  })

  it('a start that may be both is decided by its fifth byte at the latest', () => {
    expect(read('G', 'E', 'T')).toMatchObject({ opening: null })
    const { opening } = read('P', 'OS', 'TX')
    expect(opening?.kind === 'rtsp' && opening.chunks.map(text).join('|')).toBe('POS|TX')
  })

  it('reads a head with what comes behind it', () => {
    const { opening } = read(`${head}rest`)
    expect(opening).toMatchObject({
      kind: 'http',
      head: { method: 'GET', target: '/cam', minorVersion: 1, headers: { Host: ['x'], 'X-Sessioncookie': ['abc'] } },
      rest: ascii('rest'),
    })
  })

  it('reads the same head however it is cut', () => {
    const whole = read(head).opening
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: head.length - 1 }), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), head.length]
        const pieces = places.slice(1).map((end, index) => head.slice(places[index], end))
        expect(read(...pieces).opening).toEqual(whole)
      }),
    )
  })

  it('takes line feeds alone for line ends', () => {
    expect(read('POST / HTTP/1.0\nA: b\n\n').opening).toMatchObject({ kind: 'http', head: { minorVersion: 0 } })
  })

  it.each([
    ['GET / RTSP/1.0\r\n\r\n', 'invalid HTTP request line'],
    ['GET /\r\n\r\n', 'invalid HTTP request line'],
    ['GET / HTTP/2.0\r\n\r\n', 'invalid HTTP request line'],
    ['GET / HTTP/1.1\r\nno colon\r\n\r\n', 'invalid HTTP header'],
    ['GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n', 'invalid HTTP header'],
    [`GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(limits.httpHeaderCount + 1)}\r\n`, 'HTTP header count exceeds 100'],
  ])('refuses %j', (start, why) => {
    const { opening } = read(start)
    expect(opening?.kind === 'failed' ? opening.failure.text : opening).toContain(why)
  })

  it('gives a head up that does not end within its bound, however slowly it comes', () => {
    const reader = new OpeningReader()
    expect(reader.push(ascii('GET / HTTP/1.1\r\n'))).toBeNull()
    let sent = 16
    let opening: Opening | null = null
    while (opening === null && sent < limits.httpHeadBytes * 2) {
      opening = reader.push(ascii('A: bbbbbbbbbbbb\r\n'))
      sent += 17
    }
    expect(opening).toMatchObject({ kind: 'failed', failure: { code: 'ERR_RTSP_LIMIT' } })
    expect(sent).toBeLessThanOrEqual(limits.httpHeadBytes + 17)
  })
})
