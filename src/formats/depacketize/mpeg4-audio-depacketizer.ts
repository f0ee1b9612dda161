/**
 * RTP packets to AAC access units, RFC 3640, mode AAC-hbr. A packet has whole units, or a part of one. What the header of a
 * part calls size is the size of the whole unit by the RFC, and that of the part with many servers (the gortsplib family),
 * so both are understood: a size beyond the data of the packet is the size of the whole.
 *
 * With whole sizes an incomplete unit is found by its size. With part sizes nothing tells the rest of a unit from a small
 * unit, so after a loss packets are left out up to the next marker, in streams that were seen to have such parts.
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { adtsHeaderBytes } from '../codecs/adts-frame.ts'
import { parseAudioSpecificConfig } from '../codecs/audio-specific-config.ts'
import type { MPEG4AudioFormat } from '../format.ts'
import type { DataUnit } from '../units.ts'
import { AuHeaders } from './au-headers.ts'
import { ByteCollector } from './byte-collector.ts'
import { noUnits, type DepacketizeProblem } from './depacketizer.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import {
  incompleteUnit,
  invalidAdtsFrame,
  invalidFragment,
  noStart,
  truncatedAudioFrame,
  unitTooBig,
} from './problems.ts'

type AudioUnit = DataUnit<'MPEG4Audio'>

/** Depacketizer of MPEG-4 audio; access units come out bare, also where the sender leaves ADTS around them. */
export class MPEG4AudioDepacketizer extends PacketDepacketizer<AudioUnit> {
  readonly #headers: AuHeaders
  readonly #ticksPerUnit: number
  readonly #maxUnitBytes: number
  readonly #collector: ByteCollector
  #timestamp = 0
  /** Size of the unit that is being collected; 0 when only the marker will tell. */
  #wholeBytes = 0
  #isSkipping = false
  #isAfterLoss = false
  /** What is being collected may lack its start. */
  #corrupted = false
  #hasPartSizes = false
  /** Decided by the first unit. */
  #isAdts: boolean | undefined = undefined

  constructor(format: MPEG4AudioFormat, options: DepacketizeOptions = {}) {
    super()
    this.#maxUnitBytes = options.maxUnitBytes ?? unitLimits.mpeg4AudioBytes
    this.#collector = new ByteCollector(this.#maxUnitBytes)
    this.#headers = new AuHeaders(format, options.maxUnitParts ?? unitLimits.parts)
    this.#ticksPerUnit = ticksPerAccessUnit(format)
  }

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly AudioUnit[] {
    if (isAfterLoss) {
      this.#collector.clear()
      this.#isSkipping = this.#hasPartSizes
    }
    const before = packet.timestamp === this.#timestamp ? null : this.#finishWithoutMarker(isAfterLoss)
    this.#timestamp = packet.timestamp
    this.#isAfterLoss = isAfterLoss
    const units = this.#read(packet, payload)
    if (packet.marker) this.#isSkipping = false
    return before === null ? units : [before, ...units]
  }

  protected clear(): void {
    this.#collector.clear()
    this.#isSkipping = false
  }

