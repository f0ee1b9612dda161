import type { MemoryPeer } from '../../src/testing/memory-peer.ts'
import { encodeBase64 } from '../../src/wire/headers/base64.ts'
import { RtspFramer } from '../../src/wire/rtsp/framer.ts'
import { createRequest, encodeRequest, type RtspResponse } from '../../src/wire/rtsp/message.ts'
import type { Scene } from './scene.ts'

/** What both halves are answered with (spec 8.2). */
export const tunnelReply =
  'HTTP/1.1 200 OK\r\nCache-Control: no-cache\r\nConnection: close\r\n' +
  'Content-Type: application/x-rtsp-tunnelled\r\nPragma: no-cache\r\n\r\n'

/** Heads of the halves as QuickTime and ffmpeg send them. */
export const getHead = (cookie: string): string =>
  `GET /cam HTTP/1.1\r\nHost: host\r\nx-sessioncookie: ${cookie}\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n`
export const postHead = (cookie: string): string =>
  `POST /cam HTTP/1.1\r\nHost: host\r\nx-sessioncookie: ${cookie}\r\nContent-Type: application/x-rtsp-tunnelled\r\n` +
  'Content-Length: 32767\r\n\r\n'

/** A client of RTSP over HTTP in memory. */
export class TunnelClient {
  readonly get: MemoryPeer
  readonly post: MemoryPeer
  /** What came on the connection of the POST request. */
  postReply = ''
  readonly answers: RtspResponse[] = []
  readonly frames: number[] = []
  readonly #scene: Scene
  readonly #framer: RtspFramer
  #head = ''
  #session = ''
  #cseq = 0

  constructor(scene: Scene, { port = 8554, cookie = 'abc', postFrom = '10.0.0.1', getFrom = '10.0.0.1' } = {}) {
    this.#scene = scene
    this.#framer = new RtspFramer({
      onRequest: () => undefined,
      onResponse: (response) => void this.answers.push(response),
      onFrame: (channel) => void this.frames.push(channel),
      onFailure: (failure) => {
        throw new Error(failure.text)
      },
    })
    this.get = scene.network.connect(port, { address: getFrom })
    this.get.write(getHead(cookie))
    scene.settle()
    this.post = scene.network.connect(port, { address: postFrom })
    this.post.write(postHead(cookie))
    scene.settle()
    this.read()
  }

  /** The head that came on the connection of the GET request. */
  get getReply(): string {
    return this.#head
  }

  ask(method: string, path = '/cam', headers: Readonly<Record<string, string>> = {}): RtspResponse | undefined {
    const before = this.answers.length
    const session = this.#session === '' ? {} : { Session: this.#session }
    const request = createRequest(method, `rtsp://host:8554${path}`, {
      CSeq: String(++this.#cseq),
      ...session,
      ...headers,
    })
    this.say(encodeBase64(encodeRequest(request)))
    return this.answers[before]
  }

  /** Sends text as it stands in the body of the POST request. */
  say(text: string): void {
    this.post.write(text)
    this.#scene.settle()
    this.read()
  }

  read(): void {
    this.postReply += new TextDecoder().decode(this.post.take())
    let bytes = this.get.take()
    if (!this.#head.endsWith('\r\n\r\n')) {
      const text = new TextDecoder('latin1').decode(bytes)
      const end = text.indexOf('\r\n\r\n') + 4
      this.#head += text.slice(0, end)
      bytes = bytes.subarray(end)
    }
    this.#framer.push(bytes)
    this.#session = this.answers.at(-1)?.headers['Session']?.[0] ?? this.#session
  }
}
