import { Failure, isFailure } from '../../contracts/failure.ts'
import { parseKeyValues, parseUnsigned, type KeyValues } from './key-values.ts'

/**
 * `Transport` (RFC 2326 section 12.39): how one media travels. A request lists alternatives in order of preference;
 * those we cannot read are skipped, since a client that offers something exotic first means us to take the next one.
 */

/** A pair of ports or channels: RTP, RTCP. */
export type NumberPair = readonly [number, number]

/** One alternative of a `Transport` header. */
export interface TransportHeader {
  /** `SAVP` is SRTP. */
  readonly profile: 'AVP' | 'SAVP'
  readonly protocol: 'udp' | 'tcp'
  readonly delivery?: 'unicast' | 'multicast'
  /** Address as written, not checked. */
  readonly source?: string
  /** Address as written, not checked. */
  readonly destination?: string
  /** Channels of the interleaved frames, 0..2^31-1 as the peer wrote them: only 0..255 can be used. */
  readonly interleaved?: NumberPair
  /** Ports of a multicast group, 0..65535. */
  readonly port?: NumberPair
  readonly ttl?: number
  /** 0..65535. */
  readonly clientPort?: NumberPair
  /** 0..65535. */
  readonly serverPort?: NumberPair
  /** Unsigned, 32 bits. */
  readonly ssrc?: number
  readonly mode?: 'play' | 'record'
}

const code = 'ERR_RTSP_TRANSPORT_INVALID'

/**
 * Reads a list of alternatives (a request). Those that do not parse are left out; `ERR_RTSP_TRANSPORT_INVALID` only if
 * none is left, with the reason of the first.
 */
export function parseTransports(value: string): readonly TransportHeader[] | Failure {
  const transports: TransportHeader[] = []
  let firstFailure: Failure | undefined
  for (const element of value.split(',')) {
    const transport = parseTransport(element)
    if (isFailure(transport)) firstFailure ??= transport
    else transports.push(transport)
  }
  return transports.length > 0 ? transports : (firstFailure ?? new Failure(code, 'value not provided'))
}

/** Reads one alternative (a response). Keys may be in any order and case, unknown ones are ignored. */
export function parseTransport(value: string): TransportHeader | Failure {
  const pairs = parseKeyValues(value, ';', code)
  if (isFailure(pairs)) return pairs
  const profile = parseProfile(pairs)
  if (profile === undefined) return new Failure(code, `profile is missing: ${value}`)

  const header: Mutable<TransportHeader> = profile
  if (pairs.has('unicast')) header.delivery = 'unicast'
  else if (pairs.has('multicast')) header.delivery = 'multicast'
  const source = pairs.get('source')
  if (source !== undefined && source !== '') header.source = source
  const destination = pairs.get('destination')
  if (destination !== undefined && destination !== '') header.destination = destination

  for (const [key, name, maximum] of pairKeys) {
    const text = pairs.get(key)
    if (text === undefined) continue
    const pair = parsePair(text, maximum)
    if (pair === undefined) return new Failure(code, `invalid ports (${text})`)
    header[name] = pair
  }

  const ttlText = pairs.get('ttl')
  if (ttlText !== undefined) {
    const ttl = parseUnsigned(ttlText, 0xffffffff)
    if (ttl === undefined) return new Failure(code, `invalid ttl (${ttlText})`)
    header.ttl = ttl
  }
  const ssrc = parseSsrc(pairs.get('ssrc'))
  if (ssrc !== undefined) header.ssrc = ssrc

  const modeText = pairs.get('mode')
  if (modeText !== undefined) {
    const mode = modes.get(modeText.toLowerCase())
    if (mode === undefined) return new Failure(code, `invalid transport mode: '${modeText}'`)
    header.mode = mode
  }
  return header
}

/** One alternative in canonical form: fixed order, no blanks, no quotes; UDP is not named. */
export function formatTransport(header: TransportHeader): string {
  const parts = [`RTP/${header.profile}${header.protocol === 'tcp' ? '/TCP' : ''}`]
  if (header.delivery !== undefined) parts.push(header.delivery)
  if (header.source !== undefined) parts.push(`source=${header.source}`)
  if (header.destination !== undefined) parts.push(`destination=${header.destination}`)
  if (header.interleaved !== undefined) parts.push(`interleaved=${header.interleaved.join('-')}`)
  if (header.port !== undefined) parts.push(`port=${header.port.join('-')}`)
  if (header.ttl !== undefined) parts.push(`ttl=${header.ttl}`)
  if (header.clientPort !== undefined) parts.push(`client_port=${header.clientPort.join('-')}`)
  if (header.serverPort !== undefined) parts.push(`server_port=${header.serverPort.join('-')}`)
  if (header.ssrc !== undefined) parts.push(`ssrc=${header.ssrc.toString(16).toUpperCase().padStart(8, '0')}`)
  if (header.mode !== undefined) parts.push(`mode=${header.mode}`)
  return parts.join(';')
}

/** Alternatives in order of preference, as a request carries them. */
export function formatTransports(headers: readonly TransportHeader[]): string {
  return headers.map(formatTransport).join(',')
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const largestChannel = 0x7fffffff
const largestPort = 0xffff

const pairKeys = [
  ['interleaved', 'interleaved', largestChannel],
  ['port', 'port', largestPort],
  ['client_port', 'clientPort', largestPort],
  ['server_port', 'serverPort', largestPort],
] as const

/** `receive` is what `ffmpeg -listen` and Darwin call a recording. */
const modes: ReadonlyMap<string, 'play' | 'record'> = new Map([
  ['play', 'play'],
  ['record', 'record'],
  ['receive', 'record'],
])

const profiles = [
  ['rtp/avp/tcp', 'AVP', 'tcp'],
  ['rtp/avp/udp', 'AVP', 'udp'],
  ['rtp/savp/tcp', 'SAVP', 'tcp'],
  ['rtp/savp/udp', 'SAVP', 'udp'],
  ['rtp/avp', 'AVP', undefined],
  ['rtp/savp', 'SAVP', undefined],
] as const

/**
 * The profile may stand anywhere in the list. Without a lower transport it means UDP (RFC 2326 section 12.39), but
 * Escam cameras leave `/TCP` away and name channels instead of ports.
 */
function parseProfile(pairs: KeyValues): Pick<TransportHeader, 'profile' | 'protocol'> | undefined {
  const namesChannelsOnly = pairs.has('interleaved') && !pairs.has('client_port') && !pairs.has('port')
  for (const [key, profile, protocol] of profiles) {
    if (pairs.has(key)) return { profile, protocol: protocol ?? (namesChannelsOnly ? 'tcp' : 'udp') }
  }
  return undefined
}

/** `a-b`, or `a` alone for `a` and the next one. */
function parsePair(text: string, maximum: number): NumberPair | undefined {
  const dash = text.indexOf('-')
  const first = parseUnsigned(dash < 0 ? text : text.slice(0, dash).trim(), maximum)
  if (first === undefined) return undefined
  const second = dash < 0 ? first + 1 : parseUnsigned(text.slice(dash + 1).trim(), maximum)
  return second === undefined || second > maximum ? undefined : [first, second]
}

/**
 * Hexadecimal, up to 8 digits. Anything else is ignored, not refused: Hikvision and Dahua pad with blanks, others write
 * ten decimal digits.
 */
function parseSsrc(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9A-Fa-f]{1,8}$/.test(text) ? Number.parseInt(text, 16) : undefined
}
