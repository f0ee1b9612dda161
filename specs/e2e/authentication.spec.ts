// Real clients against guarded paths. The server lives in this process, because what is guarded and how is up to the
// application: every handler asks for the password here, and the readers' side looks it up later, as a store elsewhere does.
import { map, timer } from 'rxjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRtspServer, respond } from '../../src/index.ts'
import type { RtspServer, RtspServerOptions, ServerStream } from '../../src/index.ts'
import { lightClip } from './clip.ts'
import type { Clip } from './clip.ts'
import { expectCleanEnd, expectRun } from './matrix.ts'
import { publishWithFfmpeg, publishWithGstreamer, readWithFfmpeg, readWithGstreamer } from './media-programs.ts'
import { eventually, killEverything } from './process.ts'
import { canRun, tools } from './tools.ts'

const PASSWORD = 'pass:word'
const RIGHT = `user:${encodeURIComponent(PASSWORD)}`
const WRONG = 'user:wrong'

/** A relay that lets `user` in; `reasons` are those of its closed connections. */
type Guarded = {
  readonly server: RtspServer
  readonly streams: ReadonlyMap<string, ServerStream>
  readonly reasons: readonly string[]
  readonly url: (credentials: string, path: string) => string
}

const guardedRelay = async (options: RtspServerOptions): Promise<Guarded> => {
  const streams = new Map<string, ServerStream>()
  const reasons: string[] = []
  const findPassword = (user: string) => timer(20).pipe(map(() => (user === 'user' ? PASSWORD : null)))
  const server: RtspServer = createRtspServer({
    ...options,
    listen: { host: '127.0.0.1', port: 0 },
    udp: { host: '127.0.0.1', rtpPort: 0 },
    handlers: {
      describe: ({ connection, request, path }) =>
        connection
          .authenticate(request, findPassword)
          .pipe(map((isKnown) => (isKnown ? (streams.get(path) ?? respond.notFound()) : respond.unauthorized()))),
      setup: ({ connection, request, path, session }) => {
        if (!connection.verifyCredentials(request, 'user', PASSWORD)) return respond.unauthorized()
        return session.state === 'preRecord' ? respond.ok() : (streams.get(path) ?? respond.notFound())
      },
      play: ({ connection, request }) =>
        connection.verifyCredentials(request, 'user', PASSWORD) ? respond.ok() : respond.unauthorized(),
      announce: ({ connection, request }) =>
        connection.verifyCredentials(request, 'user', PASSWORD) ? respond.ok() : respond.unauthorized(),
      record: ({ connection, request, path, session }) => {
        if (!connection.verifyCredentials(request, 'user', PASSWORD)) return respond.unauthorized()
        if (session.announcedDescription === null) return respond.badRequest()
        const stream = server.createStream(session.announcedDescription)
        streams.set(path, stream)
        session.rtp$.subscribe(stream)
        return respond.ok()
      },
    },
  })
  server.events$.subscribe((event) => {
    if (event.type === 'connection.closed') reasons.push(event.reason.code)
  })
  const { port } = await server.listen()
  return { server, streams, reasons, url: (credentials, path) => `rtsp://${credentials}@127.0.0.1:${port}/${path}` }
}

const kinds: readonly (readonly [string, RtspServerOptions])[] = [
  ['Basic', { authMethods: ['basic'] }],
  ['Digest', { authMethods: ['digest-md5'] }],
  ['what is offered by default', {}],
  ['Digest with SHA-256 offered first', { authMethods: ['digest-sha256', 'digest-md5'] }],
]

describe.skipIf(!canRun('authentication', ['ffmpeg']))('real clients prove who they are', { timeout: 60_000 }, () => {
  let clip: Clip
  const servers: RtspServer[] = []

  const start = async (options: RtspServerOptions): Promise<Guarded> => {
    const guarded = await guardedRelay(options)
    servers.push(guarded.server)
    return guarded
  }

  beforeAll(async () => {
    clip = await lightClip()
  }, 60_000)

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()))
    await killEverything()
  }, 30_000)

  describe.concurrent('with the right password', () => {
    for (const [kind, options] of kinds) {
      it(`[18] ffmpeg publishes and reads by ${kind}, over UDP and TCP`, async () => {
        const { streams, reasons, url } = await start(options)
        const publisher = publishWithFfmpeg(url(RIGHT, 'cam'), clip, 'udp')
        await eventually('the publisher', () => streams.get('/cam'))
        const reader = readWithFfmpeg(url(RIGHT, 'cam'), 'tcp')
        await expectCleanEnd(publisher)
        await eventually('the reader to end', () => (reader.program.hasEnded() ? true : undefined))
        expectRun('guarded video', clip.units.video, reader.units().video, 50)
        expect(reasons).not.toContain('ERR_RTSP_AUTH')
      })
    }

    for (const [kind, options] of kinds.slice(0, 2)) {
      it.skipIf(tools.gstreamer === undefined)(`[18] GStreamer reads by ${kind}`, async () => {
        const { streams, reasons, url } = await start(options)
        const publisher = publishWithFfmpeg(url(RIGHT, 'cam'), clip, 'tcp')
        await eventually('the publisher', () => streams.get('/cam'))
        const reader = readWithGstreamer(url(RIGHT, 'cam'), 'tcp', 'rtpmp4gdepay')
        await expectCleanEnd(publisher)
        await reader.program.stop()
        expectRun('guarded video', clip.units.video, reader.units().video, 25)
        expect(reasons).not.toContain('ERR_RTSP_AUTH')
      })

      it.skipIf(tools.gstreamer === undefined)(`[18] GStreamer publishes by ${kind}`, async () => {
        const { streams, reasons, url } = await start(options)
        const publisher = publishWithGstreamer(url(RIGHT, 'cam'), clip, 'tcp')
        await eventually('the publisher', () => streams.get('/cam'))
        const reader = readWithFfmpeg(url(RIGHT, 'cam'), 'tcp')
        await eventually('the reader to end', () => (reader.program.hasEnded() ? true : undefined), 20_000)
        await publisher.stop()
        expectRun('guarded video', clip.units.video, reader.units().video, 25)
        expect(reasons).not.toContain('ERR_RTSP_AUTH')
      })
    }
  })

  describe('with a wrong password', () => {
    it.each(kinds)('[19] ffmpeg is turned away by %s, publishing and reading', async (_, options) => {
      const { streams, reasons, url } = await start(options)
      const programs = [
        publishWithFfmpeg(url(WRONG, 'cam'), clip, 'tcp'),
        readWithFfmpeg(url(WRONG, 'cam'), 'tcp').program,
      ]
      const ends = await Promise.all(programs.map((program) => program.ended))
      expect(ends.map(({ code }) => code === 0)).toEqual([false, false])
      expect(ends.map(({ stderr }) => /\b401\b/.test(stderr))).toEqual([true, true])
      await eventually('both connections to be closed', () => (reasons.length === 2 ? true : undefined))
      expect(reasons).toEqual(['ERR_RTSP_AUTH', 'ERR_RTSP_AUTH'])
      expect(streams.size).toBe(0)
    })
  })
})
