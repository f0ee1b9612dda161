/**
 * Compares the text of a description with what was made of it, line by line and by means of its own: lines are split at line
 * ends and sections at `m=`, and nothing of ours reads them. Says which lines are not found again.
 */
import type { Media, SessionDescription } from '../../src/formats/description.ts'
import type { Format } from '../../src/formats/format.ts'
import type { SdpAttribute, SdpBandwidth, SdpConnection } from '../../src/wire/sdp/document.ts'

interface Section {
  readonly attributes?: readonly SdpAttribute[]
  readonly bandwidths?: readonly SdpBandwidth[]
  readonly connection?: SdpConnection
  readonly information?: string
  readonly keyMgmt?: Uint8Array
}

/** Codecs whose names in the rtpmap are not those of the model. */
const otherNames: Readonly<Record<string, string>> = {
  'MP4V-ES': 'MPEG4Video',
  'MPEG4-GENERIC': 'MPEG4Audio',
  'MP4A-LATM': 'MPEG4AudioLATM',
  SMPTE336M: 'KLV',
  'VND.ONVIF.METADATA': 'ONVIFMetadata',
  JPEG: 'MJPEG',
  MP2T: 'MPEGTS',
  MPA: 'MPEG1Audio',
  MPV: 'MPEG1Video',
  MULTIOPUS: 'Opus',
  PCMU: 'G711',
  PCMA: 'G711',
  L8: 'LPCM',
  L16: 'LPCM',
  L24: 'LPCM',
}
const sameNames = ['AV1', 'VP9', 'VP8', 'H265', 'H264', 'Opus', 'Vorbis', 'AC3', 'Speex', 'G722']

/** Lines of the text that the description lacks, each behind its section, `m0` for the first media. */
export function lostLines(sdp: string, description: SessionDescription): readonly string[] {
  const lines = sdp
    .replaceAll('\r', '')
    .split('\n')
    .filter((line) => line !== '')
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []))
  const session = lines.slice(0, starts[0])
  const sections = starts.map((start, index) => lines.slice(start, starts[index + 1]))
  const lost = [...lostOfSession(session, description)]
  sections.forEach((section, index) => {
    const media = description.medias[index]
    lost.push(...(media === undefined ? section : lostOfMedia(section, media)).map((line) => `m${index}: ${line}`))
  })
  return lost
}

function lostOfSession(lines: readonly string[], description: SessionDescription): readonly string[] {
  const { origin, title, fecGroups, range, control } = description
  const lost = lines.filter((line) => {
    const value = line.slice(2)
    switch (line[0]) {
      case 's':
        return title !== (value === ' ' ? '' : value)
      case 'o': {
        // What the specification of origins calls regular; the irregular ones have their spellings in the canonical text.
        const [, user, id, version, type, address] = /^(\S+) (\d+) (\d+) IN (IP[46]) (\S+)$/u.exec(value) ?? []
        if (user === undefined) return origin === undefined
        return [origin?.userName, origin?.sessionId, origin?.sessionVersion, origin?.addressType, origin?.address].some(
          (field, index) => field !== [user, id, version, type, address][index],
        )
      }
      default:
        return isLost(line, description)
    }
  })
  const groups = lines.filter((line) => line.startsWith('a=group:FEC ')).map((line) => line.slice(12).split(' '))
  if (JSON.stringify(groups) !== JSON.stringify(fecGroups)) lost.push('groups')
  if (control !== valueOf(lines, 'control')) lost.push('control')
  if ((range ?? '') !== valueOf(lines, 'range')) lost.push('range')
  return [...lost, ...lostAttributes(lines, description), ...lostKey(lines, description)]
}

function lostOfMedia(lines: readonly string[], media: Media): readonly string[] {
  const lost = lines.filter((line) => !line.startsWith('m=') && isLost(line, media))
  const [type, port, protocol = '', ...payloads] = (lines[0] ?? '').slice(2).trim().split(/\s+/u)
  if (media.type !== type) lost.push('type')
  if (String(media.port) !== port?.split('/')[0]) lost.push('port')
  if (media.protocol !== protocol) lost.push('protocol')
  if (media.profile !== (protocol.split('/').includes('SAVP') ? 'SAVP' : 'AVP')) lost.push('profile')
  if (media.id !== valueOf(lines, 'mid')) lost.push('mid')
  const control = valueOf(lines, 'control')
  if (media.control !== (control === '*' ? '' : control)) lost.push('control')
  const direction = ['sendrecv', 'recvonly', 'sendonly', 'inactive'].find((word) => lines.includes(`a=${word}`))
  if (media.direction !== direction) lost.push('direction')
  const numbers = [...new Set(payloads.filter((payload) => /^\d+$/u.test(payload)).map(Number))]
  const known = media.formats.map(({ payloadType }) => payloadType)
  if (numbers.some((number) => !known.includes(number)) || known.length === 0) lost.push('payload types')
  for (const format of media.formats) lost.push(...lostOfFormat(lines, format))
  return [...lost, ...lostAttributes(lines, media), ...lostKey(lines, media)]
}

