import { describe, expect, it } from 'vitest'
import { challengesOf, createProtectionSpace } from '../../../src/wire/auth/protection-space.ts'
import { usableCredentials } from '../../../src/wire/auth/usable-credentials.ts'
import { requestWith } from './requests.ts'

/** Entropy that counts how much was taken. */
function countingEntropy() {
  const taken: number[] = []
  return {
    taken,
    uint32: () => 0,
    bytes: (count: number) => {
      taken.push(count)
      return new Uint8Array(count).fill(taken.length * 10)
    },
  }
}

describe('challenges (RFC 2617 section 3.2.1)', () => {
  it('come in the order of the methods, each with its algorithm', () => {
    const space = createProtectionSpace('ipcam', ['digest-sha256', 'basic', 'digest-md5'], countingEntropy())
    const nonce = '0a'.repeat(16)
    expect(challengesOf(space)).toEqual([
      `Digest realm="ipcam", nonce="${nonce}", algorithm="SHA-256"`,
      'Basic realm="ipcam"',
      `Digest realm="ipcam", nonce="${nonce}", algorithm="MD5"`,
    ])
  })

  it('have a nonce of 16 random bytes that is made once, and only if it is needed', () => {
    const entropy = countingEntropy()
    const basic = createProtectionSpace('r', ['basic'], entropy)
    challengesOf(basic)
    expect(entropy.taken).toEqual([])
    const digest = createProtectionSpace('r', ['digest-md5'], entropy)
    expect(challengesOf(digest)).toEqual(challengesOf(digest))
    expect(entropy.taken).toEqual([16])
    expect(createProtectionSpace('r', ['digest-md5'], entropy).nonce).not.toBe(digest.nonce)
  })
})

describe('usable credentials', () => {
  it.each([
    ['none', []],
    ['an empty header', ''],
    ['another scheme', 'Bearer abc'],
    ['base64 that is none', 'Basic %%%'],
    ['no password', 'Basic bXl1c2Vy'],
    ['an empty user', 'Basic OnBhc3M='],
    ['an empty user of a digest', 'Digest username="", realm="r", nonce="n", uri="/", response="x"'],
    ['a digest that lacks its response', 'Digest username="u", realm="r", nonce="n", uri="/"'],
    ['two headers', ['Basic bXl1c2VyOm15cGFzcw==', 'Basic bXl1c2VyOm15cGFzcw==']],
  ])('are not: %s', (_, authorization) => {
    expect(usableCredentials(requestWith(authorization))).toBeNull()
  })

  it('are any that name a user, right or wrong', () => {
    expect(usableCredentials(requestWith('Basic bXl1c2VyOg=='))).toMatchObject({ username: 'myuser', password: '' })
  })
})
