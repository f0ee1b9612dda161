// The codecs of sound.
import {
  ac3Format,
  g711Format,
  g722Format,
  g726Format,
  lpcmFormat,
  mpeg1AudioFormat,
  mpeg4AudioFormat,
  mpeg4AudioLATMFormat,
  opusFormat,
  speexFormat,
  vorbisFormat,
} from '../../../src/formats/create-format.ts'
import type { CodecCase } from './codec-case.ts'
import { packetsOf } from './source.ts'
import type { SourcePacket } from './source.ts'

/** Two seconds of a tone that glides, different in each channel so that swapped ones show. */
const tone = (rateHz: number, channels: 1 | 2, ...encoder: readonly string[]): readonly string[] => {
  const left = '0.4*sin(2*PI*(300+70*t)*t)'
  const right = channels === 2 ? '|0.3*sin(2*PI*(500+90*t)*t)' : ''
  return ['-f', 'lavfi', '-i', `aevalsrc=${left}${right}:s=${rateHz}`, '-t', '2', ...encoder]
}

/** AAC-LC, 48 kHz, stereo: AudioSpecificConfig, ISO 14496-3 section 1.6.2.1. */
const AAC_CONFIG = Uint8Array.of(0x11, 0x90)

/** The same in a StreamMuxConfig, RFC 6416 section 7.3: one stream, one layer, variable frame length. */
const LATM_CONFIG = Uint8Array.of(0x40, 0x00, 0x23, 0x20, 0x3f, 0xc0)

const aac = tone(48_000, 2, '-c:a', 'aac', '-b:a', '96k')

const g726 = (bitrateKbps: 16 | 24 | 32 | 40, isBigEndian: boolean): CodecCase => {
  const codec = isBigEndian ? 'g726' : 'g726le'
  return {
    name: `${isBigEndian ? 'AAL2-' : ''}G726-${bitrateKbps}`,
    kind: 'audio',
    codec: 'G726',
    encode: [...tone(8000, 1, '-c:a', codec, '-b:a', `${bitrateKbps}k`), '-f', codec],
    ending: codec,
    input: ['-f', codec, '-code_size', `${bitrateKbps / 8}`],
    format: () => g726Format({ payloadType: 96, bitrateKbps, isBigEndian }),
  }
}

const samples = (name: string, codec: 'G711' | 'LPCM', encoder: string, rateHz: number, channels: 1 | 2) =>
  ({ name, kind: 'audio', codec, encode: tone(rateHz, channels, '-c:a', encoder) }) as const

/** What a container holds of a codec besides packets: ffmpeg puts it in front of the first packet when it is told to. */
const extradataOf = async (input: readonly string[], packets: readonly SourcePacket[]): Promise<Uint8Array> => {
  const [whole] = await packetsOf(input, ['-bsf:a', 'dump_extra'])
  const bytes = whole?.bytes ?? new Uint8Array()
  return bytes.subarray(0, bytes.length - (packets[0]?.bytes.length ?? 0))
}

/**
 * Headers of Vorbis as Matroska has them (2, two lengths in bytes of up to 255 each, three headers) to packed headers, RFC
 * 5215 section 3.2.1: one set of the name abcdef, its length, two lengths of 7 bits a byte, three headers.
 */
const packedHeaders = (extradata: Uint8Array): Buffer => {
  let at = 1
  const lengths = [0, 0].map(() => {
    let length = 0
    while (extradata[at] === 255) length += extradata[at++] ?? 0
    return length + (extradata[at++] ?? 0)
  })
  const headers = extradata.subarray(at)
  const counts = lengths.flatMap((length) => (length > 127 ? [0x80 | (length >> 7), length & 127] : [length]))
  return Buffer.from([
    0,
    0,
    0,
    1,
    0xab,
    0xcd,
    0xef,
    headers.length >> 8,
    headers.length & 255,
    2,
    ...counts,
    ...headers,
  ])
}

