import { Failure, isFailure } from '../../contracts/failure.ts'
import type { UnixMillis } from '../../contracts/units.ts'
import { ntpToUnixNanos, unixMillisFromNanos } from '../ntp.ts'
import { authenticationTagBytes, masterKeyBytes, masterSaltBytes, type SrtpKeyMaterial } from '../srtp/key-material.ts'
import type { MikeyMessage, MikeyPayload } from './mikey-message.ts'
import { policyParameters, type MikeyPolicy } from './payload-policy.ts'

/**
 * What a MIKEY message says about SRTP: whether it is fresh, whether its policy is the one cipher suite that there is,
 * and the keys. The texts are those that clients of this kind of server know.
 */

/** Everything that a receiver of SRTP needs. */
export interface SrtpParameters {
  readonly keys: SrtpKeyMaterial
  /** Rollover counters by SSRC. Sources that are not in it may send as well, and start with 0. */
  readonly rollovers: ReadonlyMap<number, number>
}

/** How far the clock of a peer may be off in either direction before its message counts as an old one, by default. */
export const defaultMaxClockSkewMs = 3_600_000

const aesInCounterMode = 1
const hmacSha1 = 1
const on = 1

/** What a policy has to say, and what it is called. The authentication key length is not looked at: devices write 10. */
const requiredParameters = [
  { type: policyParameters.encryptionAlgorithm, value: aesInCounterMode, name: 'encryption algorithm' },
  { type: policyParameters.encryptionKeyLength, value: masterKeyBytes, name: 'encryption key length' },
  { type: policyParameters.authenticationAlgorithm, value: hmacSha1, name: 'authentication algorithm' },
  { type: policyParameters.rtpEncryption, value: on, name: 'SRTP encryption' },
  { type: policyParameters.rtcpEncryption, value: on, name: 'SRTCP encryption' },
  { type: policyParameters.rtpAuthentication, value: on, name: 'SRTP authentication' },
] as const

/**
 * Reads keys and rollover counters of a message that is not older (or younger) than `maxClockSkewMs`. Key arrays are
 * views over those of the message. Failure: `ERR_RTSP_MIKEY_INVALID`.
 */
export function readSrtpParameters(
  message: MikeyMessage,
  now: UnixMillis,
  options: { readonly maxClockSkewMs?: number } = {},
): SrtpParameters | Failure {
  const problem =
    timeProblem(message, now, options.maxClockSkewMs ?? defaultMaxClockSkewMs) ??
    policyProblem(find(message.payloads, 'policy'))
  if (problem !== undefined) return invalid(problem)
  const keys = readKeys(message)
  if (isFailure(keys)) return keys
  return { keys, rollovers: new Map(message.cryptoSessions.map(({ ssrc, rollover }) => [ssrc, rollover])) }
}

function timeProblem(message: MikeyMessage, now: UnixMillis, maxClockSkewMs: number): string | undefined {
  const timestamp = find(message.payloads, 'timestamp')
  if (timestamp === undefined) return 'time payload not present'
  const differenceMs = Math.abs(unixMillisFromNanos(ntpToUnixNanos(timestamp.time)) - now)
  return differenceMs > maxClockSkewMs ? 'NTP difference is too high' : undefined
}

function policyProblem(policy: MikeyPolicy | undefined): string | undefined {
  if (policy === undefined) return 'SP payload not present'
  const wrong = requiredParameters.find(({ type, value }) => !says(policy, type, value))
  if (wrong !== undefined) return `missing or unsupported policy: ${wrong.name}`
  const { authenticationTagLength } = policyParameters
  const hasTagLength = policy.parameters.some(({ type }) => type === authenticationTagLength)
  return hasTagLength && !says(policy, authenticationTagLength, authenticationTagBytes)
    ? 'missing or unsupported policy: authentication tag length'
    : undefined
}

/** Whether the policy has this parameter, once or more often, with this value and no other. */
function says(policy: MikeyPolicy, type: number, value: number): boolean {
  const found = policy.parameters.filter((parameter) => parameter.type === type)
  return found.length > 0 && found.every((parameter) => parameter.value.length === 1 && parameter.value[0] === value)
}

function readKeys(message: MikeyMessage): SrtpKeyMaterial | Failure {
  const kemacs = message.payloads.filter((payload) => payload.kind === 'kemac')
  if (kemacs.length === 0) return invalid('KEMAC payload not present')
  const [data, ...others] = kemacs.flatMap(({ keys }) => keys)
  if (data === undefined) return invalid('no key is present')
  if (others.length > 0) return invalid('multiple keys are present')
  const { key, identifier } = data
  if (key.length !== masterKeyBytes + masterSaltBytes) return invalid(`unexpected key size: ${key.length}`)
  const keys = { masterKey: key.subarray(0, masterKeyBytes), masterSalt: key.subarray(masterKeyBytes) }
  return identifier === undefined || identifier.length === 0 ? keys : { ...keys, mki: identifier }
}

function find<Kind extends MikeyPayload['kind']>(
  payloads: readonly MikeyPayload[],
  kind: Kind,
): Extract<MikeyPayload, { kind: Kind }> | undefined {
  return payloads.find((payload): payload is Extract<MikeyPayload, { kind: Kind }> => payload.kind === kind)
}

function invalid(text: string): Failure {
  return new Failure('ERR_RTSP_MIKEY_INVALID', text)
}
