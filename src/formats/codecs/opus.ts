import type { OpusFormat } from '../format.ts'
import type { CodecInput, CodecOutput } from './codec.ts'
import { parsePositive } from './values.ts'

/** Opus (RFC 7587), and with more than two channels `multiopus` as libwebrtc defined it. */

/** `opus` is always announced as `48000/2`; `sprop-stereo` tells whether the sender will use both channels. */
export function readOpus(input: CodecInput): OpusFormat | string {
  const base = { codec: 'Opus', payloadType: input.payloadType, clockRateHz: 48_000 } as const
  if (input.codec === 'opus') {
    if (input.clock.trim() !== '48000/2') return `invalid clock of Opus: ${input.clock.slice(0, 64)}`
    return { ...base, channelCount: input.parameters.get('sprop-stereo') === '1' ? 2 : 1 }
  }
  const [rate, channels, ...rest] = input.clock.trim().split('/')
  const channelCount = parsePositive(channels ?? '')
  if (rate !== '48000' || channelCount === undefined || channelCount > 255 || rest.length > 0) {
    return `invalid clock of Opus: ${input.clock.slice(0, 64)}`
  }
  return { ...base, channelCount }
}

/** Streams, coupled streams and channel mapping for 3 to 8 channels: Vorbis channel order, RFC 7845 section 5.1.1.2. */
const layouts: readonly (readonly [streams: number, coupled: number, mapping: string])[] = [
  [2, 1, '0,2,1'],
  [2, 2, '0,1,2,3'],
  [3, 2, '0,4,1,2,3'],
  [4, 2, '0,4,1,2,3,5'],
  [4, 3, '0,4,1,2,3,5,6'],
  [5, 3, '0,6,1,4,5,2,3,7'],
]

export function writeOpus({ channelCount }: OpusFormat): CodecOutput {
  const layout = channelCount <= 2 ? undefined : layouts[Math.min(channelCount, 8) - 3]
  if (layout === undefined) {
    return { rtpmap: 'opus/48000/2', parameters: [['sprop-stereo', channelCount === 2 ? '1' : '0']] }
  }
  const [streams, coupled, mapping] = layout
  return {
    rtpmap: `multiopus/48000/${channelCount}`,
    parameters: [
      ['num_streams', streams.toString()],
      ['coupled_streams', coupled.toString()],
      ['channel_mapping', mapping],
      ['sprop-maxcapturerate', '48000'],
    ],
  }
}
