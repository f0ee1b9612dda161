import type { H264Format, H265Format } from '../format.ts'
import { parseH264Sps, type VideoSize } from './h264-sps.ts'
import { parseH265Sps } from './h265-sps.ts'

/**
 * Width, height and frame rate as the parameter sets of a description say. Undefined when the description has none, or a
 * damaged one: then the stream itself has them, and `parseH264Sps` or `parseH265Sps` reads the unit.
 *
 * ```ts
 * const size = videoSize(format)
 * console.log(size === undefined ? 'unknown' : `${size.widthPixels} x ${size.heightPixels}`)
 * ```
 */
export function videoSize(format: H264Format | H265Format): VideoSize | undefined {
  if (format.sps === undefined) return undefined
  if (format.codec === 'H264') return parseH264Sps(format.sps)
  const sps = parseH265Sps(format.sps)
  if (sps === undefined) return undefined
  const { widthPixels, heightPixels, frameRateHz } = sps
  return { widthPixels, heightPixels, ...(frameRateHz !== undefined && { frameRateHz }) }
}
