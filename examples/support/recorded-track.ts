/** What a recording has to know of a track before its first unit: how MP4 names the codec, and what a decoder is told. */

import type { AudioCodec, VideoCodec } from 'mediabunny'
import { videoSize, type H264Format, type H265Format, type MPEG4AudioFormat, type OpusFormat } from 'rxrtsp'
import { parameterSetsOf } from './nal-units.ts'

/** Formats that go into MP4 as they are. */
export type RecordedFormat = H264Format | H265Format | MPEG4AudioFormat | OpusFormat

/** What a decoder is told, in the shape that WebCodecs has for it. */
export type TrackConfig = VideoConfig | AudioConfig

export interface VideoConfig {
  readonly kind: 'video'
  readonly container: VideoCodec
  readonly decoderConfig: { readonly codec: string; readonly codedWidth: number; readonly codedHeight: number }
  /** Of one picture; what comes later than the next picture is known better. */
  readonly durationSeconds: number
}

export interface AudioConfig {
  readonly kind: 'audio'
  readonly container: AudioCodec
  readonly decoderConfig: {
    readonly codec: string
    readonly sampleRate: number
    readonly numberOfChannels: number
    readonly description?: Uint8Array
  }
  readonly durationSeconds: number
}

/** The config of a track. For video, `nalus` is the picture that a file begins with, with its parameter sets. */
export function configOf(format: RecordedFormat, nalus: readonly Uint8Array[] = []): TrackConfig | undefined {
  switch (format.codec) {
    case 'H264':
    case 'H265':
      return videoConfigOf(format, nalus)
    case 'MPEG4Audio':
      return {
        kind: 'audio',
        container: 'aac',
        decoderConfig: {
          codec: `mp4a.40.${objectTypeOf(format.config)}`,
          sampleRate: format.sampleRateHz,
          numberOfChannels: format.channelCount,
          description: format.config,
        },
        durationSeconds: 1024 / format.sampleRateHz,
      }
    case 'Opus':
      return {
        kind: 'audio',
        container: 'opus',
        decoderConfig: {
          codec: 'opus',
          sampleRate: 48_000,
          numberOfChannels: format.channelCount,
          description: opusHead(format.channelCount),
        },
        durationSeconds: 0.02,
      }
  }
}

/** Undefined while nobody has said how large the pictures are. */
function videoConfigOf(format: H264Format | H265Format, nalus: readonly Uint8Array[]): VideoConfig | undefined {
  const sps = parameterSetsOf(format.codec, nalus).sps[0] ?? format.sps
  const size = sps && videoSize({ ...format, sps })
  if (sps === undefined || size === undefined) return undefined
  const decoderConfig = {
    codec: format.codec === 'H264' ? h264Name(sps) : h265Name(sps),
    codedWidth: size.widthPixels,
    codedHeight: size.heightPixels,
  }
  const container = format.codec === 'H264' ? 'avc' : 'hevc'
  return { kind: 'video', container, decoderConfig, durationSeconds: 1 / (size.frameRateHz ?? 25) }
}

/** `avc1` and three bytes of the parameter set: profile, constraints, level (RFC 6381 section 3.3). */
function h264Name(sps: Uint8Array): string {
  return `avc1.${[...sps.subarray(1, 4)].map(hex).join('').padEnd(6, '0')}`
}

/**
 * Profile, compatibility in reversed order of bits, tier with level, and constraints without the zeros at their end
 * (ISO/IEC 14496-15 section E.3), from the first bytes of `profile_tier_level`.
 */
function h265Name(sps: Uint8Array): string {
  const [profile = 0, ...rest] = withoutEmulation(sps.subarray(3, 24)).subarray(0, 12)
  let compatibility = 0
  for (const [index, byte] of rest.slice(0, 4).entries()) {
    for (let bit = 0; bit < 8; bit++) if ((byte & (0x80 >> bit)) !== 0) compatibility += 2 ** (index * 8 + bit)
  }
  const constraints = rest.slice(4, 10)
  while (constraints.at(-1) === 0) constraints.pop()
  const space = ['', 'A', 'B', 'C'][profile >> 6] ?? ''
  const tier = (profile & 0x20) === 0 ? 'L' : 'H'
  const level = `${tier}${rest[10] ?? 0}`
  return [
    `hvc1.${space}${profile & 0x1f}`,
    compatibility.toString(16).toUpperCase(),
    level,
    ...constraints.map(hex),
  ].join('.')
}

/** A third byte of 3 behind two zeros is not part of the data (section 7.4.2.1 of H.265). */
function withoutEmulation(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => !(byte === 3 && bytes[at - 1] === 0 && bytes[at - 2] === 0))
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase()
}

/** First five bits of an AudioSpecificConfig: 2 is AAC-LC, 5 has SBR, 29 PS too. */
function objectTypeOf(config: Uint8Array): number {
  return (config[0] ?? 0) >> 3
}

/**
 * The header of RFC 7845 section 5.1: version 1, channels, nothing to skip at the beginning (who joins a live stream has no
 * padding of the encoder before him), 48 kHz, no gain, one stream of at most two channels.
 */
function opusHead(channelCount: number): Uint8Array {
  const rate = [0x80, 0xbb, 0, 0]
  return Uint8Array.of(...Buffer.from('OpusHead'), 1, channelCount, 0, 0, ...rate, 0, 0, 0)
}
