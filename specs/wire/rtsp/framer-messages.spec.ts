import { describe, expect, it } from 'vitest'
import { headerValues } from '../../../src/wire/headers/header-map.ts'
import { encodeInterleavedFrame } from '../../../src/wire/rtsp/framer.ts'
import { createRequest, createResponse, encodeRequest, encodeResponse } from '../../../src/wire/rtsp/message.ts'
import { bytesOf, concat, feedEveryWay } from './feed.ts'

const cameraUrl = 'rtsp://example.com/media.mp4'

describe('[69] requests (RFC 2326 section 6)', () => {
  it.each([
    ['without body', createRequest('OPTIONS', cameraUrl, { CSeq: '1' })],
    ['for the server as a whole', createRequest('OPTIONS', '*', { CSeq: '1' })],
    ['with a body', createRequest('ANNOUNCE', cameraUrl, { CSeq: '7', 'Content-Type': 'text/plain' }, 'v=0\r\n\0\xff')],
    ['with a method of RTSP 2', createRequest('PLAY_NOTIFY', cameraUrl, { CSeq: '1' })],
    ['with a method nobody knows', createRequest('FLY', cameraUrl, { CSeq: '1' })],
    ['with a method like the protocol', createRequest('RTSPX', cameraUrl, { CSeq: '1' })],
    ['with credentials in the URL', createRequest('SETUP', 'rtsp://user:pa%23ss@[fe80::1%wl0]:8554/p', { CSeq: '1' })],
    ['with text that is not ASCII', createRequest('DESCRIBE', 'rtsp://h/käse', { 'X-Note': 'ü' })],
    ['with repeated headers', createRequest('SETUP', cameraUrl, { Require: ['a', 'b'] })],
  ])('come out as they went in: %s', (_title, request) => {
    expect(feedEveryWay(encodeRequest(request))).toEqual([
      { ...request, headers: expect.objectContaining(request.headers) as unknown },
    ])
  })

  it('may follow each other without a gap, mixed with frames and responses', () => {
    const first = createRequest('OPTIONS', cameraUrl, { CSeq: '1' })
    const second = createRequest('PLAY', cameraUrl, { CSeq: '2' })
    const response = createResponse(200, { CSeq: '3' })
    const payload = Uint8Array.of(0x24, 0, 10, 13)
    const bytes = concat(
      encodeRequest(first),
      encodeInterleavedFrame(1, payload),
      encodeRequest(second),
      encodeResponse(response),
      encodeInterleavedFrame(255, new Uint8Array(0)),
    )
    expect(feedEveryWay(bytes)).toEqual([
      first,
      { kind: 'frame', channel: 1, payload },
      second,
      response,
      { kind: 'frame', channel: 255, payload: new Uint8Array(0) },
    ])
  })

  it.each([
    ['bare line feeds', 'OPTIONS * RTSP/1.0\nCSeq: 1\n\n'],
    ['blanks and tabs around values', 'OPTIONS * RTSP/1.0\r\nCSeq:\t 1 \t\r\n\r\n'],
    ['no blank after the colon', 'OPTIONS * RTSP/1.0\r\nCSeq:1\r\n\r\n'],
    ['a blank before the colon', 'OPTIONS * RTSP/1.0\r\nCSeq : 1\r\n\r\n'],
    ['names in any case', 'OPTIONS * RTSP/1.0\r\ncSEQ: 1\r\n\r\n'],
    ['garbage in front', '\0\r\n\r\nabcOPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'],
    ['letters in front that could start a method', 'R\0XQ\0OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'],
    ['a repeated Content-Length', 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n'],
    ['Content-Length 0', 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 0\r\n\r\n'],
  ])('are read with %s', (_title, text) => {
    const events = feedEveryWay(bytesOf(text))
    expect(events).toEqual([expect.objectContaining({ kind: 'request', method: 'OPTIONS', url: null })])
    expect(events.map((event) => 'headers' in event && headerValues(event.headers, 'CSeq'))).toEqual([['1']])
  })

  it('may have blanks in the URL, since devices forget to escape them', () => {
    const [event] = feedEveryWay(bytesOf('DESCRIBE rtsp://h/my cam RTSP/1.0\r\n\r\n'))
    expect(event).toMatchObject({ kind: 'request', url: { path: '/my cam' } })
  })

  it('may fold a value over lines (RFC 2616 section 4.2)', () => {
    const [event] = feedEveryWay(
      bytesOf('SETUP rtsp://h/ RTSP/1.0\r\nTransport: RTP/AVP;\r\n\tunicast \r\nCSeq: 1\r\n\r\n'),
    )
    expect(event).toMatchObject({ headers: { Transport: ['RTP/AVP; unicast'], CSeq: ['1'] } })
  })

  it('keep bytes that are not UTF-8 as ISO 8859-1', () => {
    const [event] = feedEveryWay(bytesOf('OPTIONS * RTSP/1.0\r\nX-Note: caf\xe9\r\n\r\n'))
    expect(event).toMatchObject({ headers: { 'X-Note': ['café'] } })
  })

  it('keep a header whose name means something to JavaScript', () => {
    const [event] = feedEveryWay(bytesOf('OPTIONS * RTSP/1.0\r\n__proto__: 1\r\nconstructor: 2\r\n\r\n'))
    const headers = event !== undefined && 'headers' in event ? event.headers : {}
    expect(Object.keys(headers)).toEqual(['__proto__', 'Constructor'])
  })
})

describe('[69] responses (RFC 2326 section 7)', () => {
  it.each([
    ['without phrase of its own', createResponse(200, { CSeq: '1' })],
    ['with a phrase', createResponse(404, { CSeq: '1' }, undefined, 'Nothing Here')],
    ['with a body', createResponse(200, { CSeq: '1' }, Uint8Array.of(1, 2, 3))],
  ])('come out as they went in: %s', (_title, response) => {
    expect(feedEveryWay(encodeResponse(response))).toEqual([
      { ...response, headers: expect.objectContaining(response.headers) as unknown },
    ])
  })

  it('may lack the phrase', () => {
    expect(feedEveryWay(bytesOf('RTSP/1.0 200\r\n\r\n'))).toMatchObject([{ statusCode: 200, reasonPhrase: '' }])
  })
})

describe('[70] malformed messages', () => {
  it.each([
    ['OPTIONS * RTSP/2.0\r\n\r\n', "malformed message: expected 'RTSP/1.0', got 'RTSP/2.0'"],
    ['OPTIONS *\r\n\r\n', 'malformed message: incomplete request line'],
    ['OPTIONS  \r\n\r\n', "malformed message: expected 'RTSP/1.0', got ''"],
    ['OPT\0ONS * RTSP/1.0\r\n\r\n', 'malformed message: invalid method'],
    ['GET / HTTP/1.1\r\n\r\n', "malformed message: expected 'RTSP/1.0', got 'HTTP/1.1'"],
    ['FLY /path RTSP/1.0\r\n\r\n', 'malformed message: invalid status line'],
    ['PLAY /path RTSP/1.0\r\n\r\n', 'malformed message: invalid URL (/path: unsupported scheme)'],
    [
      'PLAY rtsp://u:p@h/#x RTSP/1.0\r\n\r\n',
      'malformed message: invalid URL (rtsp://***@h/#x: URLs with fragments are not supported)',
    ],
    ['OPTIONS * RTSP/1.0\r\nCSeq\r\n\r\n', 'malformed message: value is missing'],
    ['OPTIONS * RTSP/1.0\r\n: 1\r\n\r\n', 'malformed message: header name is missing'],
    ['OPTIONS * RTSP/1.0\r\n folded\r\n\r\n', 'malformed message: continuation of no header'],
    ['OPTIONS * RTSP/1.0\r\nA: b\rC: d\r\n\r\n', 'malformed message: carriage return inside of a line'],
    ['OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n', 'malformed message: invalid Content-Length'],
    ['OPTIONS * RTSP/1.0\r\nContent-Length:\r\n\r\n', 'malformed message: invalid Content-Length'],
    ['RTSP/1.0 2x0 OK\r\n\r\n', 'malformed message: invalid status line'],
    ['RTSP/1.1 200 OK\r\n\r\n', 'malformed message: invalid status line'],
  ])('%j end the connection and nothing behind them is read', (text, reason) => {
    const events = feedEveryWay(concat(text, 'OPTIONS * RTSP/1.0\r\n\r\n'))
    expect(events).toMatchObject([{ kind: 'failure', failure: { code: 'ERR_RTSP_MALFORMED', text: reason } }])
  })
})
