import type { Failure } from '../../contracts/failure.ts'
import type { SdpConnection } from './document.ts'
import { fieldsOf, quote, sdpFailure } from './scalars.ts'

/**
 * Reads the value of a `c=` line (RFC 8866 section 5.7). `undefined` when it says nothing: a lone `IN` (Uniview).
 * `c=IN c=IN IP4 x` (Hikvision), `IPV4` (Vurix), `In` (Fritzbox) and a missing address type are put right.
 */
export function parseConnection(value: string): SdpConnection | undefined | Failure {
  if (value.trim() === 'IN') return undefined
  let text = value.replace('IN IPV4 ', 'IN IP4 ')
  if (text.startsWith('IN c=IN')) text = text.slice('IN c='.length)
  const fields = fieldsOf(text)
  const netType = fields[0] ?? ''
  let addressType = fields[1] ?? ''
  let address = fields[2] ?? ''
  if (fields.length === 2 && isAddress(addressType)) {
    address = addressType
    addressType = address.includes(':') ? 'IP6' : 'IP4'
  }
  if (netType.toUpperCase() !== 'IN' || (addressType !== 'IP4' && addressType !== 'IP6')) {
    return sdpFailure(`invalid connection: (${quote(value)})`)
  }
  return { addressType, address }
}

/** Looks like a literal IPv4 or IPv6 address. */
function isAddress(text: string): boolean {
  return /^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$/.test(text) || (text.includes(':') && /^[0-9a-fA-F:.]{2,45}$/.test(text))
}
