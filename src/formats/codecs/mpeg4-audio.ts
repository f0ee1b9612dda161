import type { MPEG4AudioFormat } from '../format.ts'
import { parseAudioSpecificConfig, trimAudioSpecificConfig } from './audio-specific-config.ts'
import type { CodecInput, CodecOutput } from './codec.ts'
import { decodeHex, encodeHex, numberParameter, parsePositive } from './values.ts'

/**
 * MPEG-4 audio, RFC 3640, mode AAC-hbr. The RTP clock is the one of the rtpmap (section 4.1): with SBR that is the
 * output rate, twice the core rate that the config starts with.
 */
export function readMPEG4Audio(input: CodecInput): MPEG4AudioFormat | string {
  const streamType = input.parameters.get('streamtype')
  if (streamType !== undefined && streamType !== '5') return `streamtype is not audio: ${streamType.slice(0, 64)}`
  const mode = input.parameters.get('mode')
  if (mode !== undefined && !/^aac[-_]hbr$/i.test(mode)) return `unsupported AAC mode: ${mode.slice(0, 64)}`
  const profileLevelId = numberParameter(input, 'profile-level-id')
  if (typeof profileLevelId === 'string') return profileLevelId
  const lengths = readLengths(input)
  if (typeof lengths === 'string') return lengths
  const bytes = decodeHex(input.parameters.get('config') ?? '')
  if (bytes === undefined || bytes.length === 0) return 'config is missing or invalid'
  const config = parseAudioSpecificConfig(bytes)
  if (config === undefined) return 'invalid AudioSpecificConfig'
  return {
    codec: 'MPEG4Audio',
    payloadType: input.payloadType,
    clockRateHz: parsePositive(input.clock.trim().split('/')[0] ?? '') ?? config.outputRateHz,
    profileLevelId: profileLevelId ?? 1,
    config: trimAudioSpecificConfig(bytes, config),
    sampleRateHz: config.sampleRateHz,
    channelCount: config.channelCount,
    ...lengths,
  }
}

export function writeMPEG4Audio(format: MPEG4AudioFormat): CodecOutput {
  const { sizeLength, indexLength, indexDeltaLength } = format
  const parameters: [string, string][] = [
    ['streamtype', '5'],
    ['mode', 'AAC-hbr'],
    ['profile-level-id', (format.profileLevelId === 0 ? 1 : format.profileLevelId).toString()],
    ['config', encodeHex(format.config)],
  ]
  if (sizeLength > 0) parameters.push(['sizelength', sizeLength.toString()])
  if (indexLength > 0) parameters.push(['indexlength', indexLength.toString()])
  if (indexDeltaLength > 0) parameters.push(['indexdeltalength', indexDeltaLength.toString()])
  return { rtpmap: `mpeg4-generic/${format.clockRateHz}/${format.channelCount}`, parameters }
}

/** Sizes of the AU header fields, section 4.1: at most 100 bits each, the first one mandatory. */
function readLengths(input: CodecInput) {
  const sizeLength = numberParameter(input, 'sizelength')
  const indexLength = numberParameter(input, 'indexlength') ?? 0
  const indexDeltaLength = numberParameter(input, 'indexdeltalength') ?? 0
  if (typeof sizeLength === 'string') return sizeLength
  if (typeof indexLength === 'string') return indexLength
  if (typeof indexDeltaLength === 'string') return indexDeltaLength
  if (sizeLength === undefined || sizeLength === 0) return 'sizelength is missing'
  if (Math.max(sizeLength, indexLength, indexDeltaLength) > 100) return 'AU header field is too long'
  return { sizeLength, indexLength, indexDeltaLength }
}
