import { type Burst, isRtcpFlag } from './burst.ts'
import { DatagramShare } from './datagram-lane.ts'
import { DatagramPlan } from './datagram-runs.ts'
import type { ReaderMedia, ReaderTarget } from './reader-options.ts'
import type { ReaderSink } from './reader-sink.ts'

interface HeldDatagram {
  readonly packet: Uint8Array
  readonly isRtcp: boolean
  readonly port: number
}

/**
 * Packets as datagrams, one each, as views of the hub's slab: RTP from one socket and RTCP from another. Whole bursts go
 * in batches where the socket takes them; parts of a burst (somebody joined in the middle, packets were left out) are
 * rare and go one by one.
 */
export class DatagramSink implements ReaderSink {
  readonly limit: number
  readonly #address: string
  readonly #rtp: DatagramShare
  readonly #rtcp: DatagramShare
  /** By media index, of the medias that the reader receives; 0 for the others. */
  readonly #rtpPorts: Int32Array
  readonly #rtcpPorts: Int32Array
  /** The same for back channels, which get RTCP of their own only. */
  readonly #ownRtcpPorts: Int32Array
  #held: HeldDatagram[] | undefined = undefined
  /** A hub has one burst object for its whole life, so its plan is looked up once. */
  #plannedBurst: Burst | undefined
  #plan: DatagramPlan | undefined

  constructor(
    target: Extract<ReaderTarget, { readonly protocol: 'udp' }>,
    mediaCount: number,
    medias: readonly ReaderMedia[],
    maxQueuedPackets: number,
  ) {
    this.limit = maxQueuedPackets
    this.#address = target.address
    this.#rtp = new DatagramShare(target.rtp)
    this.#rtcp = new DatagramShare(target.rtcp)
    this.#rtpPorts = new Int32Array(mediaCount)
    this.#rtcpPorts = new Int32Array(mediaCount)
    this.#ownRtcpPorts = new Int32Array(mediaCount)
    for (const media of medias) {
      this.#ownRtcpPorts[media.mediaIndex] = media.rtcpPort
      if (!media.receives) continue
      this.#rtpPorts[media.mediaIndex] = media.rtpPort
      this.#rtcpPorts[media.mediaIndex] = media.rtcpPort
    }
  }

  queued(): number {
    return this.waiting() + (this.#held?.length ?? 0)
  }

  costOf(): number {
    return 1
  }

  costOfPacket(): number {
    return 1
  }

  offer(burst: Burst): boolean {
    if (this.#held !== undefined || this.waiting() + burst.count > this.limit) return false
    this.writeRange(burst, 0, burst.count)
    return true
  }

  writeRange(burst: Burst, from: number, to: number): void {
    const maxBatch = this.#rtp.maxBatch
    if (maxBatch > 1 && to - from > 1 && to - from === burst.count && this.#held === undefined) {
      this.#writeRuns(burst, maxBatch)
      return
    }
    for (let index = from; index < to; index += 1) {
      const mediaIndex = burst.mediaIndexes[index] ?? 0
      const isRtcp = ((burst.flags[index] ?? 0) & isRtcpFlag) !== 0
      const port = (isRtcp ? this.#rtcpPorts : this.#rtpPorts)[mediaIndex] ?? 0
      if (port !== 0) this.#send(burst.packet(index), isRtcp, port)
    }
  }

  writePacket(mediaIndex: number, isRtcp: boolean, packet: Uint8Array): void {
    const port = (isRtcp ? this.#ownRtcpPorts : this.#rtpPorts)[mediaIndex] ?? 0
    if (port !== 0) this.#send(packet, isRtcp, port)
  }

  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const held = this.#held
    this.#held = undefined
    if (held === undefined) return
    for (const datagram of held) this.#send(datagram.packet, datagram.isRtcp, datagram.port)
  }

  dropHeld(): void {
    this.#held = undefined
  }

  progress(): number {
    return this.#rtp.progress() + this.#rtcp.progress()
  }

  waiting(): number {
    return this.#rtp.pending() + this.#rtcp.pending()
  }

  #writeRuns(burst: Burst, maxBatch: number): void {
    if (this.#plannedBurst !== burst || this.#plan === undefined) {
      this.#plannedBurst = burst
      this.#plan = DatagramPlan.of(burst)
    }
    const runs = this.#plan.runs(maxBatch)
    for (const { mediaIndex, isRtcp, packets } of runs) {
      const port = (isRtcp ? this.#rtcpPorts : this.#rtpPorts)[mediaIndex] ?? 0
      if (port === 0) continue
      const first = packets[0]
      if (packets.length > 1) this.#rtp.sendBatch(packets, this.#address, port)
      else if (first !== undefined) this.#send(first, isRtcp, port)
    }
  }

  #send(packet: Uint8Array, isRtcp: boolean, port: number): void {
    if (this.#held !== undefined) this.#held.push({ packet, isRtcp, port })
    else if (isRtcp) this.#rtcp.send(packet, this.#address, port)
    else this.#rtp.send(packet, this.#address, port)
  }
}
