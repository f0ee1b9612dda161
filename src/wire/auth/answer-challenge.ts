import { Failure, isFailure } from '../../contracts/failure.ts'
import { parseAuthenticate, type AuthenticateHeader, type DigestChallenge } from '../headers/authenticate.ts'
import { formatAuthorization } from '../headers/authorization.ts'
import { headerValues } from '../headers/header-map.ts'
import type { RtspResponse } from '../rtsp/message.ts'
import { digestHa1, digestResponse } from './digest-response.ts'

/** The side of the client: which challenge to take, and the answer to it. For those who write clients and tests. */

/** Who answers, and what for. */
export interface ChallengeAnswer {
  readonly username: string
  readonly password: string
  /** Method and URL of the request that is going to carry the answer; the URL without credentials. */
  readonly method: string
  readonly uri: string
  /**
   * A nonce of the client, for servers that offer `qop=auth`, and how many requests have used the server's nonce with
   * this one (default 1). Without a nonce the old form is used, which servers must take (RFC 2617 section 3.2.2).
   */
  readonly cnonce?: string
  readonly nonceCount?: number
}

/**
 * The best challenge of a 401: SHA-256 before any other digest, a digest before Basic, and of equals the first one.
 * `ERR_RTSP_HEADER` if none is understood.
 */
export function pickChallenge(response: RtspResponse): AuthenticateHeader | Failure {
  let best: AuthenticateHeader | null = null
  for (const value of headerValues(response.headers, 'WWW-Authenticate')) {
    const challenge = parseAuthenticate(value)
    if (isFailure(challenge)) continue
    if (best === null || strengthOf(challenge) > strengthOf(best)) best = challenge
  }
  return best ?? new Failure('ERR_RTSP_HEADER', 'no supported authentication methods found')
}

/**
 * Value of the `Authorization` header that answers a 401; `ERR_RTSP_HEADER` if none of its challenges is understood.
 *
 * ```ts
 * const answer = { username: 'me', password: 'secret', method: 'DESCRIBE', uri: 'rtsp://camera/1' }
 * const authorization = answerChallenge(response, answer)
 * if (!isFailure(authorization)) retry({ Authorization: authorization })
 * ```
 */
export function answerChallenge(response: RtspResponse, answer: ChallengeAnswer): string | Failure {
  const challenge = pickChallenge(response)
  if (isFailure(challenge)) return challenge
  const { username, password } = answer
  if (challenge.scheme === 'basic') return formatAuthorization({ scheme: 'basic', username, password })
  return answerDigest(challenge, answer)
}

function strengthOf(challenge: AuthenticateHeader): number {
  if (challenge.scheme === 'basic') return 0
  return challenge.algorithm === 'SHA-256' ? 2 : 1
}

function answerDigest(challenge: DigestChallenge, answer: ChallengeAnswer): string {
  const { realm, nonce, opaque, algorithm } = challenge
  const { username, password, method, uri, cnonce, nonceCount = 1 } = answer
  const offersAuth = challenge.qop?.split(',').some((each) => each.trim().toLowerCase() === 'auth') ?? false
  const nc = (nonceCount >>> 0).toString(16).padStart(8, '0')
  const protection = offersAuth && cnonce !== undefined ? { nc, cnonce } : null
  const hash = algorithm ?? 'MD5'
  const ha1 = digestHa1(hash, username, realm, password)
  return formatAuthorization({
    ...{ scheme: 'digest', username, realm, nonce, uri },
    response: digestResponse({ algorithm: hash, ha1, nonce, method, uri, protection }),
    ...(opaque === undefined ? {} : { opaque }),
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(protection === null ? {} : { qop: 'auth', ...protection }),
  })
}
