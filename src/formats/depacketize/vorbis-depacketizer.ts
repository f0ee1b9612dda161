/**
 * RTP packets to Vorbis packets, RFC 5215 section 2. An RTP packet has up to 15 of them, or a part of one. Each is of one of
 * three kinds; configuration and comments that come in between are left out, since the description has them.
 *
 *     ident(24) | F(2) VDT(2) count(4) | length(16) data | length(16) data ...
 *     F 0: not fragmented, 1: first fragment, 2: further fragment, 3: last fragment
 *     VDT 0: audio, 1: packed configuration, 2: comment, 3: reserved
 *
 * How long a packet lasts depends on block sizes that only a decoder knows, so all units of an RTP packet have its
 * timestamp, which is the time of the first.
 */

import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { vorbisIdent } from '../codecs/vorbis-ident.ts'
import type { VorbisFormat } from '../format.ts'
import type { DataUnit } from '../units.ts'
import { ByteCollector } from './byte-collector.ts'
import { noUnits, type DepacketizeProblem } from './depacketizer.ts'
import { unitLimits, type DepacketizeOptions } from './limits.ts'
import { PacketDepacketizer } from './packet-depacketizer.ts'
import { invalidFragment, joinedLate, noStart, otherCodebooks, payloadTooShort, unitTooBig } from './problems.ts'

const headerBytes = 4
const lengthBytes = 2

type AudioUnit = DataUnit<'Vorbis'>

/** Depacketizer of Vorbis. */
export class VorbisDepacketizer extends PacketDepacketizer<AudioUnit> {
  readonly #ident: number | undefined
  readonly #collector: ByteCollector
  #timestamp = 0
  #isOpen = false
  #hasStarted = false

  constructor(format: Pick<VorbisFormat, 'configuration'>, options: DepacketizeOptions = {}) {
    super()
    this.#ident = vorbisIdent(format.configuration)
    this.#collector = new ByteCollector(options.maxUnitBytes ?? unitLimits.vorbisBytes)
  }

  protected take(packet: RtpPacket, payload: Uint8Array, isAfterLoss: boolean): readonly AudioUnit[] {
    if (isAfterLoss) this.#drop()
    if (payload.length < headerBytes + lengthBytes) return this.#fail(payloadTooShort)
    const ident = ((payload[0] ?? 0) << 16) | ((payload[1] ?? 0) << 8) | (payload[2] ?? 0)
    if (this.#ident !== undefined && ident !== this.#ident) return this.#fail(otherCodebooks)
    const flags = payload[3] ?? 0
    const fragment = flags >> 6
    const kind = (flags >> 4) & 3
    // Of the reserved kind, or whole packets of which there are none.
    if (kind === 3 || (flags & 0xcf) === 0) return this.#fail(invalidFragment)
    if (fragment === 0) return this.#takePackets(packet.timestamp, payload, flags & 0x0f, kind === 0)
    if (fragment > 1 && !this.#isOpen) return this.#fail(this.#hasStarted ? noStart : joinedLate)
    return this.#takeFragment(packet.timestamp, payload, fragment, kind === 0)
  }

  protected clear(): void {
    this.#drop()
    this.#hasStarted = false
  }

  #takePackets(timestamp: number, payload: Uint8Array, count: number, isAudio: boolean): readonly AudioUnit[] {
    this.#drop()
    this.#hasStarted = true
    const units: AudioUnit[] = []
    let at = headerBytes
    for (let index = 0; index < count; index++) {
      const start = at + lengthBytes
      at = start + (((payload[at] ?? 0) << 8) | (payload[at + 1] ?? 0))
      if (at > payload.length) {
        this.report(invalidFragment)
        break
      }
      if (isAudio && at > start) units.push(audioUnit(timestamp, payload.slice(start, at)))
    }
    return units
  }

  #takeFragment(timestamp: number, payload: Uint8Array, fragment: number, isAudio: boolean): readonly AudioUnit[] {
    const start = headerBytes + lengthBytes
    const end = start + (((payload[headerBytes] ?? 0) << 8) | (payload[headerBytes + 1] ?? 0))
    if (end > payload.length) return this.#fail(invalidFragment)
    if (fragment === 1) {
      this.#drop()
      this.#isOpen = true
      this.#hasStarted = true
      this.#timestamp = timestamp
    }
    if (!this.#collector.append(payload, start, end)) return this.#fail(unitTooBig)
    if (fragment !== 3) return noUnits
    const isKept = isAudio && this.#collector.length > 0
    const units = isKept ? [audioUnit(this.#timestamp, this.#collector.release())] : noUnits
    this.#drop()
    return units
  }

  #drop(): void {
    this.#collector.clear()
    this.#isOpen = false
  }

  #fail(problem: DepacketizeProblem): readonly AudioUnit[] {
    this.report(problem)
    this.#drop()
    return noUnits
  }
}

function audioUnit(timestamp: number, data: Uint8Array): AudioUnit {
  return { codec: 'Vorbis', timestamp, isRandomAccess: true, corrupted: false, data }
}