/** `c=`, `b=` and `i=`; other lines are looked at elsewhere, or say nothing that RTSP has a use for (`v`, `t`, `u`, `e`, ...). */
function isLost(line: string, { connection, bandwidths, information }: Section): boolean {
  const value = line.slice(2)
  switch (line[0]) {
    case 'c':
      // Without an address there is nothing to keep; `SM` is the second of two lines.
      if (value.trim() === 'IN' || value.startsWith('SM ')) return false
      return connection === undefined || !value.trimEnd().endsWith(connection.address)
    case 'b':
      return bandwidths?.some(({ type, value: number }) => value === `${type}:${number}`) !== true
    case 'i':
      return information !== value
    default:
      return false
  }
}

/** Every attribute, in order, as it was written. */
function lostAttributes(lines: readonly string[], { attributes = [] }: Section): readonly string[] {
  const written = lines.filter((line) => line.startsWith('a='))
  const kept = attributes.map(({ key, value }) => (value === '' ? `a=${key}` : `a=${key}:${value}`))
  return written.length === kept.length && written.every((line, index) => line.replace(/:$/u, '') === kept[index])
    ? []
    : written.filter((line) => !kept.includes(line))
}

function lostKey(lines: readonly string[], { keyMgmt }: Section): readonly string[] {
  const written = valueOf(lines, 'key-mgmt').replace('mikey ', '')
  return Buffer.from(keyMgmt ?? []).toString('base64') === written ? [] : ['key-mgmt']
}

/** The codec and the clock of the rtpmap, and of the fmtp what decoders need. */
function lostOfFormat(lines: readonly string[], format: Format): readonly string[] {
  const { payloadType, codec, clockRateHz } = format
  const lost: string[] = []
  const rtpmap = mapped(lines, 'rtpmap', payloadType)
  const [name = '', clock = ''] = (rtpmap ?? '').split('/')
  const upper = name.toUpperCase()
  const expected = otherNames[upper] ?? sameNames.find((same) => same.toUpperCase() === upper)
  const isG726 = /^(?:AAL2-)?G726-\d\d$/u.test(upper)
  if (expected !== undefined && codec !== expected) lost.push(`rtpmap:${payloadType} as ${codec}`)
  if (isG726 && codec !== 'G726') lost.push(`rtpmap:${payloadType} as ${codec}`)
  if (/^\d+$/u.test(clock) && Number(clock) > 0 && clockRateHz !== Number(clock) && codec !== 'KLV') {
    lost.push(`clock of ${payloadType}`)
  }
  const fmtp = mapped(lines, 'fmtp', payloadType)
  if (codec === 'generic' && (format.rtpmap.trim() !== (rtpmap ?? '') || (format.fmtp ?? '').trim() !== (fmtp ?? ''))) {
    lost.push(`text of ${payloadType}`)
  }
  for (const part of (fmtp ?? '').split(';')) {
    const [key = '', value = ''] = part.trim().split(/=(.*)/su)
    if (value !== '' && !isKept(format, key.toLowerCase(), value.trim()))
      lost.push(`fmtp:${payloadType} ${part.trim()}`)
  }
  return lost
}

/** Whether a parameter is in the format; those that no decoder needs are kept among the attributes only. */
function isKept(format: Format, key: string, value: string): boolean {
  const base64 = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('base64')
  const bytesOf = (text: string) => base64(stripped(Buffer.from(text, 'base64')))
  switch (format.codec) {
    case 'H264': {
      const sets = value.split(',').slice(0, 2)
      if (key === 'packetization-mode') return format.packetizationMode === Number(value)
      if (key !== 'sprop-parameter-sets' || sets.length < 2) return true
      return sets.every((set, index) => base64(index === 0 ? format.sps : format.pps) === bytesOf(set))
    }
    case 'H265': {
      const kept = { 'sprop-vps': format.vps, 'sprop-sps': format.sps, 'sprop-pps': format.pps }
      if (key === 'sprop-max-don-diff') return format.maxDonDiff === Number(value)
      return !(key in kept) || base64(kept[key as keyof typeof kept]) === bytesOf(value)
    }
    case 'MPEG4Audio': {
      const lengths = { sizelength: format.sizeLength, indexlength: format.indexLength }
      if (key === 'indexdeltalength') return format.indexDeltaLength === Number(value)
      if (key in lengths) return lengths[key as keyof typeof lengths] === Number(value)
      // Extensions behind the config proper are not kept, media-layer rules of AudioSpecificConfig.
      return key !== 'config' || value.toLowerCase().startsWith(Buffer.from(format.config).toString('hex').slice(0, -1))
    }
    case 'MPEG4Video':
      return key !== 'config' || Buffer.from(format.config ?? []).toString('hex') === value.toLowerCase()
    case 'Vorbis':
      return key !== 'configuration' || base64(format.configuration) === value
    default:
      return true
  }
}

/** Some devices leave the start code in front of a parameter set. */
function stripped(bytes: Buffer): Buffer {
  return bytes.subarray(0, 4).equals(Buffer.from([0, 0, 0, 1])) ? bytes.subarray(4) : bytes
}

function mapped(lines: readonly string[], key: string, payloadType: number): string | undefined {
  const prefix = `a=${key}:${payloadType} `
  const line = lines.find((each) => each.replace(/^(a=\w+:) +/u, '$1').startsWith(prefix))
  return line
    ?.replace(/^(a=\w+:) +/u, '$1')
    .slice(prefix.length)
    .trim()
}

function valueOf(lines: readonly string[], key: string): string {
  const line = lines.find((each) => each === `a=${key}` || each.startsWith(`a=${key}:`))
  return line?.slice(key.length + 3) ?? ''
}
