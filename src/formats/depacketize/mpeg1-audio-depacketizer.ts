/**
 * RTP packets to frames of MPEG-1 and MPEG-2 audio, RFC 2250 section 3. A packet has whole frames, or a part of one at the
 * offset in its header; as a frame tells its own size, an incomplete one never gets out. The RTP clock is 90 kHz whatever
 * the sample rate is, so the time of the second frame of a packet is a matter of conversion.
 *
 *     MBZ(16) | fragment offset in bytes(16)
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { mpegAudioFrameAt, mpegAudioHeaderBytes } from '../codecs/mpeg-audio-frame.ts'
import type { MPEG1AudioFormat } from '../format.ts'
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
  wrongOffset,
} from './problems.ts'

const headerBytes = 4
/** MPEG-2.5 layer II with 160 kbit/s at 8 kHz, padded. */
const maxFrameBytes = 2881

/** Depacketizer of MPEG-1 and MPEG-2 audio. */
export class MPEG1AudioDepacketizer extends PacketDepacketizer<DataUnit<'MPEG1Audio'>> {
  readonly #clockRateHz: number
  readonly #collector = new ByteCollector(maxFrameBytes)
  #frameBytes = 0
  #timestamp = 0
  #hasStarted = false

  constructor(format: Pick<MPEG1AudioFormat, 'clockRateHz'>) {
    super()
    this.#clockRateHz = format.clockRateHz
  }

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly DataUnit<'MPEG1Audio'>[] {
    if (isAfterLoss) this.#collector.clear()
    if (payload.length <= headerBytes) return this.#fail(payloadTooShort)
    if (payload[0] !== 0 || payload[1] !== 0) return this.#fail(invalidFragment)
    const offset = ((payload[2] ?? 0) << 8) | (payload[3] ?? 0)
    if (offset > 0) return this.#continue(payload, offset)
    this.#collector.clear()
    this.#hasStarted = true
    return this.#takeFrames(packet.timestamp, payload)
  }

  protected clear(): void {
    this.#collector.clear()
    this.#hasStarted = false
  }

  #takeFrames(timestamp: number, payload: Uint8Array): readonly DataUnit<'MPEG1Audio'>[] {
    let units: DataUnit<'MPEG1Audio'>[] | undefined
    let ticks = 0
    let at = headerBytes
    while (at < payload.length) {
      const header = payload.length - at < mpegAudioHeaderBytes ? null : mpegAudioFrameAt(payload, at)
      if (header === null) {
        this.report(invalidAudioFrame)
        break
      }
      const end = at + header.frameBytes
      if (end > payload.length) {
        if (at === headerBytes) this.#start(timestamp, payload, header.frameBytes)
        else this.report(truncatedAudioFrame)
        break
      }
      units ??= []
      units.push(frame(timestamp + ticks, payload.slice(at, end)))
      ticks += (header.sampleCount * this.#clockRateHz) / header.sampleRateHz
      at = end
    }
    return units ?? noUnits
  }

  #start(timestamp: number, payload: Uint8Array, frameBytes: number): void {
    this.#timestamp = timestamp
    this.#frameBytes = frameBytes
    this.#collector.append(payload, headerBytes)
  }

  #continue(payload: Uint8Array, offset: number): readonly DataUnit<'MPEG1Audio'>[] {
    const collected = this.#collector.length
    if (collected === 0) return this.#fail(this.#hasStarted ? noStart : joinedLate)
    if (collected !== offset) return this.#fail(wrongOffset)
    if (collected + payload.length - headerBytes > this.#frameBytes) return this.#fail(invalidFragment)
    this.#collector.append(payload, headerBytes)
    return this.#collector.length < this.#frameBytes ? noUnits : [frame(this.#timestamp, this.#collector.release())]
  }

  #fail(problem: typeof noStart): readonly DataUnit<'MPEG1Audio'>[] {
    this.report(problem)
    this.#collector.clear()
    return noUnits
  }
}

function frame(timestamp: number, data: Uint8Array): DataUnit<'MPEG1Audio'> {
  return { codec: 'MPEG1Audio', timestamp: Math.round(timestamp) >>> 0, isRandomAccess: true, corrupted: false, data }
}
