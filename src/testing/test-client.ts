import { RtspFramer } from '../wire/rtsp/framer.ts'
import type { HeadersInit } from '../wire/headers/header-map.ts'
import { createRequest, encodeRequest, type RtspResponse } from '../wire/rtsp/message.ts'
import type { MemoryNetwork } from './memory-network.ts'
import type { MemoryPeer } from './memory-peer.ts'
import type { VirtualClock } from './virtual-clock.ts'

/**
 * A client as a test wants it: it speaks RTSP over a memory network and never waits. A request is written, everything
 * that is on its way arrives while time stands still, and the answer is the value of the call.
 */

/** Where a test client connects, and as whom. */
export interface TestClientOptions {
  readonly network: MemoryNetwork
  /** The clock of the network and the server. */
  readonly clock: VirtualClock
  /** 8554 unless set. */
  readonly port?: number
  /** The client's own address: `127.0.0.1` unless set. Sessions belong to an address. */
  readonly address?: string
}

/** An interleaved frame (RFC 2326 section 10.12). The payload is a copy. */
export interface TestFrame {
  readonly channel: number
  readonly payload: Uint8Array
}

/**
 * An RTSP client in memory.
 *
 * ```ts
 * const client = new TestClient({ clock, network })
 * client.ask('SETUP', 'rtsp://host/cam/trackID=0', { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' })
 * client.ask('PLAY', 'rtsp://host/cam')?.statusCode // 200
 * stream.writeRtp(0, testRtp())
 * clock.settle()
 * client.read()
 * client.frames() // what arrived
 * ```
 */
export class TestClient {
  /** The connection itself: it can be slow, rude or gone by one call. */
  readonly peer: MemoryPeer
  /** Everything that arrived and has been read, in order. */
  readonly received: (RtspResponse | TestFrame)[] = []
  /** Sent with every request once an answer brought one; `''` sends none. */
  sessionHeader = ''
  readonly #clock: VirtualClock
  readonly #framer: RtspFramer
  #cseq = 0

  constructor({ network, clock, port = 8554, address = '127.0.0.1' }: TestClientOptions) {
    this.#clock = clock
    this.peer = network.connect(port, { address })
    this.#framer = new RtspFramer({
      onRequest: () => undefined,
      onResponse: (response) => void this.received.push(response),
      onFrame: (channel, payload) => void this.received.push({ channel, payload: payload.slice() }),
      onFailure: (failure) => {
        throw new Error(`the server sent what is not RTSP: ${failure.text}`)
      },
    })
  }

  /**
   * Sends a request, with CSeq and the Session of before, and returns its answer; `undefined` while there is none, for
   * example because a handler has not decided yet.
   */
  ask(method: string, url: string, headers: HeadersInit = {}, body?: string): RtspResponse | undefined {
    const answered = this.answers().length
    this.send(method, url, headers, body)
    return this.answers().slice(answered).at(-1)
  }

  /** Sends a request. `headers` replace those that would be sent; an empty list leaves one out. */
  send(method: string, url: string, headers: HeadersInit = {}, body?: string): void {
    const session = this.sessionHeader === '' ? {} : { Session: this.sessionHeader }
    const request = createRequest(method, url, { CSeq: String(++this.#cseq), ...session, ...headers }, body)
    this.write(encodeRequest(request))
  }

  /** Sends bytes, or text as UTF-8, lets everything arrive, and reads. */
  write(bytes: Uint8Array | string): void {
    this.peer.write(bytes)
    this.#clock.settle()
    this.read()
  }

  /** Takes in what has arrived since. */
  read(): void {
    this.#framer.push(this.peer.take())
    const session = this.answers().at(-1)?.headers['Session']?.[0]
    if (session !== undefined) this.sessionHeader = session
  }

  /** The responses among `received`. */
  answers(): readonly RtspResponse[] {
    return this.received.filter((each) => 'statusCode' in each)
  }

  /** The frames among `received`. */
  frames(): readonly TestFrame[] {
    return this.received.filter((each) => 'channel' in each)
  }
}
