import type { SpeexFormat, VorbisFormat } from '../format.ts'
import type { CodecInput, CodecOutput } from './codec.ts'
import { decodeBase64, encodeBase64, parsePositive, parseRateAndChannels } from './values.ts'

/** Vorbis, RFC 5215 section 6: rate, channels and packed headers are all mandatory. */
export function readVorbis(input: CodecInput): VorbisFormat | string {
  const clock = input.clock.includes('/') ? parseRateAndChannels(input.clock, 1) : undefined
  if (clock === undefined) return `invalid clock of Vorbis: ${input.clock.slice(0, 64)}`
  const text = input.parameters.get('configuration')
  if (text === undefined) return 'configuration is missing'
  const configuration = decodeBase64(text)
  if (configuration === undefined) return 'invalid configuration'
  return {
    codec: 'Vorbis',
    payloadType: input.payloadType,
    clockRateHz: clock.rateHz,
    sampleRateHz: clock.rateHz,
    channelCount: clock.channelCount,
    configuration,
  }
}

export function writeVorbis({ sampleRateHz, channelCount, configuration }: VorbisFormat): CodecOutput {
  return {
    rtpmap: `VORBIS/${sampleRateHz}/${channelCount}`,
    parameters: [['configuration', encodeBase64(configuration)]],
  }
}

/** Speex, RFC 5574 section 4.1. */
export function readSpeex(input: CodecInput): SpeexFormat | string {
  const sampleRateHz = parsePositive(input.clock.trim())
  if (sampleRateHz === undefined) return `invalid clock of Speex: ${input.clock.slice(0, 64)}`
  const vbr = input.parameters.get('vbr')
  if (vbr !== undefined && vbr !== 'on' && vbr !== 'off') return `invalid vbr: ${vbr.slice(0, 64)}`
  return {
    codec: 'Speex',
    payloadType: input.payloadType,
    clockRateHz: sampleRateHz,
    sampleRateHz,
    ...(vbr !== undefined && { isVariableBitrate: vbr === 'on' }),
  }
}

export function writeSpeex({ sampleRateHz, isVariableBitrate }: SpeexFormat): CodecOutput {
  return {
    rtpmap: `speex/${sampleRateHz}`,
    parameters: isVariableBitrate === undefined ? [] : [['vbr', isVariableBitrate ? 'on' : 'off']],
  }
}
