import { map, type OperatorFunction } from 'rxjs'
import { joinNalUnits, type NalUnitPrefix } from '../join-nal-units.ts'
import { ParameterSets, withoutParameterSets, type NalUnits } from '../parameter-sets/parameter-sets.ts'
import { perSubscription } from './per-subscription.ts'

/** Options of `toAnnexB` and `toAvcc`. */
export interface NalUnitOptions {
  /**
   * Which parameter sets (SPS, PPS, VPS) are in the bytes. `complete` (default): as they were sent, and where a unit with
   * which decoding can start lacks them, the latest of the stream or else those of its format in front of it. `as-sent`:
   * no others. `removed`: none, for containers that have them beside the stream (`avc1`, `hvc1`).
   */
  readonly parameterSets?: 'complete' | 'as-sent' | 'removed'
}

/** `U` with its NAL units in one piece. */
export type Joined<U> = U extends unknown
  ? Omit<U, 'nalus'> & {
      /** All NAL units; a fresh array that is yours. Empty when `removed` leaves nothing. */
      readonly data: Uint8Array
    }
  : never

/**
 * H264 and H265 units to a byte stream as files (`.h264`), MPEG-TS, and the input of ffmpeg and most decoders have it: each
 * NAL unit behind a start code of four bytes (ISO 14496-10 annex B). `nalus` becomes `data`; all else of the unit stays.
 *
 * ```ts
 * session.rtp(media, format).pipe(depacketize(format), onRandomAccess(), toAnnexB()).subscribe(({ data }) => file.write(data))
 * ```
 *
 * Completes and errors with its source. Units of other codecs fail to compile.
 */
export function toAnnexB<U extends NalUnits>(options?: NalUnitOptions): OperatorFunction<U, Joined<U>>
export function toAnnexB(options?: NalUnitOptions): OperatorFunction<NalUnits, Joined<NalUnits>> {
  return join('start-code', options)
}

/**
 * H264 and H265 units as MP4, Matroska and WebCodecs (`avc`, `hevc`) have them: each NAL unit behind its size in four bytes,
 * most significant first (ISO 14496-15, `lengthSizeMinusOne` 3). Else like `toAnnexB`.
 */
export function toAvcc<U extends NalUnits>(options?: NalUnitOptions): OperatorFunction<U, Joined<U>>
export function toAvcc(options?: NalUnitOptions): OperatorFunction<NalUnits, Joined<NalUnits>> {
  return join('size', options)
}

function join(prefix: NalUnitPrefix, options: NalUnitOptions = {}): OperatorFunction<NalUnits, Joined<NalUnits>> {
  const { parameterSets = 'complete' } = options
  return perSubscription((source, subscriber) => {
    const sets = new ParameterSets()
    const nalusOf = (unit: NalUnits): readonly Uint8Array[] => {
      if (parameterSets === 'as-sent') return unit.nalus
      return parameterSets === 'removed' ? withoutParameterSets(unit.codec, unit.nalus) : sets.complete(unit)
    }
    return source
      .pipe(
        map((unit) => {
          const { nalus: _, ...rest } = unit
          return { ...rest, data: joinNalUnits(nalusOf(unit), prefix) }
        }),
      )
      .subscribe(subscriber)
  })
}
