import type { Failure } from '../../contracts/failure.ts'
import type { RtspRequest, RtspResponse } from './message.ts'

/** What the framer tells its owner. Calls come from inside of `push` or `resume`. */
export interface FramerHandler {
  /** The framer is paused when this is called. `resume` may be called from inside. */
  onRequest(request: RtspRequest): void
  onResponse(response: RtspResponse): void
  /** `payload` is a view into the chunk that was pushed, or an array of its own; copy it to keep it for long. */
  onFrame(channel: number, payload: Uint8Array): void
  /** Once, and nothing after it: `ERR_RTSP_MALFORMED` or `ERR_RTSP_LIMIT`. */
  onFailure(failure: Failure): void
}

/** `failed` is final; `paused` waits for `resume`. */
export type FramerState = 'needData' | 'paused' | 'failed'
