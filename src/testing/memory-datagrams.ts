/**
 * UDP in memory. The sender's side draws a fate for each datagram; what stays in line travels through one ordered line
 * for each sending socket, what is reordered or late travels alone. As with the real thing nobody is told of a loss, so
 * the network counts them.
 */
import type { Clock } from '../contracts/clock.ts'
import {
  type DatagramBatching,
  type DatagramHandler,
  type DatagramSocket,
  type Endpoint,
  maxBatchBytes,
  maxBatchDatagramBytes,
} from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import { FaultSource, type MemoryFaults } from './memory-faults.ts'
import { MemoryLine } from './memory-line.ts'

/** Datagrams that are on the way from one socket at most; more are dropped, as by a full send buffer. */
const onTheWayLimit = 65_536

/** A datagram on the way or recorded. */
export interface MemoryDatagram {
  readonly bytes: Uint8Array
  readonly from: Endpoint
  readonly to: Pick<Endpoint, 'address' | 'port'>
}

/** The meeting place of all UDP sockets of a memory network. */
export class MemoryDatagrams {
  readonly #clock: Clock
  readonly #faults: MemoryFaults
  readonly #sockets = new Map<string, MemoryDatagramSocket>()
  /** By multicast group and port. */
  readonly #members = new Map<string, readonly MemoryDatagramSocket[]>()
  #droppedDatagrams = 0

  constructor(clock: Clock, faults: MemoryFaults) {
    this.#clock = clock
    this.#faults = faults
  }

  /** Datagrams that were lost by chance, by a full line, or because nobody was there to receive them. */
  get droppedDatagrams(): number {
    return this.#droppedDatagrams
  }

  isBound(address: string, port: number): boolean {
    return this.#sockets.has(keyOf(address, port))
  }

  /**
   * Binds a socket; the place must be free. `place` is where it is reached and where its datagrams come from, `local`
   * is what it tells of itself: a socket for all addresses sits at the address of its host.
   */
  bind(local: Endpoint, place: Endpoint, seed: number): DatagramSocket {
    const key = keyOf(place.address, place.port)
    const faults = new FaultSource(this.#faults, seed)
    const socket = new MemoryDatagramSocket(local, place, new Carrier(this.#clock, faults, this), () =>
      this.#sockets.delete(key),
    )
    this.#sockets.set(key, socket)
    return socket
  }

  /**
   * A socket at `place` that takes part in a multicast group at the port of the place. A member gets everything that is
   * sent to the group, its own datagrams among them; any number of sockets may share the place.
   */
  join(group: string, place: Endpoint, seed: number, receives: boolean): DatagramSocket {
    const key = keyOf(group, place.port)
    const others = () => (this.#members.get(key) ?? []).filter((other) => other !== socket)
    const carrier = new Carrier(this.#clock, new FaultSource(this.#faults, seed), this)
    const socket = new MemoryDatagramSocket({ ...place, address: group }, place, carrier, () => {
      const left = others()
      if (left.length === 0) this.#members.delete(key)
      else this.#members.set(key, left)
    })
    if (receives) this.#members.set(key, [...others(), socket])
    return socket
  }

  /** Sockets that receive what is sent to a group. */
  memberCount(group: string, port: number): number {
    return this.#members.get(keyOf(group, port))?.length ?? 0
  }

  /** Hands a datagram to whoever is bound to its target, if anybody is. */
  arrive(datagram: MemoryDatagram): void {
    const members = this.#members.get(keyOf(datagram.to.address, datagram.to.port))
    if (members !== undefined) {
      const { bytes, from } = datagram
      for (const member of members) member.handler?.onDatagram(bytes.slice(), from.address, from.port)
      return
    }
    const socket = this.#sockets.get(keyOf(datagram.to.address, datagram.to.port))
    if (socket?.handler === undefined) this.drop()
    else socket.handler.onDatagram(datagram.bytes, datagram.from.address, datagram.from.port)
  }

  drop(): void {
    this.#droppedDatagrams += 1
  }
}

/** Takes the datagrams of one socket to where they go. */
class Carrier {
  readonly #clock: Clock
  readonly #faults: FaultSource
  readonly #datagrams: MemoryDatagrams
  readonly #line: MemoryLine<MemoryDatagram>
  #onTheWay = 0

  constructor(clock: Clock, faults: FaultSource, datagrams: MemoryDatagrams) {
    this.#clock = clock
    this.#faults = faults
    this.#datagrams = datagrams
    this.#line = new MemoryLine(clock, (datagram) => this.#arrive(datagram))
  }

  carry(bytes: Uint8Array, from: Endpoint, to: MemoryDatagram['to']): void {
    const fates = this.#faults.datagramFates()
    if (fates.length === 0) this.#datagrams.drop()
    for (const { delayMs, isOutOfLine } of fates) {
      if (this.#onTheWay >= onTheWayLimit) {
        this.#datagrams.drop()
        continue
      }
      this.#onTheWay += 1
      const datagram = { bytes: bytes.slice(), from, to }
      if (isOutOfLine) this.#clock.setTimer(delayMs, () => this.#arrive(datagram))
      else this.#line.push(datagram, delayMs)
    }
  }

  #arrive(datagram: MemoryDatagram): void {
    this.#onTheWay -= 1
    this.#datagrams.arrive(datagram)
  }
}

/** Datagrams of a batch at most, as on Linux. */
const batchLimit = 64

class MemoryDatagramSocket implements DatagramSocket {
  readonly local: Endpoint
  readonly maxBatchDatagrams = batchLimit
  readonly batching: DatagramBatching = { mode: 'gso', reason: '' }
  /** Bytes are copied when they are sent, so nothing is ever queued. */
  readonly queuedDatagrams = 0
  readonly #place: Endpoint
  readonly #carrier: Carrier
  readonly #release: () => void
  #handler: DatagramHandler | undefined
  #isClosed = false

  constructor(local: Endpoint, place: Endpoint, carrier: Carrier, release: () => void) {
    this.local = local
    this.#place = place
    this.#carrier = carrier
    this.#release = release
  }

  get handler(): DatagramHandler | undefined {
    return this.#handler
  }

  open(handler: DatagramHandler): void {
    if (this.#handler !== undefined) throw rtspError('ERR_RTSP_USAGE', 'a datagram socket is opened only once')
    this.#handler = handler
  }

  send(bytes: Uint8Array, address: string, port: number): void {
    if (!this.#isClosed) this.#carrier.carry(bytes, this.#place, { address, port })
  }

  /** Each datagram of a batch has a fate of its own. Throws `ERR_RTSP_USAGE` for a batch that a kernel would refuse. */
  sendBatch(packets: readonly Uint8Array[], address: string, port: number): boolean {
    if (!isBatch(packets)) throw rtspError('ERR_RTSP_USAGE', 'these datagrams cannot go in one batch')
    for (const packet of packets) this.send(packet, address, port)
    return true
  }

  close(): Promise<void> {
    if (!this.#isClosed) this.#release()
    this.#isClosed = true
    return Promise.resolve()
  }
}

function isBatch(packets: readonly Uint8Array[]): boolean {
  const size = packets[0]?.length ?? 0
  const lastSize = packets.at(-1)?.length ?? 0
  const totalBytes = packets.reduce((sum, packet) => sum + packet.length, 0)
  return (
    packets.length <= batchLimit &&
    size <= maxBatchDatagramBytes &&
    totalBytes <= maxBatchBytes &&
    lastSize > 0 &&
    lastSize <= size &&
    packets.every((packet, index) => packet.length === size || index === packets.length - 1)
  )
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`
}
