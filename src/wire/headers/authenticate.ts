import { Failure, isFailure } from '../../contracts/failure.ts'
import { parseDigestAlgorithm, splitScheme, type DigestAlgorithm } from './authentication-scheme.ts'
import { parseKeyValues, quoted } from './key-values.ts'

/**
 * `WWW-Authenticate` (RFC 2326 section 12.44, RFC 2617): one challenge per header value. A server that offers several
 * methods repeats the header, since clients fail on two challenges in one value.
 */

/** Asks for user and password in the clear. */
export interface BasicChallenge {
  readonly scheme: 'basic'
  readonly realm: string
}

/** Asks for a digest. */
export interface DigestChallenge {
  readonly scheme: 'digest'
  readonly realm: string
  readonly nonce: string
  readonly opaque?: string
  /** As written: `true` says that only the nonce was too old. */
  readonly stale?: string
  readonly algorithm?: DigestAlgorithm
  /** As written: a list like `auth,auth-int`. */
  readonly qop?: string
}

export type AuthenticateHeader = BasicChallenge | DigestChallenge

/** Reads one challenge. `ERR_RTSP_HEADER` for another scheme, a missing realm or nonce, or an unknown algorithm. */
export function parseAuthenticate(value: string): AuthenticateHeader | Failure {
  const { scheme, parameters } = splitScheme(value)
  if (scheme !== 'basic' && scheme !== 'digest') {
    return new Failure('ERR_RTSP_HEADER', 'unknown authentication scheme')
  }
  const pairs = parseKeyValues(parameters, ',', 'ERR_RTSP_HEADER')
  if (isFailure(pairs)) return pairs
  const realm = pairs.get('realm')
  if (realm === undefined) return new Failure('ERR_RTSP_HEADER', 'realm is missing')
  if (scheme === 'basic') return { scheme, realm }

  const nonce = pairs.get('nonce')
  if (nonce === undefined) return new Failure('ERR_RTSP_HEADER', 'nonce is missing')
  const algorithmText = pairs.get('algorithm')
  const algorithm = algorithmText === undefined ? undefined : parseDigestAlgorithm(algorithmText)
  if (isFailure(algorithm)) return algorithm
  const opaque = pairs.get('opaque')
  const stale = pairs.get('stale')
  const qop = pairs.get('qop')
  return {
    ...{ scheme, realm, nonce },
    ...(opaque === undefined ? {} : { opaque }),
    ...(stale === undefined ? {} : { stale }),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(qop === undefined ? {} : { qop }),
  }
}

/** A challenge in canonical form and order, everything quoted. */
export function formatAuthenticate(header: AuthenticateHeader): string {
  if (header.scheme === 'basic') return `Basic ${quoted('realm', header.realm)}`
  const parts = [quoted('realm', header.realm), quoted('nonce', header.nonce)]
  if (header.opaque !== undefined) parts.push(quoted('opaque', header.opaque))
  if (header.stale !== undefined) parts.push(quoted('stale', header.stale))
  if (header.algorithm !== undefined) parts.push(quoted('algorithm', header.algorithm))
  if (header.qop !== undefined) parts.push(quoted('qop', header.qop))
  return `Digest ${parts.join(', ')}`
}
