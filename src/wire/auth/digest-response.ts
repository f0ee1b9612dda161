import type { DigestAlgorithm } from '../headers/authentication-scheme.ts'
import { hexHash } from './hashing.ts'

/**
 * The arithmetic of digests, shared by who proves and who verifies. Without a quality of protection it is the form of
 * RFC 2069 section 2.1.2, with `qop=auth` that of RFC 2617 section 3.2.2.
 */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm
  /** Of `digestHa1`, in lower case. */
  readonly ha1: string
  readonly nonce: string
  readonly method: string
  /** As it stands in the header, which need not be the URL of the request. */
  readonly uri: string
  /** Given for `qop=auth`: nonce count (eight hexadecimal digits as written) and nonce of the client. */
  readonly protection: { readonly nc: string; readonly cnonce: string } | null
}

/**
 * What a store may keep instead of a password: hash of user, realm and password (RFC 2617 section 3.2.2.2). It is as good
 * as the password for this realm, so it needs the same care.
 */
export function digestHa1(algorithm: DigestAlgorithm, username: string, realm: string, password: string): string {
  return hexHash(algorithm, `${username}:${realm}:${password}`)
}

/** The `response` of a digest, in lower-case hexadecimal. */
export function digestResponse({ algorithm, ha1, nonce, method, uri, protection }: DigestInput): string {
  const ha2 = hexHash(algorithm, `${method}:${uri}`)
  if (protection === null) return hexHash(algorithm, `${ha1}:${nonce}:${ha2}`)
  return hexHash(algorithm, `${ha1}:${nonce}:${protection.nc}:${protection.cnonce}:auth:${ha2}`)
}
