import type { AC3Format, G711Format, G726Format, LPCMFormat } from '../format.ts'
import type { CodecInput, CodecOutput } from './codec.ts'
import { parseRateAndChannels } from './values.ts'

/** Audio whose rtpmap says everything: G.711, LPCM, G.726 and AC-3. */

/** RFC 3551 section 4.5.14. Payload types 0 and 8 are what table 4 says whatever their rtpmap claims. */
export function readG711(input: CodecInput): G711Format | string {
  const { payloadType } = input
  const isStatic = payloadType === 0 || payloadType === 8
  const clock = isStatic ? { rateHz: 8000, channelCount: 1 } : parseRateAndChannels(input.clock, 1)
  if (clock === undefined) return `invalid clock of G711: ${input.clock.slice(0, 64)}`
  return {
    codec: 'G711',
    payloadType,
    clockRateHz: clock.rateHz,
    isMuLaw: isStatic ? payloadType === 0 : input.codec === 'pcmu',
    sampleRateHz: clock.rateHz,
    channelCount: clock.channelCount,
  }
}

export function writeG711({ isMuLaw, sampleRateHz, channelCount }: G711Format): CodecOutput {
  const channels = channelCount === 1 ? '' : `/${channelCount}`
  return { rtpmap: `${isMuLaw ? 'PCMU' : 'PCMA'}/${sampleRateHz}${channels}`, parameters: [] }
}

/** RFC 3551 sections 4.5.10 and 4.5.11, RFC 3190 section 4. Payload types 10 and 11 are L16 at 44100 Hz. */
export function readLPCM(input: CodecInput): LPCMFormat | string {
  const { payloadType, codec } = input
  const isStatic = payloadType === 10 || payloadType === 11
  const clock = isStatic
    ? { rateHz: 44_100, channelCount: payloadType === 10 ? 2 : 1 }
    : parseRateAndChannels(input.clock, 1)
  if (clock === undefined) return `invalid clock of LPCM: ${input.clock.slice(0, 64)}`
  return {
    codec: 'LPCM',
    payloadType,
    clockRateHz: clock.rateHz,
    bitDepth: isStatic || codec === 'l16' ? 16 : codec === 'l8' ? 8 : 24,
    sampleRateHz: clock.rateHz,
    channelCount: clock.channelCount,
  }
}

export function writeLPCM({ bitDepth, sampleRateHz, channelCount }: LPCMFormat): CodecOutput {
  return { rtpmap: `L${bitDepth}/${sampleRateHz}/${channelCount}`, parameters: [] }
}

const g726Bitrates: Readonly<Record<string, G726Format['bitrateKbps']>> = { '16': 16, '24': 24, '32': 32, '40': 40 }

/** RFC 3551 section 4.5.4; called for names `g726-N` and `aal2-g726-N`. */
export function readG726(input: CodecInput): G726Format | string {
  const bitrateKbps = g726Bitrates[input.codec.slice(-2)]
  if (bitrateKbps === undefined) return `invalid bit rate of G726: ${input.codec.slice(0, 64)}`
  const isBigEndian = input.codec.startsWith('aal2-')
  return { codec: 'G726', payloadType: input.payloadType, clockRateHz: 8000, bitrateKbps, isBigEndian }
}

export function writeG726({ bitrateKbps, isBigEndian }: G726Format): CodecOutput {
  return { rtpmap: `${isBigEndian ? 'AAL2-' : ''}G726-${bitrateKbps}/8000`, parameters: [] }
}

/** RFC 4184 section 5.1. Devices that name no channels mean 5.1. */
export function readAC3(input: CodecInput): AC3Format | string {
  const clock = parseRateAndChannels(input.clock, 6)
  if (clock === undefined) return `invalid clock of AC3: ${input.clock.slice(0, 64)}`
  return {
    codec: 'AC3',
    payloadType: input.payloadType,
    clockRateHz: clock.rateHz,
    sampleRateHz: clock.rateHz,
    channelCount: clock.channelCount,
  }
}

export function writeAC3({ sampleRateHz, channelCount }: AC3Format): CodecOutput {
  return { rtpmap: `AC3/${sampleRateHz}/${channelCount}`, parameters: [] }
}
