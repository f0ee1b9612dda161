import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { authMethods, type AuthMethod } from '../../../src/wire/auth/auth-method.ts'
import { answerChallenge } from '../../../src/wire/auth/answer-challenge.ts'
import { challengesOf, type ProtectionSpace } from '../../../src/wire/auth/protection-space.ts'
import { claimOf, isProven, verifyCredentials } from '../../../src/wire/auth/verify-credentials.ts'
import { isFailure } from '../../../src/contracts/failure.ts'
import { createResponse, type RtspRequest } from '../../../src/wire/rtsp/message.ts'
import { digest, requestWith, spaceOf, vectorNonce, vectorUrl } from './requests.ts'

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const fullMd5 = 'ba6e9cccbfeb38db775378a0a9067ba5'
const fullSha256 = 'e298296ce35c9ab79699c8f3f9508944c1be9395e892f8205b6d66f1b8e663ee'

describe('[67] verifying the known vectors (RFC 2069 section 2.1.2, RFC 2617 section 2)', () => {
  it.each<[string, AuthMethod, string]>([
    ['Basic', 'basic', 'Basic bXl1c2VyOm15cGFzcw=='],
    ['Digest without an algorithm', 'digest-md5', digest(fullMd5)],
    ['Digest MD5', 'digest-md5', digest(fullMd5, vectorUrl, { algorithm: 'MD5' })],
    ['Digest SHA-256', 'digest-sha256', digest(fullSha256, vectorUrl, { algorithm: 'SHA-256' })],
    [
      'VLC: base URL with slash',
      'digest-md5',
      digest('5ca5ceeca20a05e9a3f49ecde4b42655', 'rtsp://myhost/mypath?key=val/'),
    ],
    ['HappyTime: base URL', 'digest-md5', digest('c11a6e92b449f221dabf494a7a837ee3', 'rtsp://myhost/mypath?key=val')],
    ['Bosch: path and query', 'digest-md5', digest('d78ea008e655a7218f0c7e53db6115a5', '/mypath?key=val/trackID=3')],
  ])('[67] %s', (_, method, authorization) => {
    const request = requestWith(authorization)
    expect(verifyCredentials(spaceOf(method), request, 'myuser', 'mypass')).toBe(true)
    expect(verifyCredentials(spaceOf(method), request, 'myuser', 'mypas')).toBe(false)
    expect(verifyCredentials(spaceOf(method), request, 'myuse', 'mypass')).toBe(false)
    expect(verifyCredentials(spaceOf(method), request, '', '')).toBe(false)
    const others = authMethods.filter((each) => each !== method)
    expect(verifyCredentials(spaceOf(...others), request, 'myuser', 'mypass')).toBe(false)
  })

  it.each<[string, string]>([
    ['another nonce', digest(fullMd5, vectorUrl, { nonce: `${vectorNonce}0` })],
    ['another realm', digest(fullMd5, vectorUrl, { realm: 'Myrealm' })],
    ['another user', digest(fullMd5, vectorUrl, { username: 'Myuser' })],
    ['another response', digest(fullMd5.replace('b', 'c'))],
    ['no response', digest(fullMd5, vectorUrl, { response: '' })],
    ['an unknown algorithm', digest(fullMd5, vectorUrl, { algorithm: 'SHA-512' })],
    ['MD5 that says it is SHA-256', digest(fullMd5, vectorUrl, { algorithm: 'SHA-256' })],
    ['SHA-256 that does not say so', digest(fullSha256)],
    ['integrity of a body that is not hashed', digest(fullMd5, vectorUrl, { qop: 'auth-int' })],
  ])('[67] refuses %s', (_, authorization) => {
    const space = spaceOf('basic', 'digest-md5', 'digest-sha256')
    expect(verifyCredentials(space, requestWith(authorization), 'myuser', 'mypass')).toBe(false)
  })

  it('refuses a header that occurs twice, even with the right credentials', () => {
    const request = requestWith([digest(fullMd5), digest(fullMd5)])
    expect(verifyCredentials(spaceOf('digest-md5'), request, 'myuser', 'mypass')).toBe(false)
  })

  it('takes a response in upper case', () => {
    const request = requestWith(digest(fullMd5.toUpperCase()))
    expect(verifyCredentials(spaceOf('digest-md5'), request, 'myuser', 'mypass')).toBe(true)
  })

  it('takes colons in the password of Basic, and none in the user (RFC 2617 section 2)', () => {
    const request = requestWith(`Basic ${base64('me:a:b:')}`)
    expect(verifyCredentials(spaceOf('basic'), request, 'me', 'a:b:')).toBe(true)
    expect(verifyCredentials(spaceOf('basic'), request, 'me:a', 'b:')).toBe(false)
  })

  it('hashes users and passwords as UTF-8', () => {
    const response = md5(`${md5('bär:myrealm:süß')}:${vectorNonce}:${md5(`SETUP:${vectorUrl}`)}`)
    const request = requestWith(digest(response, vectorUrl, { username: 'bär' }))
    expect(verifyCredentials(spaceOf('digest-md5'), request, 'bär', 'süß')).toBe(true)
  })
})

