/**
 * ADTS files to raw AAC frames, as far as the demo clip needs it: RTP carries the frames bare and the description
 * carries, once, what every ADTS header repeats.
 */

import { rtspError } from '../../contracts/rtsp-error.ts'

/** What an ADTS file holds. */
export interface AdtsContent {
  /** Raw AAC frames, 1024 samples each; parts of the file. */
  readonly frames: readonly Uint8Array[]
  /** AudioSpecificConfig of two bytes, ISO 14496-3 section 1.6.2.1. */
  readonly config: Uint8Array
  readonly sampleRateHz: number
  /** Channel configuration; equal to the number of channels from 1 to 6. */
  readonly channelCount: number
}

/** Sampling frequencies by index, ISO 14496-3 table 1.18. */
const sampleRatesHz = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350] as const

const headerBytes = 7
const checksumBytes = 2

/**
 * Splits an ADTS file (ISO 14496-3 annex 1.A.2). Throws `ERR_RTSP_USAGE` when it is not one, when it changes its
 * parameters midway, or when a frame holds more than one raw data block.
 */
export function splitAdts(file: Uint8Array): AdtsContent {
  const frames: Uint8Array[] = []
  let parameters = -1
  for (let at = 0; at < file.length;) {
    const second = file[at + 1] ?? 0
    const third = file[at + 2] ?? 0
    const fourth = file[at + 3] ?? 0
    const frameBytes = ((fourth & 0x03) << 11) | ((file[at + 4] ?? 0) << 3) | ((file[at + 5] ?? 0) >>> 5)
    const skipBytes = headerBytes + ((second & 0x01) === 0 ? checksumBytes : 0)
    if (file[at] !== 0xff || (second & 0xf6) !== 0xf0) throw damaged(at, 'no frame begins here')
    if (frameBytes <= skipBytes || at + frameBytes > file.length) throw damaged(at, 'the length of the frame is wrong')
    if (((file[at + 6] ?? 0) & 0x03) !== 0) throw damaged(at, 'the frame holds several blocks')
    // Object type, rate and channels: everything of the fixed header that a decoder has to know.
    const own = ((third & 0xfd) << 8) | (fourth & 0xc0)
    if (parameters !== -1 && own !== parameters) throw damaged(at, 'the parameters change')
    parameters = own
    frames.push(file.subarray(at + skipBytes, at + frameBytes))
    at += frameBytes
  }
  if (parameters === -1) throw damaged(0, 'it is empty')
  const objectType = (parameters >>> 14) + 1
  const rateIndex = (parameters >>> 10) & 0x0f
  const channelCount = ((parameters >>> 6) & 0x03) | (((parameters >>> 8) & 0x01) << 2)
  const sampleRateHz = sampleRatesHz[rateIndex]
  if (sampleRateHz === undefined) throw damaged(0, 'the sampling rate is reserved')
  const config = (objectType << 11) | (rateIndex << 7) | (channelCount << 3)
  return { frames, config: Uint8Array.of(config >>> 8, config & 0xff), sampleRateHz, channelCount }
}

function damaged(offset: number, reason: string): Error {
  return rtspError('ERR_RTSP_USAGE', `the ADTS file is damaged at byte ${offset}: ${reason}`)
}
