import { Failure, isFailure } from '../../contracts/failure.ts'
import { parseKeyValues, parseUnsigned } from './key-values.ts'

/**
 * `Session` (RFC 2326 section 12.37). The id is compared as text and nothing else, so it is cut out exactly; peers echo
 * the whole header of the answer, timeout and blanks included.
 */

/** A session id and, in answers, after how long without a sign of life the session ends. */
export interface SessionHeader {
  readonly id: string
  /** Seconds, 32 bits. */
  readonly timeoutSeconds?: number
}

/** Reads `id` or `id;timeout=60`. `ERR_RTSP_HEADER` for an empty id or a timeout that is not a number. */
export function parseSession(value: string): SessionHeader | Failure {
  const id = sessionIdOf(value)
  if (id === '') return new Failure('ERR_RTSP_HEADER', 'session id is missing')
  const cut = value.indexOf(';')
  const pairs = parseKeyValues(cut < 0 ? '' : value.slice(cut + 1), ';', 'ERR_RTSP_HEADER')
  if (isFailure(pairs)) return pairs
  const timeoutText = pairs.get('timeout')
  if (timeoutText === undefined) return { id }
  const timeoutSeconds = parseUnsigned(timeoutText, 0xffffffff)
  if (timeoutSeconds === undefined) return new Failure('ERR_RTSP_HEADER', `invalid session timeout (${timeoutText})`)
  return { id, timeoutSeconds }
}

/** Only the id: what stands before the first `;`, without the blanks around it. Never fails; may be empty. */
export function sessionIdOf(value: string): string {
  const cut = value.indexOf(';')
  return (cut < 0 ? value : value.slice(0, cut)).trim()
}

/** `id` or `id;timeout=60`. */
export function formatSession(header: SessionHeader): string {
  return header.timeoutSeconds === undefined ? header.id : `${header.id};timeout=${header.timeoutSeconds}`
}
