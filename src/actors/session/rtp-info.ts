import { formatRtpInfo, type RtpInfoEntry } from '../../wire/headers/rtp-info.ts'
import type { RtspUrl } from '../../wire/url/rtsp-url.ts'
import type { SessionMedia, TrackCursor } from './protocol.ts'

/**
 * The RTP-Info header of a PLAY answer: one entry per media in SETUP order. A media that has not sent anything yet has
 * only its URL, because a wrong sequence number or time breaks players (GStreamer, see interop quirk 18).
 */
export function rtpInfo(
  requestUrl: RtspUrl,
  path: string,
  medias: readonly SessionMedia[],
  cursors: readonly TrackCursor[],
): string {
  return formatRtpInfo(
    medias.map(({ mediaIndex }): RtpInfoEntry => {
      const url = `${requestUrl.scheme}://${requestUrl.host}${encodeURI(path)}/trackID=${mediaIndex}`
      const cursor = cursors.find((candidate) => candidate.mediaIndex === mediaIndex)
      return cursor === undefined ? { url } : { url, sequenceNumber: cursor.sequenceNumber, timestamp: cursor.rtpTime }
    }),
  )
}
