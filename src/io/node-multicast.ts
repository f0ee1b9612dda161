/**
 * Multicast groups on `node:dgram`. A socket sends to one network interface only, so there is one for each; they are
 * bound to the address of the interface and the port of the group, because some clients drop what comes from another
 * port. What is received comes through one socket more, bound to the group so that it hears nothing else and joined on
 * every interface.
 *
 * Node does not tell which interfaces can do multicast. Linux says so in sysfs; elsewhere the attempt tells.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os'
import type { DatagramHandler, DatagramSocket, Endpoint, MulticastOptions } from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'

/** An interface by the address that packets leave from. */
interface UsableInterface {
  readonly name: string
  /** IPv4. */
  readonly address: string
}

/** Sends to one interface. */
class InterfaceSender {
  readonly #socket: Socket
  readonly #onSent = (): void => {
    this.queuedDatagrams -= 1
  }
  queuedDatagrams = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  send(bytes: Uint8Array, address: string, port: number): void {
    this.queuedDatagrams += 1
    this.#socket.send(bytes, port, address, this.#onSent)
  }

  close(): Promise<void> {
    return closed(this.#socket)
  }
}

class NodeMulticastSocket implements DatagramSocket {
  readonly local: Endpoint
  readonly #senders: readonly InterfaceSender[]
  readonly #receiver: Socket | null
  #isOpened = false
  #closed: Promise<void> | undefined

  constructor(local: Endpoint, senders: readonly InterfaceSender[], receiver: Socket | null) {
    this.local = local
    this.#senders = senders
    this.#receiver = receiver
  }

  /** Of the interface that is furthest behind. */
  get queuedDatagrams(): number {
    let most = 0
    for (const sender of this.#senders) if (sender.queuedDatagrams > most) most = sender.queuedDatagrams
    return most
  }

  open(handler: DatagramHandler): void {
    if (this.#isOpened) throw rtspError('ERR_RTSP_USAGE', 'a datagram socket is opened only once')
    this.#isOpened = true
    this.#receiver?.on('message', (bytes: Buffer, from: RemoteInfo) => {
      handler.onDatagram(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), from.address, from.port)
    })
  }

  send(bytes: Uint8Array, address: string, port: number): void {
    if (this.#closed !== undefined) return
    for (const sender of this.#senders) sender.send(bytes, address, port)
  }

  close(): Promise<void> {
    this.#closed ??= Promise.all([
      ...this.#senders.map((sender) => sender.close()),
      ...(this.#receiver === null ? [] : [closed(this.#receiver)]),
    ]).then(() => undefined)
    return this.#closed
  }
}

/**
 * Joins a group. Interfaces that fail are left out. Rejects with `ERR_RTSP_LISTEN` if none is left, and with the
 * system's error if the port cannot be had.
 */
export async function bindMulticast(options: MulticastOptions): Promise<DatagramSocket> {
  const { group, port, ttl, receives } = options
  const interfaces = usableInterfaces(networkInterfaces(), options.interfaces, canMulticast)
  const receiver = receives ? await bound([group, ''], port) : null
  const senders: InterfaceSender[] = []
  for (const { address } of interfaces) {
    if (receiver !== null && !joins(receiver, group, address)) continue
    const socket = await senderOf(group, address, port, ttl)
    if (socket !== null) senders.push(new InterfaceSender(socket))
  }
  if (senders.length > 0) return new NodeMulticastSocket({ address: group, port, zone: '' }, senders, receiver)
  receiver?.close()
  throw rtspError('ERR_RTSP_LISTEN', 'no multicast-capable interfaces found')
}

/**
 * Interfaces to use, each by its first IPv4 address: those that are named, whatever they are, or all that can do
 * multicast; loopback only if there is no other.
 */
export function usableInterfaces(
  all: Readonly<Partial<Record<string, readonly NetworkInterfaceInfo[]>>>,
  wanted: readonly string[],
  isCapable: (name: string) => boolean,
): readonly UsableInterface[] {
  const found: (UsableInterface & { readonly isLoopback: boolean })[] = []
  for (const [name, infos = []] of Object.entries(all)) {
    const addresses = infos.filter((info) => info.family === 'IPv4')
    const chosen = wanted.includes(name) ? addresses[0] : addresses.find(({ address }) => wanted.includes(address))
    const info = wanted.length > 0 ? chosen : isCapable(name) ? addresses[0] : undefined
    if (info !== undefined) found.push({ name, address: info.address, isLoopback: info.internal })
  }
  const others = wanted.length > 0 ? found : found.filter(({ isLoopback }) => !isLoopback)
  return (others.length > 0 ? others : found).map(({ name, address }) => ({ name, address }))
}

/** IFF_MULTICAST of Linux. */
const multicastFlag = 0x1000

/** Whether the system says so; true where it says nothing. */
function canMulticast(name: string): boolean {
  try {
    // `eth0:1` is another address of `eth0`.
    const [device = name] = name.split(':')
    return (Number.parseInt(readFileSync(`/sys/class/net/${device}/flags`, 'utf8'), 16) & multicastFlag) !== 0
  } catch {
    // No sysfs here: the attempt to use the interface will tell.
    return true
  }
}

function joins(receiver: Socket, group: string, address: string): boolean {
  try {
    receiver.addMembership(group, address)
    return true
  } catch {
    // This interface cannot; the others may, and without any the caller is told.
    return false
  }
}

/** A socket that sends to the interface of the address; `null` if that cannot be. */
async function senderOf(group: string, address: string, port: number, ttl: number): Promise<Socket | null> {
  const socket = await bound([address, group], port).catch(() => bound([address], 0).catch(() => null))
  try {
    socket?.setMulticastTTL(ttl)
    socket?.setMulticastInterface(address)
    // Players on this machine listen too.
    socket?.setMulticastLoopback(true)
    return socket
  } catch {
    // As above: an interface that does not let us send is left out.
    socket?.close()
    return null
  }
}

/** A socket bound to the first of the addresses that works; rejects with the last error. */
async function bound(addresses: readonly string[], port: number): Promise<Socket> {
  let failure: unknown = undefined
  for (const address of addresses) {
    const socket = createSocket({
      type: 'udp4',
      reuseAddr: true,
      lookup: (literal, _options, callback) => callback(null, literal, 4),
    })
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.bind({ port, ...(address === '' ? {} : { address }), exclusive: true }, () => {
          socket.off('error', reject)
          // Node ends the process over an error that nobody hears; what one interface refuses is nobody's business.
          socket.on('error', () => undefined)
          resolve()
        })
      })
      return socket
    } catch (error) {
      socket.close()
      failure = error
    }
  }
  throw failure
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(resolve)
  })
}
