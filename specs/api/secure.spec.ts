import { connect } from 'node:net'
import { filter, firstValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createRtspServer } from '../../src/api/server.ts'
import type { RtspServerOptions } from '../../src/api/options.ts'
import { nodeNetwork } from '../../src/io/node-network.ts'
import { TestClient } from '../../src/testing/test-client.ts'
import { selfSigned } from '../io/self-signed.ts'
import { Scene } from './scene.ts'

const pair = selfSigned()
const options: RtspServerOptions = {
  listen: { port: 8554 },
  listenTls: { port: 8322 },
  tls: pair,
  multicast: { ipRange: '224.1.0.0/16', rtpPort: 8002 },
}

const udp = 'RTP/AVP;unicast;client_port=5000-5001'
const multicast = 'RTP/AVP;multicast'
const tcp = 'RTP/AVP/TCP;unicast;interleaved=0-1'

async function clientAt(port: number): Promise<{ readonly scene: Scene; readonly client: TestClient }> {
  const scene = await new Scene(options).listen()
  return { scene, client: new TestClient({ network: scene.network, clock: scene.clock, port }) }
}

const setUp = (client: TestClient, transport: string) =>
  client.ask('SETUP', 'rtsp://host/cam/trackID=0', { Transport: transport })

describe('what is accepted under TLS and in clear (spec 4.5 step 3)', () => {
  it.each([
    [8554, tcp, 200],
    [8554, udp, 200],
    [8554, 'RTP/SAVP;unicast;client_port=5000-5001', 461],
    [8554, 'RTP/SAVP/TCP;unicast;interleaved=0-1', 461],
    [8554, 'RTP/SAVP;multicast', 461],
    [8322, tcp, 200],
    [8322, udp, 461],
    [8322, multicast, 461],
  ])('port %i, %s: %i', async (port, transport, status) => {
    const { client } = await clientAt(port)
    expect(setUp(client, transport)?.statusCode).toBe(status)
    expect(client.ask('OPTIONS', 'rtsp://host/cam')?.statusCode).toBe(200)
  })

  it('a client under TLS that would rather have UDP gets TCP', async () => {
    const { client } = await clientAt(8322)
    expect(setUp(client, `${udp},${tcp}`)?.headers['Transport']?.[0]).toMatch(/^RTP\/AVP\/TCP;/)
  })

  it('connections know whether they are encrypted', async () => {
    const { scene, client } = await clientAt(8322)
    client.ask('OPTIONS', 'rtsps://host/cam')
    scene.client().ask('OPTIONS', 'rtsp://host/cam')
    expect(scene.server.connections.map(({ transport }) => transport)).toEqual([
      { tunnel: 'none', secure: true },
      { tunnel: 'none', secure: false },
    ])
  })
})

describe('options about TLS', () => {
  it('a server may listen in clear, under TLS, or both', async () => {
    const both = await new Scene(options).listen()
    expect(both.server.address).toMatchObject({ port: 8554, tls: { port: 8322 } })
    const { listen, ...tlsOnly } = options
    expect(listen).toEqual({ port: 8554 })
    const scene = new Scene()
    const server = createRtspServer({ ...tlsOnly, network: scene.network, clock: scene.clock })
    expect(await server.listen()).toMatchObject({ port: 8322, tls: { port: 8322 } })
    expect(scene.network.connect(8554).isClosed).toBe(false)
    scene.settle()
    await closed(scene, server)
    const clear = await new Scene().listen()
    expect(clear.server.address).toMatchObject({ port: 8554, tls: null })
  })

  it('neither port stays open when one cannot be had', async () => {
    const scene = new Scene()
    const taken = await scene.network.listen(
      { host: '', port: 8322 },
      () => undefined,
      () => undefined,
    )
    const server = createRtspServer({ ...options, network: scene.network, clock: scene.clock })
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_RTSP_LISTEN' })
    await taken.close()
    await expect(server.listen()).resolves.toMatchObject({ port: 8554, tls: { port: 8322 } })
    await closed(scene, server)
  })

  it.each([
    ['listenTls needs a certificate', { listenTls: { port: 1 } }],
    ['give the option listenTls', { tls: pair }],
    ['must be { key, cert } or { secureContext: function }', { listenTls: {}, tls: { key: 'k' } }],
    ['must be { key, cert }', { listenTls: {}, tls: { secureContext: 1 } }],
    ['listenTls.port', { listenTls: { port: 70_000 }, tls: pair }],
  ])('are checked: %s', (text, wrong) => {
    expect(() => createRtspServer(wrong as RtspServerOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_RTSP_OPTIONS', message: expect.stringContaining(text) as string }),
    )
  })

  it('a certificate that cannot be read is told before anything is opened', async () => {
    const server = createRtspServer({ listenTls: { port: 0 }, tls: { key: 'no key', cert: 'nothing' } })
    await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_RTSP_OPTIONS' })
  })

  it('the real network takes the same options', async () => {
    const server = createRtspServer({
      listen: { host: '127.0.0.1', port: 0 },
      listenTls: { host: '127.0.0.1', port: 0 },
      tls: pair,
      network: nodeNetwork(),
    })
    const { port, tls } = await server.listen()
    expect(tls?.port).not.toBe(port)
    await server.close()
  })

  it('a client in clear on the port for TLS is told of once, in words', async () => {
    const server = createRtspServer({ listenTls: { host: '127.0.0.1', port: 0 }, tls: pair, network: nodeNetwork() })
    const { port } = await server.listen()
    const gone = firstValueFrom(server.events$.pipe(filter((event) => event.type === 'connection.closed')))
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    socket.write('OPTIONS rtsp://127.0.0.1/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n')
    const { reason } = await gone
    expect(reason).toMatchObject({ code: 'ERR_RTSP_TLS' })
    expect(reason.message).toMatch(/^TLS handshake failed: (?!TLS)[a-z]/)
    socket.destroy()
    await server.close()
  })
})

async function closed(scene: Scene, server: ReturnType<typeof createRtspServer>): Promise<void> {
  const closing = server.close()
  scene.settle()
  await closing
}