describe('the form of RFC 2617 section 3.2.2', () => {
  const ha1 = md5('myuser:myrealm:mypass')
  const protectedResponse = md5(`${ha1}:${vectorNonce}:00000001:0a4f113b:auth:${md5(`SETUP:${vectorUrl}`)}`)
  const parts = { qop: 'auth', nc: '00000001', cnonce: '0a4f113b' }

  it.each([
    ['qop, nc and cnonce', digest(protectedResponse, vectorUrl, parts), true],
    ['another nonce count than was hashed', digest(protectedResponse, vectorUrl, { ...parts, nc: '00000002' }), false],
    ['another client nonce than was hashed', digest(protectedResponse, vectorUrl, { ...parts, cnonce: 'x' }), false],
    ['the old hash beside a bare qop', digest(fullMd5, vectorUrl, { qop: 'auth' }), true],
    ['the old hash beside all three', digest(fullMd5, vectorUrl, parts), false],
  ])('%s', (_, authorization, expected) => {
    expect(verifyCredentials(spaceOf('digest-md5'), requestWith(authorization), 'myuser', 'mypass')).toBe(expected)
  })

  it('gives the example of RFC 2617 section 3.5', () => {
    // The example is one of HTTP; an origin form is what Bosch sends too.
    const space: ProtectionSpace = {
      realm: 'testrealm@host.com',
      methods: ['digest-md5'],
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    }
    const authorization =
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
      'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", ' +
      'response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    const request = requestWith(authorization, 'rtsp://host/dir/index.html', 'GET')
    expect(verifyCredentials(space, request, 'Mufasa', 'Circle Of Life')).toBe(true)
  })
})

describe('what a store may know instead of the password', () => {
  const authorizations: readonly [string, string][] = [
    ['Basic', `Basic ${base64('myuser:mypass')}`],
    ['MD5', digest(fullMd5)],
    ['SHA-256', digest(fullSha256, vectorUrl, { algorithm: 'SHA-256' })],
  ]
  const ha1 = { md5: md5('myuser:myrealm:mypass'), sha256: sha256('myuser:myrealm:mypass') }
  const space = spaceOf('basic', 'digest-md5', 'digest-sha256')

  it.each(authorizations)('%s: the password, or hashes of which the fitting one is taken', (_, authorization) => {
    const request = requestWith(authorization)
    const claim = claimOf(space, request)
    if (claim === null) throw new Error('there is a claim')
    const proves = (stored: Parameters<typeof isProven>[3]): boolean => isProven(space, 'SETUP', claim, stored)
    expect(claim.username).toBe('myuser')
    expect(['mypass', { password: 'mypass' }, { ha1: [ha1.md5, ha1.sha256.toUpperCase()] }].map(proves)).toEqual([
      true,
      true,
      true,
    ])
    const wrong = ['', { password: 'x' }, { ha1: '' }, { ha1: [] }, { ha1: [md5('x'), sha256('x')] }, { ha1: 'mypass' }]
    expect(wrong.map(proves)).toEqual(wrong.map(() => false))
  })

  it('does not prove a digest with the hash of another algorithm', () => {
    const claim = claimOf(space, requestWith(digest(fullMd5)))
    expect(claim !== null && isProven(space, 'SETUP', claim, { ha1: ha1.sha256 })).toBe(false)
  })
})

describe('[65] challenge, answer and verification together', () => {
  const good = { username: 'testuser', password: 'testpass', method: 'SETUP', uri: 'rtsp://myhost/mypath' }
  const sets: readonly [string, readonly AuthMethod[]][] = [
    ['basic', ['basic']],
    ['digest-md5', ['digest-md5']],
    ['digest-sha256', ['digest-sha256']],
    ['default', ['basic', 'digest-md5']],
  ]
  const rows = sets.flatMap(([name, methods]) =>
    [
      { what: 'all right', answer: good, expected: true },
      { what: 'a wrong user', answer: { ...good, username: 'test1user' }, expected: false },
      { what: 'a wrong password', answer: { ...good, password: 'test1pass' }, expected: false },
      ...(name === 'basic'
        ? []
        : [{ what: 'a wrong URL', answer: { ...good, uri: 'rtsp://myhost/mypath1' }, expected: false }]),
    ].map((row) => ({ ...row, name, methods })),
  )

  it('has the fifteen cases', () => {
    expect(rows).toHaveLength(15)
  })

  it.each(rows)('[65] $name with $what is $expected', ({ methods, answer, expected }) => {
    const space = spaceOf(...methods)
    const authorization = answerChallenge(createResponse(401, { 'WWW-Authenticate': challengesOf(space) }), answer)
    if (isFailure(authorization)) throw new Error(authorization.text)
    const request = requestWith(authorization, 'rtsp://myhost/mypath')
    expect(verifyCredentials(space, request, 'testuser', 'testpass')).toBe(expected)
  })

  it('[65] holds for any user and password that a header can carry, and for no other password', () => {
    const text = fc.string({ minLength: 1, maxLength: 20 }).filter((value) => !/["\r\n]/.test(value))
    fc.assert(
      fc.property(
        text.filter((value) => !value.includes(':')),
        text,
        text,
        fc.constantFrom(...authMethods),
        fc.constantFrom(undefined, 'abcdef'),
        (username, password, other, method, cnonce) => {
          const space = spaceOf(method)
          // Every answerer may also be asked to protect what it sends.
          const challenges = challengesOf(space).map((value) => (method === 'basic' ? value : `${value}, qop="auth"`))
          const authorization = answerChallenge(createResponse(401, { 'WWW-Authenticate': challenges }), {
            ...{ ...good, username, password },
            ...(cnonce === undefined ? {} : { cnonce }),
          })
          if (isFailure(authorization)) throw new Error(authorization.text)
          const request: RtspRequest = requestWith(authorization, good.uri)
          expect(verifyCredentials(space, request, username, password)).toBe(true)
          expect(verifyCredentials(space, request, username, other)).toBe(other === password)
        },
      ),
      { numRuns: 200 },
    )
  })
})
