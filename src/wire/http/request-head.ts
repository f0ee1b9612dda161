/**
 * The head of an HTTP request, of which RTSP knows three kinds: the two halves of a tunnel and the wish for a WebSocket.
 * Nothing here answers or serves anything, so it is the smallest reader that is safe: bytes are gathered up to the blank
 * line, each is looked at once, and the whole is bounded however slowly it comes.
 */
import { Failure } from '../../contracts/failure.ts'
import { appendHeader, emptyHeaders, type Headers } from '../headers/header-map.ts'
import { decodeText } from '../headers/text.ts'
import { limits } from '../limits.ts'
import { ByteScratch } from '../rtsp/byte-scratch.ts'

/** A request line and headers (RFC 9112 section 2.1). */
export interface HttpRequestHead {
  readonly method: string
  /** As it was sent; it is not used to find anything. */
  readonly target: string
  /** The 0 or 1 of `HTTP/1.1`. */
  readonly minorVersion: number
  readonly headers: Headers
}

/** A head, and the bytes of the last chunk that come after it: a view. */
export interface HttpRequestStart {
  readonly head: HttpRequestHead
  readonly rest: Uint8Array
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

const requestLine = /^([A-Z]+) (\S+) HTTP\/1\.(\d)$/
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/

/** Gathers one head. After a result nothing more may be pushed. */
export class HttpHeadReader {
  readonly #bytes = new ByteScratch()
  /** Bytes of the line that is being read, without carriage returns. */
  #lineBytes = 0

  /** `null` while the head is not complete; `ERR_RTSP_LIMIT` or `ERR_RTSP_MALFORMED` for what is none. */
  push(chunk: Uint8Array): HttpRequestStart | Failure | null {
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index] ?? 0
      if (this.#bytes.length + index >= limits.httpHeadBytes) return tooLong
      if (byte !== lineFeed) {
        if (byte !== carriageReturn) this.#lineBytes += 1
        continue
      }
      const isBlank = this.#lineBytes === 0
      this.#lineBytes = 0
      if (!isBlank) continue
      this.#bytes.append(chunk, 0, index + 1)
      const head = parseHead(decodeText(this.#bytes.bytes, 0, this.#bytes.length))
      return head instanceof Failure ? head : { head, rest: chunk.subarray(index + 1) }
    }
    this.#bytes.append(chunk, 0, chunk.length)
    return null
  }
}

const tooLong = new Failure('ERR_RTSP_LIMIT', `HTTP head exceeds ${limits.httpHeadBytes} bytes`)

function parseHead(text: string): HttpRequestHead | Failure {
  const [first = '', ...lines] = text.trimEnd().split(/\r?\n/)
  const [, method, target, minor] = requestLine.exec(first) ?? []
  if (method === undefined || target === undefined)
    return new Failure('ERR_RTSP_MALFORMED', 'invalid HTTP request line')
  if (lines.length > limits.httpHeaderCount) {
    return new Failure('ERR_RTSP_LIMIT', `HTTP header count exceeds ${limits.httpHeaderCount}`)
  }
  const headers = emptyHeaders()
  for (const line of lines) {
    const [, name, value = ''] = headerLine.exec(line) ?? []
    if (name === undefined) return new Failure('ERR_RTSP_MALFORMED', 'invalid HTTP header')
    appendHeader(headers, name, value)
  }
  return { method, target, minorVersion: Number(minor), headers }
}
