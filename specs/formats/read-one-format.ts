import { isFailure } from '../../src/contracts/failure.ts'
import { readDescription } from '../../src/formats/read-description.ts'

/** What a media with this one payload type is read as, with its warnings. */
export function readOneFormat(type: string, payloadType: string, rtpmap: string, fmtp = '') {
  const lines = [`m=${type} 0 RTP/AVP ${payloadType}`]
  const number = payloadType.startsWith('smart') ? '' : `${payloadType} `
  if (rtpmap !== '') lines.push(`a=rtpmap:${number}${rtpmap}`)
  if (fmtp !== '') lines.push(`a=fmtp:${number}${fmtp}`)
  const lenient = readDescription(lines.join('\n'))
  const strict = readDescription(lines.join('\n'), { strict: true })
  if (isFailure(lenient)) throw new Error(lenient.text)
  const format = lenient.medias[0]?.formats[0]
  if (format === undefined) throw new Error('no format')
  return { format, warnings: lenient.warnings, strict }
}
