/**
 * RTP packets to VP8 frames, RFC 7741. A frame starts with the first partition and ends with the marker; where the marker is
 * never set, it ends before the next start.
 *
 * ```text
 *  |X|R|N|S|R| PID |  [X: |I|L|T|K| RSV |  I: |M| PictureID | (2 bytes with M)  L: TL0PICIDX  T or K: TID/Y/KEYIDX]
 * ```
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { VP8Frame } from '../units.ts'
import { noUnits } from './depacketizer.ts'
import { FrameDepacketizer } from './frame-depacketizer.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { payloadTooShort, timestampChanged } from './problems.ts'

/** Depacketizer of VP8. */
export class VP8Depacketizer extends FrameDepacketizer<VP8Frame> {
  constructor(options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.vp8Bytes)
  }

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly VP8Frame[] {
    if (isAfterLoss) this.drop()
    const start = descriptorBytes(payload)
    if (start >= payload.length) {
      this.report(payloadTooShort)
      this.drop()
      return noUnits
    }
    const { timestamp } = packet
    const isNewTime = this.isOpen && timestamp !== this.timestamp
    let before: VP8Frame | null = null
    // S, and 0 as the partition: the start of a frame.
    if (((payload[0] ?? 0) & 0x17) === 0x10) {
      if (isNewTime) before = this.close()
      this.open(timestamp)
    } else if (isNewTime) {
      this.report(timestampChanged)
      this.drop()
      return noUnits
    }
    if (!this.add(payload, start) || !packet.marker) return before === null ? noUnits : [before]
    return before === null ? [this.close()] : [before, this.close()]
  }

  /** RFC 7741 section 4.3: P of the frame header is 0 in a key frame. */
  protected build(timestamp: number, frame: Uint8Array): VP8Frame {
    const isRandomAccess = ((frame[0] ?? 1) & 1) === 0
    return { codec: 'VP8', timestamp, isRandomAccess, corrupted: false, frame }
  }
}

/** Size of the payload descriptor; it may reach beyond a payload that is cut off. RFC 7741 section 4.2. */
function descriptorBytes(payload: Uint8Array): number {
  if (((payload[0] ?? 0) & 0x80) === 0) return 1
  const extension = payload[1] ?? 0
  let size = 2
  if ((extension & 0x80) !== 0) size += ((payload[size] ?? 0) & 0x80) !== 0 ? 2 : 1
  if ((extension & 0x40) !== 0) size += 1
  if ((extension & 0x30) !== 0) size += 1
  return size
}
