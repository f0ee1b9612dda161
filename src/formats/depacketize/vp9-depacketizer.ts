/**
 * RTP packets to VP9 frames, RFC 9628. B starts a frame and E ends it; with spatial layers each layer of a picture is a frame
 * of its own, with the same timestamp.
 *
 * ```text
 *  |I|P|L|F|B|E|V|Z|  [I: |M| PictureID | (2 bytes with M)]  [L: | TID |U| SID |D|, then without F: TL0PICIDX]
 *                     [F and P: |   P_DIFF    |N| up to 3 times]  [V: scalability structure]
 * ```
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import type { VP9Frame } from '../units.ts'
import { noUnits } from './depacketizer.ts'
import { FrameDepacketizer } from './frame-depacketizer.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { invalidDescriptor, timestampChanged } from './problems.ts'

/** Most reference indices of a picture, section 4.2. */
const mostReferences = 3

/** Depacketizer of VP9. */
export class VP9Depacketizer extends FrameDepacketizer<VP9Frame> {
  #isKeyFrame = false

  constructor(options: DepacketizeOptions = {}) {
    super(options.maxUnitBytes ?? unitLimits.vp9Bytes)
  }

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly VP9Frame[] {
    if (isAfterLoss) this.drop()
    const start = descriptorBytes(payload)
    if (start < 0 || start >= payload.length) {
      this.report(invalidDescriptor)
      this.drop()
      return noUnits
    }
    const flags = payload[0] ?? 0
    if ((flags & 0x08) !== 0) {
      this.open(packet.timestamp)
      this.#isKeyFrame = (flags & 0x40) === 0 && spatialLayer(payload) === 0
    } else if (this.isOpen && packet.timestamp !== this.timestamp) {
      this.report(timestampChanged)
      this.drop()
      return noUnits
    }
    return this.add(payload, start) && (flags & 0x04) !== 0 ? [this.close()] : noUnits
  }

  protected build(timestamp: number, frame: Uint8Array): VP9Frame {
    return { codec: 'VP9', timestamp, isRandomAccess: this.#isKeyFrame, corrupted: false, frame }
  }
}

function layerOffset(payload: Uint8Array): number {
  if (((payload[0] ?? 0) & 0x80) === 0) return 1
  return ((payload[1] ?? 0) & 0x80) !== 0 ? 3 : 2
}

function spatialLayer(payload: Uint8Array): number {
  return ((payload[0] ?? 0) & 0x20) === 0 ? 0 : ((payload[layerOffset(payload)] ?? 0) >> 1) & 7
}

/** Size of the payload descriptor, possibly beyond a payload that is cut off; -1 when it is invalid. */
function descriptorBytes(payload: Uint8Array): number {
  const flags = payload[0] ?? 0
  const isFlexible = (flags & 0x10) !== 0
  let at = layerOffset(payload)
  if ((flags & 0x20) !== 0) at += isFlexible ? 1 : 2
  if (isFlexible && (flags & 0x40) !== 0) {
    let references = 1
    while (((payload[at++] ?? 0) & 1) !== 0) if (++references > mostReferences) return -1
  }
  return (flags & 0x02) === 0 ? at : structureEnd(payload, at)
}

/**
 * Where the scalability structure at `start` ends (section 4.2.1):
 *
 * ```text
 *  | N_S |Y|G|-|-|-|  [Y: width and height in 16 bits each, N_S + 1 times]
 *                     [G: N_G, then N_G times | TID |U| R |-|-| and R bytes of P_DIFF]
 * ```
 */
function structureEnd(payload: Uint8Array, start: number): number {
  const structure = payload[start] ?? 0
  let at = start + 1
  if ((structure & 0x10) !== 0) at += 4 * ((structure >> 5) + 1)
  if ((structure & 0x08) === 0) return at
  const pictures = payload[at++] ?? 0
  for (let index = 0; index < pictures; index++) at += 1 + (((payload[at] ?? 0) >> 2) & 3)
  return at
}
