import { describe, expect, it } from 'vitest'
import { maxWaitingHalves } from '../../src/actors/connection/opening-effects.ts'
import { encodeBase64 } from '../../src/wire/headers/base64.ts'
import { Scene, picture, sound } from './scene.ts'
import { getHead, postHead, tunnelReply, TunnelClient } from './tunnel-client.ts'

const tls = { listen: { port: 8554 }, listenTls: { port: 8322 }, tls: { secureContext: () => ({ context: null }) } }

const upgraded = 'upgraded to HTTP conn'

/** What happened to connections, in order. */
const story = (scene: Scene) =>
  scene.events.flatMap((event) =>
    event.type === 'connection.opened' || event.type === 'connection.closed'
      ? [`${event.type.slice(11)} ${event.connection.id}`]
      : [],
  )

describe('RTSP over HTTP (spec 8.2)', () => {
  it.each([
    ['[24] http', 8554, false],
    ['[24] https', 8322, true],
  ])('%s: both halves get their heads, RTSP goes in as base64 and comes out in clear', async (_, port, secure) => {
    const scene = await new Scene(tls).listen()
    const client = new TunnelClient(scene, { port })
    expect([client.getReply, client.postReply]).toEqual([tunnelReply, tunnelReply])
    expect(client.ask('DESCRIBE', '/nothing')?.statusCode).toBe(404)
    expect(story(scene)).toEqual(['opened c1', 'opened c2', 'closed c1', 'closed c2', 'opened c3'])
    expect(scene.closeReasons).toEqual([upgraded, upgraded])
    const [connection] = scene.server.connections
    expect(connection?.transport).toEqual({ tunnel: 'http', secure })
    expect(connection?.remote).toEqual(client.post.duplex.local)
    expect(scene.server.census.connections).toBe(1)
  })

  it('tells both halves with a code', async () => {
    const scene = await new Scene().listen()
    new TunnelClient(scene)
    const codes = scene.events.flatMap((event) => (event.type === 'connection.closed' ? [event.reason.code] : []))
    expect(codes).toEqual(['ERR_RTSP_UPGRADED', 'ERR_RTSP_UPGRADED'])
  })

  it('carries a whole session, with packets in clear on the GET half', async () => {
    const scene = await new Scene().listen()
    const client = new TunnelClient(scene)
    const transport = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }
    expect(client.ask('SETUP', '/cam/trackID=0', transport)?.statusCode).toBe(200)
    expect(client.ask('PLAY', '/cam')?.statusCode).toBe(200)
    scene.cam.writeRtp(0, picture(1))
    scene.cam.writeRtp(0, picture(2))
    scene.cam.writeRtp(1, sound(1))
    scene.settle()
    client.read()
    expect(client.frames.filter((channel) => channel === 0)).toHaveLength(2)
    expect(client.ask('TEARDOWN', '/cam')?.statusCode).toBe(200)
    expect(scene.sessionEnds).toHaveLength(1)
    expect(scene.server.connections[0]?.stats().outboundBytes).toBeGreaterThan(tunnelReply.length)
  })

  it.each([
    ['UDP', 'RTP/AVP;unicast;client_port=5000-5001'],
    ['multicast', 'RTP/AVP;multicast'],
    ['SAVP', 'RTP/SAVP/TCP;unicast;interleaved=0-1'],
  ])('refuses %s with 461, and takes TCP on the same connection', async (_, transport) => {
    const scene = await new Scene({ multicast: { ipRange: '224.1.0.0/16', rtpPort: 8002 } }).listen()
    const client = new TunnelClient(scene)
    expect(client.ask('SETUP', '/cam/trackID=0', { Transport: transport })?.statusCode).toBe(461)
    const answer = client.ask('SETUP', '/cam/trackID=0', { Transport: `${transport},RTP/AVP/TCP;unicast` })
    expect(answer?.headers['Transport']?.[0]).toMatch(/^RTP\/AVP\/TCP;unicast;interleaved=0-1/)
  })

  it('takes base64 cut anywhere, broken into lines, and together with the head', async () => {
    const scene = await new Scene().listen()
    const get = scene.network.connect(8554)
    get.write(getHead('c'))
    scene.settle()
    const post = scene.network.connect(8554)
    const text = encodeBase64(new TextEncoder().encode('OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n'))
    post.write(postHead('c') + text.slice(0, 5))
    scene.settle()
    for (const character of text.slice(5)) {
      post.write(`${character}\r\n`)
      scene.settle()
    }
    expect(new TextDecoder().decode(get.received())).toContain('RTSP/1.0 200 OK\r\nCSeq: 7')
  })

  it('takes requests that come before the halves are one', async () => {
    const scene = new Scene({}, {})
    await scene.listen()
    const get = scene.network.connect(8554)
    const post = scene.network.connect(8554)
    get.write(getHead('c'))
    const options = (cseq: number) =>
      encodeBase64(new TextEncoder().encode(`OPTIONS * RTSP/1.0\r\nCSeq: ${cseq}\r\n\r\n`))
    post.write(postHead('c') + options(1) + options(2))
    post.write(options(3))
    scene.settle()
    expect(new TextDecoder().decode(get.received()).match(/CSeq: \d/g)).toEqual(['CSeq: 1', 'CSeq: 2', 'CSeq: 3'])
  })

  it('ends with both halves when the client closes either', async () => {
    for (const half of ['get', 'post'] as const) {
      const scene = await new Scene().listen()
      const client = new TunnelClient(scene)
      client[half].end()
      scene.settle()
      expect([client.get.isClosed, client.post.isClosed]).toEqual([true, true])
      expect(scene.closeReasons.at(-1)).toBe('connection closed by the peer')
      expect(scene.server.census).toMatchObject({ connections: 0, handles: 0 })
    }
  })

  it('ends with both halves when a half breaks, and when the server says so', async () => {
    const scene = await new Scene().listen()
    const broken = new TunnelClient(scene)
    broken.get.reset()
    scene.settle()
    expect([broken.get.isClosed, broken.post.isClosed]).toEqual([true, true])
    expect(scene.closeReasons.at(-1)).toContain('ECONNRESET')
    const closed = new TunnelClient(scene)
    scene.server.connections[0]?.close()
    scene.settle()
    expect([closed.get.isClosed, closed.post.isClosed]).toEqual([true, true])
    expect(scene.closeReasons.at(-1)).toBe('terminated')
  })

  it('writes the answer that ends a connection before it closes', async () => {
    const scene = await new Scene().listen()
    const client = new TunnelClient(scene)
    expect(client.ask('PLAY', '/cam', { Session: 'unknown' })?.statusCode).toBe(454)
    scene.clock.advance(1_000)
    expect([client.get.isClosed, client.post.isClosed]).toEqual([true, true])
    expect(scene.closeReasons.at(-1)).toBe('session not found')
  })

  it('a server that closes ends halves and tunnels alike', async () => {
    const scene = await new Scene().listen()
    const client = new TunnelClient(scene)
    const waiting = scene.network.connect(8554)
    waiting.write(getHead('other'))
    scene.settle()
    const closing = scene.server.close()
    scene.settle()
    await closing
    expect([client.get.isClosed, client.post.isClosed, waiting.isClosed]).toEqual([true, true, true])
  })

  it('is one connection more or less to the limit of connections', async () => {
    const scene = await new Scene({ maxConnections: 2 }).listen()
    const client = new TunnelClient(scene)
    expect(client.ask('OPTIONS')?.statusCode).toBe(200)
    expect(scene.client().ask('OPTIONS', 'rtsp://host/')?.statusCode).toBe(200)
    expect(scene.client().ask('OPTIONS', 'rtsp://host/')).toBeUndefined()
  })
})

