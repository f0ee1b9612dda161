/**
 * UDP sockets on `node:dgram`. Sending is the most expensive thing a server does for a UDP reader, so it is kept bare:
 * one shared callback for all datagrams, and a `lookup` that hands literal addresses straight on (Node would otherwise
 * put every send through its resolver's asynchronous path).
 *
 * Where the system can cut batches and the optional package koffi is there, datagrams go around Node as long as nothing
 * waits in Node's queue (`udp-direct-sender.ts`), and those that came together are taken together
 * (`udp-batch-receiver.ts`). What cannot leave that way goes Node's way, so there is one queue and
 * one order.
 */
import { createSocket, type RemoteInfo, type Socket, type SocketType } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type {
  DatagramBatching,
  DatagramHandler,
  DatagramOptions,
  DatagramSocket,
  Endpoint,
} from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import { endpointOf, mapAddress, plainAddress } from './endpoints.ts'
import { type UdpBatchingSupport, udpBatchingSupport } from './udp-batching.ts'
import { UdpBatchReceiver } from './udp-batch-receiver.ts'
import type { UdpCalls } from './udp-calls.ts'
import { familyIPv4, familyIPv6 } from './udp-destinations.ts'
import { UdpDirectSender, type UdpDirectSenderOwner } from './udp-direct-sender.ts'
import { keepPortToOurselves, openNativeSocket } from './udp-native-socket.ts'

/** A bound socket. Datagrams that arrive before `open` are lost, as they are before the bind. */
class NodeDatagramSocket implements DatagramSocket {
  readonly local: Endpoint
  readonly #socket: Socket
  readonly #onSent = (error: Error | null) => this.#sent(error)
  #handler: DatagramHandler | undefined
  #queuedDatagrams = 0
  #isFlushAwaited = false
  #closed: Promise<void> | undefined
  readonly #direct: UdpDirectSender | undefined
  readonly #receiver: UdpBatchReceiver | undefined
  readonly #isOpen = (): boolean => this.#closed === undefined
  readonly #onCallbackEnd = (): void => {
    this.#isFlushAwaited = false
    // After a close the descriptor may already be that of something else; `close` has flushed.
    if (this.#closed === undefined) this.#direct?.flush()
  }
  readonly #withoutBatching: string

