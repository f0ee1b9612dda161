import type { MPEG4VideoFrame } from '../units.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { StartCodeDepacketizer } from './start-code-depacketizer.ts'
import { isMpeg4Intra, mpeg4FrameStart, type FrameStart } from './start-codes.ts'

/** RTP packets to frames of MPEG-4 Visual, RFC 6416 section 5: no payload header, the marker ends a frame. */
export class MPEG4VideoDepacketizer extends StartCodeDepacketizer<MPEG4VideoFrame> {
  constructor(options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.mpeg4VideoBytes)
  }

  protected dataOffset(): number {
    return 0
  }

  protected frameStart(payload: Uint8Array, at: number): FrameStart {
    return mpeg4FrameStart(payload, at)
  }

  protected build(timestamp: number, frame: Uint8Array, corrupted: boolean): MPEG4VideoFrame {
    return { codec: 'MPEG4Video', timestamp, isRandomAccess: isMpeg4Intra(frame), corrupted, frame }
  }
}
