import type { SdpAttribute } from '../wire/sdp/document.ts'
import { readAV1, readVP8, readVP9 } from './codecs/av1-vp9-vp8.ts'
import type { CodecInput, CodecReader } from './codecs/codec.ts'
import { readGeneric } from './codecs/generic.ts'
import { readH264, readH265 } from './codecs/h264-h265.ts'
import { readMPEG4AudioLATM } from './codecs/mpeg4-audio-latm.ts'
import { readMPEG4Audio } from './codecs/mpeg4-audio.ts'
import { readMPEG4Video } from './codecs/mpeg4-video.ts'
import { onvifMetadataNames, readONVIFMetadata } from './codecs/onvif-metadata.ts'
import { readOpus } from './codecs/opus.ts'
import { readAC3, readG711, readG726, readLPCM } from './codecs/pcm.ts'
import { parseUint31 } from './codecs/values.ts'
import { readSpeex, readVorbis } from './codecs/vorbis-speex.ts'
import { parseFmtp } from './fmtp.ts'
import type { Format } from './format.ts'

/**
 * From a payload type token to a format. A codec is found by its name in the rtpmap, some only with their usual clock or
 * only on dynamic payload types (96..127, RFC 3551 section 6), then by static payload type (tables 4 and 5); what nobody
 * claims is generic. Unlike the name list of RFC 3551, codecs with a static type are found by name as well.
 */

/** One `m=` section as far as formats need it. */
export interface FormatSource {
  readonly mediaType: string
  readonly attributes: readonly SdpAttribute[]
  readonly isStrict: boolean
  /** Takes a sentence about everything that could not be used. */
  readonly note: (text: string) => void
}

/** What the attributes say about the payload types of a media, indexed once so that reading all of them is linear. */
interface FormatLines {
  readonly rtpmaps: ReadonlyMap<number, string>
  readonly fmtps: ReadonlyMap<number, string>
  /** Payload type that stands for tokens like `smart/1/90000`. */
  readonly smartPayloadType: number | undefined
}

/** Answers, per payload type token, the format or the reason why there is none. */
export function formatReader(source: FormatSource): (token: string) => Format | string {
  const lines = indexLines(source.attributes)
  // A payload type that is listed many times is read once.
  const known = new Map<number, Format | string>()
  return (token) => {
    // TP-Link and Mercury: the token says nothing, the only rtpmap of the media has the payload type.
    const isSmart = /^smart\/[0-9]\/[0-9]+$/.test(token)
    const payloadType = isSmart ? (lines.smartPayloadType ?? parseUint31(token)) : parseUint31(token)
    if (payloadType === undefined || payloadType > 255) return `invalid payload type: ${token.slice(0, 64)}`
    const format =
      known.get(payloadType) ??
      readFormat(source, payloadType, lines.rtpmaps.get(payloadType) ?? '', lines.fmtps.get(payloadType))
    known.set(payloadType, format)
    return format
  }
}

function indexLines(attributes: readonly SdpAttribute[]): FormatLines {
  const rtpmaps = new Map<number, string>()
  const fmtps = new Map<number, string>()
  let smartPayloadType: number | undefined
  for (const { key, value } of attributes) {
    if (key !== 'rtpmap' && key !== 'fmtp') continue
    const [, token, rest] = /^([0-9]+)[ \t](.*)$/s.exec(value.trim()) ?? []
    const payloadType = token === undefined ? undefined : parseUint31(token)
    if (payloadType === undefined || rest === undefined) continue
    const found = key === 'rtpmap' ? rtpmaps : fmtps
    if (!found.has(payloadType)) found.set(payloadType, rest.trim())
    if (key === 'rtpmap' && /\/[0-9]+$/.test(rest)) smartPayloadType ??= payloadType
  }
  return { rtpmaps, fmtps, smartPayloadType }
}

