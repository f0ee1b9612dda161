import type { Entropy } from '../../contracts/entropy.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'

/**
 * What two peers have to share before they can speak SRTP. There is one cipher suite, AES_CM_128_HMAC_SHA1_80 (RFC 3711
 * section 4, named in RFC 4568 section 6.2.1): it is the one that RTSP devices have, and the one that MIKEY in RTSP
 * announces. So the sizes are constants and nothing is negotiated.
 */

/** Size of the master key, in bytes. */
export const masterKeyBytes = 16
/** Size of the master salt, in bytes. */
export const masterSaltBytes = 14
/** Size of the authentication tag of SRTP and SRTCP, in bytes. */
export const authenticationTagBytes = 10
/** Size of the E bit and index that SRTCP puts before the tag, in bytes. */
export const rtcpIndexBytes = 4
/** Longest master key identifier, in bytes: MIKEY counts it in one byte. */
export const maxMkiBytes = 255

/** Master keys of one direction (RFC 3711 section 3.2.1). The arrays are the giver's; nothing here writes to them. */
export interface SrtpKeyMaterial {
  /** 16 bytes. Secret. */
  readonly masterKey: Uint8Array
  /** 14 bytes. */
  readonly masterSalt: Uint8Array
  /** Master key identifier, 1 to 255 bytes, that each packet carries before its tag; absent (or empty): none. */
  readonly mki?: Uint8Array
}

/** Fresh keys without an identifier. */
export function createSrtpKeyMaterial(entropy: Entropy): SrtpKeyMaterial {
  return { masterKey: entropy.bytes(masterKeyBytes), masterSalt: entropy.bytes(masterSaltBytes) }
}

/** Throws `ERR_RTSP_USAGE` unless the sizes are right. */
export function checkKeyMaterial(keys: SrtpKeyMaterial): void {
  if (keys.masterKey.length !== masterKeyBytes) throw wrongSize('master key', masterKeyBytes, keys.masterKey)
  if (keys.masterSalt.length !== masterSaltBytes) throw wrongSize('master salt', masterSaltBytes, keys.masterSalt)
  if (keys.mki !== undefined && keys.mki.length > maxMkiBytes)
    throw rtspError('ERR_RTSP_USAGE', `an SRTP key identifier has at most ${maxMkiBytes} bytes, not ${keys.mki.length}`)
}

function wrongSize(what: string, wanted: number, bytes: Uint8Array): Error {
  return rtspError('ERR_RTSP_USAGE', `an SRTP ${what} has ${wanted} bytes, not ${bytes.length}`)
}
