import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { RtspServerOptions } from '../../src/api/options.ts'
import { respond, type HandlerResponse } from '../../src/api/respond.ts'
import type { ServerHandlers } from '../../src/api/handlers.ts'
import type { ReadingOptions } from '../../src/api/stream-options.ts'
import type { StreamOptions } from '../../src/api/stream.ts'
import { RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import { Film, sequenceNumbersOf } from './film.ts'
import { framesOf, kindsOf, sequenceNumbers } from './packets.ts'
import { camera, Scene } from './scene.ts'

/** A scene whose stream has 7 pictures of 5 packets behind it since the last key picture, and sound after each. */
async function sceneWith(
  options: RtspServerOptions,
  streamOptions?: StreamOptions,
  handlers: ServerHandlers = {},
): Promise<{ scene: Scene; film: Film; kept: number }> {
  const scene = await new Scene(options, handlers).listen()
  if (streamOptions !== undefined) scene.streams.set('/cam', scene.server.createStream(camera, streamOptions))
  const film = new Film(scene.cam, () => scene.settle())
  film.group()
  const kept = film.video.length
  film.group(7)
  return { scene, film, kept }
}

const numbersFrom = (film: Film, index: number) => film.video.slice(index).map(({ sequenceNumber }) => sequenceNumber)

/** `seq` and `rtptime` of each media. */
const rtpInfo = (text: string | undefined) =>
  [...(text ?? '').matchAll(/seq=(\d+);rtptime=(\d+)/gu)].map(([, sequenceNumber, rtpTime]) => ({
    sequenceNumber: Number(sequenceNumber),
    rtpTime: Number(rtpTime),
  }))

describe('instant start', () => {
  it.each<[string, RtspServerOptions, StreamOptions | undefined]>([
    ['by the option of the server', { gopCache: true }, undefined],
    ['by the option of the stream', {}, { gopCache: true }],
    ['with bounds of its own', { gopCache: { maxPackets: 50 } }, undefined],
  ])('begins with the last key picture and goes on without a gap: %s', async (_title, options, streamOptions) => {
    const { scene, film, kept } = await sceneWith(options, streamOptions)
    const client = scene.client()
    const [picture, sound] = rtpInfo(client.play()?.headers['RTP-Info']?.[0])
    film.group(3)
    const frames = framesOf(scene, client)
    expect(sequenceNumbers(frames, 0)).toEqual(numbersFrom(film, kept))
    expect(sequenceNumbers(frames, 2)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    const first = new RtpPacket(frames[0]?.payload ?? new Uint8Array(12))
    expect([...first.payload.subarray(0, 1)]).toEqual([0x65])
    expect(picture).toEqual({ sequenceNumber: first.sequenceNumber, rtpTime: first.timestamp })
    expect(sound).toEqual({ sequenceNumber: 10, rtpTime: 9600 })
  })

  it.each<[string, RtspServerOptions, StreamOptions | undefined]>([
    ['by default', {}, undefined],
    ['when the stream says so', { gopCache: true }, { gopCache: false }],
    ['when the group of pictures is too long', { gopCache: { maxPackets: 41 } }, undefined],
    ['when it has too many bytes', { gopCache: { maxBytes: 36_000 } }, undefined],
  ])('is off %s: a reader begins with the next packet', async (_title, options, streamOptions) => {
    const { scene, film } = await sceneWith(options, streamOptions)
    const before = film.video.length
    const client = scene.client()
    const [picture] = rtpInfo(client.play()?.headers['RTP-Info']?.[0])
    film.picture('other')
    expect(sequenceNumbers(framesOf(scene, client), 0)).toEqual(numbersFrom(film, before))
    expect(picture?.sequenceNumber).toBe(film.video[before]?.sequenceNumber)
  })

  it('sends nothing before the PLAY answer, whatever is written while the handler thinks', async () => {
    const decision = new Subject<HandlerResponse>()
    const { scene, film, kept } = await sceneWith({ gopCache: true }, undefined, { play: () => decision })
    const client = scene.client()
    client.play()
    film.picture('other')
    scene.settle()
    expect(kindsOf(client)).toEqual(['answer', 'answer'])
    decision.next(respond.ok())
    film.picture('other')
    const frames = framesOf(scene, client)
    expect(kindsOf(client).slice(0, 4)).toEqual(['answer', 'answer', 'answer', 'frame 0'])
    expect(sequenceNumbers(frames, 0)).toEqual(numbersFrom(film, kept))
  })

  it('sends nothing at all when PLAY is refused', async () => {
    const { scene } = await sceneWith({ gopCache: true }, undefined, { play: () => respond.notFound() })
    const client = scene.client()
    expect(client.play()?.statusCode).toBe(404)
    expect(framesOf(scene, client)).toEqual([])
    expect(scene.server.sessions[0]?.stats().outboundRtpPackets).toBe(0)
  })

  it('counts what was kept in statistics and sender reports (RFC 3550 section 6.4.1)', async () => {
    const { scene, film, kept } = await sceneWith({ gopCache: true })
    const client = scene.client()
    client.play()
    const frames = framesOf(scene, client)
    const sent = film.video.length - kept
    const stats = scene.server.sessions[0]?.stats()
    expect(stats?.medias.map((media) => media.outboundRtpPackets)).toEqual([sent, 7])
    expect(stats?.medias[0]?.formats[0]?.outboundLastSequenceNumber).toBe(film.video.at(-1)?.sequenceNumber)
    expect(scene.cam.stats().outboundRtpPackets).toBe(sent + 7)
    const report = frames.find(({ channel }) => channel === 1)?.payload ?? new Uint8Array(28)
    const view = new DataView(report.buffer, report.byteOffset)
    expect([view.getUint32(20), view.getUint32(24)]).toEqual([sent, sent * 1000])
  })

  it('begins anew with every PLAY', async () => {
    const { scene, film } = await sceneWith({ gopCache: true })
    const client = scene.client()
    client.play()
    client.ask('PAUSE', 'rtsp://host:8554/cam/')
    const heard = framesOf(scene, client).length
    const next = film.video.length
    film.group(4)
    const info = client.ask('PLAY', 'rtsp://host:8554/cam/')?.headers['RTP-Info']?.[0]
    expect(rtpInfo(info)[0]?.sequenceNumber).toBe(film.video[next]?.sequenceNumber)
    expect(sequenceNumbers(framesOf(scene, client).slice(heard), 0)).toEqual(numbersFrom(film, next))
  })

  it('is paced over UDP: 64 datagrams at once, the others along with live ones, none lost or out of order', async () => {
    const scene = await new Scene({ gopCache: true, senderReports: false }).listen()
    const film = new Film(scene.cam, () => scene.settle())
    film.group(20)
    const socket = scene.network.socket(5000, '10.0.0.1')
    const client = scene.client('10.0.0.1')
    client.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')
    const [picture] = rtpInfo(client.ask('PLAY', 'rtsp://host:8554/cam/')?.headers['RTP-Info']?.[0])
    expect(picture?.sequenceNumber).toBe(film.video[0]?.sequenceNumber)
    expect(socket.received()).toHaveLength(64)
    for (const expected of [84, 104, 115]) {
      film.picture('other')
      scene.settle()
      expect(socket.received()).toHaveLength(expected)
    }
    film.picture('other')
    scene.settle()
    expect(sequenceNumbersOf(socket.received().map(({ bytes }) => bytes))).toEqual(numbersFrom(film, 0))
  })

  it('refuses bounds that cannot be', async () => {
    for (const gopCache of [{ maxPackets: 0 }, { maxBytes: 1.5 }, { max: 1 }]) {
      const bad = { gopCache } as unknown as ReadingOptions
      expect(() => new Scene(bad)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_OPTIONS' }))
      const scene = await new Scene().listen()
      expect(() => scene.server.createStream(camera, bad as never)).toThrow(
        expect.objectContaining({ code: 'ERR_RTSP_OPTIONS' }),
      )
    }
  })
})
