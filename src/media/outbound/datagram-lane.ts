import type { DatagramSocket } from '../../contracts/network.ts'

/**
 * Keeps apart what many readers send through one socket. A socket tells how many datagrams wait in it altogether, and
 * in the middle of a fan-out nearly all of them are those of other readers that went just before; judging a reader by
 * that number would punish the last ones in the list. Datagrams leave in order, so it is enough to number them: a
 * reader whose last one has left has nothing waiting, otherwise at most what it sent since that was last so.
 */
class DatagramLane {
  readonly socket: DatagramSocket
  /** Datagrams that were given to the socket. */
  given = 0

  constructor(socket: DatagramSocket) {
    this.socket = socket
  }

  /** Datagrams that have left. Too low while somebody else sends on the socket, and right again when it is empty. */
  left(): number {
    return this.given - this.socket.queuedDatagrams
  }
}

const lanes = new WeakMap<DatagramSocket, DatagramLane>()

function laneOf(socket: DatagramSocket): DatagramLane {
  let lane = lanes.get(socket)
  if (lane === undefined) {
    lane = new DatagramLane(socket)
    lanes.set(socket, lane)
  }
  return lane
}

/** One reader's share of a socket. */
export class DatagramShare {
  readonly #lane: DatagramLane
  #pending = 0
  #last = 0

  constructor(socket: DatagramSocket) {
    this.#lane = laneOf(socket)
  }

  /** Sends one datagram; the bytes must not be changed until it has left. */
  send(bytes: Uint8Array, address: string, port: number): void {
    const lane = this.#lane
    lane.given += 1
    this.#last = lane.given
    this.#pending += 1
    lane.socket.send(bytes, address, port)
  }

  /** Most packets that `sendBatch` sends at once; below 2 there is no use in it. */
  get maxBatch(): number {
    return this.#lane.socket.maxBatchDatagrams ?? 0
  }

  /** Sends a run of packets as one batch, or one by one when the socket does not take it. They count one by one. */
  sendBatch(packets: readonly Uint8Array[], address: string, port: number): void {
    const lane = this.#lane
    if (lane.socket.sendBatch?.(packets, address, port) === true) {
      lane.given += packets.length
      this.#last = lane.given
      this.#pending += packets.length
      return
    }
    for (const packet of packets) this.send(packet, address, port)
  }

  /** Upper bound of the datagrams of this reader that wait in the socket; exact as soon as it has caught up. */
  pending(): number {
    if (this.#pending !== 0 && this.#lane.left() >= this.#last) this.#pending = 0
    return this.#pending
  }

  /** Datagrams of the socket that have left. */
  progress(): number {
    return this.#lane.left()
  }
}
