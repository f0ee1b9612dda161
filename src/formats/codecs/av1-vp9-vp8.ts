import type { AV1Format, VP8Format, VP9Format } from '../format.ts'
import { definedParameters, type CodecInput, type CodecOutput } from './codec.ts'
import { numberParameter } from './values.ts'

/** AV1, VP9 and VP8: a fixed clock and a few optional numbers. */

/** RTP payload format for AV1, section 7.2.1. */
export function readAV1(input: CodecInput): AV1Format | string {
  const levelIndex = numberParameter(input, 'level-idx')
  const profile = numberParameter(input, 'profile')
  const tier = numberParameter(input, 'tier')
  if (typeof levelIndex === 'string') return levelIndex
  if (typeof profile === 'string') return profile
  if (typeof tier === 'string') return tier
  return {
    codec: 'AV1',
    payloadType: input.payloadType,
    clockRateHz: 90_000,
    ...(levelIndex !== undefined && { levelIndex }),
    ...(profile !== undefined && { profile }),
    ...(tier !== undefined && { tier }),
  }
}

export function writeAV1({ levelIndex, profile, tier }: AV1Format): CodecOutput {
  return { rtpmap: 'AV1/90000', parameters: definedParameters({ 'level-idx': levelIndex, profile, tier }) }
}

/** RFC 9628 section 6.1. */
export function readVP9(input: CodecInput): VP9Format | string {
  const limits = readLimits(input)
  const profileId = numberParameter(input, 'profile-id')
  if (typeof limits === 'string') return limits
  if (typeof profileId === 'string') return profileId
  return {
    codec: 'VP9',
    payloadType: input.payloadType,
    clockRateHz: 90_000,
    ...limits,
    ...(profileId !== undefined && { profileId }),
  }
}

export function writeVP9({ maxFrameRate, maxFrameSize, profileId }: VP9Format): CodecOutput {
  const parameters = definedParameters({ 'max-fr': maxFrameRate, 'max-fs': maxFrameSize, 'profile-id': profileId })
  return { rtpmap: 'VP9/90000', parameters }
}

/** RFC 7741 section 6.1. */
export function readVP8(input: CodecInput): VP8Format | string {
  const limits = readLimits(input)
  if (typeof limits === 'string') return limits
  return { codec: 'VP8', payloadType: input.payloadType, clockRateHz: 90_000, ...limits }
}

export function writeVP8({ maxFrameRate, maxFrameSize }: VP8Format): CodecOutput {
  return { rtpmap: 'VP8/90000', parameters: definedParameters({ 'max-fr': maxFrameRate, 'max-fs': maxFrameSize }) }
}

function readLimits(input: CodecInput) {
  const maxFrameRate = numberParameter(input, 'max-fr')
  const maxFrameSize = numberParameter(input, 'max-fs')
  if (typeof maxFrameRate === 'string') return maxFrameRate
  if (typeof maxFrameSize === 'string') return maxFrameSize
  return { ...(maxFrameRate !== undefined && { maxFrameRate }), ...(maxFrameSize !== undefined && { maxFrameSize }) }
}
