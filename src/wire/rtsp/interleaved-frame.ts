import { rtspError } from '../../contracts/rtsp-error.ts'
import { limits } from '../limits.ts'

/**
 * The layout of an interleaved frame (RFC 2326 section 10.12):
 *
 *     | "$" = 24 hex | channel: 1 byte | length of payload: 2 bytes, big-endian | payload |
 */

export const interleavedFrameHeaderBytes = 4

/** First byte of every frame. */
export const interleavedFrameMark = 0x24

/**
 * Bytes of a frame in a fresh array. Throws `ERR_RTSP_USAGE` for a channel above 255 or a payload above 65535 bytes: both
 * are ours.
 */
export function encodeInterleavedFrame(channel: number, payload: Uint8Array): Uint8Array {
  if (channel < 0 || channel > 255) throw rtspError('ERR_RTSP_USAGE', `invalid channel (${channel})`)
  if (payload.length > limits.framePayloadBytes) {
    throw rtspError('ERR_RTSP_USAGE', `payload of ${payload.length} bytes does not fit into a frame`)
  }
  const frame = new Uint8Array(interleavedFrameHeaderBytes + payload.length)
  frame[0] = interleavedFrameMark
  frame[1] = channel
  frame[2] = payload.length >> 8
  frame[3] = payload.length & 0xff
  frame.set(payload, interleavedFrameHeaderBytes)
  return frame
}
