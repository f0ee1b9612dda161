import { isFailure, type Failure } from '../../contracts/failure.ts'
import type {
  SdpAttribute,
  SdpBandwidth,
  SdpConnection,
  SdpDocument,
  SdpMedia,
  SdpOrigin,
  SdpTiming,
} from './document.ts'
import { readStandardAttributes, type StandardAttributes } from './engine.ts'
import { maxSdpBytes, maxSdpLines, maxSdpMedias, maxSdpWarnings } from './limits.ts'
import { parseBandwidth } from './parse-bandwidth.ts'
import { parseConnection } from './parse-connection.ts'
import { parseMediaLine, type MediaLine } from './parse-media-line.ts'
import { parseOrigin } from './parse-origin.ts'
import { parseRepeat, parseTimeZones, parseTiming } from './parse-timing.ts'
import { quote, sdpFailure } from './scalars.ts'

/**
 * Reads the SDP that devices really send. One pass over the lines, which only have to be `x=...`; order, repetition and
 * absence of session lines do not matter. Each kind of line has its own lenient reader. A mistake is either a failure
 * of the whole text or, where nothing depends on the line, a warning; strict reading makes every one a failure.
 */

/** How to read. */
export interface ParseSdpOptions {
  /** True: what would give a warning gives a failure. */
  readonly strict?: boolean
}

/**
 * Reads a session description (RFC 8866). Bytes are taken as UTF-8, or as Latin-1 when they are not UTF-8.
 * Linear in time; bounded by the constants of `limits.ts`. Fails with `ERR_RTSP_SDP_INVALID`.
 */
export function parseSdp(sdp: string | Uint8Array, options: ParseSdpOptions = {}): SdpDocument | Failure {
  if (sdp.length > maxSdpBytes) return sdpFailure(`too long: ${sdp.length}`)
  const lines = textOf(sdp)
    .replaceAll('\r', '')
    .split('\n')
    .filter((line) => line !== '')
  if (lines.length > maxSdpLines) return sdpFailure(`too many lines: ${lines.length}`)
  const draft = newDraft(options.strict ?? false)
  for (const line of lines) {
    if (line[1] !== '=') return sdpFailure(`invalid line: (${quote(line)})`)
    const failure = readLine(draft, line.charAt(0), line.slice(2))
    if (failure !== undefined) return failure
  }
  return finish(draft)
}

/** Without a byte order mark in front and the zeros that some devices end their text with. */
function textOf(sdp: string | Uint8Array): string {
  const text = typeof sdp === 'string' ? sdp : decode(sdp)
  const start = text.startsWith('\uFEFF') ? 1 : 0
  let end = text.length
  while (end > start && text.charCodeAt(end - 1) === 0) end -= 1
  return text.slice(start, end)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Not UTF-8: titles in a national encoding. Latin-1 keeps every byte apart and ASCII as it is.
    return new TextDecoder('latin1').decode(bytes)
  }
}

/** A section under construction: the session, or one media. */
interface SectionDraft {
  information: string | undefined
  connection: SdpConnection | undefined
  key: string | undefined
  readonly bandwidths: SdpBandwidth[]
  readonly attributes: SdpAttribute[]
}

interface MediaDraft extends SectionDraft {
  readonly line: MediaLine
}

interface TimingDraft extends SdpTiming {
  readonly repeats: string[]
}

interface Draft extends SectionDraft {
  readonly strict: boolean
  /** The first line may be `v=`, directly after a `t=` there may be `r=`. */
  place: 'start' | 'session' | 'timing' | 'media'
  origin: SdpOrigin | undefined
  name: string
  uri: string | undefined
  email: string | undefined
  phone: string | undefined
  timeZones: string | undefined
  readonly timings: TimingDraft[]
  readonly medias: MediaDraft[]
  readonly warnings: string[]
}

function newSection(): SectionDraft {
  return { information: undefined, connection: undefined, key: undefined, bandwidths: [], attributes: [] }
}

function newDraft(strict: boolean): Draft {
  return {
    ...newSection(),
    strict,
    place: 'start',
    origin: undefined,
    name: '',
    uri: undefined,
    email: undefined,
    phone: undefined,
    timeZones: undefined,
    timings: [],
    medias: [],
    warnings: [],
  }
}

/** In strict reading the failure itself, otherwise a warning. */
function forgive(draft: Draft, failure: Failure): Failure | undefined {
  if (draft.strict) return failure
  if (draft.warnings.length < maxSdpWarnings) draft.warnings.push(failure.text)
  return undefined
}

function readLine(draft: Draft, key: string, value: string): Failure | undefined {
  const media = draft.medias.at(-1)
  if (key === 'm') return readMediaLine(draft, value)
  if ('icbka'.includes(key)) {
    if (media === undefined) draft.place = 'session'
    return readCommonLine(draft, media ?? draft, key, value, media !== undefined)
  }
  if (media !== undefined) {
    // Session lines behind the first `m=` exist in the field; they say nothing that a media needs.
    return 'vosuepztr'.includes(key)
      ? forgive(draft, sdpFailure(`invalid key: ${key} (after a media)`))
      : sdpFailure(`invalid key: ${quote(key)}`)
  }
  return readSessionLine(draft, key, value)
}

