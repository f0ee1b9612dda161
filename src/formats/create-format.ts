import { rtspError } from '../contracts/rtsp-error.ts'
import { parseAudioSpecificConfig } from './codecs/audio-specific-config.ts'
import { parseStreamMuxConfig } from './codecs/stream-mux-config.ts'
import type {
  AC3Format,
  AV1Format,
  G711Format,
  G722Format,
  G726Format,
  GenericFormat,
  H264Format,
  H265Format,
  KLVFormat,
  LPCMFormat,
  MJPEGFormat,
  MPEG1AudioFormat,
  MPEG1VideoFormat,
  MPEG4AudioFormat,
  MPEG4AudioLATMFormat,
  MPEG4VideoFormat,
  MPEGTSFormat,
  ONVIFMetadataFormat,
  OpusFormat,
  SpeexFormat,
  VorbisFormat,
  VP8Format,
  VP9Format,
} from './format.ts'

/**
 * Formats made by hand: the required fields in, what follows from them filled in. Each throws `ERR_RTSP_USAGE` for a
 * payload type outside 0..127 or a field that SDP could not carry. Byte fields are kept, not copied.
 */

/** The fields of a format without those that its constructor knows. */
type Fields<Type, Known extends keyof Type> = Omit<Type, 'codec' | 'clockRateHz' | Known> & Partial<Pick<Type, Known>>

function base<Codec extends string>(codec: Codec, payloadType: number, clockRateHz: number) {
  if (!Number.isInteger(payloadType) || payloadType < 0 || payloadType > 127) {
    throw rtspError('ERR_RTSP_USAGE', `payload type must be 0..127: ${payloadType}`)
  }
  const isClockValid = Number.isInteger(clockRateHz) && clockRateHz >= 0 && clockRateHz <= 0x7fff_ffff
  if (!isClockValid || (clockRateHz === 0 && codec !== 'generic')) {
    throw rtspError('ERR_RTSP_USAGE', `clock rate of ${codec} is invalid: ${clockRateHz}`)
  }
  return { codec, payloadType, clockRateHz } as const
}

function checkChannels(channelCount: number): void {
  if (!Number.isInteger(channelCount) || channelCount < 1 || channelCount > 255) {
    throw rtspError('ERR_RTSP_USAGE', `channel count must be 1..255: ${channelCount}`)
  }
}

/** AV1 at 90 kHz. */
export function av1Format(fields: Fields<AV1Format, never>): AV1Format {
  return { ...fields, ...base('AV1', fields.payloadType, 90_000) }
}

/** VP9 at 90 kHz. */
export function vp9Format(fields: Fields<VP9Format, never>): VP9Format {
  return { ...fields, ...base('VP9', fields.payloadType, 90_000) }
}

/** VP8 at 90 kHz. */
export function vp8Format(fields: Fields<VP8Format, never>): VP8Format {
  return { ...fields, ...base('VP8', fields.payloadType, 90_000) }
}

/** H.265 at 90 kHz, NAL units in decoding order unless told otherwise. */
export function h265Format(fields: Fields<H265Format, 'maxDonDiff'>): H265Format {
  return { maxDonDiff: 0, ...fields, ...base('H265', fields.payloadType, 90_000) }
}

/** H.264 at 90 kHz, packetization mode 1 unless told otherwise (servers do not serve mode 0). */
export function h264Format(fields: Fields<H264Format, 'packetizationMode'>): H264Format {
  return { packetizationMode: 1, ...fields, ...base('H264', fields.payloadType, 90_000) }
}

/** MPEG-4 Visual at 90 kHz, simple profile unless told otherwise. */
export function mpeg4VideoFormat(fields: Fields<MPEG4VideoFormat, 'profileLevelId'>): MPEG4VideoFormat {
  return { profileLevelId: 1, ...fields, ...base('MPEG4Video', fields.payloadType, 90_000) }
}

/** Opus at 48 kHz. */
export function opusFormat(fields: Fields<OpusFormat, never>): OpusFormat {
  checkChannels(fields.channelCount)
  return { ...fields, ...base('Opus', fields.payloadType, 48_000) }
}

/** Vorbis; the clock is the sample rate. */
export function vorbisFormat(fields: Fields<VorbisFormat, never>): VorbisFormat {
  checkChannels(fields.channelCount)
  return { ...fields, ...base('Vorbis', fields.payloadType, fields.sampleRateHz) }
}

/**
 * MPEG-4 audio in mode AAC-hbr. Rates and channels come from `config`, an AudioSpecificConfig (ISO 14496-3 section
 * 1.6.2.1) of object type 2, 5 or 29; the clock is the output rate. Field lengths are the usual 13, 3 and 3.
 */
export function mpeg4AudioFormat(
  fields: Fields<
    MPEG4AudioFormat,
    'profileLevelId' | 'sampleRateHz' | 'channelCount' | 'sizeLength' | 'indexLength' | 'indexDeltaLength'
  >,
): MPEG4AudioFormat {
  const audio = parseAudioSpecificConfig(fields.config)
  if (audio === undefined) throw rtspError('ERR_RTSP_USAGE', 'config is not an AudioSpecificConfig of AAC')
  return {
    profileLevelId: 1,
    sampleRateHz: audio.sampleRateHz,
    channelCount: audio.channelCount,
    sizeLength: 13,
    indexLength: 3,
    indexDeltaLength: 3,
    ...fields,
    ...base('MPEG4Audio', fields.payloadType, audio.outputRateHz),
  }
}

