import { Failure, isFailure } from '../../contracts/failure.ts'
import { parseRtspUrl, type RtspUrl } from './rtsp-url.ts'

/**
 * How a reader gets from a session description to the URLs of its medias (RFC 2326 appendix C.1.1). Resolution is by
 * text, not by the rules of RFC 3986: devices expect the control behind the whole base URL, query included.
 */

/**
 * Base URL of a description: the session's control attribute unless it is empty or `*`, else `Content-Base`, else the
 * URL of the request. User and password are always those of the request. `contentBase` holds all values of that header;
 * more than one, or a value that is no URL, is a failure.
 */
export function baseUrl(
  requestUrl: RtspUrl,
  contentBase: readonly string[],
  sessionControl: string,
): RtspUrl | Failure {
  if (sessionControl !== '' && sessionControl !== '*') return withAuthority(sessionControl, requestUrl, undefined)
  const value = contentBase[0]
  if (value === undefined) return requestUrl
  if (contentBase.length > 1) return new Failure('ERR_RTSP_HEADER', 'Content-Base is repeated')
  if (value.startsWith('/')) {
    return withAuthority(`${requestUrl.scheme}://${requestUrl.host}${value}`, requestUrl, undefined)
  }
  return withAuthority(value, requestUrl, undefined)
}

/**
 * URL of a media from the base URL and the control attribute of the media. An absolute control keeps its path and query
 * but gets host and credentials of the base, since cameras behind a NAT announce the address they know. An empty control
 * or `*` is the base itself. `ERR_RTSP_HEADER` without a base, `ERR_RTSP_URL` if the result is no URL.
 */
export function resolveControl(baseUrlText: string | undefined, control: string): RtspUrl | Failure {
  if (baseUrlText === undefined) return new Failure('ERR_RTSP_HEADER', 'Content-Base header not provided')
  const base = parseRtspUrl(baseUrlText)
  if (isFailure(base) || control === '' || control === '*') return base
  if (/^rtsps?:\/\//i.test(control)) return withAuthority(control, base, base.host)
  const needsSlash = !baseUrlText.endsWith('/') && !control.startsWith('/') && !control.startsWith('?')
  return parseRtspUrl(`${baseUrlText}${needsSlash ? '/' : ''}${control}`)
}

/** `text` as a URL with the credentials of `source`, and with another host if one is given. */
function withAuthority(text: string, source: RtspUrl, host: string | undefined): RtspUrl | Failure {
  const url = parseRtspUrl(text)
  if (isFailure(url)) return url
  const userInfo = source.userInfo === '' ? '' : `${source.userInfo}@`
  const query = url.hasQuery ? `?${url.query}` : ''
  return parseRtspUrl(`${url.scheme}://${userInfo}${host ?? url.host}${url.rawPath}${query}`)
}
