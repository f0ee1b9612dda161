import type { Failure } from '../../contracts/failure.ts'
import type { SdpBandwidth } from './document.ts'
import { parseUint64, quote, sdpFailure } from './scalars.ts'

const knownTypes: readonly string[] = ['CT', 'AS', 'TIAS', 'RS', 'RR']

/** Reads the value of a `b=` line (RFC 8866 section 5.8, RFC 3556, RFC 3890): a known or `X-` type, colon, number. */
export function parseBandwidth(value: string): SdpBandwidth | Failure {
  const parts = value.split(':')
  const type = parts[0] ?? ''
  const number = parseUint64(parts[1] ?? '')
  if (parts.length !== 2 || number === undefined || !(type.startsWith('X-') || knownTypes.includes(type))) {
    return sdpFailure(`invalid bandwidth: (${quote(value)})`)
  }
  return { type, value: number }
}
