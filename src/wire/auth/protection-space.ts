import type { Entropy } from '../../contracts/entropy.ts'
import { formatAuthenticate } from '../headers/authenticate.ts'
import type { AuthMethod } from './auth-method.ts'

/**
 * What a server asks of its clients: realm, nonce and methods, the "protection space" of RFC 2617 section 1.2. There is
 * one for each connection, so that a hash that was overheard is worth nothing on another connection. The nonce is made
 * when it is first needed, because most connections of an open server never need one.
 */
export interface ProtectionSpace {
  /** Name of what is protected, as clients show it and hash it. */
  readonly realm: string
  /** In the order in which they are offered. */
  readonly methods: readonly AuthMethod[]
  /** 32 hexadecimal digits, made on first reading and the same from then on. */
  readonly nonce: string
}

/** Random bytes of a nonce. */
const nonceBytes = 16

/** A protection space whose nonce comes from `entropy`. `realm` must hold no quotes and no line ends. */
export function createProtectionSpace(
  realm: string,
  methods: readonly AuthMethod[],
  entropy: Entropy,
): ProtectionSpace {
  let nonce: string | null = null
  return {
    realm,
    methods,
    get nonce() {
      nonce ??= hexadecimal(entropy.bytes(nonceBytes))
      return nonce
    },
  }
}

/**
 * Values of `WWW-Authenticate`, one for each method in its order (RFC 2617 section 3.2.1). The algorithm is always
 * stated, because clients differ in what they take its absence for.
 */
export function challengesOf(space: ProtectionSpace): readonly string[] {
  return space.methods.map((method) => challengeOf(space, method))
}

function challengeOf(space: ProtectionSpace, method: AuthMethod): string {
  const { realm } = space
  switch (method) {
    case 'basic':
      return formatAuthenticate({ scheme: 'basic', realm })
    case 'digest-md5':
      return formatAuthenticate({ scheme: 'digest', realm, nonce: space.nonce, algorithm: 'MD5' })
    case 'digest-sha256':
      return formatAuthenticate({ scheme: 'digest', realm, nonce: space.nonce, algorithm: 'SHA-256' })
  }
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
