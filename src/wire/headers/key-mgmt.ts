import { Failure, isFailure } from '../../contracts/failure.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { parseKeyValues, quoted } from './key-values.ts'

/**
 * `KeyMgmt` (RFC 4567 section 4.3): the keys of one media for SRTP. Only the envelope is read here; what the MIKEY
 * message says is another matter.
 */

/** One key management message. */
export interface KeyMgmtHeader {
  /** What the key is for, as written; clients are not consistent in it, so it is not compared with anything. */
  readonly uri: string
  /** The MIKEY message (RFC 3830), decoded. The receiver owns it. */
  readonly data: Uint8Array
}

const code = 'ERR_RTSP_KEY_MGMT_INVALID'

/** Reads `prot=mikey;uri="...";data="..."`. `ERR_RTSP_KEY_MGMT_INVALID` if a part is missing or not base64. */
export function parseKeyMgmt(value: string): KeyMgmtHeader | Failure {
  const pairs = parseKeyValues(value, ';', code)
  // Failures are told and logged, so none of them may hold what is written in the header.
  if (isFailure(pairs)) return new Failure(code, 'quotes not closed')
  const protocol = pairs.get('prot')
  if (protocol === undefined) return new Failure(code, 'protocol is missing')
  if (protocol !== 'mikey') return new Failure(code, 'unsupported protocol')
  const uri = pairs.get('uri')
  if (uri === undefined) return new Failure(code, 'URI is missing')
  const data = decodeBase64(pairs.get('data') ?? '')
  if (data === undefined) return new Failure(code, 'data is not base64')
  if (data.length === 0) return new Failure(code, 'data is missing')
  return { uri, data }
}

/** The header with the protocol first and unquoted, as the examples of the RFC have it. */
export function formatKeyMgmt(header: KeyMgmtHeader): string {
  return `prot=mikey;${quoted('uri', header.uri)};${quoted('data', encodeBase64(header.data))}`
}
