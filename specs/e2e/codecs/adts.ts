import type { AudioSpecificConfig } from '../../../src/formats/codecs/audio-specific-config.ts'

const ratesHz = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350]

/** A frame of AAC-LC with an ADTS header of seven bytes, without a checksum (ISO 14496-3 section 1.A.3). */
export const adtsFrame = ({ sampleRateHz, channelCount }: AudioSpecificConfig, frame: Uint8Array): Buffer => {
  const length = frame.length + 7
  const rateIndex = ratesHz.indexOf(sampleRateHz)
  const header = [
    ...[0xff, 0xf1, 0x40 | (rateIndex << 2) | (channelCount >> 2)],
    ...[((channelCount & 3) << 6) | (length >> 11), (length >> 3) & 0xff, ((length & 7) << 5) | 0x1f, 0xfc],
  ]
  return Buffer.concat([Buffer.from(header), frame])
}
