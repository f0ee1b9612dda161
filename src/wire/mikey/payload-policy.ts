import { Failure } from '../../contracts/failure.ts'
import type { MikeyReader } from './mikey-reader.ts'
import type { MikeyWriter } from './mikey-writer.ts'

/**
 * The security policy payload, SP (RFC 3830 section 6.10):
 *
 * ```
 *  policy number | protocol type 0 (SRTP) | length 2 | parameters: type | length | value
 * ```
 */

/** One parameter of a policy. */
export interface MikeyPolicyParameter {
  /** A value of `policyParameters`, or another one up to 255. */
  readonly type: number
  /** At most 255 bytes. */
  readonly value: Uint8Array
}

/** How packets are protected. */
export interface MikeyPolicy {
  readonly kind: 'policy'
  /** What crypto sessions name it by, 0..255. */
  readonly policyNumber: number
  /** In the order of the wire. */
  readonly parameters: readonly MikeyPolicyParameter[]
}

/** Types of parameters for SRTP (RFC 3830 section 6.10.1). */
export const policyParameters = {
  encryptionAlgorithm: 0,
  encryptionKeyLength: 1,
  authenticationAlgorithm: 2,
  authenticationKeyLength: 3,
  rtpEncryption: 7,
  rtcpEncryption: 8,
  rtpAuthentication: 10,
  authenticationTagLength: 11,
} as const

const srtp = 0

/** Reads what follows the next-payload byte. `ERR_RTSP_MIKEY_INVALID` unless it is about SRTP and its lengths agree. */
export function parsePolicy(reader: MikeyReader): MikeyPolicy | Failure {
  const policyNumber = reader.uint8()
  const protocol = reader.uint8()
  if (protocol !== srtp) return invalid(`unsupported protocol type: ${protocol}`)
  const length = reader.uint16()
  if (length > reader.remaining) return invalid('message is too short')
  const end = reader.remaining - length
  const parameters: MikeyPolicyParameter[] = []
  while (reader.remaining > end) {
    const type = reader.uint8()
    parameters.push({ type, value: reader.bytes(reader.uint8()) })
    if (reader.isShort || reader.remaining < end) return invalid('a policy parameter goes beyond its payload')
  }
  return { kind: 'policy', policyNumber, parameters }
}

/** Writes what follows the next-payload byte. */
export function writePolicy(writer: MikeyWriter, payload: MikeyPolicy): void {
  writer.uint8(payload.policyNumber)
  writer.uint8(srtp)
  writer.uint16(payload.parameters.reduce((sum, parameter) => sum + 2 + parameter.value.length, 0))
  for (const { type, value } of payload.parameters) {
    writer.uint8(type)
    writer.uint8(value.length)
    writer.bytes(value)
  }
}

function invalid(text: string): Failure {
  return new Failure('ERR_RTSP_MIKEY_INVALID', text)
}
