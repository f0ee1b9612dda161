import { Failure, isFailure } from '../../contracts/failure.ts'
import type { UnixMillis } from '../../contracts/units.ts'
import { headerValues, type Headers } from '../../wire/headers/header-map.ts'
import { parseKeyMgmt } from '../../wire/headers/key-mgmt.ts'
import { parseMikey } from '../../wire/mikey/mikey-message.ts'
import { readSrtpParameters, type SrtpParameters } from '../../wire/mikey/srtp-parameters.ts'

/**
 * The keys that a client offers with SETUP, for what it sends. Read by the connection's interpreter, because whether
 * they are fresh is a matter of wall time, and because keys have no place in messages: a session is only told whether
 * there are any, and fetches them from the registry when it needs them.
 */

/** What a session is told of the keys of a request: none, good ones, or what is wrong with them. */
export type KeyOffer = 'none' | 'good' | Failure

/**
 * The keys in the `KeyMgmt` header; `null` if there is no such header. Failure: `ERR_RTSP_KEY_MGMT_INVALID`, with the
 * reason of the MIKEY message if that is where it is wrong.
 */
export function readOfferedKeys(
  headers: Headers,
  now: UnixMillis,
  maxClockSkewMs: number,
): SrtpParameters | Failure | null {
  const values = headerValues(headers, 'KeyMgmt')
  const [value] = values
  if (value === undefined) return null
  if (values.length > 1) return invalid('value provided multiple times')
  const header = parseKeyMgmt(value)
  if (isFailure(header)) return header
  const message = parseMikey(header.data)
  if (isFailure(message)) return invalid(message.text)
  const parameters = readSrtpParameters(message, now, { maxClockSkewMs })
  return isFailure(parameters) ? invalid(parameters.text) : parameters
}

/** What of it may be told. */
export function offerOf(keys: SrtpParameters | Failure | null): KeyOffer {
  if (keys === null) return 'none'
  return isFailure(keys) ? keys : 'good'
}

function invalid(text: string): Failure {
  return new Failure('ERR_RTSP_KEY_MGMT_INVALID', text)
}
