import { Failure } from '../../contracts/failure.ts'
import { decodePercents } from './percents.ts'

/**
 * RTSP URLs, divided but never rewritten. A digest is made of the text of the URL, and a published media is found by
 * its text, so the text must survive byte for byte. The `URL` class of the platform cannot do that: it removes dot
 * segments, escapes blanks and quotes, and refuses IPv6 zones and a `#` in a password.
 */

/** A URL in its parts (RFC 2326 section 3.2). Immutable; made by `parseRtspUrl`. */
export interface RtspUrl {
  /** `rtspu` counts as `rtsp`. */
  readonly scheme: 'rtsp' | 'rtsps'
  /** `user:password` as written, not decoded; empty if there is none. */
  readonly userInfo: string
  /** Host with its port as written; the brackets of an IPv6 address are kept. May be empty. */
  readonly host: string
  /** Path with percent escapes decoded: empty, or with a leading slash. */
  readonly path: string
  /** Path as written. */
  readonly rawPath: string
  /** What follows the first `?`, as written; empty if there is nothing. */
  readonly query: string
  /** Whether there is a `?`: tells `/path?` from `/path`. */
  readonly hasQuery: boolean
  /** The whole URL as written. */
  readonly text: string
}

/**
 * Divides an absolute URL. The scheme may be in any case; fragments and URLs without `//` are refused, and so are control
 * characters, blanks in the host and ports that are not numbers. Escapes that are not escapes are taken as they stand.
 * Every failure is `ERR_RTSP_URL`; its text shows no credentials.
 */
export function parseRtspUrl(text: string): RtspUrl | Failure {
  const colon = text.indexOf(':')
  const scheme = schemes.get(text.slice(0, Math.max(0, colon)).toLowerCase())
  if (scheme === undefined) return refuse(text, 'unsupported scheme')
  if (!text.startsWith('//', colon + 1)) return refuse(text, 'URLs with opaque data are not supported')
  if (hasControlCharacter(text)) return refuse(text, 'control character')

  const { start, at, end } = authorityOf(text)
  const host = text.slice(at < 0 ? start : at + 1, end)
  const question = text.indexOf('?', end)
  const pathEnd = question < 0 ? text.length : question
  // A `#` inside of the credentials is part of them; everywhere else it starts a fragment.
  if (host.includes('#') || text.includes('#', end)) return refuse(text, 'URLs with fragments are not supported')
  if (!wellFormedHost.test(host)) return refuse(text, 'invalid host')

  const rawPath = text.slice(end, pathEnd)
  return {
    scheme,
    userInfo: at < 0 ? '' : text.slice(start, at),
    host,
    path: decodePercents(rawPath),
    rawPath,
    query: question < 0 ? '' : text.slice(question + 1),
    hasQuery: question >= 0,
    text,
  }
}

/** The same URL without user and password; the URL itself if it has none. */
export function withoutCredentials(url: RtspUrl): RtspUrl {
  const { start, at } = authorityOf(url.text)
  if (at < 0) return url
  return { ...url, userInfo: '', text: url.text.slice(0, start) + url.text.slice(at + 1) }
}

/** Host without port and brackets, the zone of an IPv6 address after a single `%`: what a socket connects to. */
export function rtspUrlHostname(url: RtspUrl): string {
  if (url.host.startsWith('[')) return url.host.slice(1, url.host.indexOf(']')).replace('%25', '%')
  const colon = url.host.lastIndexOf(':')
  return colon < 0 ? url.host : url.host.slice(0, colon)
}

/** Port as written, else the default: 554 for `rtsp`, 322 for `rtsps` (RFC 7826 section 4.2). Not checked for range. */
export function rtspUrlPort(url: RtspUrl): number {
  const port = /:([0-9]+)$/.exec(url.host)?.[1]
  if (port !== undefined) return Number(port)
  return url.scheme === 'rtsps' ? 322 : 554
}

const schemes: ReadonlyMap<string, 'rtsp' | 'rtsps'> = new Map([
  ['rtsp', 'rtsp'],
  ['rtspu', 'rtsp'],
  ['rtsps', 'rtsps'],
])

/** An address in brackets or a name, then an optional port; a port may be announced by `:` and left out. */
const wellFormedHost = /^(?:\[[^\][\s]*\](?::[0-9]*)?|[^\][\s:]*|[^\][\s]*:[0-9]*)$/

/** Where the authority starts, where its last `@` is (-1 if it has none), and where it ends. */
function authorityOf(text: string): { readonly start: number; readonly at: number; readonly end: number } {
  const start = text.indexOf('://') + 3
  let end = start
  while (end < text.length && text[end] !== '/' && text[end] !== '?') end += 1
  const at = text.lastIndexOf('@', end)
  return { start, at: at < start ? -1 : at, end }
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0x20 || unit === 0x7f) return true
  }
  return false
}

function refuse(text: string, reason: string): Failure {
  return new Failure('ERR_RTSP_URL', `${text.replace(/\/\/[^/?]*@/, '//***@')}: ${reason}`)
}
