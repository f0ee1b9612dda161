/**
 * RTP packets to pictures of MPEG-1 and MPEG-2 video, RFC 2250 section 3. Nothing of the payload header is needed to put a
 * picture together when no packet is missing, so its slice bits are not held against senders who set them in their own way.
 *
 * ```text
 *  |   MBZ   |T|        TR         |AN|N|S|B|E|  P  |FBV| BFC |FFV| FFC |   with T four more bytes, for MPEG-2
 * ```
 */

import type { MPEG1VideoFrame } from '../units.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { payloadTooShort, unsupportedHeader } from './problems.ts'
import { StartCodeDepacketizer } from './start-code-depacketizer.ts'
import { isMpeg1Intra, mpeg1FrameStart, type FrameStart } from './start-codes.ts'

/** Depacketizer of MPEG-1 and MPEG-2 video. */
export class MPEG1VideoDepacketizer extends StartCodeDepacketizer<MPEG1VideoFrame> {
  constructor(options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.mpeg1VideoBytes)
  }

  protected dataOffset(payload: Uint8Array): number {
    const isExtended = ((payload[0] ?? 0) & 0x04) !== 0
    const size = isExtended ? 8 : 4
    if (payload.length <= size) {
      this.report(payloadTooShort)
      return -1
    }
    // E of the MPEG-2 header: extensions of the picture header follow, whose size is not told in the packet. RFC 2250 3.4.1.
    if (isExtended && ((payload[4] ?? 0) & 0x40) !== 0) {
      this.report(unsupportedHeader)
      return -1
    }
    return size
  }

  protected frameStart(payload: Uint8Array, at: number): FrameStart {
    return mpeg1FrameStart(payload, at)
  }

  protected build(timestamp: number, frame: Uint8Array, corrupted: boolean): MPEG1VideoFrame {
    return { codec: 'MPEG1Video', timestamp, isRandomAccess: isMpeg1Intra(frame), corrupted, frame }
  }
}
