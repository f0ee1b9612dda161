import { HmacSha1 } from './hmac-sha1.ts'
import { checkKeyMaterial, masterSaltBytes, type SrtpKeyMaterial } from './key-material.ts'
import { Keystream } from './keystream.ts'

/**
 * Key derivation (RFC 3711 section 4.3), once per context: the key derivation rate is 0. Its pseudo-random function is
 * counter mode under the master key, and its input `(label << 48) XOR salt` happens to be the initial vector of a packet
 * with the label as SSRC and the index 0; so the keystream of packets does it.
 */

const sessionKeyBytes = 16
const authenticationKeyBytes = 20

/** Labels of section 4.3.2: encryption, authentication and salt of SRTP; SRTCP counts on by three. */
const labels = { srtp: 0, srtcp: 3 } as const

/** What protects the packets of one protocol in one direction. */
export interface SessionKeys {
  readonly keystream: Keystream
  readonly authentication: HmacSha1
}

/** The bytes that are derived for one protocol. */
export interface DerivedKeys {
  /** 16 bytes. */
  readonly encryptionKey: Uint8Array
  /** 20 bytes. */
  readonly authenticationKey: Uint8Array
  /** 14 bytes. */
  readonly salt: Uint8Array
}

/** Session keys of SRTP or SRTCP, in fresh arrays. Throws `ERR_RTSP_USAGE` for keys of a wrong size. */
export function deriveKeys(keys: SrtpKeyMaterial, protocol: 'srtp' | 'srtcp'): DerivedKeys {
  checkKeyMaterial(keys)
  const master = new Keystream(keys.masterKey, keys.masterSalt)
  const derive = (label: number, byteCount: number): Uint8Array => {
    const { buffer, byteOffset } = master.blocks(Math.ceil(byteCount / 16), label, 0, 0)
    return new Uint8Array(buffer, byteOffset, byteCount).slice()
  }
  const first = labels[protocol]
  return {
    encryptionKey: derive(first, sessionKeyBytes),
    authenticationKey: derive(first + 1, authenticationKeyBytes),
    salt: derive(first + 2, masterSaltBytes),
  }
}

/** The same, ready for use. */
export function createSessionKeys(keys: SrtpKeyMaterial, protocol: 'srtp' | 'srtcp'): SessionKeys {
  const { encryptionKey, authenticationKey, salt } = deriveKeys(keys, protocol)
  return { keystream: new Keystream(encryptionKey, salt), authentication: new HmacSha1(authenticationKey) }
}
