import { isFailure, type Failure } from '../contracts/failure.ts'
import { attributeValue, type SdpAttribute, type SdpDocument, type SdpMedia } from '../wire/sdp/document.ts'
import { maxSdpWarnings } from '../wire/sdp/limits.ts'
import { isKnownProtocol } from '../wire/sdp/parse-media-line.ts'
import { parseSdp } from '../wire/sdp/parse-sdp.ts'
import { sdpFailure } from '../wire/sdp/scalars.ts'
import { decodeBase64 } from './codecs/values.ts'
import type { Media, SessionDescription } from './description.ts'
import type { Format } from './format.ts'
import { formatReader } from './read-format.ts'

/**
 * From SDP to the model. By default one format that cannot be read becomes a generic one, and a media that is not RTP is
 * left out, each with a warning: the other medias of a camera are no worse for it. Strict reading refuses the whole text.
 */

/** How to read. */
export interface ReadDescriptionOptions {
  /** True: what would give a warning gives a failure. */
  readonly strict?: boolean
}

/**
 * Reads a description (RFC 8866, RFC 2326 appendix C). Fails with `ERR_RTSP_SDP_INVALID`; mistakes in a media name
 * its number, from 1: `invalid SDP: media 1 is invalid: invalid mid`.
 */
export function readDescription(
  sdp: string | Uint8Array,
  options: ReadDescriptionOptions = {},
): SessionDescription | Failure {
  const document = parseSdp(sdp, options)
  if (isFailure(document)) return document
  const keyMgmt = readKeyMgmt(document.attributes)
  if (typeof keyMgmt === 'string') return sdpFailure(keyMgmt)
  if (document.medias.length === 0) return sdpFailure('no media streams are present in SDP')
  const warnings = [...document.warnings]
  const medias = readMedias(document.medias, options.strict ?? false, warnings)
  if (isFailure(medias)) return medias
  const failure = checkIds(medias)
  if (failure !== undefined) return failure
  const fecGroups = readFecGroups(document, medias)
  if (isFailure(fecGroups)) return fecGroups
  return {
    title: document.name === ' ' ? '' : document.name,
    medias: trustBackChannels(medias),
    fecGroups,
    ...(keyMgmt !== undefined && { keyMgmt }),
    control: attributeValue(document.attributes, 'control') ?? '',
    warnings: warnings.slice(0, maxSdpWarnings),
    ...besides(document),
  }
}

/** What the model only keeps. */
function besides(document: SdpDocument) {
  const range = attributeValue(document.attributes, 'range')
  return {
    ...(document.origin !== undefined && { origin: document.origin }),
    ...(document.information !== undefined && { information: document.information }),
    ...(document.connection !== undefined && { connection: document.connection }),
    ...(document.bandwidths.length > 0 && { bandwidths: document.bandwidths }),
    ...(range !== undefined && { range }),
    ...(document.attributes.length > 0 && { attributes: document.attributes }),
  }
}

/** MIKEY bytes of the first `a=key-mgmt` that has a value (RFC 4567 section 3.1), or the reason as text. */
function readKeyMgmt(attributes: readonly SdpAttribute[]): Uint8Array | undefined | string {
  const value = attributes.find(({ key, value }) => key === 'key-mgmt' && value !== '')?.value
  if (value === undefined) return undefined
  if (!value.startsWith('mikey ')) return 'unsupported key-mgmt protocol'
  const bytes = decodeBase64(value.slice('mikey '.length).trim())
  return bytes === undefined || bytes.length === 0 ? 'invalid key-mgmt' : bytes
}

function readMedias(sdpMedias: readonly SdpMedia[], isStrict: boolean, warnings: string[]): Media[] | Failure {
  const medias: Media[] = []
  for (const [index, sdpMedia] of sdpMedias.entries()) {
    const notes: string[] = []
    const media = readMedia(sdpMedia, isStrict, notes)
    const prefix = `media ${index + 1}`
    if (typeof media === 'string') return sdpFailure(`${prefix} is invalid: ${media}`)
    if (isStrict && notes[0] !== undefined) return sdpFailure(`${prefix} is invalid: ${notes[0]}`)
    for (const note of notes) warnings.push(`${prefix}: ${note}`)
    if (media !== undefined) medias.push(media)
  }
  return medias.length > 0 ? medias : sdpFailure('no media streams are present in SDP')
}

