import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lightClip } from './clip.ts'
import type { Clip } from './clip.ts'
import { expectIntact } from './matrix.ts'
import { publishWithFfmpeg, publishWithGstreamer, readWithFfmpeg, readWithGstreamer } from './media-programs.ts'
import { killEverything } from './process.ts'
import { connectRaw, untilPublished } from './raw-client.ts'
import { startSecureServer } from './secure-server.ts'
import type { SecureServer } from './secure-server.ts'
import { canRun } from './tools.ts'

// RTSP under TLS and through HTTP with the real clients, one server for clear and TLS. The certificate is made here and
// signed by nobody.

describe.skipIf(!canRun('TLS and tunnels', ['ffmpeg']))('TLS and tunnels', { timeout: 90_000 }, () => {
  let server: SecureServer
  let clip: Clip

  beforeAll(async () => {
    clip = await lightClip()
    server = await startSecureServer()
  }, 60_000)

  afterAll(async () => {
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
        publish: () => publishWithFfmpeg(server.at('rtsps', 'secret'), clip, 'tcp'),
        read: () => readWithFfmpeg(server.at('rtsps', 'secret'), 'tcp'),
        endsAlone: true,
      })
    })

    it('reads through HTTP in clear what comes in under TLS', async () => {
      await expectIntact(server, {
        path: 'out-by-http',
        clip,
        publish: () => publishWithFfmpeg(server.at('rtsps', 'out-by-http'), clip, 'tcp'),
        read: () => readWithFfmpeg(server.at('rtsp', 'out-by-http'), 'http'),
        endsAlone: true,
      })
    })

    it('reads through HTTPS what comes in over UDP', async () => {
      await expectIntact(server, {
        path: 'out-by-https',
        clip,
        publish: (url) => publishWithFfmpeg(url, clip, 'udp'),
        read: () => readWithFfmpeg(`rtsp://127.0.0.1:${String(server.tlsPort)}/out-by-https`, 'https'),
        endsAlone: true,
      })
    })
  })

  it('goes on while peers talk nonsense to both ports', async () => {
    const publisher = publishWithFfmpeg(server.at('rtsp', 'calm'), clip, 'tcp')
    await untilPublished(server.port, 'calm')
    const plain = await connectRaw(server.tlsPort)
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
      const url = (path: string): string => server.at(scheme, path)
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
        publish: () => publishWithGstreamer(server.at('rtsps', 'from-gstreamer'), clip, 'tcp'),
        read: () => readWithFfmpeg(server.at('rtsps', 'from-gstreamer'), 'tcp'),
        endsAlone: true,
      })
    })

    it('publishes through HTTP to ffmpeg through HTTP', async () => {
      await expectIntact(server, {
        path: 'from-tunnel',
        clip,
        publish: () => publishWithGstreamer(server.at('rtsph', 'from-tunnel'), clip, 'tcp'),
        read: () => readWithFfmpeg(server.at('rtsp', 'from-tunnel'), 'http'),
        endsAlone: true,
      })
    })
  })
})
