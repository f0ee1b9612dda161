import { createHeaders, type Headers, type HeadersInit } from '../wire/headers/header-map.ts'
import { reasonPhrase } from '../wire/rtsp/reason-phrase.ts'
import type { ServerStream } from './stream.ts'
import type { RtspError } from '../contracts/rtsp-error.ts'

/** What a handler answers a request with. Made by `respond`. */
export interface HandlerResponse {
  readonly statusCode: number
  /** The standard phrase of the status, unless the handler chose another. */
  readonly reasonPhrase: string
  readonly headers: Headers
  readonly body: Uint8Array
  /** DESCRIBE and SETUP of a reader: the stream that is read. */
  readonly stream: ServerStream | null
  /** When set, the connection is closed for this reason after the answer was written. */
  readonly closeReason: RtspError | null
}

/** Extras of an answer. */
export interface ResponseInit {
  readonly headers?: HeadersInit
  /** At most 131,072 bytes; text is encoded as UTF-8. */
  readonly body?: Uint8Array | string
  readonly reasonPhrase?: string
  readonly closeReason?: RtspError
}

function status(statusCode: number, init: ResponseInit = {}, stream: ServerStream | null = null): HandlerResponse {
  const { body = new Uint8Array(0), closeReason = null } = init
  return {
    statusCode,
    reasonPhrase: init.reasonPhrase ?? reasonPhrase(statusCode),
    headers: createHeaders(init.headers),
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    stream,
    closeReason,
  }
}

/**
 * Answers for handlers.
 *
 * ```ts
 * describe: ({ path }) => streams.get(path) ?? respond.notFound()
 * ```
 */
export const respond = {
  /** 200. */
  ok: (init?: ResponseInit): HandlerResponse => status(200, init),
  /** 200 with the stream to read: the answer to DESCRIBE and to a reader's SETUP. The stream itself does as well. */
  stream: (stream: ServerStream, init?: ResponseInit): HandlerResponse => status(200, init, stream),
  /** 400. */
  badRequest: (init?: ResponseInit): HandlerResponse => status(400, init),
  /**
   * 401. A request without credentials gets the challenges of the server and its connection stays; one whose credentials
   * did not do closes it with ERR_RTSP_AUTH. So a handler says this and nothing more, whatever `verifyCredentials` or
   * `authenticate` found. With a `WWW-Authenticate` header of your own the answer is sent as it is, and the connection stays.
   */
  unauthorized: (init?: ResponseInit): HandlerResponse => status(401, init),
  /** 403. */
  forbidden: (init?: ResponseInit): HandlerResponse => status(403, init),
  /** 404. */
  notFound: (init?: ResponseInit): HandlerResponse => status(404, init),
  /** Any status of RFC 2326 section 7.1.1. 401 is `unauthorized`. */
  status: (statusCode: number, init?: ResponseInit): HandlerResponse => status(statusCode, init),
} as const
