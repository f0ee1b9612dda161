import type { MPEG4AudioLATMFormat } from '../format.ts'
import type { CodecInput, CodecOutput } from './codec.ts'
import { parseStreamMuxConfig } from './stream-mux-config.ts'
import { decodeHex, encodeHex, numberParameter, parsePositive } from './values.ts'

/**
 * MPEG-4 audio as LATM, RFC 6416 section 7.3. Either the configuration travels in the stream, then the clock is 90 kHz,
 * or it is here and the clock is the one of the rtpmap.
 */
export function readMPEG4AudioLATM(input: CodecInput): MPEG4AudioLATMFormat | string {
  const profileLevelId = numberParameter(input, 'profile-level-id')
  const bitrate = numberParameter(input, 'bitrate')
  if (typeof profileLevelId === 'string') return profileLevelId
  if (typeof bitrate === 'string') return bitrate
  const sbr = input.parameters.get('sbr-enabled')
  const base = {
    codec: 'MPEG4AudioLATM',
    payloadType: input.payloadType,
    profileLevelId: profileLevelId ?? 30,
    ...(bitrate !== undefined && { bitrate }),
    ...(sbr !== undefined && { isSbrEnabled: sbr === '1' }),
  } as const
  const isConfigInBand = (input.parameters.get('cpresent') ?? '1') === '1'
  const configText = input.parameters.get('config')
  if (isConfigInBand) {
    if (configText !== undefined) return 'config and cpresent exclude each other'
    if (input.clock.trim() !== '90000/1') return `invalid clock of LATM: ${input.clock.slice(0, 64)}`
    return { ...base, clockRateHz: 90_000, isConfigInBand, channelCount: 1 }
  }
  const config = decodeHex(configText ?? '')
  if (config === undefined || config.length === 0) return 'config is missing or invalid'
  const audio = parseStreamMuxConfig(config)
  if (audio === undefined) return 'invalid StreamMuxConfig'
  return {
    ...base,
    clockRateHz: parsePositive(input.clock.trim().split('/')[0] ?? '') ?? audio.outputRateHz,
    isConfigInBand,
    config,
    objectType: audio.objectType,
    channelCount: audio.channelCount,
  }
}

export function writeMPEG4AudioLATM(format: MPEG4AudioLATMFormat): CodecOutput {
  const parameters: [string, string][] = [
    ['profile-level-id', format.profileLevelId.toString()],
    ['cpresent', format.isConfigInBand ? '1' : '0'],
  ]
  if (format.bitrate !== undefined) parameters.push(['bitrate', format.bitrate.toString()])
  if (format.config !== undefined) parameters.push(['config', encodeHex(format.config)])
  if (format.objectType !== undefined) parameters.push(['object', format.objectType.toString()])
  if (format.isSbrEnabled !== undefined) parameters.push(['SBR-enabled', format.isSbrEnabled ? '1' : '0'])
  const clock = format.isConfigInBand ? '90000/1' : `${format.clockRateHz}/${format.channelCount}`
  return { rtpmap: `MP4A-LATM/${clock}`, parameters }
}
