/** What the specs of the memory network share: a network on a virtual clock, and a server's end that notes everything. */
import type { ByteDuplex, Listener } from '../../src/contracts/network.ts'
import { MemoryNetwork, type MemoryNetworkOptions } from '../../src/testing/memory-network.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'

/** A network and the clock that moves it. */
export function memoryNetwork(options: Omit<MemoryNetworkOptions, 'clock'> = {}) {
  const clock = new VirtualClock()
  return { clock, network: new MemoryNetwork({ clock, ...options }) }
}

/** A connection as the server sees it. */
export class ServerEnd {
  readonly duplex: ByteDuplex
  readonly chunks: Uint8Array[] = []
  readonly closings: (Error | null)[] = []
  drains = 0

  constructor(duplex: ByteDuplex) {
    this.duplex = duplex
  }

  open(): this {
    this.duplex.open({
      onBytes: (chunk) => this.chunks.push(chunk),
      onDrained: () => (this.drains += 1),
      onClosed: (error) => this.closings.push(error),
    })
    return this
  }

  get text(): string {
    return this.chunks.map((chunk) => textOf(chunk)).join('')
  }
}

/** Listens on a port and keeps the connections, opened unless told otherwise. */
export async function serve(
  network: MemoryNetwork,
  port: number,
  mustOpen = true,
): Promise<{ ends: ServerEnd[]; listener: Listener; errors: Error[] }> {
  const ends: ServerEnd[] = []
  const errors: Error[] = []
  const listener = await network.listen(
    { host: '', port },
    (duplex) => ends.push(mustOpen ? new ServerEnd(duplex).open() : new ServerEnd(duplex)),
    (error) => errors.push(error),
  )
  return { ends, listener, errors }
}

export const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
export const bytesOf = (text: string) => new TextEncoder().encode(text)
