import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { selfSigned } from '../io/self-signed.ts'
import { lightClip, scratch } from './clip.ts'
import type { Clip } from './clip.ts'
import { expectIntact } from './matrix.ts'
import { publishWithFfmpeg, publishWithGstreamer, readWithFfmpeg, readWithGstreamer } from './media-programs.ts'
import { killEverything } from './process.ts'
import { connectRaw, untilPublished } from './raw-client.ts'
import { freeTcpPort, startServer } from './server-program.ts'
import type { ServerProgram } from './server-program.ts'
import { canRun } from './tools.ts'

// RTSP under TLS and through HTTP with the real clients, one server for clear and TLS. The certificate is made here and
// signed by nobody.

describe.skipIf(!canRun('TLS and tunnels', ['ffmpeg']))('TLS and tunnels', { timeout: 90_000 }, () => {
  let server: ServerProgram
  let clip: Clip
  let tlsPort = 0
  const files: string[] = []

  const tlsUrl = (scheme: string, path: string): string => `${scheme}://127.0.0.1:${String(tlsPort)}/${path}`
  const clearUrl = (scheme: string, path: string): string => `${scheme}://127.0.0.1:${String(server.port)}/${path}`

  beforeAll(async () => {
    clip = await lightClip()
    const { key, cert } = selfSigned()
    const [keyFile, certFile] = ['key', 'cert'].map((name) => join(scratch(), `tls-${String(process.pid)}-${name}.pem`))
    files.push(keyFile ?? '', certFile ?? '')
    writeFileSync(keyFile ?? '', key, { mode: 0o600 })
    writeFileSync(certFile ?? '', cert)
    tlsPort = await freeTcpPort()
    server = await startServer([
      '--tls-port',
      String(tlsPort),
      '--tls-key',
      keyFile ?? '',
      '--tls-cert',
      certFile ?? '',
    ])
  }, 60_000)

  afterAll(async () => {
    for (const file of files) rmSync(file, { force: true })
    try {
      await server.stop()
    } finally {
      await killEverything()
    }
  }, 30_000)

  describe.concurrent('ffmpeg', () => {
    it('publishes and reads over rtsps', async () => {
      await expectIntact(server, {
        path: 'secret',
        clip,
        publish: () => publishWithFfmpeg(tlsUrl('rtsps', 'secret'), clip, 'tcp'),
        read: () => readWithFfmpeg(tlsUrl('rtsps', 'secret'), 'tcp'),
        endsAlone: true,
      })
    })

    it('reads through HTTP in clear what comes in under TLS', async () => {
      await expectIntact(server, {
        path: 'out-by-http',
        clip,
        publish: () => publishWithFfmpeg(tlsUrl('rtsps', 'out-by-http'), clip, 'tcp'),
        read: () => readWithFfmpeg(clearUrl('rtsp', 'out-by-http'), 'http'),
        endsAlone: true,
      })
    })

    it('reads through HTTPS what comes in over UDP', async () => {
      await expectIntact(server, {
        path: 'out-by-https',
        clip,
        publish: (url) => publishWithFfmpeg(url, clip, 'udp'),
        read: () => readWithFfmpeg(tlsUrl('rtsp', 'out-by-https'), 'https'),
        endsAlone: true,
      })
    })
  })

  it('goes on while peers talk nonsense to both ports', async () => {
    const publisher = publishWithFfmpeg(clearUrl('rtsp', 'calm'), clip, 'tcp')
    await untilPublished(server.port, 'calm')
    const plain = await connectRaw(tlsPort)
    plain.send('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n')
    const browser = await connectRaw(server.port)
    browser.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    const endless = await connectRaw(server.port)
    endless.send(`GET / HTTP/1.1\r\nX: ${'a'.repeat(1_000_000)}`)
    const alone = await connectRaw(server.port)
    alone.send('GET / HTTP/1.1\r\nAccept: application/x-rtsp-tunnelled\r\nX-Sessioncookie: a\r\n\r\n')
    expect(await browser.waitFor(/^HTTP\/1\.1 400 /)).not.toBe('')
    for (const peer of [plain, browser, endless, alone]) await peer.waitForClose(8_000)
    expect((await publisher.ended).code).toBe(0)
    server.expectAlive()
  })

  describe.skipIf(!canRun('TLS and tunnels with GStreamer', ['gstreamer'])).concurrent('GStreamer', () => {
    it.each([
      ['rtsps', 'rtsps'],
      ['rtsph', 'HTTP'],
      ['rtspsh', 'HTTPS'],
    ])('reads %s (%s)', async (scheme) => {
      const url = (path: string): string => (scheme === 'rtsph' ? clearUrl : tlsUrl)(scheme, path)
      await expectIntact(server, {
        path: `to-${scheme}`,
        clip,
        publish: (clear) => publishWithFfmpeg(clear, clip, 'tcp'),
        read: () => readWithGstreamer(url(`to-${scheme}`), 'tcp', 'rtpmp4gdepay'),
        endsAlone: false,
      })
    })

    it('publishes over rtsps to ffmpeg over rtsps', async () => {
      await expectIntact(server, {
        path: 'from-gstreamer',
        clip,
        publish: () => publishWithGstreamer(tlsUrl('rtsps', 'from-gstreamer'), clip, 'tcp'),
        read: () => readWithFfmpeg(tlsUrl('rtsps', 'from-gstreamer'), 'tcp'),
        endsAlone: true,
      })
    })

    it('publishes through HTTP to ffmpeg through HTTP', async () => {
      await expectIntact(server, {
        path: 'from-tunnel',
        clip,
        publish: () => publishWithGstreamer(clearUrl('rtsph', 'from-tunnel'), clip, 'tcp'),
        read: () => readWithFfmpeg(clearUrl('rtsp', 'from-tunnel'), 'http'),
        endsAlone: true,
      })
    })
  })
})
