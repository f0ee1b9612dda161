/**
 * RTSP in the messages of a WebSocket (RFC 6455, ONVIF Streaming Specification section 5.1.5), on the package `ws`: masks,
 * fragments, control frames and the closing handshake are its business, bounds are ours. It works on any byte duplex,
 * so the same code serves clear connections, TLS and networks in memory.
 *
 * Bytes come in messages that may be cut anywhere; each element of RTSP goes out as a message of its own.
 */
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import WebSocket, { WebSocketServer } from 'ws'
import type { ByteDuplex, ByteDuplexHandler, Endpoint, WebSocketRequest } from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import { DuplexStream } from './duplex-stream.ts'

/** Longest message a client may send, in bytes. It may hold many elements: a publisher's key picture, all at once. */
const maxMessageBytes = 1_048_576

/** Most pieces that a message may come in. */
const maxFragments = 4096

/** How long a peer may take to answer our close. */
const closeTimeoutMs = 2000

/** With this much unread by the peer, pings are not answered any more: it is not listening. */
const maxQueuedForPong = 65_536

/** Status codes of RFC 6455 section 7.4.1. */
const normalClosure = 1000
const unsupportedData = 1003

const interleavedFrameMark = 0x24
const interleavedHeaderBytes = 4

/** `closeTimeout` is younger than the types of the package. */
const serverOptions: ConstructorParameters<typeof WebSocketServer>[0] & { readonly closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  autoPong: false,
  maxPayload: maxMessageBytes,
  maxFragments,
  closeTimeout: closeTimeoutMs,
}

/** Answers the handshake on `inner`, of which everything up to the end of the request was read. */
export function acceptWebSocket(inner: ByteDuplex, request: WebSocketRequest): ByteDuplex {
  return new WebSocketDuplex(inner, request)
}

class WebSocketDuplex implements ByteDuplex {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly #inner: ByteDuplex
  readonly #stream: DuplexStream
  #socket: WebSocket | undefined
  #handler: ByteDuplexHandler | undefined
  #isEnding = false
  #isPaused = false
  #closed: { readonly error: Error | null } | undefined
  #error: Error | null = null

  constructor(inner: ByteDuplex, request: WebSocketRequest) {
    this.remote = inner.remote
    this.local = inner.local
    this.#inner = inner
    this.#stream = new DuplexStream(inner, () => this.#handler?.onDrained())
    // Whatever happens to the stream, its end is told by the WebSocket, or by this if there never is one.
    this.#stream.on('error', (error) => {
      this.#error ??= error
    })
    this.#stream.once('close', () => {
      if (this.#socket === undefined) this.#tellClosed()
    })
    const server = new WebSocketServer({ ...serverOptions, handleProtocols: () => request.protocol })
    server.handleUpgrade(handshakeOf(request), this.#stream, Buffer.alloc(0), (socket) => this.#begin(socket))
  }

  get queuedBytes(): number {
    return this.#inner.queuedBytes + this.#stream.writableLength
  }

  get flushedBytes(): number {
    return this.#inner.flushedBytes
  }

  open(handler: ByteDuplexHandler): void {
    if (this.#handler !== undefined) throw rtspError('ERR_RTSP_USAGE', 'a byte duplex is opened only once')
    this.#handler = handler
    const closed = this.#closed
    if (closed !== undefined) setImmediate(() => handler.onClosed(closed.error))
    else if (!this.#isPaused) this.#socket?.resume()
  }

  write(bytes: Uint8Array): void {
    const socket = this.#socket
    if (this.#isEnding || socket?.readyState !== WebSocket.OPEN) return
    // A burst is many frames in one piece of memory, and leaves as many messages in one write.
    this.#stream.cork()
    for (let start = 0; start < bytes.length;) {
      const end = elementEnd(bytes, start)
      socket.send(bytes.subarray(start, end), sendOptions)
      start = end
    }
    this.#stream.uncork()
  }

  pause(): void {
    this.#isPaused = true
    if (!this.#isEnding) this.#socket?.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#handler !== undefined) this.#socket?.resume()
  }

  end(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#socket?.resume()
    this.#socket?.close(normalClosure)
  }

  destroy(): void {
    this.#isEnding = true
    this.#socket?.terminate()
    this.#stream.destroy()
  }

  #begin(socket: WebSocket): void {
    this.#socket = socket
    socket.pause()
    socket.on('message', (data, isBinary) => this.#received(data, isBinary))
    socket.on('ping', (data) => {
      if (this.#inner.queuedBytes <= maxQueuedForPong && socket.readyState === WebSocket.OPEN) socket.pong(data)
    })
    socket.on('error', (error) => {
      this.#error ??= rtspError('ERR_RTSP_WEBSOCKET', `WebSocket: ${error.message}`, { cause: error })
    })
    socket.once('close', () => this.#tellClosed())
  }

  #received(data: WebSocket.RawData, isBinary: boolean): void {
    if (this.#isEnding || this.#error !== null) return
    if (!isBinary) {
      this.#error = rtspError('ERR_RTSP_WEBSOCKET', 'WebSocket: received a text message')
      this.#socket?.resume()
      this.#socket?.close(unsupportedData, 'binary messages only')
      return
    }
    // One buffer unless the package is told otherwise.
    if (Buffer.isBuffer(data)) this.#handler?.onBytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }

  #tellClosed(): void {
    if (this.#closed !== undefined) return
    this.#closed = { error: this.#error }
    this.#handler?.onClosed(this.#error)
  }
}

const sendOptions = { binary: true, compress: false } as const

/** Where the element that begins at `start` ends: an interleaved frame, or a message, which is always written alone. */
function elementEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== interleavedFrameMark) return bytes.length
  const payloadBytes = ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0)
  return Math.min(bytes.length, start + interleavedHeaderBytes + payloadBytes)
}

/** The request as the package wants it. The socket in it is never connected. */
function handshakeOf({ headers }: WebSocketRequest): IncomingMessage {
  const message = new IncomingMessage(new Socket())
  message.method = 'GET'
  message.url = '/'
  for (const name in headers) message.headers[name.toLowerCase()] = headers[name]?.join(', ')
  return message
}
