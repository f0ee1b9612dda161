/**
 * What an HTTP request on an RTSP port asks for. There are three things to ask for, and whoever asks for anything else
 * (a browser, a scanner) is told 400. Names of media types and protocols are compared as tokens of a list, because
 * browsers send `Connection: keep-alive, Upgrade`.
 */
import { Failure } from '../../contracts/failure.ts'
import { decodeBase64 } from '../headers/base64.ts'
import { headerValue, headerValues, type Headers } from '../headers/header-map.ts'
import { limits } from '../limits.ts'
import type { HttpRequestHead } from './request-head.ts'

/** Media type of both halves of a tunnel. */
const tunnelMediaType = 'application/x-rtsp-tunnelled'

/** Subprotocol of RTSP over WebSocket (ONVIF Streaming Specification section 5.1.5). */
export const webSocketProtocol = 'rtsp.onvif.org'

/** Version of RFC 6455, the only one there is. */
const webSocketVersion = '13'

/** What was asked for, and what to write at once. */
export type TunnelRequest =
  /** A half of an HTTP tunnel. `cookie` ties it to the other one. */
  | { readonly kind: 'get' | 'post'; readonly cookie: string; readonly reply: string }
  /** The handshake is the WebSocket's own to answer. */
  | { readonly kind: 'webSocket'; readonly head: HttpRequestHead }
  /** `reply` says so to the client, then the connection ends. */
  | { readonly kind: 'refused'; readonly reply: string; readonly failure: Failure }

/** Reads the wish of a head; never fails, but may refuse. */
export function tunnelRequestOf(head: HttpRequestHead): TunnelRequest {
  const { method, headers } = head
  const cookie = headerValue(headers, 'X-Sessioncookie') ?? ''
  const hasCookie = cookie !== '' && cookie.length <= limits.tunnelCookieLength
  if (method === 'GET' && hasCookie && hasToken(headers, 'Accept', tunnelMediaType)) {
    return { kind: 'get', cookie, reply: tunnelReply(head) }
  }
  if (method === 'POST' && hasCookie && hasToken(headers, 'Content-Type', tunnelMediaType)) {
    return { kind: 'post', cookie, reply: tunnelReply(head) }
  }
  const wantsWebSocket =
    method === 'GET' && hasToken(headers, 'Connection', 'upgrade') && hasToken(headers, 'Upgrade', 'websocket')
  if (!wantsWebSocket || !hasToken(headers, 'Sec-Websocket-Protocol', webSocketProtocol)) {
    return {
      kind: 'refused',
      reply: `HTTP/1.${head.minorVersion} 400 Bad Request\r\nContent-Length: 0\r\n\r\n`,
      failure: new Failure('ERR_RTSP_HTTP_REQUEST'),
    }
  }
  const mistake = handshakeMistake(head)
  return mistake === undefined ? { kind: 'webSocket', head } : refusedHandshake(mistake)
}

/** Both halves get it; the body that follows has no length and ends with the connection. */
function tunnelReply({ minorVersion }: HttpRequestHead): string {
  return (
    `HTTP/1.${minorVersion} 200 OK\r\nCache-Control: no-cache\r\nConnection: close\r\n` +
    `Content-Type: ${tunnelMediaType}\r\nPragma: no-cache\r\n\r\n`
  )
}

/** RFC 6455 section 4.2.1. */
function handshakeMistake({ headers, minorVersion }: HttpRequestHead): string | undefined {
  if (minorVersion < 1) return 'a WebSocket needs HTTP/1.1'
  if (headerValue(headers, 'Sec-Websocket-Version') !== webSocketVersion) return 'unsupported WebSocket version'
  const key = decodeBase64(headerValue(headers, 'Sec-Websocket-Key') ?? '')
  return key?.length === 16 ? undefined : 'invalid WebSocket key'
}

function refusedHandshake(mistake: string): TunnelRequest {
  const reply =
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: ${mistake.length}\r\n` +
    `Content-Type: text/plain\r\nSec-WebSocket-Version: ${webSocketVersion}\r\n\r\n${mistake}`
  return { kind: 'refused', reply, failure: new Failure('ERR_RTSP_HTTP_REQUEST', `invalid HTTP request: ${mistake}`) }
}

/** Whether one of the comma-separated values, without its parameters and whatever its case, is this one. */
function hasToken(headers: Headers, name: string, token: string): boolean {
  return headerValues(headers, name).some((value) =>
    value.split(',').some((each) => (each.split(';')[0] ?? '').trim().toLowerCase() === token),
  )
}
