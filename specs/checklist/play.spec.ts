import { describe, expect, it } from 'vitest'
import { createDescription } from '../../src/formats/create-description.ts'
import { h264Format } from '../../src/formats/create-format.ts'
import type { ServerStream } from '../../src/api/stream.ts'
import { Scene } from '../api/scene.ts'

const tcp = (channel = 0): string => `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`
const udp = (port: number): string => `RTP/AVP;unicast;client_port=${port}-${port + 1}`

describe('[27] the path that a reader means (spec 4.4)', () => {
  const media = { type: 'video', formats: [h264Format({ payloadType: 96 })] } as const
  const four = createDescription({ medias: [media, media, media, media] })

  it.each([
    ['standard', '/teststream/trackID=1', '/teststream/', '/teststream'],
    ['query as FFmpeg', '/teststream?testing=123/trackID=1', '/teststream/', '/teststream'],
    ['query as GStreamer', '/teststream/trackID=1?testing=123', '/teststream/', '/teststream'],
    ['no control', '/teststream/', '/teststream/', '/teststream'],
    ['no control, query as FFmpeg', '/teststream?testing=123/', '/teststream/', '/teststream'],
    ['no control, query as GStreamer', '/teststream/?testing=123', '/teststream/', '/teststream'],
    ['subpath', '/test/stream/trackID=1', '/test/stream/', '/test/stream'],
    ['subpath, no control', '/test/stream/', '/test/stream/', '/test/stream'],
    ['subpath, query as FFmpeg', '/test/stream?testing=123/trackID=1', '/test/stream', '/test/stream'],
    ['subpath, query as GStreamer', '/test/stream/trackID=1?testing=123', '/test/stream', '/test/stream'],
    ['no path', '/trackID=1', '', ''],
    ['single slash', '//trackID=1', '//', '/'],
    ['no control, single slash', '/', '/', '/'],
    ['no control, no path', '', '', ''],
  ])('[27] %s: SETUP of "%s" and PLAY of "%s" are about "%s"', async (_, setup, play, path) => {
    const seen: string[] = []
    const streams: ServerStream[] = []
    const scene = new Scene(
      {},
      {
        setup: (context) => {
          seen.push(context.path)
          return streams[0]
        },
        play: (context) => void seen.push(context.path),
      },
    )
    await scene.listen()
    streams.push(scene.server.createStream(four))
    const client = scene.client()
    expect(client.ask('SETUP', `rtsp://localhost:8554${setup}`, { Transport: tcp() })?.statusCode).toBe(200)
    expect(client.ask('PLAY', `rtsp://localhost:8554${play}`)?.statusCode).toBe(200)
    expect(seen).toEqual([path, path])
  })
})

describe('[28] mistakes in SETUP of a reader close its connection (spec 4.5)', () => {
  const cam = 'rtsp://host:8554/cam'
  it.each<[string, readonly (readonly [string, string])[], string]>([
    ['a path without track', [['rtsp://host:8554/invalid', udp(5000)]], 'invalid SETUP path'],
    [
      'another path than before',
      [
        [`${cam}/trackID=0`, udp(5000)],
        ['rtsp://host:8554/other/trackID=1', udp(5002)],
      ],
      "can't setup medias with different paths",
    ],
    [
      'the same media twice',
      [
        [`${cam}/trackID=0`, udp(5000)],
        [`${cam}/trackID=0`, udp(5002)],
      ],
      'media has already been setup',
    ],
    [
      'another transport than before',
      [
        [`${cam}/trackID=0`, udp(5000)],
        [`${cam}/trackID=1`, tcp()],
      ],
      "can't setup medias with different transports",
    ],
  ])('[28] %s', async (_, requests, reason) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    for (const [url, transport] of requests) client.send('SETUP', url, { Transport: transport })
    expect(client.answers().map(({ statusCode }) => statusCode)).toEqual([...requests.slice(1).map(() => 200), 400])
    scene.settle()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.closeReasons[0]).toContain(reason)
  })

  it('[28] a stream that is closed', async () => {
    const scene = await new Scene().listen()
    scene.cam.close()
    const client = scene.client()
    expect(client.setup(0, udp(5000))?.statusCode).toBe(400)
    scene.settle()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.closeReasons).toEqual(['stream is closed'])
  })
})

describe('further checks of readers', () => {
  it.each(['/cam/trackID=2', '/cam/trackID=-1', '/cam/trackID=x', '/cam/trackID=99999999999'])(
    '%s is no media: 400 (spec 4.4)',
    async (path) => {
      const scene = await new Scene().listen()
      const client = scene.client()
      expect(client.ask('SETUP', `rtsp://host:8554${path}`, { Transport: tcp() })?.statusCode).toBe(400)
      expect(scene.closeReasons).toEqual(['media not found'])
    },
  )

  it.each([
    ['0-2', 'invalid interleaved IDs'],
    ['255-256', 'invalid interleaved IDs'],
  ])('channels %s are refused: %s (spec 4.5)', async (pair, reason) => {
    const scene = await new Scene().listen()
    expect(scene.client().setup(0, `RTP/AVP/TCP;unicast;interleaved=${pair}`)?.statusCode).toBe(400)
    expect(scene.closeReasons).toEqual([reason])
  })

  it('channels that another media has are refused (spec 4.5)', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.setup(0, tcp(2))
    expect(client.setup(1, tcp(3))?.statusCode).toBe(400)
    expect(scene.closeReasons).toEqual(['interleaved IDs are in use'])
  })

  it('PLAY of another path than was set up is refused (spec 4.8)', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.setup(0, tcp())
    expect(client.ask('PLAY', 'rtsp://host:8554/other')?.statusCode).toBe(400)
    expect(scene.closeReasons).toEqual(["path has changed, was '/cam', now is '/other'"])
  })

  it('a session of another IP is refused, and goes on (spec 3.2)', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    const thief = scene.client('10.9.9.9')
    expect(thief.ask('TEARDOWN', 'rtsp://host:8554/cam', { Session: client.sessionHeader })?.statusCode).toBe(400)
    expect(scene.closeReasons).toEqual(['cannot use a session created with a different IP'])
    expect(client.ask('GET_PARAMETER', 'rtsp://host:8554/cam')?.statusCode).toBe(200)
  })
})