  #read(packet: RtpPacket, payload: Uint8Array): readonly AudioUnit[] {
    const problem = this.#headers.read(payload)
    if (problem !== null) return this.#fail(problem)
    const { sizes, dataOffset } = this.#headers
    const size = sizes[0] ?? 0
    const dataBytes = payload.length - dataOffset
    if (sizes.length > 1) {
      // Several units are never parts.
      if (this.#collector.length > 0) this.#fail(invalidFragment)
      return this.#takeUnits(payload)
    }
    if (this.#collector.length > 0) return this.#continue(packet, payload, size)
    if (this.#isSkipping) return noUnits
    if (size > this.#maxUnitBytes) return this.#fail(unitTooBig)
    if (size <= dataBytes && packet.marker) return this.#takeUnits(payload)
    // The last part of a unit whose size is known, but not its start.
    if (packet.marker) return this.#fail(this.#isAfterLoss ? noStart : truncatedAudioFrame)
    this.#wholeBytes = size > dataBytes ? size : 0
    this.#corrupted = this.#isAfterLoss
    return this.#collect(payload, Math.min(size, dataBytes))
  }

  #takeUnits(payload: Uint8Array): readonly AudioUnit[] {
    const { sizes } = this.#headers
    const units: AudioUnit[] = []
    let at = this.#headers.dataOffset
    for (let index = 0; index < sizes.length; index++) {
      const end = at + (sizes[index] ?? 0)
      if (end > payload.length) {
        this.report(truncatedAudioFrame)
        break
      }
      // A packet of one unit may as well be the rest of one, when its size is that of the part.
      const corrupted = this.#isAfterLoss && sizes.length === 1
      const unit = this.#unit(payload, at, end, index * this.#ticksPerUnit, corrupted, sizes.length === 1)
      if (unit !== null) units.push(unit)
      at = end
    }
    return units
  }

  #continue(packet: RtpPacket, payload: Uint8Array, size: number): readonly AudioUnit[] {
    const dataBytes = payload.length - this.#headers.dataOffset
    const isWhole = this.#wholeBytes > 0
    if (size > dataBytes && size !== this.#wholeBytes) return this.#fail(invalidFragment)
    if (!isWhole) this.#hasPartSizes = true
    this.#collect(payload, isWhole ? Math.min(dataBytes, this.#wholeBytes - this.#collector.length) : size)
    const { length } = this.#collector
    if (isWhole ? length < this.#wholeBytes : !packet.marker) {
      if (packet.marker && length > 0) this.#fail(incompleteUnit)
      return noUnits
    }
    return this.#finish()
  }

  #collect(payload: Uint8Array, count: number): readonly AudioUnit[] {
    const { dataOffset } = this.#headers
    if (!this.#collector.append(payload, dataOffset, dataOffset + count)) this.#fail(unitTooBig)
    return noUnits
  }

  #finish(): readonly AudioUnit[] {
    const { bytes, length } = this.#collector
    const unit = length === 0 ? null : this.#unit(bytes, 0, length, 0, this.#corrupted, true)
    this.#collector.clear()
    return unit === null ? noUnits : [unit]
  }

  /** The timestamp moved on: what was collected under part sizes is whole, only nobody said so. */
  #finishWithoutMarker(isAfterLoss: boolean): AudioUnit | null {
    if (!isAfterLoss) this.#isSkipping = false
    if (this.#collector.length === 0) return null
    if (this.#wholeBytes > 0) {
      this.report(incompleteUnit)
      this.#collector.clear()
    }
    return this.#finish()[0] ?? null
  }

  #fail(problem: DepacketizeProblem): readonly AudioUnit[] {
    this.report(problem)
    // The rest of a unit that is given up has nothing to be told by; without a unit there is no rest.
    if (this.#collector.length > 0 || problem === unitTooBig) this.#isSkipping = true
    this.#collector.clear()
    return noUnits
  }

  /** A unit out of bytes; null when the stream has ADTS around its units and this is none. */
  #unit(bytes: Uint8Array, start: number, end: number, ticks: number, corrupted: boolean, isAlone: boolean) {
    const adtsBytes = this.#isAdts !== false && isAlone ? adtsHeaderBytes(bytes, start, end) : 0
    this.#isAdts ??= adtsBytes > 0
    if (this.#isAdts && adtsBytes === 0) {
      this.report(invalidAdtsFrame)
      return null
    }
    const timestamp = Math.round(this.#timestamp + ticks) >>> 0
    const data = bytes.slice(start + adtsBytes, end)
    return { codec: 'MPEG4Audio', timestamp, isRandomAccess: true, corrupted, data } as const
  }
}

/**
 * RTP ticks that an access unit lasts: its samples at the core rate, 1024 or 960, in ticks of the clock. With SBR, where
 * the clock usually runs at the output rate, that is 2048.
 */
export function ticksPerAccessUnit(format: Pick<MPEG4AudioFormat, 'config' | 'clockRateHz' | 'sampleRateHz'>): number {
  const samples = parseAudioSpecificConfig(format.config)?.frameSamples ?? 1024
  return (samples * format.clockRateHz) / format.sampleRateHz
}
