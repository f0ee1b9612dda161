import type { Media } from './description.ts'
import type { Format } from './format.ts'

/** The format type of a codec: `FormatOf<'H264'>` is `H264Format`. */
export type FormatOf<Codec extends Format['codec']> = Extract<Format, { readonly codec: Codec }>

/** A format and the media that it is of: what `session.rtp` is asked for. */
export interface FoundFormat<F extends Format> {
  readonly media: Media
  readonly format: F
}

/**
 * The first format of one of these codecs, in the order of the description, with its media; the type of the format follows
 * from the codecs. Undefined when there is none, and for `null`. Back channels are passed over.
 *
 * `source` is whatever has medias: a session (those that were set up), or a description, as `announcedDescription` is one.
 *
 * ```ts
 * record: ({ session }) => {
 *   const video = findFormat(session, 'H264', 'H265')
 *   if (video === undefined) return respond.status(415)
 *   session.rtp(video.media, video.format).pipe(depacketize(video.format)).subscribe(...)
 *   return respond.ok()
 * }
 * ```
 */
export function findFormat<Codec extends Format['codec']>(
  source: { readonly medias: readonly Media[] } | null,
  ...codecs: readonly [Codec, ...Codec[]]
): FoundFormat<FormatOf<Codec>> | undefined {
  for (const media of source?.medias ?? []) {
    if (media.isBackChannel) continue
    const format = media.formats.find((each) => isOf(each, codecs))
    if (format !== undefined) return { media, format }
  }
  return undefined
}

function isOf<Codec extends Format['codec']>(format: Format, codecs: readonly Codec[]): format is FormatOf<Codec> {
  return codecs.some((codec) => codec === format.codec)
}
