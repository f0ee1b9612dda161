import { Failure, isFailure } from '../../contracts/failure.ts'
import type { SessionDescription } from '../../formats/description.ts'
import { readDescription } from '../../formats/read-description.ts'
import { headerValues } from '../../wire/headers/header-map.ts'
import type { RtspRequest } from '../../wire/rtsp/message.ts'

/**
 * The description of an ANNOUNCE, or why it cannot be recorded. Order and texts as in spec 4.7. A format without a clock is
 * forwarded as it is beside others, but pictures or sound of which nothing at all is known are a mistake of the publisher.
 */
export function announcedDescription(request: RtspRequest): SessionDescription | Failure {
  const contentTypes = headerValues(request.headers, 'Content-Type')
  const [contentType] = contentTypes
  if (contentType === undefined || contentTypes.length !== 1) return new Failure('ERR_RTSP_CONTENT_TYPE_MISSING')
  if (contentType !== 'application/sdp') return new Failure('ERR_RTSP_CONTENT_TYPE_UNSUPPORTED', contentType)
  const description = readDescription(request.body)
  if (isFailure(description)) return description
  if (description.medias.some((media) => media.isBackChannel)) {
    return new Failure('ERR_RTSP_SDP_INVALID', 'back channels cannot be recorded')
  }
  const silent = description.medias.findIndex((media) => media.type !== 'application')
  if (silent >= 0 && description.medias.every((media) => media.formats.every((format) => format.clockRateHz === 0))) {
    return new Failure('ERR_RTSP_SDP_INVALID', `media ${silent + 1} is invalid: clock rate not found`)
  }
  const hasMode0 = description.medias.some((media) =>
    media.formats.some((format) => format.codec === 'H264' && format.packetizationMode === 0),
  )
  return hasMode0 ? new Failure('ERR_RTSP_H264_PACKETIZATION_MODE') : description
}
