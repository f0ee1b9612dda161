import { Failure, isFailure } from '../../contracts/failure.ts'
import { appendHeader, emptyHeaders, headerValues, type Headers, type HeadersBuilder } from '../headers/header-map.ts'
import { parseUnsigned } from '../headers/key-values.ts'
import { limits } from '../limits.ts'
import { parseRtspUrl } from '../url/rtsp-url.ts'
import type { RtspRequest, RtspResponse } from './message.ts'

/**
 * The head of a message, taken line by line as lines become complete. So nothing is scanned twice, and a head that
 * breaks a limit is refused at the line that does it. Lines come without their line end.
 */
export class MessageHead {
  readonly #start: StartLine
  readonly #headers: HeadersBuilder = emptyHeaders()
  #headerCount = 0
  /** Name and value of the last line, which a continuation line makes longer. */
  #lastName = ''
  #lastValue = ''

  private constructor(start: StartLine) {
    this.#start = start
  }

  /** Starts a head with the first line of a request. `ERR_RTSP_MALFORMED`, `ERR_RTSP_LIMIT`. */
  static ofRequest(line: string): MessageHead | Failure {
    const start = parseRequestLine(line)
    return isFailure(start) ? start : new MessageHead(start)
  }

  /** Starts a head with the first line of a response. `ERR_RTSP_MALFORMED`. */
  static ofResponse(line: string): MessageHead | Failure {
    const start = parseStatusLine(line)
    return isFailure(start) ? start : new MessageHead(start)
  }

  /** Takes a header line that is not empty. `undefined`, or `ERR_RTSP_MALFORMED`, `ERR_RTSP_LIMIT`. */
  addLine(line: string): Failure | undefined {
    this.#headerCount += 1
    if (this.#headerCount > limits.headerCount) {
      return new Failure('ERR_RTSP_LIMIT', `headers count exceeds ${limits.headerCount}`)
    }
    if (line.includes('\r')) return new Failure('ERR_RTSP_MALFORMED', 'carriage return inside of a line')
    return line.startsWith(' ') || line.startsWith('\t') ? this.#continueLine(line) : this.#addHeader(line)
  }

  /** Ends the head: length of the body that follows. Only a single `Content-Length` counts. */
  finish(): number | Failure {
    this.#flush()
    const values = headerValues(this.#headers, 'Content-Length')
    if (values.length !== 1) return 0
    const length = parseUnsigned(values[0], Number.MAX_SAFE_INTEGER)
    if (length === undefined) return new Failure('ERR_RTSP_MALFORMED', 'invalid Content-Length')
    if (length <= limits.bodyBytes) return length
    return new Failure('ERR_RTSP_LIMIT', `Content-Length exceeds ${limits.bodyBytes} (it's ${length})`)
  }

  /** The message. It owns `body` from now on. */
  message(body: Uint8Array): RtspRequest | RtspResponse {
    const headers: Headers = this.#headers
    const start = this.#start
    // Written out, not spread: two shapes that everything behind this can count on.
    if (start.kind === 'request') return { kind: start.kind, method: start.method, url: start.url, headers, body }
    return { kind: start.kind, statusCode: start.statusCode, reasonPhrase: start.reasonPhrase, headers, body }
  }

  #addHeader(line: string): Failure | undefined {
    this.#flush()
    const colon = line.indexOf(':')
    if (colon < 0) return new Failure('ERR_RTSP_MALFORMED', 'value is missing')
    const name = trimBlanks(line.slice(0, colon))
    if (name === '') return new Failure('ERR_RTSP_MALFORMED', 'header name is missing')
    if (name.length > limits.headerKeyLength) return tooLong('header name', limits.headerKeyLength)
    this.#lastName = name
    return this.#extendValue(trimBlanks(line.slice(colon + 1)))
  }

  /** A line that starts with a blank continues the one before it (RFC 2326 section 4, RFC 2616 section 4.2). */
  #continueLine(line: string): Failure | undefined {
    if (this.#lastName === '') return new Failure('ERR_RTSP_MALFORMED', 'continuation of no header')
    const more = trimBlanks(line)
    return this.#extendValue(more === '' || this.#lastValue === '' ? more : ` ${more}`)
  }

  #extendValue(more: string): Failure | undefined {
    if (this.#lastValue.length + more.length > limits.headerValueLength) {
      return tooLong('header value', limits.headerValueLength)
    }
    this.#lastValue += more
    return undefined
  }

  #flush(): void {
    if (this.#lastName !== '') appendHeader(this.#headers, this.#lastName, this.#lastValue)
    this.#lastName = ''
    this.#lastValue = ''
  }
}

type StartLine =
  Pick<RtspRequest, 'kind' | 'method' | 'url'> | Pick<RtspResponse, 'kind' | 'statusCode' | 'reasonPhrase'>

/** `Method URL RTSP/1.0`. The URL ends at the last blank: some devices do not escape blanks in it. */
function parseRequestLine(line: string): StartLine | Failure {
  const first = line.indexOf(' ')
  const last = line.lastIndexOf(' ')
  if (first < 0 || last === first) return new Failure('ERR_RTSP_MALFORMED', 'incomplete request line')
  const protocol = line.slice(last + 1)
  if (protocol !== 'RTSP/1.0') return new Failure('ERR_RTSP_MALFORMED', `expected 'RTSP/1.0', got '${protocol}'`)
  const method = line.slice(0, first)
  const target = line.slice(first + 1, last).trim()
  if (target.length > limits.urlLength) return tooLong('URL', limits.urlLength)
  if (target === '*') return { kind: 'request', method, url: null }
  const url = parseRtspUrl(target)
  return isFailure(url) ? new Failure('ERR_RTSP_MALFORMED', url.text) : { kind: 'request', method, url }
}

/** `RTSP/1.0 Status [Phrase]`. */
function parseStatusLine(line: string): StartLine | Failure {
  const match = /^RTSP\/1\.0 ([0-9]{3})(?: ([^\r]*))?$/.exec(line)
  if (match === null) return new Failure('ERR_RTSP_MALFORMED', 'invalid status line')
  return { kind: 'response', statusCode: Number(match[1]), reasonPhrase: (match[2] ?? '').trim() }
}

function tooLong(what: string, limit: number): Failure {
  return new Failure('ERR_RTSP_LIMIT', `${what} length exceeds ${limit}`)
}

/** Spaces and tabs only: other blanks of Unicode are part of a value. */
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text, start)) start += 1
  while (end > start && isBlank(text, end - 1)) end -= 1
  return text.slice(start, end)
}

function isBlank(text: string, index: number): boolean {
  return text[index] === ' ' || text[index] === '\t'
}
