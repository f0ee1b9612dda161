import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import { lightClip } from './clip.ts'
import type { Clip } from './clip.ts'
import { expectIntact } from './matrix.ts'
import { publishWithFfmpeg, publishWithGstreamer, readWithFfmpeg, readWithGstreamer } from './media-programs.ts'
import type { FfmpegTransport, Reader, Transport } from './media-programs.ts'
import { killEverything } from './process.ts'
import type { RunningProgram } from './process.ts'
import { startSecureServer } from './secure-server.ts'
import type { SecureServer } from './secure-server.ts'
import { canRun } from './tools.ts'

// RTSP under TLS and through HTTP with the real clients, one server for clear and TLS. To ffmpeg a tunnel is a transport,
// to GStreamer a scheme (rtsph, rtspsh).

type From =
  | readonly [program: 'ffmpeg', scheme: 'rtsp' | 'rtsps', over: Transport]
  | readonly [program: 'GStreamer', scheme: 'rtsp' | 'rtsps' | 'rtsph' | 'rtspsh', over: Transport, profile?: 'savp']
type To =
  | readonly [program: 'ffmpeg', scheme: 'rtsp' | 'rtsps', over: FfmpegTransport]
  | readonly [program: 'GStreamer', scheme: 'rtsp' | 'rtsps' | 'rtsph' | 'rtspsh', over: Transport]

const rows: readonly (readonly [title: string, from: From, to: To])[] = [
  ['[64] TLS to TLS', ['ffmpeg', 'rtsps', 'tcp'], ['ffmpeg', 'rtsps', 'tcp']],
  ['[64] TLS to TLS', ['ffmpeg', 'rtsps', 'tcp'], ['GStreamer', 'rtsps', 'tcp']],
  ['[64] TLS to TLS', ['GStreamer', 'rtsps', 'tcp'], ['ffmpeg', 'rtsps', 'tcp']],
  ['[64] TLS to TLS', ['GStreamer', 'rtsps', 'tcp'], ['GStreamer', 'rtsps', 'tcp']],
  ['[64] TLS to SRTP over UDP', ['ffmpeg', 'rtsps', 'tcp'], ['GStreamer', 'rtsps', 'udp']],
  ['[64] SRTP over UDP to SRTP over UDP', ['GStreamer', 'rtsps', 'udp', 'savp'], ['GStreamer', 'rtsps', 'udp']],
  ['SRTP over UDP to TLS', ['GStreamer', 'rtsps', 'udp', 'savp'], ['ffmpeg', 'rtsps', 'tcp']],
  ['[64] HTTP to TCP', ['GStreamer', 'rtsph', 'tcp'], ['ffmpeg', 'rtsp', 'tcp']],
  ['[64] TCP to HTTP', ['GStreamer', 'rtsp', 'tcp'], ['ffmpeg', 'rtsp', 'http']],
  ['[64] TCP to HTTP', ['GStreamer', 'rtsp', 'tcp'], ['GStreamer', 'rtsph', 'tcp']],
  ['TLS to HTTP in clear', ['ffmpeg', 'rtsps', 'tcp'], ['ffmpeg', 'rtsp', 'http']],
  ['UDP to HTTPS', ['ffmpeg', 'rtsp', 'udp'], ['ffmpeg', 'rtsp', 'https']],
  ['TCP to HTTPS', ['ffmpeg', 'rtsp', 'tcp'], ['GStreamer', 'rtspsh', 'tcp']],
  ['HTTPS to HTTP', ['GStreamer', 'rtspsh', 'tcp'], ['ffmpeg', 'rtsp', 'http']],
]

const needsGstreamer = ([, from, to]: (typeof rows)[number]): boolean => [from[0], to[0]].includes('GStreamer')
const named = (row: (typeof rows)[number]): string => `${row[0]}, ${row[1][0]} to ${row[2][0]}`

describe.skipIf(!canRun('TLS and tunnels', ['ffmpeg']))('TLS and tunnels', { timeout: 90_000 }, () => {
  let server: SecureServer
  let clip: Clip

  beforeAll(async () => {
    clip = await lightClip()
    server = await startSecureServer()
  }, 60_000)

  afterEach(() => {
    server.expectAlive()
  })

  afterAll(async () => {
    try {
      await server.stop()
    } finally {
      await killEverything()
    }
  }, 30_000)

  const publish = ([program, scheme, over, profile]: From, path: string): RunningProgram =>
    program === 'ffmpeg'
      ? publishWithFfmpeg(server.at(scheme, path), clip, over)
      : publishWithGstreamer(server.at(scheme, path), clip, over, profile)

  const read = ([program, scheme, over]: To, path: string, publisher: From[0]): Reader => {
    if (program === 'GStreamer') {
      const depay = publisher === 'ffmpeg' ? 'rtpmp4gdepay' : 'rtpmp4adepay'
      return readWithGstreamer(server.at(scheme, path), over, depay)
    }
    // ffmpeg puts the tunnel under TLS itself, and knows the port from the URL alone.
    const url = over === 'https' ? `rtsp://127.0.0.1:${String(server.tlsPort)}/${path}` : server.at(scheme, path)
    return readWithFfmpeg(url, over)
  }

  const expectRow = async (row: (typeof rows)[number]): Promise<void> => {
    const [, from, to] = row
    const path = named(row).replace(/\W+/gu, '-').toLowerCase()
    await expectIntact(server, {
      path,
      clip,
      publish: () => publish(from, path),
      read: () => read(to, path, from[0]),
      endsAlone: to[0] === 'ffmpeg',
    })
  }

  describe.concurrent('ffmpeg alone', () => {
    it.each(rows.filter((row) => !needsGstreamer(row)).map((row) => [named(row), row] as const))(
      '%s',
      async (_, row) => {
        await expectRow(row)
      },
    )
  })

  describe.skipIf(!canRun('TLS and tunnels with GStreamer', ['gstreamer'])).concurrent('with GStreamer', () => {
    it.each(rows.filter(needsGstreamer).map((row) => [named(row), row] as const))('%s', async (_, row) => {
      await expectRow(row)
    })
  })
})
