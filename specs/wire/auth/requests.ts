import type { AuthMethod } from '../../../src/wire/auth/auth-method.ts'
import type { ProtectionSpace } from '../../../src/wire/auth/protection-space.ts'
import { createRequest, type RtspRequest } from '../../../src/wire/rtsp/message.ts'

/** The fixture that all vectors of digests share: one SETUP, one user, one nonce. */

export const vectorUrl = 'rtsp://myhost/mypath?key=val/trackID=3'

export const vectorNonce = 'f49ac6dd0ba708d4becddc9692d1f2ce'

export function spaceOf(...methods: AuthMethod[]): ProtectionSpace {
  return { realm: 'myrealm', methods, nonce: vectorNonce }
}

export function requestWith(
  authorization: string | readonly string[] = [],
  url: string | null = vectorUrl,
  method = 'SETUP',
): RtspRequest {
  return createRequest(method, url, { CSeq: '1', Authorization: authorization })
}

/** A digest of `myuser` in `myrealm`; `changes` replace values or add some. */
export function digest(response: string, uri = vectorUrl, changes: Record<string, string> = {}): string {
  const values = { username: 'myuser', realm: 'myrealm', nonce: vectorNonce, uri, response, ...changes }
  const pairs = Object.entries(values)
  return `Digest ${pairs.map(([key, value]) => `${key}="${value}"`).join(', ')}`
}
