import { describeForPlay, type DescribeForPlayOptions } from './describe-for-play.ts'
import type { SessionDescription } from './description.ts'
import { writeDescription } from './write-description.ts'

/**
 * The text that DESCRIBE answers with. It depends on the stream and on a few switches only, and a stream is described
 * again for every reader that comes: it is written once and kept for as long as the description lives.
 */
const written = new WeakMap<SessionDescription, Map<number, string>>()

/** `describeForPlay` and `writeDescription` in one. Texts with keys are written anew: keys are not kept. */
export function playSdp(description: SessionDescription, options: DescribeForPlayOptions): string {
  if (options.keyMgmt !== undefined) return writeDescription(describeForPlay(description, options))
  const { includeBackChannels, multicast, secure, isIpv6 } = options
  const variant = (includeBackChannels ? 1 : 0) | (multicast ? 2 : 0) | (secure ? 4 : 0) | (isIpv6 ? 8 : 0)
  let variants = written.get(description)
  if (variants === undefined) {
    variants = new Map()
    written.set(description, variants)
  }
  let text = variants.get(variant)
  if (text === undefined) {
    text = writeDescription(describeForPlay(description, options))
    variants.set(variant, text)
  }
  return text
}
