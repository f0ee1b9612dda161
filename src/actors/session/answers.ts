import { statusOf, type Failure } from '../../contracts/failure.ts'
import { withHeader } from '../../wire/headers/header-map.ts'
import { formatSession } from '../../wire/headers/session.ts'
import { createResponse, replaceHeaders, type RtspResponse } from '../../wire/rtsp/message.ts'
import type { AnswerKeys, ReadMode } from '../connection/protocol.ts'
import { changed } from './changed.ts'
import type { SessionEffect, SessionRequest, SessionState, SessionStep } from './protocol.ts'
import { allowedMethods } from './transitions.ts'

/** How a session answers the request it is busy with. Every helper ends the pending request. */

interface AnswerOptions {
  /** The connection stays linked to the session. False after TEARDOWN. */
  readonly linked?: boolean
  readonly mode?: ReadMode
  readonly confirm?: boolean
  readonly failure?: Failure | null
  readonly keys?: AnswerKeys | null
}

/** Answers with the response, adding the Session header where spec 4.2 wants it. */
export function answer(
  state: SessionState,
  request: SessionRequest,
  response: RtspResponse,
  options: AnswerOptions = {},
): SessionStep {
  const { linked = true, mode = null, confirm = false, failure = null, keys = null } = options
  const isSilent = failure !== null || request.method === 'ANNOUNCE' || request.method === 'TEARDOWN'
  const effect: SessionEffect = {
    kind: 'answer',
    connectionId: request.connectionId,
    requestId: request.requestId,
    answer: {
      response: isSilent ? response : withSession(state, response),
      failure,
      session: linked ? { id: state.id, token: state.token } : null,
      mode,
      confirm,
      keys,
    },
  }
  return { state: changed(state, { pending: null }), effects: [effect] }
}

/** Refuses with the status of the failure and closes the connection. */
export function refuse(state: SessionState, request: SessionRequest, failure: Failure): SessionStep {
  return answer(state, request, createResponse(statusOf(failure)), { failure })
}

/** 455 with `Allow`; the connection stays (RFC 2326 section 11.3.6). */
export function refuseMethod(state: SessionState, request: SessionRequest): SessionStep {
  return answer(state, request, createResponse(455, { Allow: allowedMethods(state.tag).join(', ') }))
}

/** The timeout that clients are told is a little shorter than ours: some ping at the very last moment. */
export function sessionTimeoutSeconds(idleTimeoutMs: number): number {
  return Math.max(Math.floor(idleTimeoutMs / 1000) - 5, 1)
}

function withSession(state: SessionState, response: RtspResponse): RtspResponse {
  const value = formatSession({ id: state.token, timeoutSeconds: sessionTimeoutSeconds(state.config.idleTimeoutMs) })
  return replaceHeaders(response, withHeader(response.headers, 'Session', value))
}
