import type { RtspRequest } from '../rtsp/message.ts'
import { withoutCredentials, type RtspUrl } from '../url/rtsp-url.ts'

/**
 * Which `uri` of a digest goes with a request. RFC 2617 section 3.2.2.5 wants the one of the request line; several clients
 * send another one for the same thing. Each variant is a function of its own, with the client that needs it. None widens
 * what a hash is good for by more than the track of a SETUP.
 */

/** Whether the server accepts `uri` in a digest of this request. Nothing is decoded: texts are compared as written. */
export function isAcceptableDigestUri(uri: string, request: RtspRequest): boolean {
  const { url, method } = request
  if (url === null) return uri === '*'
  if (isRequestUrl(uri, url) || isOriginForm(uri, url)) return true
  if (method !== 'SETUP') return false
  const base = urlBeforeTrack(url)
  return base !== null && (isBaseWithSlash(uri, base) || isBaseWithoutSlash(uri, base))
}

/** What the RFC asks for. Clients that leave user and password in the request line hash the URL with or without them. */
function isRequestUrl(uri: string, url: RtspUrl): boolean {
  return uri === url.text || uri === withoutCredentials(url).text
}

/** Bosch BVMS sends path and query only, as HTTP would: `/mypath?key=val/trackID=3`. */
function isOriginForm(uri: string, url: RtspUrl): boolean {
  return uri.startsWith('/') && uri === `${url.rawPath}${url.hasQuery ? `?${url.query}` : ''}`
}

/** VLC (live555) hashes the base URL of the presentation with its slash when it sets up a track of it. */
function isBaseWithSlash(uri: string, base: string): boolean {
  return uri === `${base}/`
}

/** HappyTime NVRs hash the URL that was described, without the slash of its base. */
function isBaseWithoutSlash(uri: string, base: string): boolean {
  return uri === base
}

/** The URL in front of the `/trackID=` and digits that end it; `null` if it ends otherwise. */
function urlBeforeTrack(url: RtspUrl): string | null {
  return /^(.*)\/trackID=[0-9]+$/s.exec(withoutCredentials(url).text)?.[1] ?? null
}
