import { isFailure } from '../../contracts/failure.ts'
import { parseAuthorization, type AuthorizationHeader } from '../headers/authorization.ts'
import { headerValue } from '../headers/header-map.ts'
import type { RtspRequest } from '../rtsp/message.ts'

/**
 * Whether a request tried at all. Most clients ask once without credentials to learn what is wanted, and some send an
 * empty user first: that is no wrong password, so they get a challenge and no penalty.
 */

/** Credentials of a request; `null` if the header is missing, repeated or not understood, or names no user. */
export function usableCredentials(request: RtspRequest): AuthorizationHeader | null {
  const value = headerValue(request.headers, 'Authorization')
  if (value === undefined) return null
  const credentials = parseAuthorization(value)
  return isFailure(credentials) || credentials.username === '' ? null : credentials
}
