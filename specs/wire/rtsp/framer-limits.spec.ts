import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/wire/limits.ts'
import { bytesOf, feed } from './feed.ts'

/** Feeds in small pieces and tells the code of the failure, and how much was held at most. */
function outcome(text: string): { readonly code: string | undefined; readonly heldBytes: number } {
  const bytes = bytesOf(text)
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) =>
    bytes.slice(index * 7, index * 7 + 7),
  )
  const { events, framer } = feed(pieces)
  const failure = events.find((event) => event.kind === 'failure')
  expect(feed([bytes]).events).toEqual(events)
  return { code: failure?.failure.code, heldBytes: framer.bufferedBytes }
}

const start = 'OPTIONS * RTSP/1.0\r\n'

describe('limits hold while a message is incomplete', () => {
  it.each([
    ['method without end', 'O' + 'P'.repeat(limits.methodLength)],
    ['known method without end', 'OPTIONS' + 'X'.repeat(limits.methodLength)],
    ['URL without end', 'OPTIONS rtsp://' + 'a'.repeat(3000)],
    ['URL', `OPTIONS rtsp://${'a'.repeat(limits.urlLength - 6)} RTSP/1.0\r\n`],
    ['protocol without end', 'OPTIONS * ' + 'R'.repeat(3000)],
    ['status line without end', 'RTSP/1.0 200 ' + 'a'.repeat(600)],
    ['header line without colon', start + 'a'.repeat(3000)],
    ['header name', `${start}${'a'.repeat(limits.headerKeyLength + 1)}: 1\r\n`],
    ['header value without end', `${start}A: ${'b'.repeat(3000)}`],
    ['header value', `${start}A: ${'b'.repeat(limits.headerValueLength + 1)}\r\n`],
    ['folded header value', `${start}A: ${'b'.repeat(2000)}\r\n ${'b'.repeat(50)}\r\n`],
    ['blanks before a value', `${start}A:${' '.repeat(3000)}`],
    ['number of headers', start + 'A: 1\r\n'.repeat(limits.headerCount + 1)],
    ['body', `${start}Content-Length: ${limits.bodyBytes + 1}\r\n\r\n`],
    ['absurd body', `${start}Content-Length: 9007199254740991\r\n\r\n`],
  ])('%s too long: ERR_RTSP_LIMIT, and nothing is kept', (_title, text) => {
    expect(outcome(text)).toEqual({ code: 'ERR_RTSP_LIMIT', heldBytes: 0 })
  })

  it.each([
    ['method', `${'M'.repeat(limits.methodLength)} * RTSP/1.0\r\n\r\n`],
    ['URL', `OPTIONS rtsp://${'a'.repeat(limits.urlLength - 7)} RTSP/1.0\r\n\r\n`],
    ['header name', `${start}${'a'.repeat(limits.headerKeyLength)}: 1\r\n\r\n`],
    ['header value', `${start}A: ${'b'.repeat(limits.headerValueLength)}\r\n\r\n`],
    ['number of headers', `${start}${'A: 1\r\n'.repeat(limits.headerCount)}\r\n`],
    ['body', `${start}Content-Length: ${limits.bodyBytes}\r\n\r\n${'x'.repeat(limits.bodyBytes)}`],
    ['garbage', '\0'.repeat(limits.skippedBytes) + start + '\r\n'],
  ])('%s of exactly the limit is accepted', (_title, text) => {
    const { events } = feed([bytesOf(text)])
    expect(events).toMatchObject([{ kind: 'request' }])
  })

  it('garbage without end fails, whichever way it comes', () => {
    expect(outcome('\0'.repeat(limits.skippedBytes + 1)).code).toBe('ERR_RTSP_MALFORMED')
    expect(outcome('A\0'.repeat(limits.skippedBytes)).code).toBe('ERR_RTSP_MALFORMED')
  })

  it('garbage is counted anew after each element', () => {
    const text = ('\0'.repeat(limits.skippedBytes - 1) + '$\0\0\0').repeat(3)
    expect(feed([bytesOf(text)]).events).toMatchObject([{ kind: 'frame' }, { kind: 'frame' }, { kind: 'frame' }])
  })

  it('counts the bytes of an incomplete message, and none between messages', () => {
    const text = `${start}Content-Length: 4\r\n\r\nbody`
    const { framer } = feed([bytesOf(text.slice(0, -1))])
    expect(framer.bufferedBytes).toBe(text.length - 1)
    framer.push(bytesOf('y'))
    expect([framer.bufferedBytes, framer.elementCount, framer.state]).toEqual([0, 1, 'needData'])
  })
})
