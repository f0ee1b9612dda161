/**
 * A network without sockets: a server is built on it as on the real one, tests are its clients, the clock moves its
 * bytes, and one seed decides what goes wrong. Nothing arrives from inside a call, so the order of events is the same
 * as with real sockets: first the work of this turn, then what comes of it.
 */
import type { Clock } from '../contracts/clock.ts'
import type {
  ByteDuplex,
  DatagramOptions,
  DatagramSocket,
  Endpoint,
  Listener,
  ListenOptions,
  MulticastOptions,
  Network,
} from '../contracts/network.ts'
import { MemoryDatagramPeer } from './memory-datagram-peer.ts'
import { MemoryDatagrams } from './memory-datagrams.ts'
import { memoryPair, systemError, type MemoryDuplex } from './memory-duplex.ts'
import { FaultSource, type MemoryFaults } from './memory-faults.ts'
import { MemoryPeer } from './memory-peer.ts'

/** How a memory network behaves. */
export interface MemoryNetworkOptions {
  readonly clock: Clock
  /** Decides all faults; 1 unless set. */
  readonly seed?: number
  readonly faults?: MemoryFaults
  /** Bytes of a connection that the systems at both ends hold between them; 65,536 unless set. */
  readonly windowBytes?: number
  /** Bytes that may be queued on one connection before it fails with `ENOBUFS`; 64 MiB unless set. */
  readonly queueBytes?: number
  /** Address at which the server is reached where it is bound to all addresses; `127.0.0.1` unless set. */
  readonly serverAddress?: string
}

interface MemoryListener {
  readonly local: Endpoint
  readonly onConnection: (duplex: ByteDuplex) => void
  readonly onError: (error: Error) => void
}

/** Ports that are given out when 0 is asked for. */
const firstEphemeralPort = 49_152

/** A network in memory, for servers under test and their clients. */
export class MemoryNetwork implements Network {
  readonly #clock: Clock
  readonly #seed: number
  readonly #faults: MemoryFaults
  readonly #limits: { readonly windowBytes: number; readonly queueBytes: number }
  readonly #serverAddress: string
  readonly #listeners = new Map<number, MemoryListener>()
  readonly #datagrams: MemoryDatagrams
  #nextPort = firstEphemeralPort
  #multicastError: Error | null = null
  #streamCount = 0

  constructor(options: MemoryNetworkOptions) {
    this.#clock = options.clock
    this.#seed = options.seed ?? 1
    this.#faults = options.faults ?? {}
    this.#limits = { windowBytes: options.windowBytes ?? 65_536, queueBytes: options.queueBytes ?? 67_108_864 }
    this.#serverAddress = options.serverAddress ?? '127.0.0.1'
    this.#datagrams = new MemoryDatagrams(options.clock, this.#faults)
  }

  /** Datagrams that never arrived, for whatever reason. */
  get droppedDatagrams(): number {
    return this.#datagrams.droppedDatagrams
  }

