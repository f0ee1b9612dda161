/**
 * The clip that the program ships: eight seconds of H.264 and AAC that loop without a seam (`make-clip.sh` made them).
 * Both files are read once, whole; together they are smaller than one second of a common camera.
 */

import { readFileSync } from 'node:fs'
import { rtspError } from '../../contracts/rtsp-error.ts'
import { splitAdts, type AdtsContent } from './adts.ts'
import { groupAccessUnits, nalType, nalTypeOf, splitAnnexB } from './annex-b.ts'

/** A clip in memory. Nobody writes to its bytes. */
export interface DemoClip {
  /** Pictures in order; each is one access unit of NAL units without start codes. */
  readonly accessUnits: readonly (readonly Uint8Array[])[]
  readonly framesPerSecond: number
  readonly sps: Uint8Array
  readonly pps: Uint8Array
  readonly audio: AdtsContent
}

/** The rate at which the pictures were made; a byte stream does not have to say. */
const framesPerSecond = 25

/**
 * Reads the clip that lies beside this module, in `clip/`, be it the source or the build. Throws `ERR_RTSP_USAGE` when
 * it is damaged, and the error of `node:fs` when it is missing.
 */
export function loadDemoClip(): DemoClip {
  return parseDemoClip(
    readFileSync(new URL('./clip/demo.h264', import.meta.url)),
    readFileSync(new URL('./clip/demo.aac', import.meta.url)),
  )
}

/** Builds a clip from an Annex B stream of 25 pictures a second and an ADTS file. Throws `ERR_RTSP_USAGE`. */
export function parseDemoClip(video: Uint8Array, audio: Uint8Array): DemoClip {
  const units = splitAnnexB(video)
  const sps = units.find((unit) => nalTypeOf(unit) === nalType.sps)
  const pps = units.find((unit) => nalTypeOf(unit) === nalType.pps)
  if (sps === undefined || pps === undefined) {
    throw rtspError('ERR_RTSP_USAGE', 'the H264 file of the clip has no parameter sets')
  }
  return { accessUnits: groupAccessUnits(units), framesPerSecond, sps, pps, audio: splitAdts(audio) }
}
