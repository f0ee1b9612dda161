import type {
  ByteDuplex,
  DatagramOptions,
  DatagramSocket,
  Listener,
  ListenOptions,
  Network,
} from '../../src/contracts/network.ts'
import type { Scene } from './scene.ts'

/**
 * The network of a scene, as the server sees it: what waits in its connections can be measured, and its UDP sockets can
 * be made to back up, which sockets in memory never do by themselves.
 */
export class RecordingNetwork implements Network {
  readonly duplexes: ByteDuplex[] = []
  readonly sockets: StallingSocket[] = []
  readonly #scene: () => Scene

  constructor(scene: () => Scene) {
    this.#scene = scene
  }

  listen(
    options: ListenOptions,
    onConnection: (duplex: ByteDuplex) => void,
    onError: (error: Error) => void,
  ): Promise<Listener> {
    const accept = (duplex: ByteDuplex) => {
      this.duplexes.push(duplex)
      onConnection(duplex)
    }
    return this.#scene().network.listen(options, accept, onError)
  }

  async bindDatagram(options: DatagramOptions): Promise<DatagramSocket> {
    const socket = new StallingSocket(await this.#scene().network.bindDatagram(options))
    this.sockets.push(socket)
    return socket
  }

  bindMulticast(options: Parameters<Network['bindMulticast']>[0]): ReturnType<Network['bindMulticast']> {
    return this.#scene().network.bindMulticast(options)
  }

  stall(): void {
    for (const socket of this.sockets) socket.isStalled = true
  }

  unstall(): void {
    for (const socket of this.sockets) socket.flush()
  }
}

/** A UDP socket whose system takes nothing while it is stalled. */
export class StallingSocket implements DatagramSocket {
  isStalled = false
  readonly #inner: DatagramSocket
  #queue: [Uint8Array, string, number][] = []

  constructor(inner: DatagramSocket) {
    this.#inner = inner
  }

  get local(): DatagramSocket['local'] {
    return this.#inner.local
  }

  get queuedDatagrams(): number {
    return this.#queue.length
  }

  open(handler: Parameters<DatagramSocket['open']>[0]): void {
    this.#inner.open(handler)
  }

  send(bytes: Uint8Array, address: string, port: number): void {
    if (this.isStalled) this.#queue.push([bytes, address, port])
    else this.#inner.send(bytes, address, port)
  }

  flush(): void {
    this.isStalled = false
    for (const datagram of this.#queue.splice(0)) this.#inner.send(...datagram)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }
}
