import { errorTable, type ErrorCode } from './error-table.ts'

/**
 * A failure as plain data: what parsers return and what travels in messages and effects. It is not an `Error`, so it
 * costs no stack trace and can be printed, compared and replayed. `RtspError` is what callers of the library see.
 */
export class Failure {
  readonly code: ErrorCode
  /** One sentence without a final stop, as in spec section 5.4. */
  readonly text: string

  constructor(code: ErrorCode, detail?: string) {
    this.code = code
    const base = errorTable[code].text
    this.text = detail === undefined ? base : base.includes('%s') ? base.replace('%s', () => detail) : detail
  }
}

/** True for a failure, false for any other value: `const url = parseRtspUrl(text); if (isFailure(url)) ...`. */
export function isFailure(value: unknown): value is Failure {
  return value instanceof Failure
}

/** RTSP status that a request gets that ran into this failure; 0 when the connection is closed without an answer. */
export function statusOf(failure: Failure): number {
  return errorTable[failure.code].status
}

/** The failure of a part of the library that threw. */
export function faultOf(thrown: unknown): Failure {
  return new Failure(
    'ERR_RTSP_FAULT',
    thrown instanceof Error ? thrown.message : 'something that is no Error was thrown',
  )
}
