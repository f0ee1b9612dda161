// Units of a depacketizer to a file that ffmpeg's own demuxers read: the proof that a unit is what its codec says it is,
// and nothing of RTP is left in it. These writers are no more than the specs need.
import { parseAudioSpecificConfig } from '../../../src/formats/codecs/audio-specific-config.ts'
import { parseStreamMuxConfig } from '../../../src/formats/codecs/stream-mux-config.ts'
import type { Format } from '../../../src/formats/format.ts'
import type { Unit } from '../../../src/formats/units.ts'
import { adtsFrame } from './adts.ts'
import { ivfFile } from './ivf.ts'
import { obuWithSize } from './obus.ts'
import { oggFile } from './ogg.ts'
import { opusHeaders, speexHeaders, vorbisHeaders } from './ogg-headers.ts'

/** A file and what ffmpeg has to be told in front of its name to read it. */
export type ElementaryStream = { readonly input: readonly string[]; readonly bytes: Buffer }

/** Writes units in the plainest form there is for the codec. */
export const elementaryStream = (format: Format, units: readonly Unit[]): ElementaryStream => {
  switch (format.codec) {
    case 'H264':
      return { input: ['-f', 'h264'], bytes: annexB([format.sps, format.pps], units) }
    case 'H265':
      return { input: ['-f', 'hevc'], bytes: annexB([format.vps, format.sps, format.pps], units) }
    case 'AV1':
      return { input: ['-f', 'ivf'], bytes: ivfFile('AV01', units.map(temporalUnit)) }
    case 'VP8':
      return { input: ['-f', 'ivf'], bytes: ivfFile('VP80', units.map(bytesOf)) }
    case 'VP9':
      return { input: ['-f', 'ivf'], bytes: ivfFile('VP90', units.map(bytesOf)) }
    case 'MJPEG':
      return { input: ['-f', 'mjpeg'], bytes: joined(units) }
    case 'MPEG1Video':
      return { input: ['-f', 'mpegvideo'], bytes: joined(units) }
    case 'MPEG4Video':
      return { input: ['-f', 'm4v'], bytes: Buffer.concat([format.config ?? Buffer.alloc(0), joined(units)]) }
    case 'MPEGTS':
      return { input: ['-f', 'mpegts'], bytes: joined(units) }
    case 'MPEG4Audio':
      return { input: ['-f', 'aac'], bytes: adts(format.config, units.map(bytesOf)) }
    case 'MPEG4AudioLATM':
      return { input: ['-f', 'aac'], bytes: adts(latmAudioConfig(format.config), units.map(latmPayload)) }
    case 'MPEG1Audio':
      return { input: ['-f', 'mp3'], bytes: joined(units) }
    case 'AC3':
      return { input: ['-f', 'ac3'], bytes: joined(units) }
    case 'Opus':
      return { input: ['-f', 'ogg'], bytes: ogg(opusHeaders(format), units, 960) }
    case 'Speex':
      return { input: ['-f', 'ogg'], bytes: ogg(speexHeaders(format), units, format.sampleRateHz / 50) }
    case 'Vorbis':
      return { input: ['-f', 'ogg'], bytes: ogg(vorbisHeaders(format), units, 1024) }
    case 'G711':
    case 'G722':
    case 'G726':
    case 'LPCM':
      return { input: rawInput(format), bytes: joined(units) }
    case 'KLV':
    case 'ONVIFMetadata':
    case 'generic':
      return { input: ['-f', 'data'], bytes: joined(units) }
  }
}

/** What ffmpeg has to be told about samples that have no header. */
export const rawInput = (format: Format): readonly string[] => {
  switch (format.codec) {
    case 'G711':
      return ['-f', format.isMuLaw ? 'mulaw' : 'alaw', '-ar', `${format.sampleRateHz}`, '-ac', `${format.channelCount}`]
    case 'G722':
      return ['-f', 'g722']
    case 'G726':
      return ['-f', format.isBigEndian ? 'g726' : 'g726le', '-code_size', `${format.bitrateKbps / 8}`]
    case 'LPCM': {
      const name = { 8: 'u8', 16: 's16be', 24: 's24be' }[format.bitDepth]
      return ['-f', name, '-ar', `${format.sampleRateHz}`, '-ac', `${format.channelCount}`]
    }
    default:
      return []
  }
}

/** The bytes of a unit that is in one piece. */
export const bytesOf = (unit: Unit): Uint8Array => {
  if ('data' in unit) return unit.data
  if ('frame' in unit) return unit.frame
  if ('image' in unit) return unit.image
  if ('document' in unit) return unit.document
  throw new Error(`a unit of ${unit.codec} is not in one piece`)
}

const joined = (units: readonly Unit[]): Buffer => Buffer.concat(units.map(bytesOf))

/** ITU-T H.264 and H.265, Annex B, with the parameter sets of the description in front. */
const annexB = (parameterSets: readonly (Uint8Array | undefined)[], units: readonly Unit[]): Buffer => {
  const startCode = Buffer.from([0, 0, 0, 1])
  const nalus = units.flatMap((unit) => ('nalus' in unit ? unit.nalus : []))
  const known = parameterSets.filter((set) => set !== undefined)
  return Buffer.concat([...known, ...nalus].flatMap((nalu) => [startCode, nalu]))
}

/** Low-overhead format with the temporal delimiter that RTP leaves out (AV1 section 5.6). */
const temporalUnit = (unit: Unit): Uint8Array =>
  Buffer.concat([Buffer.from([0x12, 0]), ...('obus' in unit ? unit.obus.map(obuWithSize) : [])])

const adts = (config: Uint8Array | undefined, frames: readonly Uint8Array[]): Buffer => {
  const audio = parseAudioSpecificConfig(config ?? Buffer.alloc(0))
  if (audio === undefined) throw new Error('the format has no AudioSpecificConfig')
  return Buffer.concat(frames.map((frame) => adtsFrame(audio, frame)))
}

/** The AudioSpecificConfig in a StreamMuxConfig of one stream starts at its 16th bit (ISO 14496-3 table 1.42). */
const latmAudioConfig = (config: Uint8Array | undefined): Uint8Array => {
  if (config === undefined || parseStreamMuxConfig(config) === undefined) throw new Error('LATM without its config')
  return Uint8Array.from(config.subarray(1), (byte, at) => ((byte << 7) | ((config[at + 2] ?? 0) >> 1)) & 0xff)
}

/** PayloadLengthInfo (a byte of 255 as long as it goes on), then the frame: ISO 14496-3 tables 1.44 and 1.45. */
const latmPayload = (unit: Unit): Uint8Array => {
  const bytes = bytesOf(unit)
  let at = 0
  let length = 0
  while (bytes[at] === 255) length += bytes[at++] ?? 0
  length += bytes[at++] ?? 0
  if (at + length !== bytes.length) throw new Error(`an element of ${bytes.length} bytes says it has ${length}`)
  return bytes.subarray(at)
}

const ogg = (headers: readonly Buffer[], units: readonly Unit[], frameSamples: number): Buffer => {
  const packets = units.map((unit, index) => ({ bytes: bytesOf(unit), position: (index + 1) * frameSamples }))
  return oggFile([...headers.map((bytes) => ({ bytes, position: 0 })), ...packets])
}
