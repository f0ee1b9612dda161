import { describe, expect, it } from 'vitest'
import { decodeText } from '../../../src/wire/headers/text.ts'
import { createRequest, createResponse, encodeRequest, encodeResponse } from '../../../src/wire/rtsp/message.ts'
import { reasonPhrase } from '../../../src/wire/rtsp/reason-phrase.ts'

describe('encoding', () => {
  it('sorts headers by code unit and adds Content-Length for a body', () => {
    const response = createResponse(200, { server: 'x', 'content-type': 'a/b', cseq: '2', 'Content-Base': 'y' }, 'body')
    expect(decodeText(encodeResponse(response))).toBe(
      'RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Base: y\r\nContent-Length: 4\r\nContent-Type: a/b\r\nServer: x\r\n\r\nbody',
    )
  })

  it('writes one line per value', () => {
    const response = createResponse(401, { 'WWW-Authenticate': ['Basic', 'Digest'] })
    expect(decodeText(encodeResponse(response))).toBe(
      'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nWWW-Authenticate: Digest\r\n\r\n',
    )
  })

  it('states the length of the body that is there, whatever the headers say', () => {
    expect(decodeText(encodeResponse(createResponse(200, { 'content-length': '99' })))).toBe('RTSP/1.0 200 OK\r\n\r\n')
    const request = createRequest('ANNOUNCE', '*', { 'Content-Length': '99' }, 'ü')
    expect(decodeText(encodeRequest(request))).toBe('ANNOUNCE * RTSP/1.0\r\nContent-Length: 2\r\n\r\nü')
  })

  it('lets no value become a header', () => {
    const response = createResponse(200, { A: '1\r\nEvil: 2', 'B\r\nC': '3' }, undefined, 'OK\r\nD: 4')
    expect(decodeText(encodeResponse(response))).toBe('RTSP/1.0 200 OKD: 4\r\nA: 1Evil: 2\r\nBC: 3\r\n\r\n')
  })

  it('leaves the phrase of an unknown status empty', () => {
    expect(decodeText(encodeResponse(createResponse(299)))).toBe('RTSP/1.0 299 \r\n\r\n')
  })
})

describe('building', () => {
  it.each([
    ['a method that is no token', () => createRequest('A B', '*')],
    ['a URL that is none', () => createRequest('OPTIONS', 'http://h/')],
    ['a status that is none', () => createResponse(20)],
    ['a status with a fraction', () => createResponse(200.5)],
  ])('throws ERR_RTSP_USAGE for %s', (_title, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })
})

describe('[70] reason phrases (RFC 2326 section 7.1.1)', () => {
  it.each([
    [200, 'OK'],
    [404, 'Not Found'],
    [454, 'Session Not Found'],
    [455, 'Method Not Valid In This State'],
    [461, 'Unsupported Transport'],
    [463, 'Destination Prohibited'],
    [501, 'Not Implemented'],
    [551, 'Option Not Supported'],
    [999, ''],
  ])('%i is %j', (statusCode, phrase) => {
    expect(reasonPhrase(statusCode)).toBe(phrase)
  })
})
