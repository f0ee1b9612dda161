import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { lightClip } from './clip.ts'
import type { Clip } from './clip.ts'
import { expectIntact } from './matrix.ts'
import { publishWithFfmpeg, publishWithGstreamer, readWithFfmpeg, readWithGstreamer } from './media-programs.ts'
import type { Transport } from './media-programs.ts'
import { killEverything } from './process.ts'
import { startServer } from './server-program.ts'
import type { ServerProgram } from './server-program.ts'
import { canRun } from './tools.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

const TRANSPORTS: readonly Transport[] = ['tcp', 'udp']

describe.skipIf(!canRun('GStreamer', ['ffmpeg', 'gstreamer']))('GStreamer', { timeout: 90_000 }, () => {
  let server: ServerProgram
  let clip: Clip

  beforeAll(async () => {
    clip = await lightClip()
    server = await startServer()
  }, 60_000)

  afterAll(async () => {
    try {
      await server.stop()
    } finally {
      await killEverything()
    }
  }, 30_000)

  for (const from of TRANSPORTS) {
    describe.concurrent(`[64] publishing over ${from.toUpperCase()}`, () => {
      for (const to of TRANSPORTS) {
        it(`reaches GStreamer over ${to.toUpperCase()} without a lost or changed access unit`, async () => {
          await expectIntact(server, {
            path: `gstreamer-${from}-${to}`,
            clip,
            publish: (url) => publishWithGstreamer(url, clip, from),
            read: (url) => readWithGstreamer(url, to, 'rtpmp4adepay'),
            endsAlone: false,
          })
        })
      }
    })
  }

  // Without an address of that family in the description it opens sockets from which it cannot send to the server.
  it.skipIf(!hasIpv6)('reads over UDP from an IPv6 address', async () => {
    await expectIntact(server, {
      path: 'gstreamer-ipv6',
      clip,
      publish: (url) => publishWithFfmpeg(url, clip, 'tcp'),
      read: (url) => readWithGstreamer(url.replace(/127\.0\.0\.1|localhost/, '[::1]'), 'udp', 'rtpmp4gdepay'),
      endsAlone: false,
    })
  })

  for (const transport of TRANSPORTS) {
    describe.concurrent(`[64] with ffmpeg over ${transport.toUpperCase()}`, () => {
      it('GStreamer reads what ffmpeg publishes', async () => {
        await expectIntact(server, {
          path: `from-ffmpeg-${transport}`,
          clip,
          publish: (url) => publishWithFfmpeg(url, clip, transport),
          read: (url) => readWithGstreamer(url, transport, 'rtpmp4gdepay'),
          endsAlone: false,
        })
      })

      it('ffmpeg reads what GStreamer publishes', async () => {
        await expectIntact(server, {
          path: `from-gstreamer-${transport}`,
          clip,
          publish: (url) => publishWithGstreamer(url, clip, transport),
          read: (url) => readWithFfmpeg(url, transport),
          // GStreamer's UDP publisher may leave without TEARDOWN, and a UDP session may outlive its connection.
          endsAlone: transport === 'tcp',
        })
      })
    })
  }
})
