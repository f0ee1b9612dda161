import { mpeg4AudioFormat, type MPEG4AudioFormat, type MPEG4AudioLATMFormat } from 'rxrtsp'

/**
 * AAC as GStreamer publishes it: in LATM (ISO/IEC 14496-3 section 1.7.3, RFC 6416), which has a config of its own and a
 * length before each frame. MP4 wants the plain config and the bare frames.
 */

/** The same sound without LATM. Undefined when the config travels inside the stream, or is for more than plain AAC-LC. */
export function withoutLatm({ payloadType, config, objectType }: MPEG4AudioLATMFormat): MPEG4AudioFormat | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = config ?? []
  // Table 1.42: version 0, one framing, one subframe, program and layer; these are 15 bits, and 16 of config follow.
  if (first !== 0x40 || second > 1 || objectType !== 2) return undefined
  const plain = Uint8Array.of((second << 7) | (third >> 1), ((third & 1) << 7) | (fourth >> 1))
  return mpeg4AudioFormat({ payloadType, config: plain })
}

/** The frame in an audioMuxElement. Its length comes first (table 1.44): bytes that add up, the first below 255 is the last. */
export function frameOfLatm(element: Uint8Array): Uint8Array {
  const last = element.findIndex((byte) => byte < 255)
  const start = last + 1
  return element.subarray(start, start + last * 255 + (element[last] ?? 0))
}
