import { Failure, isFailure } from '../../contracts/failure.ts'
import { decodePercents } from './percents.ts'
import { parseRtspUrl, withoutCredentials, type RtspUrl } from './rtsp-url.ts'

/**
 * Which stream, and which of its medias, a request is about. Clients disagree on where the control attribute of a media
 * goes when the URL has a query: FFmpeg and live555 put it behind the query, GStreamer into the path. Both are read.
 */

/** A stream: decoded path and raw query. */
export interface RequestPath {
  readonly path: string
  readonly query: string
}

/** A media of a stream. */
export interface SetupPath extends RequestPath {
  /** What follows `trackID=`, as written; `0` if the URL names the stream only. */
  readonly track: string
}

/**
 * Stream of a DESCRIBE, PLAY, RECORD, PAUSE, GET_PARAMETER or SET_PARAMETER: path and query without the slash that
 * clients add to a base URL, or the two of them that Verint adds.
 */
export function requestPath(url: RtspUrl): RequestPath {
  const { path, query } = url
  if (query.endsWith('/')) return { path, query: query.slice(0, -1) }
  return { path: withoutLastSlashes(path), query }
}

/**
 * Stream and track of a SETUP for reading. FFmpeg sets up an MPEG-TS stream with no track at all and a trailing slash;
 * that is track `0`. `ERR_RTSP_SETUP_PATH` if there is neither a track nor a slash.
 */
export function setupPath(url: RtspUrl): SetupPath | Failure {
  const { path, query } = url
  const inQuery = lastTrack(query)
  if (inQuery >= 0) return { path, query: query.slice(0, inQuery), track: query.slice(inQuery + marker.length) }
  const inPath = lastTrack(path)
  if (inPath >= 0) {
    return { path: withoutLastSlashes(path.slice(0, inPath)), query, track: path.slice(inPath + marker.length) }
  }
  if (query.endsWith('/')) return { path, query: query.slice(0, -1), track: '0' }
  if (path.length > 1 && path.endsWith('/')) return { path: withoutLastSlashes(path), query, track: '0' }
  if (path === '' || path === '/') return { path, query, track: '0' }
  return new Failure('ERR_RTSP_SETUP_PATH')
}

/** The path without slashes at its end; the root keeps its own. */
function withoutLastSlashes(path: string): string {
  let end = path.length
  while (end > 1 && path.endsWith('/', end)) end -= 1
  return path.slice(0, end)
}

/**
 * Whether a SETUP for recording is about the media that was announced with this control attribute.
 *
 * `announcedPath` is the decoded path and `announcedQuery` the raw query of the ANNOUNCE. The host of the request, its
 * scheme and its credentials do not matter for a relative control; an absolute control must be the URL of the request,
 * credentials aside. An announced path with a trailing slash matches with one slash as well as with two.
 */
export function matchAnnouncedControl(
  setupUrl: RtspUrl,
  announcedPath: string,
  announcedQuery: string,
  control: string,
): boolean {
  if (/^rtsps?:\/\//i.test(control)) {
    const controlUrl = parseRtspUrl(control)
    return !isFailure(controlUrl) && withoutCredentials(setupUrl).text === withoutCredentials(controlUrl).text
  }
  // `*` names the aggregate (RFC 2326 appendix C.1.1), which for one media is what an empty control is.
  const relative = control === '*' ? '' : control
  return (
    (announcedQuery !== '' && isBehindQuery(setupUrl, announcedPath, announcedQuery, relative)) ||
    isBehindPath(setupUrl, announcedPath, announcedQuery, `/${relative}`) ||
    isBehindPath(setupUrl, announcedPath, announcedQuery, suffixFor(announcedPath, relative))
  )
}

const marker = '/trackID='

/** Index of the last marker that something follows, -1 if there is none. */
function lastTrack(text: string): number {
  const lastIndex = text.length - marker.length - 1
  return lastIndex < 0 ? -1 : text.lastIndexOf(marker, lastIndex)
}

/** What resolving a relative control adds to its base: a slash only where there is none. */
function suffixFor(base: string, relative: string): string {
  return relative === '' || /^[/?]/.test(relative) || base.endsWith('/') ? relative : `/${relative}`
}

/** The layout of FFmpeg: `path?query/control`. */
function isBehindQuery(url: RtspUrl, path: string, query: string, relative: string): boolean {
  if (url.path !== path) return false
  return url.query === `${query}/${relative}` || url.query === query + suffixFor(query, relative)
}

/** The layout of GStreamer: `path/control?query`. The suffix is still escaped and may bring a query of its own. */
function isBehindPath(url: RtspUrl, path: string, query: string, suffix: string): boolean {
  const question = suffix.indexOf('?')
  const suffixPath = question < 0 ? suffix : suffix.slice(0, question)
  const suffixQuery = question < 0 ? '' : suffix.slice(question + 1)
  const wholeQuery = suffixQuery === '' || query === '' ? suffixQuery + query : `${suffixQuery}?${query}`
  return url.path === path + decodePercents(suffixPath) && url.query === wholeQuery
}
