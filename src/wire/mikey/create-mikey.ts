import type { Entropy } from '../../contracts/entropy.ts'
import type { UnixMillis } from '../../contracts/units.ts'
import { ntpFromUnixMillis } from '../ntp.ts'
import {
  authenticationTagBytes,
  checkKeyMaterial,
  masterKeyBytes,
  masterSaltBytes,
  type SrtpKeyMaterial,
} from '../srtp/key-material.ts'
import type { MikeyMessage } from './mikey-message.ts'
import { policyParameters } from './payload-policy.ts'
import { minRandBytes } from './payload-rand.ts'

/** Makes the message that tells a peer our keys. The order of payloads and parameters is the one that devices know. */

/** What a message is made of. */
export interface CreateMikeyOptions {
  /** Rollover counters by SSRC, as they are now; at most 255. */
  readonly rollovers: ReadonlyMap<number, number>
  /** The message holds a copy. */
  readonly keys: SrtpKeyMaterial
  /** Wall time; a receiver refuses a message that is too old. */
  readonly now: UnixMillis
  readonly entropy: Entropy
}

const onePolicy = 0

/** HMAC-SHA1's key is 20 bytes long, whatever devices write here. */
const policy: readonly (readonly [number, number])[] = [
  [policyParameters.encryptionAlgorithm, 1],
  [policyParameters.encryptionKeyLength, masterKeyBytes],
  [policyParameters.authenticationAlgorithm, 1],
  [policyParameters.authenticationKeyLength, 20],
  [policyParameters.rtpEncryption, 1],
  [policyParameters.rtcpEncryption, 1],
  [policyParameters.rtpAuthentication, 1],
  [policyParameters.authenticationTagLength, authenticationTagBytes],
]

/**
 * A message with these keys and a fresh id and RAND. `encodeMikey` makes bytes of it: 106, and 9 for each SSRC, and one
 * and its size for a key identifier. Throws `ERR_RTSP_USAGE` for keys of a wrong size.
 */
export function createMikey(options: CreateMikeyOptions): MikeyMessage {
  const { keys, rollovers, now, entropy } = options
  checkKeyMaterial(keys)
  const key = new Uint8Array(masterKeyBytes + masterSaltBytes)
  key.set(keys.masterKey)
  key.set(keys.masterSalt, masterKeyBytes)
  const hasIdentifier = keys.mki !== undefined && keys.mki.length > 0
  return {
    bundleId: entropy.uint32(),
    cryptoSessions: [...rollovers].map(([ssrc, rollover]) => ({ policyNumber: onePolicy, ssrc, rollover })),
    payloads: [
      { kind: 'timestamp', time: ntpFromUnixMillis(now) },
      { kind: 'rand', bytes: entropy.bytes(minRandBytes) },
      {
        kind: 'policy',
        policyNumber: onePolicy,
        parameters: policy.map(([type, value]) => ({ type, value: Uint8Array.of(value) })),
      },
      { kind: 'kemac', keys: [hasIdentifier ? { key, identifier: new Uint8Array(keys.mki) } : { key }] },
    ],
  }
}
