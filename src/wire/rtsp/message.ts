import { isFailure } from '../../contracts/failure.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'
import { createHeaders, type Headers, type HeadersInit } from '../headers/header-map.ts'
import { encodeText } from '../headers/text.ts'
import { parseRtspUrl, type RtspUrl } from '../url/rtsp-url.ts'
import { reasonPhrase as defaultReasonPhrase } from './reason-phrase.ts'

/**
 * Requests and responses as values, and their bytes. What comes in is built by the framer; what goes out is built here,
 * by code of ours or of the application, so a mistake in it throws. Encoding is deterministic (headers sorted by code
 * unit), which keeps traces comparable.
 */

/** An RTSP request (RFC 2326 section 6). */
export interface RtspRequest {
  readonly kind: 'request'
  readonly method: string
  /** `null` stands for `*`. */
  readonly url: RtspUrl | null
  readonly headers: Headers
  /** Belongs to the message alone. */
  readonly body: Uint8Array
}

/** An RTSP response (RFC 2326 section 7). */
export interface RtspResponse {
  readonly kind: 'response'
  readonly statusCode: number
  readonly reasonPhrase: string
  readonly headers: Headers
  /** Belongs to the message alone. */
  readonly body: Uint8Array
}

/**
 * Builds a request. `url` is a URL, its text, or `null` (or `*`) for the server as a whole. Throws `ERR_RTSP_USAGE` for a
 * method that is not a token and a text that is not an RTSP URL. A body in bytes is not copied.
 */
export function createRequest(
  method: string,
  url: string | RtspUrl | null,
  headers?: HeadersInit,
  body?: Uint8Array | string,
): RtspRequest {
  if (!/^[A-Za-z0-9_.-]+$/.test(method)) throw rtspError('ERR_RTSP_USAGE', `invalid method (${method})`)
  const target = typeof url !== 'string' ? url : url === '*' ? null : parseRtspUrl(url)
  if (isFailure(target)) throw rtspError('ERR_RTSP_USAGE', target.text)
  return { kind: 'request', method, url: target, headers: createHeaders(headers), body: bodyOf(body) }
}

/**
 * Builds a response; without a phrase it gets the usual one. Throws `ERR_RTSP_USAGE` if the status is not a number of
 * three digits. A body in bytes is not copied.
 */
export function createResponse(
  statusCode: number,
  headers?: HeadersInit,
  body?: Uint8Array | string,
  reasonPhrase = defaultReasonPhrase(statusCode),
): RtspResponse {
  if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 999) {
    throw rtspError('ERR_RTSP_USAGE', `invalid status code (${statusCode})`)
  }
  return { kind: 'response', statusCode, reasonPhrase, headers: createHeaders(headers), body: bodyOf(body) }
}

/** The response with other headers and, if it is given, another body. */
export function replaceHeaders(response: RtspResponse, headers: Headers, body = response.body): RtspResponse {
  // Written out, so that all responses have one shape.
  const { statusCode, reasonPhrase } = response
  return { kind: 'response', statusCode, reasonPhrase, headers, body }
}

/** Bytes of a request in a fresh array. See `encodeResponse` for the headers. */
export function encodeRequest(request: RtspRequest): Uint8Array {
  return encode(`${request.method} ${request.url?.text ?? '*'} RTSP/1.0`, request.headers, request.body)
}

/**
 * Bytes of a response in a fresh array. Headers are sorted by code unit. `Content-Length` is always that of the body, and
 * is left out when the body is empty. Line ends inside of values are dropped, so that a value cannot become a header.
 */
export function encodeResponse(response: RtspResponse): Uint8Array {
  return encode(`RTSP/1.0 ${response.statusCode} ${response.reasonPhrase}`, response.headers, response.body)
}

const noBytes = new Uint8Array(0)

function bodyOf(body: Uint8Array | string | undefined): Uint8Array {
  if (body === undefined) return noBytes
  return typeof body === 'string' ? encodeText(body) : body
}

function encode(startLine: string, headers: Headers, body: Uint8Array): Uint8Array {
  const names: string[] = []
  for (const name in headers) if (name !== 'Content-Length') insertSorted(names, name)
  if (body.length > 0) insertSorted(names, 'Content-Length')
  let head = `${oneLine(startLine)}\r\n`
  for (const name of names) {
    const values = name === 'Content-Length' ? [String(body.length)] : (headers[name] ?? [])
    for (const value of values) head += `${oneLine(name)}: ${oneLine(value)}\r\n`
  }
  const headBytes = encodeText(`${head}\r\n`)
  if (body.length === 0) return headBytes
  const bytes = new Uint8Array(headBytes.length + body.length)
  bytes.set(headBytes)
  bytes.set(body, headBytes.length)
  return bytes
}

/** A message has a handful of headers: putting each in its place is cheaper than sorting them. */
function insertSorted(names: string[], name: string): void {
  let at = names.length
  while (at > 0 && (names[at - 1] ?? '') > name) at -= 1
  names.splice(at, 0, name)
}

function oneLine(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]/g, '') : text
}
