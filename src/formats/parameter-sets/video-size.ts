import type { H264Format, H265Format } from '../format.ts'
import type { H264AccessUnit, H265AccessUnit } from '../units.ts'
import { parseH264Sps, type VideoSize } from './h264-sps.ts'
import { parseH265Sps } from './h265-sps.ts'

/**
 * Width, height and frame rate (VUI timing) as the sequence parameter set says: that of a description (`sprop-parameter-sets`,
 * `sprop-sps`), or the first one in an access unit, for senders that put it into the stream alone and for those that change
 * their resolution. Undefined where there is none, or a damaged one. Never throws.
 *
 * ```ts
 * const size = videoSize(format)
 * console.log(size === undefined ? 'unknown' : `${size.widthPixels} x ${size.heightPixels}`)
 * units$.subscribe((unit) => { if (unit.isRandomAccess) resize(videoSize(unit) ?? size) })
 * ```
 */
export function videoSize(
  source: H264Format | H265Format | Pick<H264AccessUnit | H265AccessUnit, 'codec' | 'nalus'>,
): VideoSize | undefined {
  if ('nalus' in source) return sizeOfFirst(source.codec, source.nalus)
  return source.sps === undefined ? undefined : sizeOf(source.codec, source.sps)
}

/** A NAL unit that is no sequence parameter set has no size. */
function sizeOfFirst(codec: 'H264' | 'H265', nalus: readonly Uint8Array[]): VideoSize | undefined {
  for (const nalu of nalus) {
    const size = sizeOf(codec, nalu)
    if (size !== undefined) return size
  }
  return undefined
}

function sizeOf(codec: 'H264' | 'H265', spsNalUnit: Uint8Array): VideoSize | undefined {
  if (codec === 'H264') return parseH264Sps(spsNalUnit)
  const sps = parseH265Sps(spsNalUnit)
  if (sps === undefined) return undefined
  const { widthPixels, heightPixels, frameRateHz } = sps
  return { widthPixels, heightPixels, ...(frameRateHz !== undefined && { frameRateHz }) }
}
