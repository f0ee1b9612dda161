import type { H264Format, H265Format } from '../format.ts'
import type { CodecInput, CodecOutput } from './codec.ts'
import { decodeBase64, encodeBase64, encodeHex, numberParameter } from './values.ts'

/**
 * H.264 and H.265. Parameter sets are kept as bytes when they are base64 and of the right NAL unit type; a damaged one
 * is left out with a note, because the stream repeats it and the rest of the format is still true.
 */

/** RFC 6184 section 8.1. */
export function readH264(input: CodecInput): H264Format | string {
  const mode = numberParameter(input, 'packetization-mode')
  if (typeof mode === 'string') return mode
  const [sps, pps] = readH264ParameterSets(input)
  return {
    codec: 'H264',
    payloadType: input.payloadType,
    clockRateHz: 90_000,
    ...(sps !== undefined && pps !== undefined && { sps, pps }),
    packetizationMode: mode ?? 0,
  }
}

export function writeH264({ sps, pps, packetizationMode }: H264Format): CodecOutput {
  const parameters: [string, string][] = []
  if (packetizationMode !== 0) parameters.push(['packetization-mode', packetizationMode.toString()])
  const sets = [sps, pps].flatMap((set) => (set === undefined ? [] : [encodeBase64(set)]))
  if (sets.length > 0) parameters.push(['sprop-parameter-sets', sets.join(',')])
  if (sps !== undefined && sps.length >= 4) {
    parameters.push(['profile-level-id', encodeHex(sps.subarray(1, 4)).toUpperCase()])
  }
  return { rtpmap: 'H264/90000', parameters }
}

/** The first two of the list; without two there is nothing to use. */
function readH264ParameterSets(input: CodecInput): readonly [Uint8Array?, Uint8Array?] {
  const text = input.parameters.get('sprop-parameter-sets')
  const parts = text?.split(',') ?? []
  if (parts.length < 2) return []
  const sps = parseNalUnit(parts[0] ?? '', isH264Sps)
  const pps = parseNalUnit(parts[1] ?? '', isH264Pps)
  if (sps !== undefined && pps !== undefined) return [sps, pps]
  input.note('invalid sprop-parameter-sets')
  return []
}

/** Type 7 with the three profile and level bytes, RFC 6184 table 1. */
function isH264Sps(nalUnit: Uint8Array): boolean {
  return nalUnit.length >= 4 && ((nalUnit[0] ?? 0) & 0x1f) === 7
}

function isH264Pps(nalUnit: Uint8Array): boolean {
  return nalUnit.length >= 2 && ((nalUnit[0] ?? 0) & 0x1f) === 8
}

/** RFC 7798 section 7.1. */
export function readH265(input: CodecInput): H265Format | string {
  const maxDonDiff = numberParameter(input, 'sprop-max-don-diff')
  if (typeof maxDonDiff === 'string') return maxDonDiff
  const vps = readH265ParameterSet(input, 'sprop-vps', 32)
  const sps = readH265ParameterSet(input, 'sprop-sps', 33)
  const pps = readH265ParameterSet(input, 'sprop-pps', 34)
  return {
    codec: 'H265',
    payloadType: input.payloadType,
    clockRateHz: 90_000,
    ...(vps !== undefined && { vps }),
    ...(sps !== undefined && { sps }),
    ...(pps !== undefined && { pps }),
    maxDonDiff: maxDonDiff ?? 0,
  }
}

export function writeH265({ vps, sps, pps, maxDonDiff }: H265Format): CodecOutput {
  const parameters: [string, string][] = []
  // FFmpeg reads the three sets only together; two of them help nobody, because the stream repeats them all.
  if (vps !== undefined && sps !== undefined && pps !== undefined) {
    parameters.push(
      ['sprop-vps', encodeBase64(vps)],
      ['sprop-sps', encodeBase64(sps)],
      ['sprop-pps', encodeBase64(pps)],
    )
  }
  if (maxDonDiff !== 0) parameters.push(['sprop-max-don-diff', maxDonDiff.toString()])
  return { rtpmap: 'H265/90000', parameters }
}

function readH265ParameterSet(input: CodecInput, name: string, type: number): Uint8Array | undefined {
  const text = input.parameters.get(name)
  if (text === undefined) return undefined
  const nalUnit = parseNalUnit(text, (unit) => unit.length >= 3 && (((unit[0] ?? 0) >> 1) & 0x3f) === type)
  if (nalUnit === undefined) input.note(`invalid ${name}`)
  return nalUnit
}

/** Base64 of a NAL unit, some encoders put a start code in front of it. */
function parseNalUnit(text: string, isExpected: (nalUnit: Uint8Array) => boolean): Uint8Array | undefined {
  const bytes = decodeBase64(text)
  if (bytes === undefined) return undefined
  const hasStartCode = bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 0 && bytes[3] === 1
  const nalUnit = hasStartCode ? bytes.subarray(4) : bytes
  return isExpected(nalUnit) ? nalUnit : undefined
}
