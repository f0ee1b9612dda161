import type { SdpAttribute, SdpBandwidth, SdpConnection, SdpDocument, SdpMedia, SdpTiming } from './document.ts'

/**
 * Writes a document in the order of RFC 8866 section 5, CRLF behind every line. Everything `parseSdp` kept is written,
 * so reading and writing again changes nothing.
 */

/** The description as text. The caller answers for there being no line ends inside its values. */
export function writeSdp(document: Omit<SdpDocument, 'warnings' | 'groups'>): string {
  const { origin } = document
  const lines = ['v=0']
  if (origin !== undefined) {
    const { userName, sessionId, sessionVersion, addressType, address } = origin
    lines.push(`o=${userName} ${sessionId} ${sessionVersion} IN ${addressType} ${address}`)
  }
  lines.push(
    `s=${document.name}`,
    ...optional('i', document.information),
    ...optional('u', document.uri),
    ...optional('e', document.email),
    ...optional('p', document.phone),
    ...connectionLines(document.connection),
    ...document.bandwidths.map(bandwidthLine),
    ...document.timings.flatMap(timingLines),
    ...optional('z', document.timeZones),
    ...optional('k', document.key),
    ...document.attributes.map(attributeLine),
    ...document.medias.flatMap(mediaLines),
  )
  return `${lines.join('\r\n')}\r\n`
}

function mediaLines(media: SdpMedia): string[] {
  return [
    `m=${media.type} ${media.port} ${media.protocol} ${media.payloads.join(' ')}`,
    ...optional('i', media.information),
    ...connectionLines(media.connection),
    ...media.bandwidths.map(bandwidthLine),
    ...optional('k', media.key),
    ...media.attributes.map(attributeLine),
  ]
}

function optional(key: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${key}=${value}`]
}

function connectionLines(connection: SdpConnection | undefined): string[] {
  if (connection === undefined) return []
  return [`c=IN ${connection.addressType}${connection.address === '' ? '' : ` ${connection.address}`}`]
}

function bandwidthLine({ type, value }: SdpBandwidth): string {
  return `b=${type}:${value}`
}

function timingLines({ start, stop, repeats }: SdpTiming): string[] {
  return [`t=${start} ${stop}`, ...repeats.map((repeat) => `r=${repeat}`)]
}

function attributeLine({ key, value }: SdpAttribute): string {
  return value === '' ? `a=${key}` : `a=${key}:${value}`
}
