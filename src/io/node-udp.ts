/**
 * UDP sockets on `node:dgram`. Sending is the most expensive thing a server does for a UDP reader, so it is kept bare:
 * one shared callback for all datagrams, and a `lookup` that hands literal addresses straight on (Node would otherwise
 * put every send through its resolver's asynchronous path).
 */
import { createSocket, type RemoteInfo, type Socket, type SocketType } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { DatagramHandler, DatagramOptions, DatagramSocket, Endpoint } from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import { endpointOf, mapAddress, plainAddress } from './endpoints.ts'

/** A bound socket. Datagrams that arrive before `open` are lost, as they are before the bind. */
class NodeDatagramSocket implements DatagramSocket {
  readonly local: Endpoint
  readonly #socket: Socket
  readonly #onSent = (error: Error | null) => this.#sent(error)
  #handler: DatagramHandler | undefined
  #queuedDatagrams = 0
  #closed: Promise<void> | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    const { address, port } = socket.address()
    this.local = endpointOf(address, port)
    socket.on('error', (error) => this.#handler?.onError(error))
  }

  get queuedDatagrams(): number {
    return this.#queuedDatagrams
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
    })
  }

  /** A link-local target carries its zone: `fe80::1%eth0`. After a close it does nothing. */
  send(bytes: Uint8Array, address: string, port: number): void {
    if (this.#closed !== undefined) return
    this.#queuedDatagrams += 1
    try {
      this.#socket.send(bytes, port, address, this.#onSent)
    } catch (cause) {
      // Node throws for a port that cannot be, and such a port can come from a peer.
      process.nextTick(this.#onSent, cause instanceof Error ? cause : new Error(String(cause)))
    }
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#socket.close(resolve)
    })
    return this.#closed
  }

  #sent(error: Error | null): void {
    this.#queuedDatagrams -= 1
    // What was under way when the socket closed is lost, and nobody is left to hear of it.
    if (error !== null && this.#closed === undefined) this.#handler?.onError(error)
  }
}

/**
 * Binds a UDP socket. Rejects with the system's error as it is, or with `ERR_RTSP_LISTEN` when the system did not grant
 * the receive buffer.
 */
export async function bindUdp(options: DatagramOptions): Promise<DatagramSocket> {
  if (options.host !== '' && options.host !== '::') {
    const address = isIP(options.host) === 0 ? (await lookup(options.host)).address : options.host
    return bindAddress(isIP(address) === 6 ? 'udp6' : 'udp4', address, options)
  }
  try {
    return await bindAddress('udp6', '::', options)
  } catch (error) {
    if (!isWithoutIPv6(error)) throw error
    return bindAddress('udp4', '0.0.0.0', options)
  }
}

function bindAddress(type: SocketType, address: string, options: DatagramOptions): Promise<DatagramSocket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({
      type,
      lookup: (literal, _options, callback) => {
        if (type === 'udp6') callback(null, mapAddress(literal), 6)
        else callback(null, literal, 4)
      },
    })
    const fail = (error: unknown) => {
      socket.close()
      reject(error instanceof Error ? error : new Error(String(error)))
    }
    socket.once('error', fail)
    socket.bind(options.port, address, () => {
      socket.off('error', fail)
      try {
        setReceiveBuffer(socket, options.receiveBufferBytes)
        resolve(new NodeDatagramSocket(socket))
      } catch (error) {
        fail(error)
      }
    })
  })
}

/** Sets SO_RCVBUF and reads it back: systems cut it to their limit without a word. Linux tells twice what it grants. */
function setReceiveBuffer(socket: Socket, wantedBytes: number): void {
  if (wantedBytes === 0) return
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
