/**
 * The headers of a message. Names are kept in one canonical spelling, because peers write `Cseq`, `CSEQ` and `cseq` and
 * a lookup should be a plain property access. Values keep their order, and a header that is repeated keeps every
 * value: several rules hang on "occurs exactly once".
 */

/** Canonical name to its values in the order of the message. An object without prototype: any name is safe as a key. */
export type Headers = Readonly<Record<string, readonly string[]>>

/** What headers are made from: names in any case, one value or several. */
export type HeadersInit = Readonly<Record<string, string | readonly string[]>>

/** Names whose spelling does not follow the rule of `canonicalHeaderName`. */
const irregularNames: ReadonlyMap<string, string> = new Map([
  ['cseq', 'CSeq'],
  ['rtp-info', 'RTP-Info'],
  ['www-authenticate', 'WWW-Authenticate'],
  ['keymgmt', 'KeyMgmt'],
])

/**
 * Names that are looked up or received all the time, in their canonical spelling: nearly every name there is, so that
 * finding out the spelling is one lookup.
 */
const usualNames: ReadonlySet<string> = new Set([
  ...['Accept', 'Allow', 'Authorization', 'CSeq', 'Cache-Control', 'Connection', 'Content-Base', 'Content-Length'],
  ...['Content-Type', 'Date', 'KeyMgmt', 'Location', 'Public', 'RTP-Info', 'Range', 'Require', 'Scale', 'Server'],
  ...['Session', 'Speed', 'Transport', 'Unsupported', 'User-Agent', 'WWW-Authenticate'],
])

/** Characters of a header name (RFC 2616 section 2.2, `token`). */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const noValues: readonly string[] = []

/**
 * Canonical spelling of a header name: `content-type` is `Content-Type`, `cseq` is `CSeq`. A name with characters that
 * no header name has is left as it is.
 */
export function canonicalHeaderName(name: string): string {
  if (usualNames.has(name)) return name
  const lower = name.toLowerCase()
  const irregular = irregularNames.get(lower)
  if (irregular !== undefined) return irregular
  if (!token.test(name)) return name
  return lower.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
}

/** Headers from names in any spelling; names that differ in case only are joined, in the order given. */
export function createHeaders(init: HeadersInit = {}): Headers {
  const headers = emptyHeaders()
  for (const [name, value] of Object.entries(init)) {
    for (const single of listOf(value)) appendHeader(headers, name, single)
  }
  return headers
}

/** All values of a header in the order of the message, empty if there is none. The name may be in any case. */
export function headerValues(headers: Headers, name: string): readonly string[] {
  return headers[canonicalHeaderName(name)] ?? noValues
}

/** The value of a header that occurs exactly once; `undefined` if it is missing or repeated. */
export function headerValue(headers: Headers, name: string): string | undefined {
  const values = headerValues(headers, name)
  return values.length === 1 ? values[0] : undefined
}

/** New headers in which `name` has this value or these values instead of those it had; an empty list removes it. */
export function withHeader(headers: Headers, name: string, value: string | readonly string[]): Headers {
  const copy: Record<string, readonly string[]> = emptyHeaders()
  for (const key in headers) copy[key] = headers[key] ?? noValues
  const canonicalName = canonicalHeaderName(name)
  const values = listOf(value)
  if (values.length > 0) copy[canonicalName] = [...values]
  else Reflect.deleteProperty(copy, canonicalName)
  return copy
}

/** The same for several names that are given in their canonical spelling. */
export function withHeaders(headers: Headers, changes: Readonly<Record<string, string>>): Headers {
  const copy: Record<string, readonly string[]> = emptyHeaders()
  for (const key in headers) copy[key] = headers[key] ?? noValues
  for (const key in changes) copy[key] = [changes[key] ?? '']
  return copy
}

/** Headers that are being collected; `Headers` for everyone else. */
export type HeadersBuilder = Record<string, string[]>

/** What header maps inherit from: an object without prototype or properties. */
const nothing = Object.create(null) as object

/**
 * A fresh map that inherits nothing. `Object.create(null)` itself would do, but the engine keeps such objects as hash
 * tables from the start; with an empty prototype they have a shape, and the messages of a server have few shapes.
 */
export function emptyHeaders(): HeadersBuilder {
  return Object.create(nothing) as HeadersBuilder
}

/** Adds one value behind those that `name` already has. */
export function appendHeader(headers: HeadersBuilder, name: string, value: string): void {
  const canonicalName = canonicalHeaderName(name)
  const values = headers[canonicalName]
  if (values === undefined) headers[canonicalName] = [value]
  else values.push(value)
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}
