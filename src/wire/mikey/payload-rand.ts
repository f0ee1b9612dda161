import { Failure } from '../../contracts/failure.ts'
import type { MikeyReader } from './mikey-reader.ts'
import type { MikeyWriter } from './mikey-writer.ts'

/**
 * The RAND payload (RFC 3830 section 6.11): `length | random bytes`. It would go into the derivation of keys from a
 * pre-shared one; with keys in clear it is there because a message has to have one.
 */

/** Random bytes. */
export interface MikeyRand {
  readonly kind: 'rand'
  /** 16 to 255 bytes. */
  readonly bytes: Uint8Array
}

/** Fewest random bytes that RFC 3830 section 6.11 allows. */
export const minRandBytes = 16

/** Reads what follows the next-payload byte. `ERR_RTSP_MIKEY_INVALID` for less than 16 bytes. */
export function parseRand(reader: MikeyReader): MikeyRand | Failure {
  const count = reader.uint8()
  if (count < minRandBytes) return new Failure('ERR_RTSP_MIKEY_INVALID', `RAND has only ${count} bytes`)
  return { kind: 'rand', bytes: reader.bytes(count) }
}

/** Writes what follows the next-payload byte. */
export function writeRand(writer: MikeyWriter, payload: MikeyRand): void {
  writer.uint8(payload.bytes.length)
  writer.bytes(payload.bytes)
}
