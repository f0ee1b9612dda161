import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { lightClip } from './clip.ts'
import type { Clip } from './clip.ts'
import { BUILD_LIMIT_MS, buildGortsplibClient, expectHandedOn } from './gortsplib-client.ts'
import type { Route } from './gortsplib-client.ts'
import { expectIntact, expectCleanEnd, expectRun } from './matrix.ts'
import { publishWithFfmpeg, publishWithGstreamer, readWithFfmpeg, readWithGstreamer } from './media-programs.ts'
import { canRouteMulticast, MULTICAST_RANGE, routeMulticastToLoopback } from './multicast-route.ts'
import { eventually, killEverything } from './process.ts'
import { untilPublished } from './raw-client.ts'
import { startSecureServer } from './secure-server.ts'
import type { SecureServer } from './secure-server.ts'
import { freeUdpPortPair } from './server-program.ts'
import { canRun } from './tools.ts'

describe.skipIf(!canRun('multicast', ['ffmpeg', 'gstreamer']) || !canRouteMulticast())(
  'multicast',
  { timeout: 90_000 },
  () => {
    let server: SecureServer
    let clip: Clip
    let undoRoute: (() => void) | undefined

    beforeAll(async () => {
      clip = await lightClip()
      const undo = routeMulticastToLoopback()
      if (typeof undo === 'string') throw new Error(undo)
      undoRoute = undo
      const port = String(await freeUdpPortPair())
      server = await startSecureServer([
        ...['--multicast-range', MULTICAST_RANGE],
        ...['--multicast-port', port, '--multicast-interface', 'lo'],
      ])
    }, 60_000)

    afterEach(() => {
      server.expectAlive()
    })

    afterAll(async () => {
      try {
        await server.stop()
      } finally {
        undoRoute?.()
        await killEverything()
      }
    }, 30_000)

    describe.concurrent('[64] what ffmpeg publishes over UDP', () => {
      it('reaches ffmpeg over multicast without a lost or changed access unit', async () => {
        await expectIntact(server, {
          path: 'multicast-ffmpeg',
          clip,
          publish: (url) => publishWithFfmpeg(url, clip, 'udp'),
          read: (url) => readWithFfmpeg(url, 'udp_multicast'),
          // Nothing tells ffmpeg but the connection, which it does not look at while it waits for packets.
          endsAlone: false,
        })
      })

      it('reaches GStreamer over multicast without a lost or changed access unit', async () => {
        await expectIntact(server, {
          path: 'multicast-gstreamer',
          clip,
          publish: (url) => publishWithFfmpeg(url, clip, 'udp'),
          read: (url) => readWithGstreamer(url, 'udp-mcast', 'rtpmp4gdepay'),
          endsAlone: false,
        })
      })
    })

    it('reaches several readers at once, over multicast and TCP, each of them whole', async () => {
      const url = server.url('crowd')
      const publisher = publishWithFfmpeg(url, clip, 'tcp')
      await untilPublished(server.port, 'crowd')
      const readers = [
        readWithFfmpeg(url, 'udp_multicast'),
        readWithFfmpeg(url, 'udp_multicast'),
        readWithFfmpeg(url, 'tcp'),
      ]
      await expectCleanEnd(publisher)
      for (const { program } of readers) program.signal('SIGINT')
      for (const [index, { program, units }] of readers.entries()) {
        await eventually('a reader to leave', () => (program.hasEnded() ? true : undefined), 2_000).catch(() =>
          program.stop(),
        )
        const received = units()
        expectRun(`video of reader ${index}`, clip.units.video, received.video, 50)
        expectRun(`audio of reader ${index}`, clip.units.audio, received.audio, 80)
      }
      expect(server.program.stderr()).toBe('')
    })

    it.skipIf(!canRun('multicast with gortsplib', ['go'])).each([
      ['[63] UDP to multicast', 'rtsp', ['UDP AVP', 'UDP-multicast AVP']],
      ['[63] SRTP over UDP to SRTP over multicast', 'rtsps', ['UDP SAVP', 'UDP-multicast SAVP']],
    ] as const)(
      '%s, gortsplib to gortsplib',
      async (_, scheme, agreed) => {
        const binary = await buildGortsplibClient()
        const path = `multicast-gortsplib-${scheme}`
        const url = server.at(scheme, path)
        const from: Route = { url, over: 'udp', isSecure: scheme === 'rtsps' }
        await expectHandedOn(binary, server, { path, from, to: { url, over: 'multicast' }, agreed })
      },
      BUILD_LIMIT_MS,
    )

    it('[64] SRTP over UDP to SRTP over multicast, GStreamer to GStreamer', async () => {
      const path = 'multicast-secure'
      await expectIntact(server, {
        path,
        clip,
        publish: () => publishWithGstreamer(server.at('rtsps', path), clip, 'udp', 'savp'),
        read: () => readWithGstreamer(server.at('rtsps', path), 'udp-mcast', 'rtpmp4adepay'),
        endsAlone: false,
      })
    })
  },
)
