import { Failure } from '../../contracts/failure.ts'
import type { ConnectionId } from '../../contracts/units.ts'
import { playSdp } from '../../formats/play-sdp.ts'
import { usableCredentials } from '../../wire/auth/usable-credentials.ts'
import { createHeaders, headerValues, withHeader } from '../../wire/headers/header-map.ts'
import { createResponse, replaceHeaders, type RtspRequest, type RtspResponse } from '../../wire/rtsp/message.ts'
import { requestPath } from '../../wire/url/request-path.ts'
import { withoutCredentials } from '../../wire/url/rtsp-url.ts'
import type { HandlerName, ServerConfig } from '../config.ts'
import type { HandlerCall, HandlerOutcome } from '../handler-call.ts'
import type { AnswerKeys, ConnectionTraits } from './protocol.ts'

/** Answers that need no session: DESCRIBE and parameters. Pure. */

const handlerOfMethod: Readonly<Partial<Record<string, HandlerName>>> = {
  DESCRIBE: 'describe',
  GET_PARAMETER: 'getParameter',
  SET_PARAMETER: 'setParameter',
}

/** The handler call of a request outside a session; `null` when the application has no such handler. */
export function handlerCallOf(
  connectionId: ConnectionId,
  request: RtspRequest,
  config: ServerConfig,
): HandlerCall | null {
  const handler = handlerOfMethod[request.method]
  if (handler === undefined || !config.handlers.includes(handler) || request.url === null) return null
  const { path, query } = requestPath(request.url)
  return { handler, connectionId, sessionId: null, request, path, query, transport: null, description: null }
}

/** What a connection answers, why it closes then, and the keys that go with it. */
export interface DescribeAnswer {
  readonly response: RtspResponse
  readonly failure: Failure | null
  readonly keys: AnswerKeys | null
}

/**
 * The answer to DESCRIBE once the handler has spoken: a stream becomes its SDP (spec 3.8), everything else is sent as
 * it is. `secure`: under TLS, where packets may be SRTP. `isIpv6`: rtspsrc of GStreamer opens its UDP sockets in the family
 * that `c=` names, and cannot send to the server from the other one. Answers to parameters pass through unchanged.
 */
export function answerDescribe(
  request: RtspRequest,
  outcome: HandlerOutcome,
  config: ServerConfig,
  { secure, isIpv6 }: Pick<ConnectionTraits, 'secure' | 'isIpv6'>,
): DescribeAnswer {
  const { response, failure, stream } = outcome
  if (request.method !== 'DESCRIBE' || request.url === null || response.statusCode !== 200)
    return { response, failure, keys: null }
  if (stream === null && response.body.length === 0) {
    const missing = new Failure('ERR_RTSP_HANDLER_FAILED', 'describe answered 200 with neither a stream nor a body')
    return { response: createResponse(500), failure: missing, keys: null }
  }
  const headers = withHeader(
    withHeader(createHeaders(response.headers), 'Content-Base', contentBase(request)),
    'Content-Type',
    'application/sdp',
  )
  if (stream === null) return { response: replaceHeaders(response, headers), failure, keys: null }
  const { streamId, description } = stream
  const options = {
    includeBackChannels: headerValues(request.headers, 'Require').includes('www.onvif.org/ver20/backchannel'),
    multicast: config.multicast && asksForMulticast(request),
    secure,
    isIpv6,
  }
  const body = new TextEncoder().encode(playSdp(description, options))
  return {
    response: replaceHeaders(response, headers, body),
    failure,
    keys: secure ? { of: 'stream', streamId, description, options } : null,
  }
}

/** VLC uses multicast only when the description names a multicast address, so it is told with `?vlcmulticast` to ask. */
function asksForMulticast({ url }: RtspRequest): boolean {
  return url !== null && new URLSearchParams(requestPath(url).query).has('vlcmulticast')
}

/**
 * Whether an answer becomes a challenge instead of the end of the connection: an authentication error about a request
 * that did not even try (spec 3.7). Nearly every client's first request is like that, so it costs it nothing.
 */
export function isChallenge(request: RtspRequest | null, failure: Failure | null): boolean {
  return failure?.code === 'ERR_RTSP_AUTH' && request !== null && usableCredentials(request) === null
}

/**
 * The request URL with a slash behind it, after the query as well: clients append the control to it. A slash that is
 * there already is not doubled, because DESCRIBE ignores one trailing slash too; the root path needs its own.
 */
function contentBase(request: RtspRequest): string {
  if (request.url === null) return '/'
  const { text } = withoutCredentials(request.url)
  return text.endsWith('/') && requestPath(request.url).path !== '/' ? text : `${text}/`
}