export const sounds: readonly CodecCase[] = [
  {
    name: 'AAC',
    kind: 'audio',
    codec: 'MPEG4Audio',
    encode: aac,
    heldBack: 5,
    format: () => mpeg4AudioFormat({ payloadType: 96, config: AAC_CONFIG }),
  },
  {
    name: 'AAC as LATM',
    kind: 'audio',
    codec: 'MPEG4AudioLATM',
    encode: aac,
    publish: ['-rtpflags', 'latm'],
    format: () => mpeg4AudioLATMFormat({ payloadType: 96, config: LATM_CONFIG }),
  },
  {
    name: 'Opus',
    kind: 'audio',
    codec: 'Opus',
    encode: tone(48_000, 2, '-c:a', 'libopus', '-b:a', '96k'),
    // RTP does not say how many samples at the start are not to be heard, so here they are heard everywhere.
    decode: ['-flags2', '+skip_manual'],
    format: () => opusFormat({ payloadType: 96, channelCount: 2 }),
  },
  {
    name: 'MP3',
    kind: 'audio',
    codec: 'MPEG1Audio',
    encode: tone(48_000, 2, '-c:a', 'libmp3lame', '-b:a', '128k'),
    heldBack: 4,
    format: () => mpeg1AudioFormat(),
  },
  {
    name: 'MP3 at a low rate (MPEG-2)',
    kind: 'audio',
    codec: 'MPEG1Audio',
    encode: tone(22_050, 1, '-c:a', 'libmp3lame', '-b:a', '48k'),
    heldBack: 9,
    format: () => mpeg1AudioFormat(),
  },
  {
    name: 'MP2',
    kind: 'audio',
    codec: 'MPEG1Audio',
    encode: tone(44_100, 2, '-c:a', 'mp2', '-b:a', '192k'),
    heldBack: 2,
    format: () => mpeg1AudioFormat(),
  },
  {
    name: 'AC-3',
    kind: 'audio',
    codec: 'AC3',
    encode: tone(48_000, 2, '-c:a', 'ac3', '-b:a', '192k'),
    publish: null,
    format: () => ac3Format({ payloadType: 96, sampleRateHz: 48_000, channelCount: 2 }),
  },
  {
    name: 'Speex',
    kind: 'audio',
    codec: 'Speex',
    encode: tone(16_000, 1, '-c:a', 'libspeex', '-b:a', '24k'),
    // rtpmap of Speex has no channels (RFC 5574): ffmpeg takes one, and says so.
    tolerated: /^Guessed Channel Layout for Input Stream #0\.0 : mono$/u,
    format: () => speexFormat({ payloadType: 96, sampleRateHz: 16_000 }),
  },
  {
    name: 'Vorbis',
    kind: 'audio',
    codec: 'Vorbis',
    encode: tone(48_000, 2, '-c:a', 'libvorbis', '-b:a', '96k'),
    heldBack: 15,
    format: async (packets, input) => {
      const configuration = packedHeaders(await extradataOf(input, packets))
      return vorbisFormat({ payloadType: 96, sampleRateHz: 48_000, channelCount: 2, configuration })
    },
  },
  {
    ...samples('G711 with mu-law', 'G711', 'pcm_mulaw', 8000, 1),
    format: () => g711Format({ payloadType: 0, isMuLaw: true }),
  },
  {
    ...samples('G711 with A-law', 'G711', 'pcm_alaw', 8000, 1),
    format: () => g711Format({ payloadType: 8, isMuLaw: false }),
  },
  {
    ...samples('G711 at 16 kHz in stereo', 'G711', 'pcm_alaw', 16_000, 2),
    format: () => g711Format({ payloadType: 96, isMuLaw: false, sampleRateHz: 16_000, channelCount: 2 }),
  },
  { name: 'G722', kind: 'audio', codec: 'G722', encode: tone(16_000, 1, '-c:a', 'g722'), format: () => g722Format() },
  ...([16, 24, 32, 40] as const).map((bitrate) => g726(bitrate, false)),
  ...([16, 24, 32, 40] as const).map((bitrate) => g726(bitrate, true)),
  {
    ...samples('L16', 'LPCM', 'pcm_s16be', 44_100, 2),
    format: () => lpcmFormat({ payloadType: 10, bitDepth: 16, sampleRateHz: 44_100, channelCount: 2 }),
  },
  {
    ...samples('L16 at 8 kHz', 'LPCM', 'pcm_s16be', 8000, 1),
    format: () => lpcmFormat({ payloadType: 96, bitDepth: 16, sampleRateHz: 8000, channelCount: 1 }),
  },
  {
    ...samples('L24', 'LPCM', 'pcm_s24be', 48_000, 2),
    format: () => lpcmFormat({ payloadType: 96, bitDepth: 24, sampleRateHz: 48_000, channelCount: 2 }),
  },
]
