import { describe, expect, it } from 'vitest'
import { answerChallenge, pickChallenge } from '../../../src/wire/auth/answer-challenge.ts'
import { createResponse } from '../../../src/wire/rtsp/message.ts'
import { vectorNonce, vectorUrl } from './requests.ts'

const basic = 'Basic realm="myrealm"'
const plain = `Digest realm="myrealm", nonce="${vectorNonce}"`
const md5 = `${plain}, algorithm="MD5"`
const sha256 = `${plain}, algorithm="SHA-256"`
const answer = { username: 'myuser', password: 'mypass', method: 'SETUP', uri: vectorUrl }

const refusal = (...challenges: string[]) => createResponse(401, { 'WWW-Authenticate': challenges })

const responseMd5 = 'response="ba6e9cccbfeb38db775378a0a9067ba5"'
const responseSha256 = 'response="e298296ce35c9ab79699c8f3f9508944c1be9395e892f8205b6d66f1b8e663ee"'

describe('[66] which challenge a client answers: SHA-256, else any digest, else Basic', () => {
  it.each([
    ['Basic alone', [basic], 'Basic bXl1c2VyOm15cGFzcw=='],
    ['a digest without an algorithm', [plain], responseMd5],
    ['MD5 alone', [md5], responseMd5],
    ['SHA-256 alone', [sha256], responseSha256],
    ['Basic before MD5', [basic, md5], responseMd5],
    ['MD5 before Basic', [md5, basic], responseMd5],
    ['MD5 before SHA-256', [basic, md5, sha256], responseSha256],
    ['SHA-256 before MD5', [sha256, md5, basic], responseSha256],
    [
      'one that nobody knows before Basic',
      ['Bearer realm="x"', 'Digest realm="x"', basic],
      'Basic bXl1c2VyOm15cGFzcw==',
    ],
  ])('[66] %s', (_, challenges, expected) => {
    expect(answerChallenge(refusal(...challenges), answer)).toContain(expected)
  })

  it.each([[[]], [['Bearer realm="x"']], [['Digest realm="x"', '']]])('[66] has no answer to %j', (challenges) => {
    const failure = { code: 'ERR_RTSP_HEADER', text: 'invalid header: no supported authentication methods found' }
    expect(answerChallenge(refusal(...challenges), answer)).toMatchObject(failure)
    expect(pickChallenge(refusal(...challenges))).toMatchObject(failure)
  })
})

describe('what an answer holds (RFC 2617 section 3.2.2)', () => {
  it('is the challenge given back, with user, URI and response', () => {
    // Hikvision adds a value of its own, which is not ours to send back.
    const challenge = `${plain}, opaque="o", stale="FALSE", random="7", algorithm=MD5`
    expect(answerChallenge(refusal(challenge), answer)).toBe(
      `Digest username="myuser", realm="myrealm", nonce="${vectorNonce}", uri="${vectorUrl}", ${responseMd5}, ` +
        'opaque="o", algorithm="MD5"',
    )
  })

  it('protects with qop=auth where that is offered and a client nonce is given', () => {
    const challenge =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'
    const mufasa = { username: 'Mufasa', password: 'Circle Of Life', method: 'GET', uri: '/dir/index.html' }
    const withNonce = answerChallenge(refusal(challenge), { ...mufasa, cnonce: '0a4f113b' })
    expect(withNonce).toContain('response="6629fae49393a05397450978507c4ef1", qop=auth, nc=00000001, cnonce="0a4f113b"')
    expect(answerChallenge(refusal(challenge), { ...mufasa, cnonce: 'x', nonceCount: 255 })).toContain('nc=000000ff')
    expect(answerChallenge(refusal(challenge), mufasa)).not.toContain('qop')
    expect(answerChallenge(refusal(md5), { ...mufasa, cnonce: 'x' })).not.toContain('qop')
  })
})
