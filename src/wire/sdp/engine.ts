import sdpTransform from 'sdp-transform'
import { z } from 'zod'
import type { SdpAttribute, SdpDirection, SdpGroup } from './document.ts'

/**
 * The attributes with a standard grammar go through sdp-transform, behind two guards. In front: it gets only lines that
 * it is known to read well, in a canonical document (it drops `m=` lines with a vendor's type, empty attributes and
 * much else that cameras send). Behind: zod, because it turns whatever looks like a number into one. What RTSP depends
 * on to the letter (control, mid, rtpmap, fmtp) never comes from here.
 */

/** What the engine read from the attributes of one section. */
export interface StandardAttributes {
  readonly direction?: SdpDirection
  readonly frameRate?: number
  readonly packetTimeMs?: number
  readonly groups: readonly SdpGroup[]
}

const understood: readonly string[] = ['sendrecv', 'recvonly', 'sendonly', 'inactive', 'framerate', 'ptime', 'group']

/** sdp-transform makes `1` the number 1 only when the way back gives the same text, so this restores what was there. */
const text = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string())
const positive = z
  .preprocess((value) => Number(value), z.number().positive())
  .optional()
  .catch(undefined)

const section = z.object({
  direction: z.enum(['sendrecv', 'recvonly', 'sendonly', 'inactive']).optional().catch(undefined),
  framerate: positive,
  ptime: positive,
  groups: z.array(z.object({ type: text, mids: text })).default([]),
})
const result = section.extend({ media: z.array(section) })

/**
 * Reads the standard attributes of the session (first) and of every media (in order). A section comes out empty when
 * nothing in it was understood; there is no failure.
 */
export function readStandardAttributes(
  session: readonly SdpAttribute[],
  medias: readonly (readonly SdpAttribute[])[],
): { readonly session: StandardAttributes; readonly medias: readonly StandardAttributes[] } {
  const lines = ['v=0', ...attributeLines(session)]
  for (const attributes of medias) lines.push('m=video 0 RTP/AVP 96', ...attributeLines(attributes))
  const parsed = result.safeParse(sdpTransform.parse(lines.join('\r\n')))
  if (!parsed.success) return { session: { groups: [] }, medias: medias.map(() => ({ groups: [] })) }
  return { session: standardOf(parsed.data), medias: parsed.data.media.map(standardOf) }
}

/** The lines that the engine may see. Line ends inside a value cannot happen: lines were split at them. */
function attributeLines(attributes: readonly SdpAttribute[]): string[] {
  return attributes
    .filter(({ key }) => understood.includes(key))
    .map(({ key, value }) => (value === '' ? `a=${key}` : `a=${key}:${value.trim()}`))
}

function standardOf(read: z.infer<typeof section>): StandardAttributes {
  return {
    ...(read.direction !== undefined && { direction: read.direction }),
    ...(read.framerate !== undefined && { frameRate: read.framerate }),
    ...(read.ptime !== undefined && { packetTimeMs: read.ptime }),
    groups: read.groups.map(({ type, mids }) => ({
      semantics: type,
      ids: mids.split(' ').filter((id) => id !== ''),
    })),
  }
}
