import { interval } from 'rxjs'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { respond } from '../../src/api/respond.ts'
import { createRtspServer } from '../../src/api/server.ts'
import type { ServerStream } from '../../src/api/stream.ts'
import { createDescription } from '../../src/formats/create-description.ts'
import { g711Format, h264Format } from '../../src/formats/create-format.ts'
import { createRtp } from '../../src/wire/rtp/rtp-packet.ts'
import { selfSigned } from '../io/self-signed.ts'
import {
  agreedTransport,
  BUILD_LIMIT_MS,
  buildGortsplibClient,
  expectContent,
  packetDigest,
  packetsOf,
  readWithGortsplib,
} from './gortsplib-client.ts'
import type { Route } from './gortsplib-client.ts'
import { eventually, killEverything } from './process.ts'
import { freeUdpPortPair } from './server-program.ts'
import { canRun } from './tools.ts'

// What gortsplib's client can do beside playing: speak on a back channel, and pause. The server is the library, here in
// this process, because the program has no back channel.

const doorbell = createDescription({
  medias: [
    { type: 'video', formats: [h264Format({ payloadType: 96 })] },
    { type: 'audio', isBackChannel: true, formats: [g711Format({ isMuLaw: false })] },
  ],
})

const picture = (index: number): Uint8Array =>
  createRtp({
    payloadType: 96,
    sequenceNumber: index,
    timestamp: index * 900,
    ssrc: 1,
    payload: Uint8Array.of(0x65, 2, 3, 4),
  }).bytes

type Way = Omit<Route, 'url'> & { readonly scheme: 'rtsp' | 'rtsps' }

const ways: readonly (readonly [name: string, way: Way, agreed: string])[] = [
  ['UDP', { scheme: 'rtsp', over: 'udp' }, 'UDP AVP'],
  ['TCP', { scheme: 'rtsp', over: 'tcp' }, 'TCP AVP'],
  ['SRTP over UDP', { scheme: 'rtsps', over: 'udp' }, 'UDP SAVP'],
  ['SRTP under TLS', { scheme: 'rtsps', over: 'tcp' }, 'TCP SAVP'],
  ['HTTP', { scheme: 'rtsp', over: 'tcp', tunnel: 'http' }, 'TCP AVP'],
  ['WebSocket', { scheme: 'rtsp', over: 'tcp', tunnel: 'websocket' }, 'TCP AVP'],
]

const SAID = 40

describe.skipIf(!canRun('sessions of gortsplib', ['go']))('gortsplib', { timeout: 60_000 }, () => {
  let binary = ''
  const stops: (() => void | Promise<void>)[] = []

  beforeAll(async () => {
    binary = await buildGortsplibClient()
  }, BUILD_LIMIT_MS + 30_000)

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
    await killEverything()
  })

  /** A doorbell that shows pictures, and keeps the digests of what is said to it. */
  const start = async (): Promise<{ readonly at: (scheme: string) => string; readonly heard: string[] }> => {
    const heard: string[] = []
    const streams: ServerStream[] = []
    const server = createRtspServer({
      listen: { host: '127.0.0.1', port: 0 },
      listenTls: { host: '127.0.0.1', port: 0 },
      tls: selfSigned(),
      udp: { host: '127.0.0.1', rtpPort: await freeUdpPortPair() },
      handlers: {
        describe: () => streams[0] ?? respond.notFound(),
        setup: () => streams[0] ?? respond.notFound(),
        play: ({ session }) => {
          if (session.state === 'prePlay') session.rtp$.subscribe(({ packet }) => heard.push(packetDigest(packet)))
          return respond.ok()
        },
        pause: () => respond.ok(),
      },
    })
    stops.push(() => server.close())
    const { port, tls } = await server.listen()
    const stream = server.createStream(doorbell)
    streams.push(stream)
    const pictures = interval(10).subscribe((index) => stream.writeRtp(0, picture(index)))
    stops.push(() => pictures.unsubscribe())
    return { heard, at: (scheme) => `${scheme}://127.0.0.1:${String(scheme === 'rtsps' ? tls?.port : port)}/door` }
  }

  it.each(ways)('[45] says on a back channel over %s what the application then hears', async (_, way, agreed) => {
    const { at, heard } = await start()
    const peer = readWithGortsplib(binary, { ...way, url: at(way.scheme) }, 100, ['-talk', String(SAID)])
    expect(await agreedTransport(peer)).toBe(agreed)
    await expectContent(peer)
    expect(packetsOf(peer, 'said')).toHaveLength(SAID)
    await eventually('all that was said', () => (heard.length >= SAID ? true : undefined), 2_000).catch(() => undefined)
    expect(heard).toEqual(packetsOf(peer, 'said'))
  })

  it.each(ways)('[36] pauses over %s, and goes on', async (_, way, agreed) => {
    const { at } = await start()
    const peer = readWithGortsplib(binary, { ...way, url: at(way.scheme) }, 50, ['-pause-at', '50'])
    expect(await agreedTransport(peer)).toBe(agreed)
    await expectContent(peer, ['lost'])
    // What was live meanwhile is missing in one piece after the pause and nowhere else: the server sent none of it.
    const [paused, ...missing] = peer.events().filter(({ event }) => ['paused', 'lost'].includes(event))
    expect(paused).toEqual({ event: 'paused' })
    expect(missing).toEqual([{ event: 'lost', count: expect.any(Number) as number }])
    expect(missing[0]?.count).toBeGreaterThan(10)
    expect(packetsOf(peer).length).toBeGreaterThanOrEqual(100)
  })
})