describe('halves of a tunnel that do not find each other (spec 8.2)', () => {
  it('a GET request waits 5 s for its POST request', async () => {
    const scene = await new Scene().listen()
    const get = scene.network.connect(8554)
    get.write(getHead('c'))
    scene.clock.advance(4_999)
    expect(get.isClosed).toBe(false)
    scene.clock.advance(1)
    scene.settle()
    expect(get.isClosed).toBe(true)
    expect(scene.closeReasons).toEqual(['did not find a corresponding HTTP POST request'])
  })

  it.each([
    ['another cookie', 'c', '10.0.0.1'],
    ['another address', 'a', '10.0.0.2'],
  ])('a POST request with %s is told 200 and closed', async (_, cookie, address) => {
    const scene = await new Scene().listen()
    const get = scene.network.connect(8554, { address: '10.0.0.1' })
    get.write(getHead('a'))
    scene.settle()
    const post = scene.network.connect(8554, { address })
    post.write(postHead(cookie))
    scene.settle()
    expect(new TextDecoder().decode(post.received())).toBe(tunnelReply)
    expect(scene.closeReasons).toEqual(['did not find a corresponding HTTP GET request'])
    expect(get.isClosed).toBe(false)
  })

  it('halves under TLS and in clear do not go together', async () => {
    const scene = await new Scene(tls).listen()
    scene.network.connect(8554).write(getHead('a'))
    scene.settle()
    scene.network.connect(8322).write(postHead('a'))
    scene.settle()
    expect(scene.closeReasons).toEqual(['did not find a corresponding HTTP GET request'])
  })

  it('a client that comes back with its cookie is found, and not its former self', async () => {
    const scene = await new Scene().listen()
    const former = scene.network.connect(8554, { address: '10.0.0.1' })
    former.write(getHead('abc'))
    scene.clock.advance(1_000)
    const client = new TunnelClient(scene)
    expect(client.ask('OPTIONS')?.statusCode).toBe(200)
    scene.clock.advance(5_000)
    expect(former.isClosed).toBe(true)
    expect(client.ask('OPTIONS')?.statusCode).toBe(200)
  })

  it('the end of its former self does not take its place away', async () => {
    const scene = await new Scene().listen()
    const [former, present] = [0, 1].map(() => {
      const get = scene.network.connect(8554, { address: '10.0.0.1' })
      get.write(getHead('abc'))
      scene.settle()
      return get
    })
    former?.end()
    scene.settle()
    const post = scene.network.connect(8554, { address: '10.0.0.1' })
    post.write(postHead('abc'))
    scene.settle()
    expect(scene.closeReasons).toEqual(['connection closed by the peer', upgraded, upgraded])
    expect(present?.isClosed).toBe(false)
  })

  it('a GET half that is gone is not found', async () => {
    const scene = await new Scene().listen()
    const get = scene.network.connect(8554, { address: '10.0.0.1' })
    get.write(getHead('abc'))
    scene.settle()
    get.end()
    const post = scene.network.connect(8554, { address: '10.0.0.1' })
    post.write(postHead('abc'))
    scene.settle()
    scene.settle()
    expect(scene.closeReasons.toSorted()).toEqual([
      'connection closed by the peer',
      'did not find a corresponding HTTP GET request',
    ])
  })
})

