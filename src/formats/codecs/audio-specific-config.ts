import { BitReader } from './bit-reader.ts'

/**
 * AudioSpecificConfig, ISO 14496-3 section 1.6.2.1, as far as RTP payloads use it: AAC-LC (2), alone or as the core of
 * SBR (5) or PS (29).
 *
 *     audioObjectType(5) samplingFrequencyIndex(4) [samplingFrequency(24)] channelConfiguration(4)
 *     with type 5 or 29: extensionSamplingFrequencyIndex(4) [extensionSamplingFrequency(24)] audioObjectType(5)
 *     frameLengthFlag(1) dependsOnCoreCoder(1) [coreCoderDelay(14)] extensionFlag(1)
 */

/** What the config says. */
export interface AudioSpecificConfig {
  /** 2, 5 or 29. */
  readonly objectType: number
  /** Rate of the core decoder. */
  readonly sampleRateHz: number
  /** Rate of the output with SBR, equal to `sampleRateHz` without. */
  readonly outputRateHz: number
  /** Channels of the output; 1 when the config leaves it to a program config element. */
  readonly channelCount: number
  /** Samples of an access unit at the core rate: 1024, or 960 (frameLengthFlag). */
  readonly frameSamples: number
  /** Bits up to and including the extension flag. */
  readonly bitCount: number
  /** True: a program config element follows (channel configuration 0). */
  readonly hasProgramConfig: boolean
}

const ratesHz = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350]

/** Reads a config; what follows it is ignored. `undefined` when it is damaged or of another object type. */
export function parseAudioSpecificConfig(bytes: Uint8Array): AudioSpecificConfig | undefined {
  return readAudioSpecificConfig(new BitReader(bytes))
}

/** The same from the middle of something else; the reader is left behind the extension flag. */
export function readAudioSpecificConfig(bits: BitReader): AudioSpecificConfig | undefined {
  const startBit = bits.bitPosition
  const objectType = bits.read(5)
  if (objectType !== 2 && objectType !== 5 && objectType !== 29) return undefined
  const sampleRateHz = readRate(bits)
  const channelConfiguration = bits.read(4)
  let outputRateHz = sampleRateHz
  if (objectType !== 2) {
    outputRateHz = readRate(bits)
    if (bits.read(5) !== 2) return undefined
  }
  const frameSamples = bits.read(1) === 1 ? 960 : 1024
  if (bits.read(1) === 1) bits.read(14)
  const extensionFlag = bits.read(1)
  if (extensionFlag !== 0 || channelConfiguration > 7 || bits.isPastEnd) return undefined
  if (sampleRateHz === 0 || outputRateHz === 0) return undefined
  return {
    objectType,
    sampleRateHz,
    outputRateHz,
    channelCount: objectType === 29 ? 2 : channelConfiguration === 7 ? 8 : Math.max(1, channelConfiguration),
    frameSamples,
    bitCount: bits.bitPosition - startBit,
    hasProgramConfig: channelConfiguration === 0,
  }
}

/** Index into the table, or 15 and the rate itself. 0 when the index is reserved. */
function readRate(bits: BitReader): number {
  const index = bits.read(4)
  return index === 15 ? bits.read(24) : (ratesHz[index] ?? 0)
}

/**
 * The config without what follows it, such as a backward-compatible extension, with zeros up to the full byte. With a
 * program config element, which is part of the config, it is left as it is. A fresh array.
 */
export function trimAudioSpecificConfig(bytes: Uint8Array, config: AudioSpecificConfig): Uint8Array {
  if (config.hasProgramConfig) return bytes.slice()
  const trimmed = bytes.slice(0, Math.ceil(config.bitCount / 8))
  const unusedBits = trimmed.length * 8 - config.bitCount
  const last = trimmed.length - 1
  trimmed[last] = ((trimmed[last] ?? 0) >> unusedBits) << unusedBits
  return trimmed
}
