import type { AuthorizationHeader, BasicAuthorization, DigestAuthorization } from '../headers/authorization.ts'
import type { RtspRequest } from '../rtsp/message.ts'
import { digestHa1, digestResponse } from './digest-response.ts'
import { isAcceptableDigestUri } from './digest-uri.ts'
import { equalsInConstantTime } from './hashing.ts'
import type { ProtectionSpace } from './protection-space.ts'
import { usableCredentials } from './usable-credentials.ts'

/**
 * Verification in two steps, so that a store elsewhere can stand between them: first everything that needs no secret
 * (`claimOf`), then the proof against what the store has for the user (`isProven`). A digest needs the password or its
 * hash, but nothing of the client beyond its request; so a store that answers later serves digests as well as Basic.
 */

/**
 * What is known of a user: the password, or its hash as `digestHa1` makes it, in hexadecimal. Of several hashes the one
 * whose length fits the algorithm is taken, which lets a store keep one for MD5 and one for SHA-256.
 */
export type StoredCredentials = string | { readonly password: string } | { readonly ha1: string | readonly string[] }

/**
 * Who a request says it is from. `null` if that is not worth a look into the store: no usable credentials, a method that
 * was not offered, or a digest of another nonce, another realm or another URL.
 */
export function claimOf(space: ProtectionSpace, request: RtspRequest): AuthorizationHeader | null {
  const claim = usableCredentials(request)
  if (claim === null) return null
  if (claim.scheme === 'basic') return space.methods.includes('basic') ? claim : null
  const method = claim.algorithm === 'SHA-256' ? 'digest-sha256' : 'digest-md5'
  const isAnswerToUs =
    space.methods.includes(method) &&
    equalsInConstantTime(claim.nonce, space.nonce) &&
    claim.realm === space.realm &&
    isAcceptableDigestUri(claim.uri, request)
  return isAnswerToUs ? claim : null
}

/** Whether a claim of this space is true. `method` is that of the request that `claimOf` took it from. */
export function isProven(
  space: ProtectionSpace,
  method: string,
  claim: AuthorizationHeader,
  stored: StoredCredentials,
): boolean {
  return claim.scheme === 'basic' ? isBasicProven(space, claim, stored) : isDigestProven(method, claim, stored)
}

/** Whether a request is from this user and proves to know this password. False if `username` is empty. */
export function verifyCredentials(
  space: ProtectionSpace,
  request: RtspRequest,
  username: string,
  password: string,
): boolean {
  const claim = claimOf(space, request)
  if (claim === null || username === '') return false
  const isUser = equalsInConstantTime(claim.username, username)
  // Looked at in any case: the time must not tell whether the user was right.
  const knowsPassword = isProven(space, request.method, claim, password)
  return isUser && knowsPassword
}

function isBasicProven(space: ProtectionSpace, claim: BasicAuthorization, stored: StoredCredentials): boolean {
  const { username, password } = claim
  if (typeof stored === 'string') return equalsInConstantTime(password, stored)
  if ('password' in stored) return equalsInConstantTime(password, stored.password)
  return hashesOf(stored.ha1).some((hash) => {
    const algorithm = algorithmOfLength(hash.length)
    return algorithm !== null && equalsInConstantTime(digestHa1(algorithm, username, space.realm, password), hash)
  })
}

function isDigestProven(method: string, claim: DigestAuthorization, stored: StoredCredentials): boolean {
  const { algorithm = 'MD5', nonce, uri, response, qop, nc, cnonce } = claim
  // The body is not part of what is hashed here, so its integrity cannot be vouched for.
  if (qop !== undefined && qop.toLowerCase() !== 'auth') return false
  const ha1 = ha1Of(claim, stored)
  if (ha1 === null) return false
  // Clients that send a bare qop, although none was offered, mean the old form.
  const protection = qop === undefined || nc === undefined || cnonce === undefined ? null : { nc, cnonce }
  return equalsInConstantTime(
    response.toLowerCase(),
    digestResponse({ algorithm, ha1, nonce, method, uri, protection }),
  )
}

function ha1Of(claim: DigestAuthorization, stored: StoredCredentials): string | null {
  const { algorithm = 'MD5', username, realm } = claim
  if (typeof stored === 'string') return digestHa1(algorithm, username, realm, stored)
  if ('password' in stored) return digestHa1(algorithm, username, realm, stored.password)
  return hashesOf(stored.ha1).find((hash) => algorithmOfLength(hash.length) === algorithm) ?? null
}

function hashesOf(ha1: string | readonly string[]): readonly string[] {
  return (typeof ha1 === 'string' ? [ha1] : ha1).map((hash) => hash.toLowerCase())
}

function algorithmOfLength(length: number): 'MD5' | 'SHA-256' | null {
  return length === 32 ? 'MD5' : length === 64 ? 'SHA-256' : null
}