  /** Rejects with `EADDRINUSE` if the port is taken, whatever the host. */
  listen(
    options: ListenOptions,
    onConnection: (duplex: ByteDuplex) => void,
    onError: (error: Error) => void,
  ): Promise<Listener> {
    if (this.#listeners.has(options.port)) return Promise.reject(inUse(options))
    const port = options.port === 0 ? this.#takePort() : options.port
    const listener = { local: { address: boundAddress(options.host), port, zone: '' }, onConnection, onError }
    this.#listeners.set(port, listener)
    return Promise.resolve({
      local: listener.local,
      close: () => {
        if (this.#listeners.get(port) === listener) this.#listeners.delete(port)
        return Promise.resolve()
      },
    })
  }

  /** Rejects with `EADDRINUSE` if the address and port are taken. */
  bindDatagram(options: DatagramOptions): Promise<DatagramSocket> {
    const address = boundAddress(options.host)
    if (this.#datagrams.isBound(this.#placeOf(address), options.port)) return Promise.reject(inUse(options))
    return Promise.resolve(this.#bind(address, options.port))
  }

  /** Rejects if `breakMulticast` was called. */
  bindMulticast({ group, port, receives }: MulticastOptions): Promise<DatagramSocket> {
    if (this.#multicastError !== null) return Promise.reject(this.#multicastError)
    const place = { address: this.#serverAddress, port, zone: '' }
    return Promise.resolve(this.#datagrams.join(group, place, this.#takeSeed(), receives))
  }

  /** From now on nobody can join a group; `null` mends it. */
  breakMulticast(error: Error | null): void {
    this.#multicastError = error
  }

  /** A client's socket that has joined a multicast group and records what it gets. It sends from the group's port. */
  join(group: string, port: number, address = '127.0.0.1'): MemoryDatagramPeer {
    return new MemoryDatagramPeer(this.#datagrams.join(group, { address, port, zone: '' }, this.#takeSeed(), true))
  }

  /** How many sockets have joined a group at a port, those of servers among them. */
  memberCount(group: string, port: number): number {
    return this.#datagrams.memberCount(group, port)
  }

  /** Lets a listener report a failed accept. */
  breakListener(port: number, error: Error): void {
    const listener = this.#listeners.get(port)
    this.#clock.afterTurn(() => listener?.onError(error))
  }

  /**
   * Connects a client that records what it gets. It may write at once. Without a listener it closes with
   * `ECONNREFUSED`.
   *
   * @param from the client's own end: `127.0.0.1`, a fresh port and no zone unless set
   */
  connect(port: number, from: Partial<Endpoint> = {}): MemoryPeer {
    return new MemoryPeer(this.#dial(port, from))
  }

  /** Connects a client and leaves its end to the caller, who opens it. */
  dial(port: number, from: Partial<Endpoint> = {}): ByteDuplex {
    return this.#dial(port, from)
  }

  /** Binds a client's UDP socket that records what it gets. Throws `EADDRINUSE` if the place is taken; 0 is a fresh port. */
  socket(port: number, address = '127.0.0.1'): MemoryDatagramPeer {
    if (this.#datagrams.isBound(this.#placeOf(address), port)) throw inUse({ host: address, port })
    return new MemoryDatagramPeer(this.#bind(address, port))
  }

  #dial(port: number, from: Partial<Endpoint>): MemoryDuplex {
    const clientPort = from.port ?? this.#takePort()
    const seed = this.#takeSeed()
    const [client, server] = memoryPair({
      clock: this.#clock,
      faults: this.#faults,
      limits: this.#limits,
      seed,
      client: { address: from.address ?? '127.0.0.1', port: clientPort, zone: from.zone ?? '' },
      server: { address: this.#serverAddress, port, zone: '' },
    })
    const accept = () => {
      const listener = this.#listeners.get(port)
      if (listener === undefined) client.fail(systemError('ECONNREFUSED', `nobody listens on port ${port}`))
      else listener.onConnection(server)
    }
    const delayMs = new FaultSource(this.#faults, seed + 2).delayMs()
    if (delayMs > 0) this.#clock.setTimer(delayMs, accept)
    else this.#clock.afterTurn(accept)
    return client
  }

  #bind(address: string, port: number): DatagramSocket {
    const local = { address, port: port === 0 ? this.#takePort(this.#placeOf(address)) : port, zone: '' }
    return this.#datagrams.bind(local, { ...local, address: this.#placeOf(address) }, this.#takeSeed())
  }

  /** Where a socket is reached: bound to all addresses it is reached at the server's. */
  #placeOf(address: string): string {
    return address === '::' || address === '0.0.0.0' ? this.#serverAddress : address
  }

  /** Ports are given out in turn, so the same scenario sees the same ports. */
  #takePort(address = this.#serverAddress): number {
    const port = this.#nextPort
    this.#nextPort = port === 65_535 ? firstEphemeralPort : port + 1
    const isTaken = this.#listeners.has(port) || this.#datagrams.isBound(address, port)
    return isTaken ? this.#takePort(address) : port
  }

  /** A seed for each stream, far apart, so that one stream's faults do not depend on what others did. */
  #takeSeed(): number {
    this.#streamCount += 1
    return (this.#seed + Math.imul(this.#streamCount, 0x9e37_79b1)) >>> 0
  }
}

function boundAddress(host: string): string {
  return host === '' ? '::' : host === 'localhost' ? '127.0.0.1' : host
}

function inUse({ host, port }: ListenOptions): Error {
  return systemError('EADDRINUSE', `address already in use ${boundAddress(host)}:${port}`)
}
