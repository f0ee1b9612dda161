import { Failure } from '../../contracts/failure.ts'

/** What a challenge and the answer to it have in common: a scheme, a blank, and parameters (RFC 2617 section 1.2). */

/** Hash of a digest (RFC 2617 and RFC 7616). */
export type DigestAlgorithm = 'MD5' | 'SHA-256'

/** Divides a value into its scheme, in lower case, and the rest without the blanks around it. */
export function splitScheme(value: string): { readonly scheme: string; readonly parameters: string } {
  const trimmed = value.trim()
  const blank = trimmed.indexOf(' ')
  if (blank < 0) return { scheme: '', parameters: '' }
  return { scheme: trimmed.slice(0, blank).toLowerCase(), parameters: trimmed.slice(blank + 1).trim() }
}

/** `MD5` or `SHA-256` in any case; others are `ERR_RTSP_HEADER`. */
export function parseDigestAlgorithm(text: string): DigestAlgorithm | Failure {
  const upper = text.toUpperCase()
  if (upper === 'MD5' || upper === 'SHA-256') return upper
  return new Failure('ERR_RTSP_HEADER', `unknown digest algorithm (${text})`)
}
