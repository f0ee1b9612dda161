import { readAudioSpecificConfig, type AudioSpecificConfig } from './audio-specific-config.ts'
import { BitReader } from './bit-reader.ts'

/**
 * StreamMuxConfig of LATM, ISO 14496-3 table 1.42, for audioMuxVersion 0 with all streams in the same time framing. Only
 * what SDP needs comes out: the config of the layers, which have to agree.
 *
 *     audioMuxVersion(1) allStreamsSameTimeFraming(1) numSubFrames(6) numProgram(4)
 *     per program: numLayer(3), per layer: [useSameConfig(1)] [AudioSpecificConfig] frameLengthType(3) ...
 *     otherDataPresent(1) [...] crcCheckPresent(1) [crcCheckSum(8)]
 */

/** Config of the layers of a StreamMuxConfig; `undefined` when it is damaged, has unread bytes or mixed layers. */
export function parseStreamMuxConfig(bytes: Uint8Array): AudioSpecificConfig | undefined {
  const bits = new BitReader(bytes)
  if (bits.read(1) !== 0 || bits.read(1) !== 1) return undefined
  bits.read(6)
  const programCount = bits.read(4) + 1
  let common: AudioSpecificConfig | undefined
  for (let program = 0; program < programCount; program++) {
    const layerCount = bits.read(3) + 1
    for (let layer = 0; layer < layerCount; layer++) {
      const isSame = (program > 0 || layer > 0) && bits.read(1) === 1
      const config = isSame ? common : readAudioSpecificConfig(bits)
      if (config === undefined || (common !== undefined && !isSameAudio(common, config))) return undefined
      common = config
      // Some encoders end here; the buffer fullness they leave out is then taken as 255, variable rate.
      const isLast = program === programCount - 1 && layer === layerCount - 1
      if (isLast && bits.bitsLeft < 3) return common
      if (!skipFrameLength(bits)) return undefined
    }
  }
  return skipOtherData(bits) && !bits.isPastEnd && bits.bitsLeft < 8 ? common : undefined
}

function isSameAudio(one: AudioSpecificConfig, other: AudioSpecificConfig): boolean {
  return (
    one.objectType === other.objectType &&
    one.sampleRateHz === other.sampleRateHz &&
    one.outputRateHz === other.outputRateHz &&
    one.channelCount === other.channelCount
  )
}

function skipFrameLength(bits: BitReader): boolean {
  const type = bits.read(3)
  if (type === 0) bits.read(8)
  else if (type === 1) bits.read(9)
  else if (type >= 3 && type <= 5) bits.read(6)
  else if (type === 6 || type === 7) bits.read(1)
  else return false
  return !bits.isPastEnd
}

function skipOtherData(bits: BitReader): boolean {
  if (bits.read(1) === 1) {
    // The length comes in groups of an escape bit and eight bits.
    let isLonger = true
    while (isLonger) {
      if (bits.isPastEnd) return false
      isLonger = bits.read(1) === 1
      bits.read(8)
    }
  }
  if (bits.read(1) === 1) bits.read(8)
  return true
}