describe('peers that abuse HTTP', () => {
  it('a request that asks for no tunnel is told 400 and closed', async () => {
    const scene = await new Scene().listen()
    const browser = scene.network.connect(8554)
    browser.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    scene.settle()
    expect(new TextDecoder().decode(browser.received())).toBe('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
    expect(browser.isClosed).toBe(true)
    expect(scene.closeReasons).toEqual(['invalid HTTP request'])
  })

  it('a head without end is given up at its bound, and at its deadline, without an answer', async () => {
    const scene = await new Scene().listen()
    const quick = scene.network.connect(8554)
    quick.write(`GET / HTTP/1.1\r\nX: ${'a'.repeat(100_000)}`)
    scene.settle()
    expect(quick.isClosed).toBe(true)
    expect(quick.received()).toHaveLength(0)
    const slow = scene.network.connect(8554)
    slow.write('GET / HTTP/1.1\r\n')
    for (let second = 0; second < 61; second += 1) {
      scene.clock.advance(1_000)
      slow.write('A: b\r\n')
    }
    scene.settle()
    expect(slow.isClosed).toBe(true)
    expect(scene.closeReasons).toEqual(['HTTP head exceeds 16384 bytes', expect.stringContaining('timed out')])
  })

  it('ten thousand GET requests without a POST request are bounded, gone after 5 s, and cost nobody else anything', async () => {
    const scene = await new Scene({ maxConnections: 20_000 }).listen()
    const reader = scene.client()
    reader.play()
    for (let index = 0; index < 10_000; index += 1) {
      scene.network.connect(8554, { address: '10.9.9.9' }).write(getHead(`cookie ${index}`))
    }
    scene.settle()
    expect(scene.server.connections.length).toBeLessThanOrEqual(maxWaitingHalves + 1)
    expect(scene.closeReasons.filter((reason) => reason.startsWith('too many'))).toHaveLength(10_000 - maxWaitingHalves)
    scene.cam.writeRtp(0, picture(1))
    scene.settle()
    reader.read()
    expect(reader.frames().filter(({ channel }) => channel === 0)).toHaveLength(1)
    scene.clock.advance(5_000)
    scene.settle()
    expect(scene.server.connections).toHaveLength(1)
    expect(new TunnelClient(scene).ask('OPTIONS')?.statusCode).toBe(200)
  })

  it('a body that is not base64 ends the tunnel, with its reason', async () => {
    const scene = await new Scene().listen()
    const client = new TunnelClient(scene)
    client.say('OPTIONS * RTSP/1.0\r\n')
    scene.settle()
    expect([client.get.isClosed, client.post.isClosed]).toEqual([true, true])
    expect(scene.closeReasons.at(-1)).toBe('the body of the HTTP POST request is not base64')
  })

  it('what comes on the GET half is thrown away', async () => {
    const scene = await new Scene().listen()
    const client = new TunnelClient(scene)
    client.get.write('OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n'.repeat(10_000))
    expect(client.ask('OPTIONS')?.headers['CSeq']).toEqual(['1'])
    expect(client.answers).toHaveLength(1)
  })
})