/** A media; `undefined` when it is to be left out; the reason as text when it spoils the description. */
function readMedia(sdpMedia: SdpMedia, isStrict: boolean, notes: string[]): Media | undefined | string {
  const { attributes } = sdpMedia
  const id = attributeValue(attributes, 'mid') ?? ''
  if (!/^[\p{L}\p{N}]*$/u.test(id)) return 'invalid mid'
  const keyMgmt = readKeyMgmt(attributes)
  if (typeof keyMgmt === 'string') return keyMgmt
  const formats = readFormats(sdpMedia, isStrict, notes)
  if (typeof formats === 'string') return formats
  if (formats.length === 0) return undefined
  const control = attributeValue(attributes, 'control') ?? ''
  return {
    type: sdpMedia.type,
    id,
    isBackChannel: attributes.some(({ key, value }) => key === 'sendonly' && value === ''),
    profile: sdpMedia.protocol.split('/').includes('SAVP') ? 'SAVP' : 'AVP',
    // On a media, `*` (the whole presentation) can only mean what no control means.
    control: control === '*' ? '' : control,
    ...(keyMgmt !== undefined && { keyMgmt }),
    formats,
    ...mediaBesides(sdpMedia),
  }
}

function mediaBesides(sdpMedia: SdpMedia) {
  return {
    ...(sdpMedia.information !== undefined && { information: sdpMedia.information }),
    port: sdpMedia.port,
    protocol: sdpMedia.protocol,
    ...(sdpMedia.connection !== undefined && { connection: sdpMedia.connection }),
    ...(sdpMedia.bandwidths.length > 0 && { bandwidths: sdpMedia.bandwidths }),
    ...(sdpMedia.direction !== undefined && { direction: sdpMedia.direction }),
    ...(sdpMedia.frameRate !== undefined && { frameRate: sdpMedia.frameRate }),
    ...(sdpMedia.packetTimeMs !== undefined && { packetTimeMs: sdpMedia.packetTimeMs }),
    ...(sdpMedia.attributes.length > 0 && { attributes: sdpMedia.attributes }),
  }
}

/** The formats; none when the media is not RTP or has no payload type at all; the reason as text otherwise. */
function readFormats(sdpMedia: SdpMedia, isStrict: boolean, notes: string[]): readonly Format[] | string {
  if (!isKnownProtocol(sdpMedia.protocol)) {
    notes.push('left out, it is not RTP')
    return []
  }
  const readFormat = formatReader({
    mediaType: sdpMedia.type,
    attributes: sdpMedia.attributes,
    isStrict,
    note: (text) => notes.push(text),
  })
  const formats = new Map<number, Format>()
  for (const token of sdpMedia.payloads) {
    const format = readFormat(token)
    if (typeof format !== 'string') {
      // A payload type that is listed twice is one format.
      if (!formats.has(format.payloadType)) formats.set(format.payloadType, format)
    } else if (isStrict || !format.startsWith('invalid payload type')) {
      return format
    } else {
      // `m=audio 0 RTP/AVP (null)` exists: the device has no audio to offer.
      notes.push(format)
    }
  }
  if (formats.size === 0) notes.push('left out, it has no usable payload type')
  return [...formats.values()]
}

/** RFC 5888 section 4: ids are unique; devices that set only some of them cannot be matched. */
function checkIds(medias: readonly Media[]): Failure | undefined {
  const ids = medias.map((media) => media.id).filter((id) => id !== '')
  if (new Set(ids).size !== ids.length) return sdpFailure('duplicate media IDs')
  return ids.length === 0 || ids.length === medias.length ? undefined : sdpFailure('media IDs sent partially')
}

/** Groups of RFC 5956, without the medias that were left out. A group may only name medias that were announced. */
function readFecGroups(document: SdpDocument, medias: readonly Media[]): readonly (readonly string[])[] | Failure {
  const announced = new Set(document.medias.map((media) => attributeValue(media.attributes, 'mid')))
  const present = new Set(medias.map((media) => media.id))
  const groups = document.groups.filter((group) => group.semantics === 'FEC').map((group) => group.ids)
  if (!groups.every((ids) => ids.every((id) => announced.has(id)))) {
    return sdpFailure('FEC group refers to an unknown media ID')
  }
  return groups.map((ids) => ids.filter((id) => present.has(id))).filter((ids) => ids.length > 0)
}

/** IDS uEye cameras mark everything `sendonly`: the word is only believed when there is a media without it. */
function trustBackChannels(medias: readonly Media[]): readonly Media[] {
  return medias.every((media) => media.isBackChannel)
    ? medias.map((media) => ({ ...media, isBackChannel: false }))
    : medias
}
