import type { Failure } from '../../contracts/failure.ts'
import type { SdpOrigin } from './document.ts'
import { parseUint64, quote, sdpFailure } from './scalars.ts'

/**
 * `o=` is read from its end: the address type is the one word that nearly every device gets right, so it is found first
 * and the fields in front of it are peeled off backwards. That way missing user names, user names with blanks, extra
 * numbers and missing addresses all come out right (Amcrest, TP-Link, Mercury, Altasec, LiveReporter, ONVIF examples).
 */

/** Reads the value of an `o=` line (RFC 8866 section 5.2) leniently. */
export function parseOrigin(value: string): SdpOrigin | Failure {
  const text = mendAddressType(value)
  const markAt = text.indexOf(' IN IP4 ')
  const at = markAt >= 0 ? markAt : text.indexOf(' IN IP6 ')
  if (at < 0) return invalidOrigin(value)
  const addressType = markAt >= 0 ? 'IP4' : 'IP6'
  const address = text.slice(at + ' IN IP4 '.length).trim()

  let rest = text.slice(0, at)
  const versionAt = lastInnerBlank(rest)
  if (versionAt < 0) return invalidOrigin(value)
  const sessionVersion = parseUint64(cutNumber(rest.slice(versionAt + 1)))
  if (sessionVersion === undefined) return invalidOrigin(value)
  rest = rest.slice(0, versionAt)
  // The LiveReporter app writes `o=-0 0 IN IP4 ...`.
  if (rest === '-0') rest = '- 0'

  const idAt = lastInnerBlank(rest)
  if (idAt < 0) return { userName: '', sessionId: '0', sessionVersion, addressType, address }
  const sessionId = parseSessionId(rest.slice(idAt + 1))
  if (sessionId === undefined) return invalidOrigin(value)
  return { userName: rest.slice(0, idAt), sessionId, sessionVersion, addressType, address }
}

function invalidOrigin(value: string): Failure {
  return sdpFailure(`invalid origin: (${quote(value)})`)
}

/** Puts right `IN IPV4` (Vurix), `IP IP4` (Verint), and a missing type or address behind `IN`. */
function mendAddressType(value: string): string {
  let text = value.replace(' IN IPV4 ', ' IN IP4 ').replace(' IP IP4 ', ' IN IP4 ').replace(' IP IP6 ', ' IN IP6 ')
  if (text.endsWith(' IN')) text += ' IP4'
  else if (text.endsWith(' IN ')) text += 'IP4'
  if (text.endsWith('IN IP4')) text += ' '
  return text
}

/** Last blank that has something behind it. */
function lastInnerBlank(text: string): number {
  return text.length < 2 ? -1 : text.lastIndexOf(' ', text.length - 2)
}

/** Y-CAM writes negative ids, others decimal fractions: neither the sign nor the fraction means anything. */
function cutNumber(text: string): string {
  const dot = text.indexOf('.')
  const whole = dot >= 0 ? text.slice(0, dot) : text
  return whole.startsWith('-') ? whole.slice(1) : whole
}

/** Decimal, or hexadecimal with a prefix or with letters in it. */
function parseSessionId(text: string): string | undefined {
  if (text.startsWith('0x') || text.startsWith('0X')) return parseUint64(text.slice(2), 16)
  if (/[a-fA-F]/.test(text)) return parseUint64(text, 16)
  return parseUint64(cutNumber(text))
}