function readFormat(source: FormatSource, payloadType: number, rtpmap: string, fmtp: string | undefined) {
  const slash = rtpmap.indexOf('/')
  const note = (text: string) => source.note(`payload type ${payloadType}: ${text}`)
  const input: CodecInput = {
    payloadType,
    codec: slash < 0 ? '' : rtpmap.slice(0, slash).toLowerCase(),
    clock: slash < 0 ? '' : rtpmap.slice(slash + 1),
    parameters: parseFmtp(fmtp ?? ''),
    note,
  }
  const reader = selectReader(input)
  if (reader !== undefined) {
    const format = reader(input)
    if (typeof format !== 'string' || source.isStrict) return format
    note(format)
  }
  return readGeneric({ payloadType, rtpmap, fmtp, mediaType: source.mediaType, note })
}

/** Codecs known by name alone, on any payload type. */
const anyTypeReaders: ReadonlyMap<string, CodecReader> = new Map<string, CodecReader>([
  ['opus', readOpus],
  ['pcma', readG711],
  ['l8', readLPCM],
  ['l16', readLPCM],
])

/** Codecs on dynamic payload types; the key has the clock where only that one will do. */
const dynamicReaders: ReadonlyMap<string, CodecReader> = new Map<string, CodecReader>([
  ['av1/90000', readAV1],
  ['vp9/90000', readVP9],
  ['vp8/90000', readVP8],
  ['h265/90000', readH265],
  ['h264/90000', readH264],
  ['mp4v-es', readMPEG4Video],
  ['multiopus', readOpus],
  ['vorbis', readVorbis],
  ['mpeg4-generic', readMPEG4Audio],
  ['mp4a-latm', readMPEG4AudioLATM],
  ['ac3', readAC3],
  ['speex', readSpeex],
  ...['g726-16', 'g726-24', 'g726-32', 'g726-40'].flatMap((name): [string, CodecReader][] => [
    [`${name}/8000`, readG726],
    [`aal2-${name}/8000`, readG726],
  ]),
  ['pcmu', readG711],
  ['l24', readLPCM],
  ...onvifMetadataNames.map((name): [string, CodecReader] => [name, readONVIFMetadata]),
  ['smpte336m', fixed('KLV', 90_000)],
  ['jpeg/90000', fixed('MJPEG', 90_000)],
  ['mpv/90000', fixed('MPEG1Video', 90_000)],
  ['mpa/90000', fixed('MPEG1Audio', 90_000)],
  ['mp2t/90000', fixed('MPEGTS', 90_000)],
  ['g722/8000', fixed('G722', 8000)],
  ['g722/8000/1', fixed('G722', 8000)],
])

/** Static payload types, RFC 3551 tables 4 and 5. */
const staticReaders: ReadonlyMap<number, CodecReader> = new Map<number, CodecReader>([
  [0, readG711],
  [8, readG711],
  [9, fixed('G722', 8000)],
  [10, readLPCM],
  [11, readLPCM],
  [14, fixed('MPEG1Audio', 90_000)],
  [26, fixed('MJPEG', 90_000)],
  [32, fixed('MPEG1Video', 90_000)],
  [33, fixed('MPEGTS', 90_000)],
])

function selectReader(input: CodecInput): CodecReader | undefined {
  const { payloadType, codec } = input
  const codecAndClock = `${codec}/${input.clock.trim()}`
  const isDynamic = payloadType >= 96 && payloadType <= 127
  const byName =
    anyTypeReaders.get(codec) ??
    (isDynamic ? (dynamicReaders.get(codecAndClock) ?? dynamicReaders.get(codec)) : undefined)
  // Bosch announces H264 on the unassigned payload type 35.
  if (payloadType === 35 && codecAndClock === 'h264/90000') return readH264
  return byName ?? staticReaders.get(payloadType)
}

/** Reader of a format that has no fields of its own. */
function fixed(
  codec: 'KLV' | 'MJPEG' | 'MPEG1Video' | 'MPEG1Audio' | 'MPEGTS' | 'G722',
  clockRateHz: number,
): CodecReader {
  return ({ payloadType }) => ({ codec, payloadType, clockRateHz })
}
