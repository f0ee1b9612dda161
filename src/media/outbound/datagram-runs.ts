/**
 * How a burst leaves for readers over UDP. Datagrams that follow each other on one port and have the same size can go
 * in one batch, so the burst is cut into such runs, once for all readers: which packets belong together does not depend
 * on who gets them. The runs are lists of the views of the slab that would be sent one by one, so nothing is copied.
 *
 * A run keeps its place by its first packet. Packets of other medias go to other ports and may be overtaken by the rest
 * of it; an RTCP packet of the same media ends it, so reports stay behind what they report.
 */
import { maxBatchBytes, maxBatchDatagramBytes } from '../../contracts/network.ts'
import { type Burst, isRtcpFlag } from './burst.ts'

/** Packets for one port, all of one size but the last, which may be shorter. One packet when there is none like it. */
export interface DatagramRun {
  readonly mediaIndex: number
  readonly isRtcp: boolean
  readonly packets: readonly Uint8Array[]
}

/** Cuts a burst into runs of at most `maxRunPackets`. */
export function datagramRuns(burst: Burst, maxRunPackets: number): readonly DatagramRun[] {
  const runs: DatagramRun[] = []
  const open = new Map<number, OpenRun>()
  for (let index = 0; index < burst.count; index += 1) {
    const mediaIndex = burst.mediaIndexes[index] ?? 0
    const isRtcp = ((burst.flags[index] ?? 0) & isRtcpFlag) !== 0
    const packet = burst.packet(index)
    if (!isRtcp && open.get(mediaIndex)?.take(packet, maxRunPackets) === true) continue
    const run = new OpenRun(mediaIndex, isRtcp, packet)
    runs.push(run)
    if (isRtcp) open.delete(mediaIndex)
    else open.set(mediaIndex, run)
  }
  return runs
}

/** A run that is still being gathered. */
class OpenRun implements DatagramRun {
  readonly mediaIndex: number
  readonly isRtcp: boolean
  readonly packets: Uint8Array[]
  readonly #packetBytes: number
  #totalBytes: number
  #lastBytes: number

  constructor(mediaIndex: number, isRtcp: boolean, first: Uint8Array) {
    this.mediaIndex = mediaIndex
    this.isRtcp = isRtcp
    this.packets = [first]
    this.#packetBytes = first.length
    this.#totalBytes = first.length
    this.#lastBytes = first.length
  }

  /** Appends the packet if it can be in the same batch. Nothing comes behind a shorter one. */
  take(packet: Uint8Array, maxRunPackets: number): boolean {
    const bytes = packet.length
    if (this.#packetBytes > maxBatchDatagramBytes || this.packets.length >= maxRunPackets) return false
    if (bytes === 0 || bytes > this.#packetBytes || this.#lastBytes !== this.#packetBytes) return false
    if (this.#totalBytes + bytes > maxBatchBytes) return false
    this.packets.push(packet)
    this.#totalBytes += bytes
    this.#lastBytes = bytes
    return true
  }
}

const plans = new WeakMap<Burst, DatagramPlan>()

/** The runs of one hub's bursts, shared by its readers: made when the first of them asks. */
export class DatagramPlan {
  readonly #burst: Burst
  #serial = -1
  #count = 0
  #maxRunPackets = 0
  #runs: readonly DatagramRun[] = []

  private constructor(burst: Burst) {
    this.#burst = burst
  }

  /** The plan of a hub's burst object. */
  static of(burst: Burst): DatagramPlan {
    let plan = plans.get(burst)
    if (plan === undefined) {
      plan = new DatagramPlan(burst)
      plans.set(burst, plan)
    }
    return plan
  }

  /** The runs of the burst as it is now. The same lists come again as long as nothing is added. */
  runs(maxRunPackets: number): readonly DatagramRun[] {
    const { serial, count } = this.#burst
    if (serial !== this.#serial || count !== this.#count || maxRunPackets !== this.#maxRunPackets) {
      this.#serial = serial
      this.#count = count
      this.#maxRunPackets = maxRunPackets
      this.#runs = datagramRuns(this.#burst, maxRunPackets)
    }
    return this.#runs
  }
}
