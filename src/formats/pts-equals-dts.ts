import type { Format } from './format.ts'
import { h264Starts, h265Starts } from './nal-unit-types.ts'

/**
 * Which packets may tie an RTP time stamp to a wall time. Where frames are reordered (B frames) only the start of a
 * random-access picture, or the parameter sets in front of it, is known to be presented when it is decoded.
 */

// RFC 6184 table 1: 5 IDR slice, 7 SPS, 8 PPS.
const h264Mask = (1 << 5) | (1 << 7) | (1 << 8)
// H.265 table 7-1: 19 IDR_W_RADL, 20 IDR_N_LP, 21 CRA; 32 VPS, 33 SPS, 34 PPS.
const h265LowMask = (1 << 19) | (1 << 20) | (1 << 21)
const h265HighMask = 0b111

/**
 * True when this packet's presentation time is its decoding time. Always true but for H264 and H265, where it holds
 * for packets in which parameter sets or an IDR (H265: IDR or CRA) picture start; an empty or malformed payload is
 * false. `payload` is the RTP payload without header and padding; it is only read. Allocates nothing.
 */
export function ptsEqualsDts(format: Format, payload: Uint8Array): boolean {
  if (format.codec === 'H264') return h264Starts(payload, h264Mask)
  if (format.codec === 'H265') return h265Starts(payload, h265LowMask, h265HighMask)
  return true
}
