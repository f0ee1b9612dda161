import { describe, expect, it } from 'vitest'
import { createHeaders, type HeadersInit } from '../../../src/wire/headers/header-map.ts'
import { tunnelRequestOf } from '../../../src/wire/http/tunnel-request.ts'

const ask = (method: string, headers: HeadersInit, minorVersion = 1) =>
  tunnelRequestOf({ method, target: '/', minorVersion, headers: createHeaders(headers) })

const tunnelled = 'application/x-rtsp-tunnelled'
const webSocket = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Protocol': 'rtsp.onvif.org',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

describe('what an HTTP request on an RTSP port asks for (spec 8.1)', () => {
  it('the halves of a tunnel are told 200 at once, to the letter (spec 8.2)', () => {
    const reply = (minor: number) =>
      `HTTP/1.${minor} 200 OK\r\nCache-Control: no-cache\r\nConnection: close\r\n` +
      'Content-Type: application/x-rtsp-tunnelled\r\nPragma: no-cache\r\n\r\n'
    expect(ask('GET', { Accept: tunnelled, 'x-sessioncookie': 'c' })).toEqual({
      kind: 'get',
      cookie: 'c',
      reply: reply(1),
    })
    expect(ask('POST', { 'Content-Type': tunnelled, 'X-SessionCookie': 'c' }, 0)).toEqual({
      kind: 'post',
      cookie: 'c',
      reply: reply(0),
    })
  })

  it.each([
    ['GET', { Accept: `text/html, ${tunnelled};q=1`, 'x-sessioncookie': 'c' }, 'get'],
    ['GET', { Accept: tunnelled }, 'refused'],
    ['GET', { Accept: tunnelled, 'x-sessioncookie': '' }, 'refused'],
    ['GET', { Accept: tunnelled, 'x-sessioncookie': ['a', 'b'] }, 'refused'],
    ['GET', { Accept: tunnelled, 'x-sessioncookie': 'c'.repeat(257) }, 'refused'],
    ['GET', { 'Content-Type': tunnelled, 'x-sessioncookie': 'c' }, 'refused'],
    ['POST', { Accept: tunnelled, 'x-sessioncookie': 'c' }, 'refused'],
    ['GET', { Accept: 'text/html' }, 'refused'],
    ['GET', webSocket, 'webSocket'],
    ['GET', { ...webSocket, Connection: 'keep-alive, Upgrade' }, 'webSocket'],
    ['GET', { ...webSocket, Upgrade: 'WebSocket', 'Sec-WebSocket-Protocol': 'chat, rtsp.onvif.org' }, 'webSocket'],
    ['GET', { ...webSocket, 'Sec-WebSocket-Protocol': 'chat' }, 'refused'],
    ['GET', { ...webSocket, Connection: 'close' }, 'refused'],
    ['POST', webSocket, 'refused'],
  ])('%s %j: %s', (method, headers, kind) => {
    expect(ask(method, headers).kind).toBe(kind)
  })

  it('anything else is told 400 in its own version of HTTP', () => {
    expect(ask('GET', { Host: 'x' }, 0)).toMatchObject({
      reply: 'HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
      failure: { code: 'ERR_RTSP_HTTP_REQUEST', text: 'invalid HTTP request' },
    })
  })

  it.each([
    [{ ...webSocket, 'Sec-WebSocket-Version': '8' }, 1, 'unsupported WebSocket version'],
    [{ ...webSocket, 'Sec-WebSocket-Key': 'c2hvcnQ=' }, 1, 'invalid WebSocket key'],
    [{ ...webSocket, 'Sec-WebSocket-Key': '?' }, 1, 'invalid WebSocket key'],
    [webSocket, 0, 'a WebSocket needs HTTP/1.1'],
  ])(
    'a handshake that cannot be, %j over HTTP/1.%i, is told which version can (RFC 6455 section 4.2.2)',
    (headers, minor, why) => {
      const request = ask('GET', headers, minor)
      expect(request.kind === 'refused' ? request.reply : '').toMatch(
        /^HTTP\/1.1 400 .*\r\nSec-WebSocket-Version: 13\r\n/s,
      )
      expect(request.kind === 'refused' ? request.failure.text : '').toContain(why)
    },
  )
})
