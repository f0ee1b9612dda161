import type { MPEG4VideoFormat } from '../format.ts'
import type { CodecInput, CodecOutput } from './codec.ts'
import { decodeHex, encodeHex, numberParameter, parsePositive } from './values.ts'

/** MPEG-4 Visual, RFC 6416 section 7.1. The clock runs at any rate (IOI trk-101: 1000). The level defaults to 1, simple profile. */
export function readMPEG4Video(input: CodecInput): MPEG4VideoFormat | string {
  const clockRateHz = parsePositive(input.clock.trim())
  if (clockRateHz === undefined) return 'invalid clock'
  const profileLevelId = numberParameter(input, 'profile-level-id')
  if (typeof profileLevelId === 'string') return profileLevelId
  const text = input.parameters.get('config')
  const config = text === undefined ? undefined : decodeHex(text)
  if (text !== undefined && (config === undefined || !isVisualConfig(config))) return 'invalid config'
  return {
    codec: 'MPEG4Video',
    payloadType: input.payloadType,
    clockRateHz,
    profileLevelId: profileLevelId ?? 1,
    ...(config !== undefined && { config }),
  }
}

export function writeMPEG4Video({ clockRateHz, profileLevelId, config }: MPEG4VideoFormat): CodecOutput {
  const parameters: [string, string][] = [['profile-level-id', profileLevelId.toString()]]
  if (config !== undefined) parameters.push(['config', encodeHex(config).toUpperCase()])
  return { rtpmap: `MP4V-ES/${clockRateHz}`, parameters }
}

/**
 * ISO 14496-2 table 6-3: starts with a visual object sequence (B0); then visual objects (00..1F are video objects),
 * video object layers (20..2F), user data (B2) and visual object headers (B5), at least one video object and layer.
 */
function isVisualConfig(config: Uint8Array): boolean {
  let hasObject = false
  let hasLayer = false
  for (let at = 0; at + 3 < config.length; at++) {
    if (config[at] !== 0 || config[at + 1] !== 0 || config[at + 2] !== 1) continue
    const code = config[at + 3] ?? 0
    if (at === 0 ? code !== 0xb0 : code > 0x2f && code !== 0xb2 && code !== 0xb5) return false
    if (code <= 0x1f) hasObject = true
    else if (code <= 0x2f) hasLayer = true
    at += 3
  }
  return hasObject && hasLayer && config[0] === 0 && config[1] === 0 && config[2] === 1
}
