import { describe, expect, it } from 'vitest'
import { isAcceptableDigestUri } from '../../../src/wire/auth/digest-uri.ts'
import { requestWith, vectorUrl } from './requests.ts'

describe('the URI of a digest (RFC 2617 section 3.2.2.5 and what clients make of it)', () => {
  it.each([
    ['SETUP', vectorUrl, vectorUrl, true],
    ['SETUP', vectorUrl, 'rtsp://myhost/mypath?key=val/', true],
    ['SETUP', vectorUrl, 'rtsp://myhost/mypath?key=val', true],
    ['SETUP', vectorUrl, '/mypath?key=val/trackID=3', true],
    ['SETUP', 'rtsp://h/cam/trackID=12', 'rtsp://h/cam/', true],
    ['SETUP', 'rtsp://h/cam/trackID=12', 'rtsp://h/cam', true],
    ['SETUP', 'rtsp://me:secret@h/cam/trackID=1', 'rtsp://h/cam/trackID=1', true],
    ['SETUP', 'rtsp://me:secret@h/cam/trackID=1', 'rtsp://me:secret@h/cam/trackID=1', true],
    ['SETUP', 'rtsp://me:secret@h/cam/trackID=1', 'rtsp://h/cam/', true],
    ['DESCRIBE', 'rtsp://h/cam%20a?x', '/cam%20a?x', true],
    ['DESCRIBE', 'rtsp://h/cam?', '/cam?', true],
    ['DESCRIBE', 'rtsp://h/cam%20a', '/cam a', false],
    ['DESCRIBE', 'rtsp://h/cam', 'rtsp://h/cam/', false],
    ['DESCRIBE', 'rtsp://h/cam', 'rtsp://other/cam', false],
    ['DESCRIBE', 'rtsp://h/cam', 'cam', false],
    ['DESCRIBE', 'rtsp://h/cam', '', false],
    ['DESCRIBE', 'rtsp://h/cam?x', '/cam', false],
    ['PLAY', 'rtsp://h/cam/trackID=1', 'rtsp://h/cam/', false],
    ['SETUP', 'rtsp://h/cam/trackID=', 'rtsp://h/cam/', false],
    ['SETUP', 'rtsp://h/cam/trackID=x', 'rtsp://h/cam/', false],
    ['SETUP', 'rtsp://h/cam/streamid=0', 'rtsp://h/cam/', false],
    ['SETUP', vectorUrl, '/mypath?key=val/', false],
    ['SETUP', vectorUrl, 'rtsp://myhost/mypath', false],
    ['OPTIONS', null, '*', true],
    ['OPTIONS', null, '/', false],
  ])('%s %s with %s: %s', (method, url, uri, expected) => {
    expect(isAcceptableDigestUri(uri, requestWith([], url, method))).toBe(expected)
  })
})
