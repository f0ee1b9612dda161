import { Failure } from '../../contracts/failure.ts'
import type { MikeyReader } from './mikey-reader.ts'
import type { MikeyWriter } from './mikey-writer.ts'

/**
 * The key data sub-payload (RFC 3830 section 6.13):
 *
 * ```
 *  type 2 (TEK), KV 4 bits each | key length 2 | key | with KV 1: SPI length | SPI
 * ```
 *
 * The RFC has another type for a key with a salt; devices put both into the plain one, and so do we.
 */

/** One key, and what packets name it by. */
export interface MikeyKeyData {
  /** For SRTP the master key and the master salt behind it. Secret. */
  readonly key: Uint8Array
  /** The SPI, which is SRTP's master key identifier; absent when there is none. At most 255 bytes. */
  readonly identifier?: Uint8Array
}

const trafficKey = 2
const withoutValidity = 0
const withIdentifier = 1

/** Reads what follows the next-payload byte. `ERR_RTSP_MIKEY_INVALID` if it is of another type. */
export function parseKeyData(reader: MikeyReader): MikeyKeyData | Failure {
  const typeAndValidity = reader.uint8()
  const type = typeAndValidity >> 4
  const validity = typeAndValidity & 0x0f
  if (type !== trafficKey) return invalid(`unsupported key type: ${type}`)
  if (validity > withIdentifier) return invalid(`unsupported key validity: ${validity}`)
  const key = reader.bytes(reader.uint16())
  return validity === withoutValidity ? { key } : { key, identifier: reader.bytes(reader.uint8()) }
}

/** Writes what follows the next-payload byte. */
export function writeKeyData(writer: MikeyWriter, data: MikeyKeyData): void {
  writer.uint8((trafficKey << 4) | (data.identifier === undefined ? withoutValidity : withIdentifier))
  writer.uint16(data.key.length)
  writer.bytes(data.key)
  if (data.identifier === undefined) return
  writer.uint8(data.identifier.length)
  writer.bytes(data.identifier)
}

function invalid(text: string): Failure {
  return new Failure('ERR_RTSP_MIKEY_INVALID', text)
}
