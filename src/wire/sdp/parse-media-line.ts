import { isFailure, type Failure } from '../../contracts/failure.ts'
import { maxSdpPayloads } from './limits.ts'
import { fieldsOf, quote, sdpFailure } from './scalars.ts'

/**
 * `m=` (RFC 8866 section 5.14). What a media is made of decides later whether it can be used; here everything with the
 * four fields is kept, and a mistake in one of them is a note to the caller. Strict reading turns the first note into
 * a failure.
 */

/** The fields of an `m=` line. */
export interface MediaLine {
  readonly type: string
  readonly port: number
  readonly protocol: string
  readonly payloads: readonly string[]
}

const knownTypes: readonly string[] = ['video', 'audio', 'application', 'metadata', 'meta', 'text']
const knownTokens: readonly string[] = 'UDP RTP AVP SAVP SAVPF MP2T TLS DTLS SCTP AVPF TCP'.split(' ')

/** Reads the value of an `m=` line. `note` gets the failure of every mistake that can be lived with. */
export function parseMediaLine(value: string, note: (failure: Failure) => void): MediaLine | Failure {
  const [type, portText, protocol, ...payloads] = fieldsOf(value)
  if (type === undefined || portText === undefined || protocol === undefined || payloads.length === 0) {
    return sdpFailure(`invalid media: (${quote(value)})`)
  }
  if (payloads.length > maxSdpPayloads) return sdpFailure(`too many payload types in a media: ${payloads.length}`)
  if (!knownTypes.includes(type) && !type.startsWith('application/')) {
    note(sdpFailure(`unknown media type: (${quote(type)})`))
  }
  if (!isKnownProtocol(protocol)) note(sdpFailure(`unknown media protocol: (${quote(protocol)})`))
  // A Tuya camera writes a negative port; in RTSP the port means nothing anyway (RFC 2326 section C.1.2).
  const port = parsePort(portText)
  if (isFailure(port)) note(port)
  return { type, port: isFailure(port) ? 0 : port, protocol, payloads }
}

/** True when every slash-separated token of a protocol is one that RTP medias are announced with. */
export function isKnownProtocol(protocol: string): boolean {
  return protocol.split('/').every((token) => knownTokens.includes(token))
}

/** `<port>` or `<port>/<count>`. */
function parsePort(text: string): number | Failure {
  const port = /^([0-9]{1,5})(?:\/[0-9]{1,5})?$/.exec(text)?.[1]
  return port === undefined || Number(port) > 65_536 ? sdpFailure(`invalid port: (${quote(text)})`) : Number(port)
}