function readSessionLine(draft: Draft, key: string, value: string): Failure | undefined {
  const place = draft.place
  draft.place = key === 't' || (key === 'r' && place === 'timing') ? 'timing' : 'session'
  switch (key) {
    case 'v':
      if (place !== 'start') return sdpFailure('invalid key: v')
      return value === '0' ? undefined : sdpFailure(`invalid version: (${quote(value)})`)
    case 'o': {
      const origin = parseOrigin(value)
      if (isFailure(origin)) return origin
      draft.origin = origin
      return undefined
    }
    case 's':
      draft.name = value
      return undefined
    case 'u':
      draft.uri = value
      return undefined
    case 'e':
      draft.email = value
      return undefined
    case 'p':
      draft.phone = value
      return undefined
    default:
      return readTimeLine(draft, key, value, place)
  }
}

function readTimeLine(draft: Draft, key: string, value: string, place: Draft['place']): Failure | undefined {
  const timing = draft.timings.at(-1)
  if (key === 't') {
    const read = parseTiming(value)
    if (isFailure(read)) return read
    draft.timings.push({ ...read, repeats: [] })
  } else if (key === 'r' && place === 'timing' && timing !== undefined) {
    const repeat = parseRepeat(value)
    if (isFailure(repeat)) return repeat
    timing.repeats.push(repeat)
  } else if (key === 'z') {
    const zones = parseTimeZones(value)
    if (isFailure(zones)) return zones
    draft.timeZones = zones
  } else {
    return sdpFailure(`invalid key: ${quote(key)}`)
  }
  return undefined
}

/** Lines that a session and a media have in common. */
function readCommonLine(draft: Draft, section: SectionDraft, key: string, value: string, isMedia: boolean) {
  if (key === 'a') {
    section.attributes.push(parseAttribute(value))
  } else if (key === 'i') {
    section.information = value
  } else if (key === 'k') {
    section.key = value
  } else if (key === 'b') {
    const bandwidth = parseBandwidth(value)
    if (isFailure(bandwidth)) return forgive(draft, bandwidth)
    section.bandwidths.push(bandwidth)
  } else {
    // Avigilon has a second, proprietary connection line in its medias.
    if (isMedia && value.startsWith('SM ')) return undefined
    const connection = parseConnection(value)
    if (isFailure(connection)) return forgive(draft, connection)
    if (connection !== undefined) section.connection = connection
  }
  return undefined
}

/** `a=key` or `a=key:value`, RFC 8866 section 5.13. */
function parseAttribute(text: string): SdpAttribute {
  const colon = text.indexOf(':')
  return colon > 0 ? { key: text.slice(0, colon), value: text.slice(colon + 1) } : { key: text, value: '' }
}

function readMediaLine(draft: Draft, value: string): Failure | undefined {
  if (draft.medias.length >= maxSdpMedias) return sdpFailure(`too many medias: more than ${maxSdpMedias}`)
  const notes: Failure[] = []
  const line = parseMediaLine(value, (failure) => notes.push(failure))
  if (isFailure(line)) return line
  draft.place = 'media'
  draft.medias.push({ ...newSection(), line })
  for (const note of notes) {
    const failure = forgive(draft, note)
    if (failure !== undefined) return failure
  }
  return undefined
}

function finish(draft: Draft): SdpDocument {
  const standard = readStandardAttributes(
    draft.attributes,
    draft.medias.map((media) => media.attributes),
  )
  return {
    ...(draft.origin !== undefined && { origin: draft.origin }),
    name: draft.name,
    ...(draft.uri !== undefined && { uri: draft.uri }),
    ...(draft.email !== undefined && { email: draft.email }),
    ...(draft.phone !== undefined && { phone: draft.phone }),
    ...sectionOf(draft),
    timings: draft.timings,
    ...(draft.timeZones !== undefined && { timeZones: draft.timeZones }),
    groups: standard.session.groups,
    medias: draft.medias.map((media, index) => mediaOf(media, standard.medias[index])),
    warnings: draft.warnings,
  }
}

function sectionOf(draft: SectionDraft) {
  return {
    ...(draft.information !== undefined && { information: draft.information }),
    ...(draft.connection !== undefined && { connection: draft.connection }),
    ...(draft.key !== undefined && { key: draft.key }),
    bandwidths: draft.bandwidths,
    attributes: draft.attributes,
  }
}

function mediaOf(draft: MediaDraft, standard: StandardAttributes | undefined): SdpMedia {
  return {
    ...draft.line,
    ...sectionOf(draft),
    ...(standard?.direction !== undefined && { direction: standard.direction }),
    ...(standard?.frameRate !== undefined && { frameRate: standard.frameRate }),
    ...(standard?.packetTimeMs !== undefined && { packetTimeMs: standard.packetTimeMs }),
  }
}
