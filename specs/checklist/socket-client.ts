import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { HeadersInit } from '../../src/wire/headers/header-map.ts'
import { RtspFramer } from '../../src/wire/rtsp/framer.ts'
import { createRequest, encodeRequest, type RtspResponse } from '../../src/wire/rtsp/message.ts'

/** A client on a real socket. It waits for events only, never for time; what never comes ends with the spec's limit. */
export class SocketClient {
  readonly #socket: Socket
  readonly #framer: RtspFramer
  readonly #responses: RtspResponse[] = []
  readonly #frames: { readonly channel: number; readonly payload: Uint8Array }[] = []
  #wake: () => void = () => undefined
  #session: HeadersInit = {}
  #cseq = 0
  readonly closed: Promise<unknown>

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#framer = new RtspFramer({
      onRequest: () => undefined,
      onResponse: (response) => void this.#responses.push(response),
      onFrame: (channel, payload) => void this.#frames.push({ channel, payload: payload.slice() }),
      onFailure: (failure) => socket.destroy(new Error(failure.text)),
    })
    this.closed = once(socket, 'close')
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      this.#framer.push(chunk)
      this.#wake()
    })
  }

  static async connect(port: number): Promise<SocketClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new SocketClient(socket)
  }

  async ask(method: string, url: string, headers: HeadersInit = {}, body?: string): Promise<RtspResponse> {
    const request = createRequest(method, url, { CSeq: String(++this.#cseq), ...this.#session, ...headers }, body)
    this.write(encodeRequest(request))
    const response = await this.response()
    const session = response.headers['Session']?.[0]
    if (session !== undefined) this.#session = { Session: session }
    return response
  }

  /** The next response. */
  response(): Promise<RtspResponse> {
    return this.#next(this.#responses)
  }

  /** The next frame of a channel; frames of other channels before it are passed over. */
  async frame(channel: number): Promise<Uint8Array> {
    for (;;) {
      const frame = await this.#next(this.#frames)
      if (frame.channel === channel) return frame.payload
    }
  }

  write(bytes: Uint8Array | string): void {
    this.#socket.write(bytes)
  }

  end(): void {
    this.#socket.destroy()
  }

  async #next<Item>(line: Item[]): Promise<Item> {
    for (;;) {
      const item = line.shift()
      if (item !== undefined) return item
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** A bound UDP socket whose next datagrams can be awaited. */
export class DatagramClient {
  readonly socket: DatagramSocket = createSocket('udp4')
  readonly #received: Uint8Array[] = []
  #wake: () => void = () => undefined

  static async bind(): Promise<DatagramClient> {
    const client = new DatagramClient()
    client.socket.on('message', (bytes) => {
      client.#received.push(Uint8Array.from(bytes))
      client.#wake()
    })
    client.socket.bind(0, '127.0.0.1')
    await once(client.socket, 'listening')
    return client
  }

  get port(): number {
    return this.socket.address().port
  }

  async next(): Promise<Uint8Array> {
    for (;;) {
      const bytes = this.#received.shift()
      if (bytes !== undefined) return bytes
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  send(bytes: Uint8Array, port: number): void {
    this.socket.send(bytes, port, '127.0.0.1')
  }
}
