/**
 * RTP packets to AC-3 frames, RFC 4184 section 4. A packet has whole frames, or a part of one; the size of a frame is in its
 * first bytes, which are in its first fragment, so an incomplete frame never gets out.
 *
 *     MBZ(6) FT(2) | NF(8)      FT 0: whole frames, 1 and 2: first fragment, 3: further fragment
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { ac3FrameBytes, ac3FrameSamples } from '../codecs/ac3-frame.ts'
import type { AC3Format } from '../format.ts'
import type { DataUnit } from '../units.ts'
import { ByteCollector } from './byte-collector.ts'
import { noUnits } from './depacketizer.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import {
  invalidAudioFrame,
  invalidFragment,
  joinedLate,
  noStart,
  payloadTooShort,
  truncatedAudioFrame,
} from './problems.ts'

const headerBytes = 2
/** What table 5.18 of A/52 has at most. */
const maxFrameBytes = 3840

/** Depacketizer of AC-3. */
export class AC3Depacketizer extends PacketDepacketizer<DataUnit<'AC3'>> {
  readonly #ticksPerFrame: number
  readonly #collector = new ByteCollector(maxFrameBytes)
  #frameBytes = 0
  #timestamp = 0
  #hasStarted = false

  constructor(format: Pick<AC3Format, 'clockRateHz' | 'sampleRateHz'>) {
    super()
    this.#ticksPerFrame = (ac3FrameSamples * format.clockRateHz) / format.sampleRateHz
  }

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly DataUnit<'AC3'>[] {
    const hadStart = this.#collector.length > 0 && !isAfterLoss
    if (payload.length <= headerBytes) return this.#fail(payloadTooShort)
    const first = payload[0] ?? 0
    if ((first & 0xfc) !== 0) return this.#fail(invalidFragment)
    const type = first & 0x03
    if (type === 3) return hadStart ? this.#continue(payload) : this.#fail(this.#hasStarted ? noStart : joinedLate)
    this.#collector.clear()
    this.#hasStarted = true
    return type === 0 ? this.#takeFrames(packet, payload) : this.#start(packet, payload)
  }

  protected clear(): void {
    this.#collector.clear()
    this.#hasStarted = false
  }

  #takeFrames(packet: RtpPacket, payload: Uint8Array): readonly DataUnit<'AC3'>[] {
    const units: DataUnit<'AC3'>[] = []
    const { timestamp } = packet
    let at = headerBytes
    while (at < payload.length) {
      const frameBytes = ac3FrameBytes(payload, at)
      if (frameBytes === 0 || at + frameBytes > payload.length) {
        this.report(frameBytes === 0 ? invalidAudioFrame : truncatedAudioFrame)
        break
      }
      units.push(frame(timestamp + units.length * this.#ticksPerFrame, payload.slice(at, at + frameBytes)))
      at += frameBytes
    }
    return units
  }

  #start(packet: RtpPacket, payload: Uint8Array): readonly DataUnit<'AC3'>[] {
    this.#frameBytes = ac3FrameBytes(payload, headerBytes)
    this.#timestamp = packet.timestamp
    return this.#frameBytes === 0 ? this.#fail(invalidAudioFrame) : this.#continue(payload)
  }

  #continue(payload: Uint8Array): readonly DataUnit<'AC3'>[] {
    if (!this.#collector.append(payload, headerBytes)) return this.#fail(invalidFragment)
    if (this.#collector.length < this.#frameBytes) return noUnits
    if (this.#collector.length > this.#frameBytes) return this.#fail(invalidFragment)
    return [frame(this.#timestamp, this.#collector.release())]
  }

  #fail(problem: typeof noStart): readonly DataUnit<'AC3'>[] {
    this.report(problem)
    this.#collector.clear()
    return noUnits
  }
}

function frame(timestamp: number, data: Uint8Array): DataUnit<'AC3'> {
  return { codec: 'AC3', timestamp: Math.round(timestamp) >>> 0, isRandomAccess: true, corrupted: false, data }
}
