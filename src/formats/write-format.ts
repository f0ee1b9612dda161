import { writeAV1, writeVP8, writeVP9 } from './codecs/av1-vp9-vp8.ts'
import type { CodecOutput } from './codecs/codec.ts'
import { writeH264, writeH265 } from './codecs/h264-h265.ts'
import { writeMPEG4AudioLATM } from './codecs/mpeg4-audio-latm.ts'
import { writeMPEG4Audio } from './codecs/mpeg4-audio.ts'
import { writeMPEG4Video } from './codecs/mpeg4-video.ts'
import { writeONVIFMetadata } from './codecs/onvif-metadata.ts'
import { writeOpus } from './codecs/opus.ts'
import { writeAC3, writeG711, writeG726, writeLPCM } from './codecs/pcm.ts'
import { writeSpeex, writeVorbis } from './codecs/vorbis-speex.ts'
import { formatFmtp, parseFmtp } from './fmtp.ts'
import type { Format, GenericFormat } from './format.ts'

/** What SDP says about a format. */
export interface FormatText {
  /** Value of `a=rtpmap` behind the payload type; `''`: there is no such line. */
  readonly rtpmap: string
  /** Value of `a=fmtp` behind the payload type; `''`: there is no such line. */
  readonly fmtp: string
}

/** The rtpmap and fmtp of a format, parameters sorted by the bytes of their names. */
export function formatText(format: Format): FormatText {
  if (format.codec === 'generic') return genericText(format)
  const { rtpmap, parameters } = outputOf(format)
  return { rtpmap, fmtp: formatFmtp(parameters) }
}

function outputOf(format: Exclude<Format, GenericFormat>): CodecOutput {
  switch (format.codec) {
    case 'AV1':
      return writeAV1(format)
    case 'VP9':
      return writeVP9(format)
    case 'VP8':
      return writeVP8(format)
    case 'H265':
      return writeH265(format)
    case 'H264':
      return writeH264(format)
    case 'MPEG4Video':
      return writeMPEG4Video(format)
    case 'Opus':
      return writeOpus(format)
    case 'Vorbis':
      return writeVorbis(format)
    case 'MPEG4Audio':
      return writeMPEG4Audio(format)
    case 'MPEG4AudioLATM':
      return writeMPEG4AudioLATM(format)
    case 'AC3':
      return writeAC3(format)
    case 'Speex':
      return writeSpeex(format)
    case 'G726':
      return writeG726(format)
    case 'G711':
      return writeG711(format)
    case 'LPCM':
      return writeLPCM(format)
    case 'ONVIFMetadata':
      return writeONVIFMetadata(format)
    case 'KLV':
      return rtpmapOnly('SMPTE336M/90000')
    case 'MJPEG':
      return rtpmapOnly('JPEG/90000')
    case 'G722':
      return rtpmapOnly('G722/8000')
    case 'MPEGTS':
      return rtpmapOnly('MP2T/90000')
    // The two without an rtpmap need one only where the payload type does not say what they are.
    case 'MPEG1Video':
      return rtpmapOnly(format.payloadType === 32 ? '' : 'MPV/90000')
    case 'MPEG1Audio':
      return rtpmapOnly(format.payloadType === 14 ? '' : 'MPA/90000')
  }
}

function rtpmapOnly(rtpmap: string): CodecOutput {
  return { rtpmap, parameters: [] }
}

/** As it was received. A well-formed parameter list is sorted like all others; anything else stays to the letter. */
function genericText({ rtpmap, fmtp }: GenericFormat): FormatText {
  if (fmtp === undefined) return { rtpmap, fmtp: '' }
  const entries = fmtp.split(';').filter((entry) => entry.trim() !== '')
  const isList = entries.every((entry) => entry.includes('='))
  return { rtpmap, fmtp: isList ? formatFmtp([...parseFmtp(fmtp)]) : fmtp }
}
