import { request } from 'node:http'
import { filter, firstValueFrom, map } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { respond } from '../../src/api/respond.ts'
import { createRtspServer, type RtspServer } from '../../src/api/server.ts'
import type { ServerStream } from '../../src/api/stream.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { camera, picture, publisherSdp, sound } from '../api/scene.ts'
import { selfSigned } from '../io/self-signed.ts'

/** RTSP over WebSocket with the client of the package `ws`, over the real sockets of this machine. */

const pair = selfSigned()
const servers: RtspServer[] = []
const sockets: WebSocket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  for (const server of servers.splice(0)) await server.close()
})

interface Place {
  readonly server: RtspServer
  readonly stream: ServerStream
  readonly port: number
  readonly tlsPort: number
  /** Resolves with the reason of the next connection that closes. */
  closing(): Promise<string>
  /** Packets that a publisher has sent. */
  readonly recorded: number[]
}

async function start(): Promise<Place> {
  const recorded: number[] = []
  const streams: ServerStream[] = []
  const server = createRtspServer({
    listen: { host: '127.0.0.1', port: 0 },
    listenTls: { host: '127.0.0.1', port: 0 },
    tls: pair,
    udp: { host: '127.0.0.1', rtpPort: 0 },
    handlers: {
      describe: ({ path }) => (path === '/cam' ? (streams[0] ?? respond.notFound()) : respond.notFound()),
      announce: () => respond.ok(),
      setup: ({ session }) => (session.state === 'preRecord' ? respond.ok() : (streams[0] ?? respond.notFound())),
      play: () => respond.ok(),
      record: ({ session }) => {
        session.rtp$.subscribe(({ packet }) => recorded.push(packet.sequenceNumber))
        return respond.ok()
      },
    },
  })
  servers.push(server)
  const { port, tls } = await server.listen()
  const stream = server.createStream(camera)
  streams.push(stream)
  const closing = () =>
    firstValueFrom(
      server.events$.pipe(
        filter((event) => event.type === 'connection.closed'),
        map(({ reason }) => `${reason.code}: ${reason.message}`),
      ),
    )
  return { server, stream, port, tlsPort: tls?.port ?? 0, closing, recorded }
}

