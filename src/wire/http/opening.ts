/**
 * How a connection begins: with RTSP, or with an HTTP request that asks for a tunnel. RTSP's own methods begin with
 * other letters (`GET_PARAMETER` with `GET_`), so at most five bytes decide. RTSP is by far the usual case and its chunks
 * are handed on as they came.
 */
import { Failure } from '../../contracts/failure.ts'
import { HttpHeadReader, type HttpRequestHead } from './request-head.ts'

/** What a connection began with. */
export type Opening =
  /** `chunks` are all bytes so far. */
  | { readonly kind: 'rtsp'; readonly chunks: readonly Uint8Array[] }
  /** `rest` is what came behind the head. */
  | { readonly kind: 'http'; readonly head: HttpRequestHead; readonly rest: Uint8Array }
  /** HTTP that cannot be read; no answer makes sense. `ERR_RTSP_LIMIT` or `ERR_RTSP_MALFORMED`. */
  | { readonly kind: 'failed'; readonly failure: Failure }

/** Methods of HTTP that may open a tunnel, with the blank behind them. */
const openings = ['GET ', 'POST '].map((text) => new TextEncoder().encode(text))

/** Reads the beginning of one connection. After a result nothing more may be pushed. */
export class OpeningReader {
  #chunks: Uint8Array[] = []
  #headReader: HttpHeadReader | undefined

  /** `null`: more bytes are needed. The chunk must not be changed afterwards. */
  push(chunk: Uint8Array): Opening | null {
    if (this.#headReader !== undefined) return this.#readHead(this.#headReader, chunk)
    this.#chunks.push(chunk)
    // Nearly always the first chunk decides; otherwise a few bytes are put together.
    const start = this.#chunks.length === 1 ? chunk : joined(this.#chunks)
    const verdict = judge(start)
    if (verdict === 'undecided') {
      this.#chunks = [start]
      return null
    }
    if (verdict === 'rtsp') return { kind: 'rtsp', chunks: this.#chunks }
    this.#chunks = []
    this.#headReader = new HttpHeadReader()
    return this.#readHead(this.#headReader, start)
  }

  #readHead(reader: HttpHeadReader, chunk: Uint8Array): Opening | null {
    const start = reader.push(chunk)
    if (start === null) return null
    return start instanceof Failure ? { kind: 'failed', failure: start } : { kind: 'http', ...start }
  }
}

function judge(start: Uint8Array): 'rtsp' | 'http' | 'undecided' {
  for (const opening of openings) {
    const compared = Math.min(opening.length, start.length)
    let index = 0
    while (index < compared && start[index] === opening[index]) index += 1
    if (index === opening.length) return 'http'
    if (index === start.length) return 'undecided'
  }
  return 'rtsp'
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
