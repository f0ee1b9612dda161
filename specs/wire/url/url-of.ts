import { isFailure } from '../../../src/contracts/failure.ts'
import { parseRtspUrl, type RtspUrl } from '../../../src/wire/url/rtsp-url.ts'

/** A URL that a spec knows to be valid. */
export function urlOf(text: string): RtspUrl {
  const url = parseRtspUrl(text)
  if (isFailure(url)) throw new Error(url.text)
  return url
}
