/** A UDP socket as a test wants it: what arrived is there to be looked at, in the order in which it arrived. */
import type { DatagramSocket, Endpoint } from '../contracts/network.ts'
import type { MemoryDatagram } from './memory-datagrams.ts'

/** Datagrams that are recorded at most. */
const recordLimit = 65_536

/** A UDP socket that records what it gets. */
export class MemoryDatagramPeer {
  readonly local: Endpoint
  readonly #socket: DatagramSocket
  #received: MemoryDatagram[] = []

  constructor(socket: DatagramSocket) {
    this.#socket = socket
    this.local = socket.local
    const { address, port } = socket.local
    socket.open({
      onDatagram: (bytes, fromAddress, fromPort) => {
        this.#received.push({
          bytes,
          from: { address: fromAddress, port: fromPort, zone: '' },
          to: { address, port },
        })
        // A bound, so that a long simulation cannot fill memory: the oldest go first, as in a receive buffer.
        if (this.#received.length > recordLimit) this.#received.shift()
      },
      onError: () => undefined,
    })
  }

  /** The last datagrams that arrived (65,536 at most) and were not taken, in their order of arrival. */
  received(): readonly MemoryDatagram[] {
    return [...this.#received]
  }

  /** All that arrived, and forgets it. */
  take(): readonly MemoryDatagram[] {
    const datagrams = this.#received
    this.#received = []
    return datagrams
  }

  send(bytes: Uint8Array, address: string, port: number): void {
    this.#socket.send(bytes, address, port)
  }

  close(): Promise<void> {
    return this.#socket.close()
  }
}
