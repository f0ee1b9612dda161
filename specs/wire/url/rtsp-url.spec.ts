import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { isFailure } from '../../../src/contracts/failure.ts'
import { parseRtspUrl, rtspUrlHostname, rtspUrlPort, withoutCredentials } from '../../../src/wire/url/rtsp-url.ts'
import { urlOf } from './url-of.ts'

describe('[70] RTSP URLs (RFC 2326 section 3.2)', () => {
  it.each([
    ['rtsp://h', { scheme: 'rtsp', userInfo: '', host: 'h', path: '', query: '', hasQuery: false }],
    ['rtsps://h:8322/', { scheme: 'rtsps', host: 'h:8322', path: '/' }],
    ['RTSP://H/A', { scheme: 'rtsp', host: 'H', path: '/A' }],
    ['rtspu://h/a', { scheme: 'rtsp', path: '/a' }],
    ['rtsp://u:p@h/a?b=c', { userInfo: 'u:p', host: 'h', path: '/a', query: 'b=c', hasQuery: true }],
    ['rtsp://u:p@ss@h/', { userInfo: 'u:p@ss', host: 'h' }],
    ['rtsp://u:p#s@h/', { userInfo: 'u:p#s', host: 'h' }],
    ['rtsp://user:pa%23ss@[fe80::1%wl0]:8554/p', { userInfo: 'user:pa%23ss', host: '[fe80::1%wl0]:8554', path: '/p' }],
    ['rtsp://[fe80::1%25eth0]/p', { host: '[fe80::1%25eth0]' }],
    ['rtsp://h?a', { path: '', query: 'a' }],
    ['rtsp://h/a?', { path: '/a', query: '', hasQuery: true }],
    ['rtsp://h/a?b?c/d', { path: '/a', query: 'b?c/d' }],
    ['rtsp://h/a%20b%2Fc', { path: '/a b/c', rawPath: '/a%20b%2Fc' }],
    ['rtsp://h/%C3%BC', { path: '/ü' }],
    ['rtsp://h/%FC', { path: '/ü' }],
    ['rtsp://h/100%/%zz', { path: '/100%/%zz' }],
    ['rtsp://h/a/../b//c/./', { path: '/a/../b//c/./' }],
    ['rtsp://h/user=tmp&password=BagRep1!&channel=1&stream=0.sdp', { hasQuery: false }],
    ['rtsp://h/@x', { userInfo: '', host: 'h', path: '/@x' }],
  ])('%s is divided and kept as it is', (text, parts) => {
    expect(parseRtspUrl(text)).toMatchObject({ ...parts, text })
  })

  it.each([
    ['', 'unsupported scheme'],
    [':testing', 'unsupported scheme'],
    ['/path', 'unsupported scheme'],
    ['http://testing', 'unsupported scheme'],
    ['rtsp:opaque?query', 'opaque'],
    ['rtsp:/path', 'opaque'],
    ['rtsp:#', 'opaque'],
    ['rtsp://localhost:8554/teststream#fragment', 'fragments'],
    ['rtsp://localhost#fragment', 'fragments'],
    ['rtsp://h/a?b#c', 'fragments'],
    ['rtsp://h:port/', 'invalid host'],
    ['rtsp://[::1/', 'invalid host'],
    ['rtsp://[::1]x/', 'invalid host'],
    ['rtsp://a b/', 'invalid host'],
    ['rtsp://h/a\nb', 'control character'],
    ['rtsp://h/\0', 'control character'],
  ])('%j is refused: %s', (text, reason) => {
    expect(parseRtspUrl(text)).toMatchObject({
      code: 'ERR_RTSP_URL',
      text: expect.stringContaining(reason) as unknown,
    })
  })

  it('tells no credentials when it is refused', () => {
    expect(parseRtspUrl('rtsp://user:secret@h:x/')).toMatchObject({
      text: expect.not.stringContaining('secret') as unknown,
    })
  })

  it('loses nothing but the credentials', () => {
    expect(withoutCredentials(urlOf('rtsp://u:p@ss@h:554/a?b=@c'))).toEqual(urlOf('rtsp://h:554/a?b=@c'))
    expect(withoutCredentials(urlOf('rtsp://@h/'))).toEqual(urlOf('rtsp://h/'))
    expect(withoutCredentials(urlOf('rtsp://h/@a'))).toEqual(urlOf('rtsp://h/@a'))
  })

  it.each([
    ['rtsp://h/', 'h', 554],
    ['rtsps://h/', 'h', 322],
    ['rtsp://h:/', 'h', 554],
    ['rtsp://u:1@h:8554', 'h', 8554],
    ['rtsp://[::1]', '::1', 554],
    ['rtsp://[::1]:8554', '::1', 8554],
    ['rtsp://[fe80::1%25eth0]:1/', 'fe80::1%eth0', 1],
  ])('%s leads to %s and port %i', (text, hostname, port) => {
    expect([rtspUrlHostname(urlOf(text)), rtspUrlPort(urlOf(text))]).toEqual([hostname, port])
  })

  it('of any text are divided without loss, or refused', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '1', '@', ':', '/', '?', '#', '%', '[', ']', ' ', '&') }),
        (text) => {
          const url = parseRtspUrl(`rtsp://${text}`)
          if (isFailure(url)) return
          const userInfo =
            url.text.includes('@') && url.text.length > withoutCredentials(url).text.length ? `${url.userInfo}@` : ''
          expect(`rtsp://${userInfo}${url.host}${url.rawPath}${url.hasQuery ? '?' : ''}${url.query}`).toBe(url.text)
        },
      ),
    )
  })
})