  constructor(socket: Socket, way: OwnWay) {
    this.#socket = socket
    const { address, port } = socket.address()
    this.local = endpointOf(address, port)
    socket.on('error', (error) => this.#handler?.onError(error))
    if (typeof way === 'string') {
      this.#withoutBatching = way
    } else {
      this.#withoutBatching = ''
      this.#direct = way.sender({
        isClear: () => this.#closed === undefined && this.#isQueueEmpty(),
        onUnsent: (bytes, to, toPort) => this.#sendByNode(bytes, to, toPort),
        onEnded: (reason) => this.#handler?.onBatchingEnded?.(reason),
      })
      this.#receiver = way.receiver()
    }
  }

  get queuedDatagrams(): number {
    return this.#queuedDatagrams
  }

  get maxBatchDatagrams(): number {
    return this.#direct?.maxBatchDatagrams ?? 0
  }

  get batching(): DatagramBatching {
    return this.#direct?.batching ?? { mode: 'none', reason: this.#withoutBatching }
  }

  open(handler: DatagramHandler): void {
    if (this.#handler !== undefined) throw rtspError('ERR_RTSP_USAGE', 'a datagram socket is opened only once')
    this.#handler = handler
    this.#socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      handler.onDatagram(
        new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        plainAddress(from.address),
        from.port,
      )
      this.#receiver?.takeWaiting(handler, this.#isOpen)
    })
  }

  /** A link-local target carries its zone: `fe80::1%eth0`. After a close it does nothing. */
  send(bytes: Uint8Array, address: string, port: number): void {
    if (this.#closed !== undefined) return
    const direct = this.#direct
    if (direct !== undefined && this.#isQueueEmpty() && direct.send(bytes, address, port)) {
      this.#awaitCallbackEnd()
      return
    }
    // Those that were taken before go first.
    direct?.flush()
    this.#sendByNode(bytes, address, port)
  }

  #sendByNode(bytes: Uint8Array, address: string, port: number): void {
    if (this.#closed !== undefined) return
    this.#queuedDatagrams += 1
    try {
      this.#socket.send(bytes, port, address, this.#onSent)
    } catch (cause) {
      // Node throws for a port that cannot be, and such a port can come from a peer.
      process.nextTick(this.#onSent, cause instanceof Error ? cause : new Error(String(cause)))
    }
  }

  sendBatch(packets: readonly Uint8Array[], address: string, port: number): boolean {
    // After a close the descriptor may already be that of something else.
    const direct = this.#direct
    if (this.#closed !== undefined || direct === undefined) return false
    if (!this.#isQueueEmpty() || !direct.sendBatch(packets, address, port)) return false
    this.#awaitCallbackEnd()
    return true
  }

  close(): Promise<void> {
    if (this.#closed !== undefined) return this.#closed
    this.#direct?.flush()
    this.#closed = new Promise((resolve) => {
      this.#socket.close(resolve)
    })
    return this.#closed
  }

  /** What is given within one callback of Node leaves at its end: a burst to all its readers, and those of other streams. */
  #awaitCallbackEnd(): void {
    if (this.#isFlushAwaited) return
    this.#isFlushAwaited = true
    process.nextTick(this.#onCallbackEnd)
  }

  /** Asks Node only when something may be there: its callbacks come later than the datagrams leave. */
  #isQueueEmpty(): boolean {
    return this.#queuedDatagrams === 0 || this.#socket.getSendQueueCount() === 0
  }

  #sent(error: Error | null): void {
    this.#queuedDatagrams -= 1
    // What was under way when the socket closed is lost, and nobody is left to hear of it.
    if (error !== null && this.#closed === undefined) this.#handler?.onError(error)
  }
}

/** Makes what sends and receives around Node, or says why nothing does. */
type OwnWay =
  | string
  | {
      readonly sender: (owner: UdpDirectSenderOwner) => UdpDirectSender
      readonly receiver: () => UdpBatchReceiver
    }

/**
 * Binds a UDP socket. Rejects with the system's error as it is, or with `ERR_RTSP_LISTEN` when the system did not grant
 * the receive buffer. Never fails for want of batching.
 *
 * @param findSupport what batches are sent with; asked only when they are wanted
 */
export async function bindUdp(
  options: DatagramOptions,
  findSupport: () => Promise<UdpBatchingSupport> = udpBatchingSupport,
): Promise<DatagramSocket> {
  const support = options.batching === false ? 'switched off' : await findSupport()
  if (options.host !== '' && options.host !== '::') {
    const address = isIP(options.host) === 0 ? (await lookup(options.host)).address : options.host
    return bindAddress(isIP(address) === 6 ? 'udp6' : 'udp4', address, options, support)
  }
  try {
    return await bindAddress('udp6', '::', options, support)
  } catch (error) {
    if (!isWithoutIPv6(error)) throw error
    return bindAddress('udp4', '0.0.0.0', options, support)
  }
}

async function bindAddress(
  type: SocketType,
  address: string,
  options: DatagramOptions,
  support: UdpBatchingSupport,
): Promise<DatagramSocket> {
  const bound = typeof support === 'string' ? support : bindOurselves(type, address, options.port, support)
  const isOurs = typeof bound !== 'string'
  const socket = isOurs ? bound.socket : createNodeSocket(type)
  try {
    if (!isOurs) await bindByNode(socket, address, options.port)
    setReceiveBuffer(socket, options.receiveBufferBytes)
    return new NodeDatagramSocket(socket, isOurs ? bound.way : bound)
  } catch (error) {
    socket.close()
    throw error
  }
}

function createNodeSocket(type: SocketType): Socket {
  return createSocket({
    type,
    lookup: (literal, _options, callback) => {
      if (type === 'udp6') callback(null, mapAddress(literal), 6)
      else callback(null, literal, 4)
    },
  })
}

/** Binds by calls of our own. A text says why not, and Node shall bind (and tell what is wrong, if it is the port). */
function bindOurselves(
  type: SocketType,
  address: string,
  port: number,
  calls: UdpCalls,
): { readonly socket: Socket; readonly way: OwnWay } | string {
  const family = type === 'udp6' ? familyIPv6 : familyIPv4
  const fd = openNativeSocket(calls, family, address, port)
  if (fd === undefined) return 'the socket cannot be bound around Node'
  const socket = createNodeSocket(type)
  try {
    socket.bind({ fd, exclusive: true })
  } catch (cause) {
    socket.close()
    calls.close(fd)
    return `Node does not take over the socket: ${cause instanceof Error ? cause.message : String(cause)}`
  }
  keepPortToOurselves(calls, fd)
  return {
    socket,
    way: {
      sender: (owner) => new UdpDirectSender(calls, fd, family, owner),
      receiver: () => new UdpBatchReceiver(calls, fd),
    },
  }
}

function bindByNode(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

/**
 * Without a wish: a key picture of each of a few cameras at once. The usual default of Linux holds ninety packets, and
 * while garbage is collected more than that may come.
 */
const preferredReceiveBufferBytes = 2 * 1024 * 1024

/** As much of it as can be had; nothing is ever made smaller. */
function raiseReceiveBuffer(socket: Socket): void {
  try {
    if (socket.getRecvBufferSize() < preferredReceiveBufferBytes) socket.setRecvBufferSize(preferredReceiveBufferBytes)
  } catch {
    // Systems that refuse instead of cutting leave what they had, which is good enough for a default.
  }
}

/** Sets SO_RCVBUF and reads it back: systems cut it to their limit without a word. Linux tells twice what it grants. */
function setReceiveBuffer(socket: Socket, wantedBytes: number | undefined): void {
  if (wantedBytes === undefined) raiseReceiveBuffer(socket)
  if (wantedBytes === undefined || wantedBytes === 0) return
  socket.setRecvBufferSize(wantedBytes)
  const toldBytes = socket.getRecvBufferSize()
  const grantedBytes = process.platform === 'linux' ? toldBytes / 2 : toldBytes
  if (grantedBytes === wantedBytes) return
  const sizes = `${wantedBytes}, got ${grantedBytes}`
  throw rtspError(
    'ERR_RTSP_LISTEN',
    `unable to set UDP read buffer size to ${sizes}, check that the operating system allows that`,
  )
}

function isWithoutIPv6(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL'
}
