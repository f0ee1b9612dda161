import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { formatAuthenticate, parseAuthenticate } from '../../../src/wire/headers/authenticate.ts'
import { formatAuthorization, parseAuthorization } from '../../../src/wire/headers/authorization.ts'

describe('[68] Authorization (RFC 2617 sections 2 and 3.2.2)', () => {
  it.each([
    ['Basic bXl1c2VyOm15cGFzcw==', { scheme: 'basic', username: 'myuser', password: 'mypass' }],
    ['basic bXl1c2VyOm15cGFzcw', { scheme: 'basic', username: 'myuser', password: 'mypass' }],
    ['Basic OmE6Yg==', { scheme: 'basic', username: '', password: 'a:b' }],
    ['Basic w7w6w7w=', { scheme: 'basic', username: 'ü', password: 'ü' }],
    [
      'Digest username="u", realm="r", nonce="n", uri="rtsp://h/a,b", response="x"',
      { scheme: 'digest', username: 'u', realm: 'r', nonce: 'n', uri: 'rtsp://h/a,b', response: 'x' },
    ],
    [
      'Digest response=x,uri=/a,nonce=n,realm=r,username=u,opaque="",algorithm=sha-256,qop=auth,nc=00000001,cnonce="c"',
      {
        ...{ scheme: 'digest', username: 'u', realm: 'r', nonce: 'n', uri: '/a', response: 'x', opaque: '' },
        ...{ algorithm: 'SHA-256', qop: 'auth', nc: '00000001', cnonce: 'c' },
      },
    ],
  ])('%s is read', (value, expected) => {
    const header = parseAuthorization(value)
    expect(header).toEqual(expected)
    expect(isFailure(header) || parseAuthorization(formatAuthorization(header))).toEqual(expected)
  })

  it.each(
    [
      ['', '0', ' ', 'Basic', 'Basic 0', 'Basic bXl1c2Vy', 'Basic %%%%', 'Bearer x', 'Digest ', 'Digest realm="r'],
      ['Digest username="u", realm="r", nonce="n", uri="/"', 'Digest username,realm,nonce,uri,response,algorithm'],
    ].flat(),
  )('%j is refused', (value) => {
    expect(parseAuthorization(value)).toMatchObject({ code: 'ERR_RTSP_HEADER' })
  })

  it('is written in a fixed order, all quoted', () => {
    const parts = { scheme: 'digest', username: 'u', realm: 'r', nonce: 'n', uri: '/', response: 'x' } as const
    expect(formatAuthorization({ ...parts, opaque: 'o', algorithm: 'MD5' })).toBe(
      'Digest username="u", realm="r", nonce="n", uri="/", response="x", opaque="o", algorithm="MD5"',
    )
    expect(formatAuthorization({ scheme: 'basic', username: 'myuser', password: 'mypass' })).toBe(
      'Basic bXl1c2VyOm15cGFzcw==',
    )
  })
})

describe('[68] WWW-Authenticate (RFC 2617 sections 2 and 3.2.1)', () => {
  it.each([
    ['Basic realm="4419b63f5e51"', 'Basic realm="4419b63f5e51"'],
    [
      'Digest realm="4419b63f5e51", nonce="8b84a3b789283a8bea8da7fa7d41f08b", stale="FALSE"',
      'Digest realm="4419b63f5e51", nonce="8b84a3b789283a8bea8da7fa7d41f08b", stale="FALSE"',
    ],
    [
      'Digest realm=4419b63f5e51,nonce="8b84",algorithm=md5 , opaque=o, domain="/", qop="auth"',
      'Digest realm="4419b63f5e51", nonce="8b84", opaque="o", algorithm="MD5", qop="auth"',
    ],
    ['Digest realm="r", nonce="", algorithm="SHA-256"', 'Digest realm="r", nonce="", algorithm="SHA-256"'],
  ])('%s is %s', (value, expected) => {
    const header = parseAuthenticate(value)
    expect(isFailure(header) ? header.text : formatAuthenticate(header)).toBe(expected)
  })

  it.each(['', '0', ' ', 'Basic ', 'Basic ="', 'Digest ', 'Digest realm="r"', 'Digest realm=r,nonce=n,algorithm=x'])(
    '%j is refused',
    (value) => {
      expect(parseAuthenticate(value)).toMatchObject({ code: 'ERR_RTSP_HEADER' })
    },
  )
})
