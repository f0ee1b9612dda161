/**
 * RTP packets to pictures of MPEG-1 and MPEG-2 video, RFC 2250 section 3. Nothing of the payload header is needed to put a
 * picture together when no packet is missing, so its slice bits are not held against senders who set them in their own way.
 *
 * ```text
 *  |   MBZ   |T|        TR         |AN|N|S|B|E|  P  |FBV| BFC |FFV| FFC |
 *  [T: |X|E| f_code: four times 4 bits |DC |PS |T|P|C|Q|V|A|R|H|G|D| ]
 *  [D: 32 bits of composite display]  [E: |  words  | extensions, padded ... ]
 * ```
 */

import type { MPEG1VideoFrame } from '../units.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { payloadTooShort } from './problems.ts'
import { StartCodeDepacketizer } from './start-code-depacketizer.ts'
import { isMpeg1Intra, mpeg1FrameStart, type FrameStart } from './start-codes.ts'

/** Depacketizer of MPEG-1 and MPEG-2 video. */
export class MPEG1VideoDepacketizer extends StartCodeDepacketizer<MPEG1VideoFrame> {
  constructor(options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.mpeg1VideoBytes)
  }

  protected dataOffset(payload: Uint8Array): number {
    const size = headerBytesOf(payload)
    if (payload.length > size) return size
    this.report(payloadTooShort)
    return -1
  }

  protected frameStart(payload: Uint8Array, at: number): FrameStart {
    return mpeg1FrameStart(payload, at)
  }

  protected build(timestamp: number, frame: Uint8Array, corrupted: boolean): MPEG1VideoFrame {
    return { codec: 'MPEG1Video', timestamp, isRandomAccess: isMpeg1Intra(frame), corrupted, frame }
  }
}

/**
 * Size of the payload header with the MPEG-2 extension and what may follow it, section 3.4.1; possibly beyond a payload that
 * is cut off. Extensions tell their size in words, the length byte included.
 */
function headerBytesOf(payload: Uint8Array): number {
  if (((payload[0] ?? 0) & 0x04) === 0) return 4
  const size = ((payload[7] ?? 0) & 0x01) === 0 ? 8 : 12
  if (((payload[4] ?? 0) & 0x40) === 0) return size
  return size + 4 * Math.max(1, payload[size] ?? 1)
}
