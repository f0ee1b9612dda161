import { Failure, isFailure } from '../../contracts/failure.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { parseDigestAlgorithm, splitScheme, type DigestAlgorithm } from './authentication-scheme.ts'
import { parseKeyValues, quoted } from './key-values.ts'
import { decodeText, encodeText } from './text.ts'

/**
 * `Authorization` (RFC 2326 section 12.5, RFC 2617): syntax only, the check of the credentials is elsewhere. Values of a
 * digest are kept as written, because the hash is made of exactly what the client sent.
 */

/** User and password in the clear. The password may contain `:`, the user name may not (RFC 2617 section 2). */
export interface BasicAuthorization {
  readonly scheme: 'basic'
  readonly username: string
  readonly password: string
}

/** A digest. Without `qop` the hash has the form of RFC 2069. */
export interface DigestAuthorization {
  readonly scheme: 'digest'
  readonly username: string
  readonly realm: string
  readonly nonce: string
  /** As the client wrote it; not always the URL of the request. */
  readonly uri: string
  /** Hexadecimal hash. */
  readonly response: string
  readonly opaque?: string
  /** MD5 if it is missing. */
  readonly algorithm?: DigestAlgorithm
  readonly qop?: string
  /** Nonce count: eight hexadecimal digits, unquoted. */
  readonly nc?: string
  readonly cnonce?: string
}

export type AuthorizationHeader = BasicAuthorization | DigestAuthorization

/** Reads credentials. `ERR_RTSP_HEADER` for another scheme, a missing mandatory value or an unknown algorithm. */
export function parseAuthorization(value: string): AuthorizationHeader | Failure {
  const { scheme, parameters } = splitScheme(value)
  if (scheme === 'basic') return parseBasic(parameters)
  if (scheme === 'digest') return parseDigest(parameters)
  return new Failure('ERR_RTSP_HEADER', 'unknown authorization scheme')
}

/** Credentials in canonical form and order. */
export function formatAuthorization(header: AuthorizationHeader): string {
  if (header.scheme === 'basic') {
    return `Basic ${encodeBase64(encodeText(`${header.username}:${header.password}`))}`
  }
  const parts = [
    quoted('username', header.username),
    quoted('realm', header.realm),
    quoted('nonce', header.nonce),
    quoted('uri', header.uri),
    quoted('response', header.response),
  ]
  if (header.opaque !== undefined) parts.push(quoted('opaque', header.opaque))
  if (header.algorithm !== undefined) parts.push(quoted('algorithm', header.algorithm))
  // RFC 2617 section 3.2.2 writes these two without quotes.
  if (header.qop !== undefined) parts.push(`qop=${header.qop.replace(/["\r\n]/g, '')}`)
  if (header.nc !== undefined) parts.push(`nc=${header.nc.replace(/["\r\n]/g, '')}`)
  if (header.cnonce !== undefined) parts.push(quoted('cnonce', header.cnonce))
  return `Digest ${parts.join(', ')}`
}

function parseBasic(parameters: string): BasicAuthorization | Failure {
  const bytes = decodeBase64(parameters)
  if (bytes === undefined) return new Failure('ERR_RTSP_HEADER', 'invalid base64 in authorization')
  const text = decodeText(bytes)
  const colon = text.indexOf(':')
  if (colon < 0) return new Failure('ERR_RTSP_HEADER', 'user and password are not divided by a colon')
  return { scheme: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) }
}

function parseDigest(parameters: string): DigestAuthorization | Failure {
  const pairs = parseKeyValues(parameters, ',', 'ERR_RTSP_HEADER')
  if (isFailure(pairs)) return pairs
  const username = pairs.get('username')
  const realm = pairs.get('realm')
  const nonce = pairs.get('nonce')
  const uri = pairs.get('uri')
  const response = pairs.get('response')
  if (
    username === undefined ||
    realm === undefined ||
    nonce === undefined ||
    uri === undefined ||
    response === undefined
  ) {
    return new Failure('ERR_RTSP_HEADER', 'one or more digest fields are missing')
  }
  const algorithmText = pairs.get('algorithm')
  const algorithm = algorithmText === undefined ? undefined : parseDigestAlgorithm(algorithmText)
  if (isFailure(algorithm)) return algorithm
  const opaque = pairs.get('opaque')
  const qop = pairs.get('qop')
  const nc = pairs.get('nc')
  const cnonce = pairs.get('cnonce')
  return {
    ...{ scheme: 'digest', username, realm, nonce, uri, response },
    ...(opaque === undefined ? {} : { opaque }),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(qop === undefined ? {} : { qop }),
    ...(nc === undefined ? {} : { nc }),
    ...(cnonce === undefined ? {} : { cnonce }),
  }
}