/** MPEG-4 audio as LATM: with a `config` (StreamMuxConfig) out of band, without one in band. */
export function mpeg4AudioLATMFormat(
  fields: Omit<Fields<MPEG4AudioLATMFormat, 'profileLevelId' | 'channelCount'>, 'isConfigInBand' | 'objectType'>,
): MPEG4AudioLATMFormat {
  if (fields.config === undefined) {
    const inBand = base('MPEG4AudioLATM', fields.payloadType, 90_000)
    return { profileLevelId: 30, channelCount: 1, ...fields, isConfigInBand: true, ...inBand }
  }
  const audio = parseStreamMuxConfig(fields.config)
  if (audio === undefined) throw rtspError('ERR_RTSP_USAGE', 'config is not a StreamMuxConfig of AAC')
  return {
    profileLevelId: 30,
    channelCount: audio.channelCount,
    ...fields,
    isConfigInBand: false,
    objectType: audio.objectType,
    ...base('MPEG4AudioLATM', fields.payloadType, audio.outputRateHz),
  }
}

/** AC-3; the clock is the sample rate. */
export function ac3Format(fields: Fields<AC3Format, never>): AC3Format {
  checkChannels(fields.channelCount)
  return { ...fields, ...base('AC3', fields.payloadType, fields.sampleRateHz) }
}

/** Speex; the clock is the sample rate. */
export function speexFormat(fields: Fields<SpeexFormat, never>): SpeexFormat {
  return { ...fields, ...base('Speex', fields.payloadType, fields.sampleRateHz) }
}

/** G.726, little endian unless told otherwise. */
export function g726Format(fields: Fields<G726Format, 'isBigEndian'>): G726Format {
  return { isBigEndian: false, ...fields, ...base('G726', fields.payloadType, 8000) }
}

/** G.711, mono at 8 kHz unless told otherwise, on payload type 0 or 8. */
export function g711Format(fields: Fields<G711Format, 'payloadType' | 'sampleRateHz' | 'channelCount'>): G711Format {
  const { payloadType = fields.isMuLaw ? 0 : 8, sampleRateHz = 8000, channelCount = 1, isMuLaw } = fields
  checkChannels(channelCount)
  const isStatic = payloadType === 0 || payloadType === 8
  if (isStatic && (sampleRateHz !== 8000 || channelCount !== 1 || isMuLaw !== (payloadType === 0))) {
    throw rtspError('ERR_RTSP_USAGE', `payload type ${payloadType} does not stand for this kind of G711`)
  }
  return { ...base('G711', payloadType, sampleRateHz), isMuLaw, sampleRateHz, channelCount }
}

/** Uncompressed big-endian audio; the clock is the sample rate. */
export function lpcmFormat(fields: Fields<LPCMFormat, never>): LPCMFormat {
  checkChannels(fields.channelCount)
  return { ...fields, ...base('LPCM', fields.payloadType, fields.sampleRateHz) }
}

/** KLV metadata at 90 kHz. */
export function klvFormat({ payloadType }: Fields<KLVFormat, never>): KLVFormat {
  return base('KLV', payloadType, 90_000)
}

/** MPEG-1 and MPEG-2 video, payload type 32 unless told otherwise. */
export function mpeg1VideoFormat({ payloadType = 32 }: Fields<MPEG1VideoFormat, 'payloadType'> = {}): MPEG1VideoFormat {
  return base('MPEG1Video', payloadType, 90_000)
}

/** JPEG, payload type 26 unless told otherwise. */
export function mjpegFormat({ payloadType = 26 }: Fields<MJPEGFormat, 'payloadType'> = {}): MJPEGFormat {
  return base('MJPEG', payloadType, 90_000)
}

/** MPEG-1 and MPEG-2 audio, payload type 14 unless told otherwise. */
export function mpeg1AudioFormat({ payloadType = 14 }: Fields<MPEG1AudioFormat, 'payloadType'> = {}): MPEG1AudioFormat {
  return base('MPEG1Audio', payloadType, 90_000)
}

/** G.722, payload type 9 unless told otherwise. */
export function g722Format({ payloadType = 9 }: Fields<G722Format, 'payloadType'> = {}): G722Format {
  return base('G722', payloadType, 8000)
}

/** MPEG transport stream, payload type 33 unless told otherwise. */
export function mpegTSFormat({ payloadType = 33 }: Fields<MPEGTSFormat, 'payloadType'> = {}): MPEGTSFormat {
  return base('MPEGTS', payloadType, 90_000)
}

/** ONVIF metadata at 90 kHz, as XML text unless told otherwise. */
export function onvifMetadataFormat({
  payloadType,
  encoding = 'xml',
}: Fields<ONVIFMetadataFormat, 'encoding'>): ONVIFMetadataFormat {
  return { ...base('ONVIFMetadata', payloadType, 90_000), encoding }
}

/** Anything else; the clock is the second part of `rtpmap` unless it is given. 0 means that it is not known. */
export function genericFormat(
  fields: Omit<GenericFormat, 'codec' | 'clockRateHz' | 'rtpmap'> & {
    readonly rtpmap?: string
    readonly clockRateHz?: number
  },
): GenericFormat {
  const rtpmap = fields.rtpmap ?? ''
  const clockRateHz = fields.clockRateHz ?? Number(/^[^/]*\/([0-9]{1,10})/.exec(rtpmap)?.[1] ?? 0)
  return { ...fields, rtpmap, ...base('generic', fields.payloadType, clockRateHz) }
}
