import { errorTable, type ErrorCode } from './error-table.ts'
import { Failure, statusOf } from './failure.ts'

/**
 * The one error class of the library. Match on `code`, not on the text: codes are part of the public interface, texts
 * are for people. Every code is listed in `contracts/error-table.ts`.
 */
export class RtspError extends Error {
  override readonly name = 'RtspError'
  readonly code: ErrorCode
  /** RTSP status that belongs to it, 0 if none. */
  readonly statusCode: number

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.text, options)
    this.code = failure.code
    this.statusCode = statusOf(failure)
  }
}

/**
 * The public error of a failure that says why something ended. It is told, not thrown, and sessions end all the time: it
 * has no stack, because to write one down costs more than to end the session, and would show nothing but ourselves.
 */
export function reasonOf(failure: Failure): RtspError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return new RtspError(failure)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** The failure that an error was made of: `reasonOf` the other way round. */
export function failureOf({ code, message }: RtspError): Failure {
  const [before = '', after] = errorTable[code].text.split('%s')
  // The text of the code stands around the detail already.
  const isWhole = after !== undefined && message.startsWith(before) && message.endsWith(after)
  return new Failure(code, isWhole ? message.slice(before.length, message.length - after.length) : message)
}

/** Builds the public error of a code; `detail` fills the `%s` of its text. */
export function rtspError(code: ErrorCode, detail?: string, options?: ErrorOptions): RtspError {
  return new RtspError(new Failure(code, detail), options)
}
