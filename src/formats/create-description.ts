import { rtspError } from '../contracts/rtsp-error.ts'
import type { Media, SessionDescription } from './description.ts'

/** A media as an application gives it: what it is made of; everything else has a default. */
export type MediaInput = Pick<Media, 'type' | 'formats'> & Partial<Omit<Media, 'type' | 'formats'>>

/** A description as an application gives it. */
export type DescriptionInput = Partial<Omit<SessionDescription, 'medias'>> & { readonly medias: readonly MediaInput[] }

/**
 * A description with its defaults filled in: no title, plain RTP, medias that flow from the server, control `trackID=<index>`.
 * Throws `ERR_RTSP_USAGE` for no media, a media without formats, a payload type that a media has twice, and for ids
 * that are not letters and digits, not unique, or set on some medias only (RFC 5888).
 *
 * @example
 * const description = createDescription({
 *   medias: [{ type: 'video', formats: [h264Format({ payloadType: 96, sps, pps })] }],
 * })
 */
export function createDescription(input: DescriptionInput): SessionDescription {
  const medias = input.medias.map((media, index) => completeMedia(media, index))
  if (medias.length === 0) throw rtspError('ERR_RTSP_USAGE', 'a description needs at least one media')
  const ids = medias.map((media) => media.id).filter((id) => id !== '')
  if (new Set(ids).size !== ids.length || (ids.length !== 0 && ids.length !== medias.length)) {
    throw rtspError('ERR_RTSP_USAGE', 'media ids must be unique and set on all medias or on none')
  }
  if (!(input.fecGroups ?? []).every((group) => group.every((id) => ids.includes(id)))) {
    throw rtspError('ERR_RTSP_USAGE', 'FEC group refers to an unknown media id')
  }
  return { title: '', fecGroups: [], control: '', warnings: [], ...input, medias }
}

function completeMedia(media: MediaInput, index: number): Media {
  if (media.formats.length === 0) throw rtspError('ERR_RTSP_USAGE', `media ${index} has no formats`)
  if (new Set(media.formats.map((format) => format.payloadType)).size !== media.formats.length) {
    throw rtspError('ERR_RTSP_USAGE', `media ${index} has a payload type twice`)
  }
  if (!/^[\p{L}\p{N}]*$/u.test(media.id ?? '')) {
    throw rtspError('ERR_RTSP_USAGE', `id of media ${index} must be letters and digits`)
  }
  if (!/^[^\s]+$/.test(media.type)) throw rtspError('ERR_RTSP_USAGE', `type of media ${index} must be one word`)
  return { id: '', isBackChannel: false, profile: 'AVP', control: `trackID=${index}`, ...media }
}
