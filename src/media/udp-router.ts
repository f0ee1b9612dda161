import { Registry } from '../contracts/registry.ts'

/**
 * Who gets a datagram that arrives on a shared socket: a table from source address and port to the track of a session.
 * Entries exist only while a session plays or records (spec 6.7); what comes from anywhere else is dropped and counted.
 * Two levels of registries, so that no key string is built per packet.
 */

/** Takes one datagram. The bytes are only valid during the call, unless copied. */
export type DatagramReceiver = (bytes: Uint8Array) => void

export class UdpRouter {
  readonly #receivers = new Registry<string, Registry<number, DatagramReceiver>>()
  /** Datagrams from sources that nobody registered. */
  unroutedDatagrams = 0

  /** Registers a source; an older registration of the same source is replaced. */
  register(address: string, port: number, receiver: DatagramReceiver): void {
    let ports = this.#receivers.get(address)
    if (ports === undefined) {
      ports = new Registry()
      this.#receivers.set(address, ports)
    }
    ports.set(port, receiver)
  }

  /** Forgets a source, unless another session has taken it over meanwhile. */
  unregister(address: string, port: number, receiver: DatagramReceiver): void {
    const ports = this.#receivers.get(address)
    if (ports?.get(port) !== receiver) return
    ports.delete(port)
    if (ports.size === 0) this.#receivers.delete(address)
  }

  /** Hands the datagram to whoever registered its source. */
  route(bytes: Uint8Array, address: string, port: number): void {
    const receiver = this.#receivers.get(address)?.get(port)
    if (receiver === undefined) this.unroutedDatagrams++
    else receiver(bytes)
  }

  /** Sources that are registered now. */
  get size(): number {
    let size = 0
    for (const ports of this.#receivers.values()) size += ports.size
    return size
  }
}