/** A client and the messages it has got. */
class Client {
  readonly socket: WebSocket
  readonly messages: Buffer[] = []
  #waiting: (() => void) | undefined
  #session = ''
  #cseq = 0

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      this.messages.push(data)
      this.#waiting?.()
    })
  }

  static connect(url: string, protocols: string | string[] = 'rtsp.onvif.org'): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, protocols, { rejectUnauthorized: false })
      sockets.push(socket)
      const client = new Client(socket)
      socket.once('open', () => resolve(client))
      socket.on('error', reject)
    })
  }

  /** A request as text. */
  request(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body = ''): string {
    const session = this.#session === '' ? {} : { Session: this.#session }
    const length = body === '' ? {} : { 'Content-Length': String(body.length) }
    const lines = Object.entries({ CSeq: String(++this.#cseq), ...session, ...length, ...headers }).map((each) =>
      each.join(': '),
    )
    return [`${method} rtsp://host${path} RTSP/1.0`, ...lines, '', body].join('\r\n')
  }

  async ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body = ''): Promise<string> {
    this.socket.send(Buffer.from(this.request(method, path, headers, body)))
    const answer = (await this.next((message) => message[0] !== 0x24)).toString()
    this.#session = /^Session: ([^;\r]+)/m.exec(answer)?.[1] ?? this.#session
    return answer
  }

  /** The next message of a kind; takes it and all before it. */
  async next(isWanted: (message: Buffer) => boolean = () => true): Promise<Buffer> {
    for (;;) {
      const message = this.messages.shift()
      if (message === undefined) await new Promise<void>((resolve) => (this.#waiting = resolve))
      else if (isWanted(message)) return message
    }
  }

  closed(): Promise<number> {
    return new Promise((resolve) => {
      this.socket.once('close', resolve)
    })
  }
}

const isRtp = (message: Buffer) => message[0] === 0x24 && (message[1] ?? 1) % 2 === 0
const tcp = (first: number, mode = '') => ({
  Transport: `RTP/AVP/TCP;unicast;interleaved=${first}-${first + 1}${mode}`,
})

describe('RTSP over WebSocket (spec 8.3)', () => {
  it.each([
    ['[25] ws', 'ws', false],
    ['[25] wss', 'wss', true],
  ])(
    '%s: a request in a binary message is answered in one, and the subprotocol is echoed',
    async (_, scheme, secure) => {
      const { server, port, tlsPort } = await start()
      const client = await Client.connect(`${scheme}://127.0.0.1:${secure ? tlsPort : port}/`)
      expect(client.socket.protocol).toBe('rtsp.onvif.org')
      expect(await client.ask('DESCRIBE', '/nothing')).toMatch(/^RTSP\/1\.0 404 /)
      expect(server.connections.map(({ id, transport }) => ({ id, ...transport }))).toEqual([
        { id: 'c1', tunnel: 'websocket', secure },
      ])
    },
  )

  it('sends each answer and each packet as a message of its own, however many are written at once', async () => {
    const { stream, port } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    await client.ask('SETUP', '/cam/trackID=0', tcp(0))
    await client.ask('SETUP', '/cam/trackID=1', tcp(2))
    expect(await client.ask('PLAY', '/cam')).toMatch(/^RTSP\/1\.0 200 /)
    stream.writeRtp(0, picture(1))
    stream.writeRtp(0, picture(2, 7200, 1000))
    stream.writeRtp(1, sound(3))
    const frames = [await client.next(isRtp), await client.next(isRtp), await client.next(isRtp)]
    expect(
      frames.map((frame) => [frame[1], frame.readUInt16BE(2) + 4 === frame.length, frame.readUInt16BE(6)]),
    ).toEqual([
      [0, true, 1],
      [0, true, 2],
      [2, true, 3],
    ])
    expect(await client.ask('TEARDOWN', '/cam')).toMatch(/^RTSP\/1\.0 200 /)
  })

  it('takes a publisher, with elements cut and joined in messages and fragments at will', async () => {
    const { port, recorded } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    await client.ask('ANNOUNCE', '/pub', { 'Content-Type': 'application/sdp' }, publisherSdp)
    await client.ask('SETUP', '/pub/streamid=0', tcp(0, ';mode=record'))
    await client.ask('SETUP', '/pub/streamid=1', tcp(2, ';mode=record'))
    expect(await client.ask('RECORD', '/pub')).toMatch(/^RTSP\/1\.0 200 /)
    const frames = Buffer.concat(
      [1, 2, 3].map((number) => encodeInterleavedFrame(0, picture(number, number * 90, 300))),
    )
    client.socket.send(frames.subarray(0, 5))
    client.socket.send(frames.subarray(5, 400), { fin: false })
    client.socket.send(frames.subarray(400, 401), { fin: false })
    client.socket.ping()
    client.socket.send(frames.subarray(401), { fin: true })
    expect(await client.ask('GET_PARAMETER', '/pub')).toMatch(/^RTSP/)
    expect(recorded).toEqual([1, 2, 3])
  })

  it('refuses UDP with 461, as every tunnel', async () => {
    const { port } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    const answer = await client.ask('SETUP', '/cam/trackID=0', { Transport: 'RTP/AVP;unicast;client_port=5000-5001' })
    expect(answer).toMatch(/^RTSP\/1\.0 461 /)
  })

  it('answers a ping with its own bytes, and a close with a close', async () => {
    const { port, closing } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`, ['chat', 'rtsp.onvif.org'])
    const pong = new Promise<string>((resolve) => {
      client.socket.once('pong', (data: Buffer) => resolve(data.toString()))
    })
    client.socket.ping('marco')
    expect(await pong).toBe('marco')
    const [reason, code] = [closing(), client.closed()]
    client.socket.close(1000)
    expect(await code).toBe(1000)
    expect(await reason).toBe('ERR_RTSP_CONNECTION_CLOSED: connection closed by the peer')
  })

  it('a client that just goes away is gone here as well', async () => {
    const { server, port, closing } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    await client.ask('OPTIONS', '/cam')
    const reason = closing()
    client.socket.terminate()
    expect(await reason).toMatch(/^ERR_RTSP_CONNECTION_/)
    expect(server.connections).toEqual([])
  })

  it('closes in good order when the server does, after the answer that says why', async () => {
    const { server, port, closing } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    const [reason, code] = [closing(), client.closed()]
    expect(await client.ask('PLAY', '/cam', { Session: 'unknown' })).toMatch(/^RTSP\/1\.0 454 /)
    expect(await code).toBe(1000)
    expect(await reason).toBe('ERR_RTSP_SESSION_NOT_FOUND: session not found')
    const other = await Client.connect(`ws://127.0.0.1:${port}/`)
    const gone = other.closed()
    await server.close()
    expect(await gone).toBe(1006)
  })

  it('takes bytes that come together with the handshake', async () => {
    const { port } = await start()
    const { connect } = await import('node:net')
    const socket = connect(port, '127.0.0.1')
    const text = 'OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n'
    const masked = Buffer.concat([Buffer.from([0x82, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
    const head =
      'GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: rtsp.onvif.org\r\n\r\n'
    socket.write(Buffer.concat([Buffer.from(head), masked]))
    const reply = await new Promise<string>((resolve) => {
      let received = ''
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1')
        if (received.includes('CSeq: 5')) resolve(received)
      })
    })
    expect(reply).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    socket.destroy()
  })
})

describe('peers that abuse WebSocket', () => {
  it('a text message closes with 1003, and tells why', async () => {
    const { port, closing } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    const [reason, code] = [closing(), client.closed()]
    client.socket.send('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n')
    expect(await code).toBe(1003)
    expect(await reason).toBe('ERR_RTSP_WEBSOCKET: WebSocket: received a text message')
  })

  it('a message that is too long closes with 1009, before it is kept', async () => {
    const { port, closing } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    const [reason, code] = [closing(), client.closed()]
    client.socket.send(Buffer.alloc(2 * 1024 * 1024))
    expect(await code).toBe(1009)
    expect(await reason).toContain('ERR_RTSP_WEBSOCKET: WebSocket: Max payload size exceeded')
  })

  it('a message in too many pieces closes as well', async () => {
    const { port, closing } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    const reason = closing()
    for (let piece = 0; piece < 5000; piece += 1) client.socket.send(Buffer.alloc(1), { fin: false })
    expect(await reason).toContain('ERR_RTSP_WEBSOCKET')
  })

  it('a client that pings without reading makes nothing grow', async () => {
    const { server, port } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    await client.ask('OPTIONS', '/cam')
    const other = await Client.connect(`ws://127.0.0.1:${port}/`)
    client.socket.pause()
    for (let count = 0; count < 150_000; count += 1) client.socket.ping(Buffer.alloc(125))
    // The pings have been read when this many bytes have left the client, and another client is answered meanwhile.
    while (client.socket.bufferedAmount > 0) expect(await other.ask('OPTIONS', '/cam')).toMatch(/^RTSP\/1\.0 200/)
    for (const connection of server.connections) expect(connection.stats().queuedBytes).toBeLessThan(256 * 1024)
  })

  it('an element that is too long for RTSP ends the connection like any other', async () => {
    const { port, closing } = await start()
    const client = await Client.connect(`ws://127.0.0.1:${port}/`)
    const reason = closing()
    client.socket.send(Buffer.from(`OPTIONS * RTSP/1.0\r\nX: ${'a'.repeat(10_000)}`))
    expect(await reason).toMatch(/^ERR_RTSP_LIMIT/)
  })

  it.each([
    ['another subprotocol', { 'Sec-WebSocket-Protocol': 'chat' }],
    ['another version', { 'Sec-WebSocket-Version': '8' }],
  ])('%s is told 400', async (_, change) => {
    const { port, closing } = await start()
    const reason = closing()
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol': 'rtsp.onvif.org',
      ...change,
    }
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      asked.on('error', reject)
      asked.end()
    })
    expect(status).toBe(400)
    expect(await reason).toMatch(/^ERR_RTSP_HTTP_REQUEST/)
  })
})
