import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createDescription } from '../../src/formats/create-description.ts'
import { h264Format } from '../../src/formats/create-format.ts'
import type { SessionDescription } from '../../src/formats/description.ts'
import type { InboundRtp } from '../../src/media/inbound/inbound-tracks.ts'
import { RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import { description, framesOf, idr, sequenceNumbers } from './packets.ts'
import { camera, picture, Scene } from './scene.ts'

const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const oldSps = hex('6742c028d900780227e584000003000400000300f03c60c920')
const newSps = hex('674d401fe8802802dd80b501010140000003004000000c83c60c4580')
const pps = hex('4401c0252f053240')
const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))
const withSps = (sps: Uint8Array): SessionDescription =>
  createDescription({ medias: [{ type: 'video', formats: [h264Format({ payloadType: 96, sps, pps })] }] })

describe('streams', () => {
  it('[26] shows another description from reloadDescription on, and goes on for readers and writers', async () => {
    const scene = await new Scene().listen()
    const first = withSps(oldSps)
    const stream = scene.server.createStream(first)
    scene.streams.set('/cam', stream)
    const client = scene.client()
    const sdp = () => new TextDecoder().decode(client.ask('DESCRIBE', 'rtsp://host:8554/cam')?.body)
    expect(sdp()).toContain('a=control:trackID=0')
    expect(sdp()).toContain(base64(oldSps))
    client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    client.ask('PLAY', 'rtsp://host:8554/cam')

    const second = withSps(newSps)
    stream.reloadDescription(second)
    expect(stream.description).toBe(second)
    expect(sdp()).toContain(base64(newSps))
    expect(sdp()).not.toContain(base64(oldSps))
    stream.writeRtp(first.medias[0]!, idr(1))
    stream.writeRtp(second.medias[0]!, idr(2))
    expect(sequenceNumbers(framesOf(scene, client))).toEqual([1, 2])
    const [session] = scene.sessions
    expect(session?.medias).toEqual(first.medias)
    expect(() => session?.writeRtp(first.medias[0]!, idr(3))).not.toThrow()
  })

  it.each([
    ['another number of medias', camera],
    [
      'other formats',
      createDescription({ medias: [{ type: 'video', formats: [h264Format({ payloadType: 97, sps: oldSps, pps })] }] }),
    ],
    [
      'is another one',
      createDescription({ medias: [{ type: 'audio', formats: [h264Format({ payloadType: 96, sps: oldSps, pps })] }] }),
    ],
  ])('[26] refuses a description with %s', async (text, other) => {
    const scene = await new Scene().listen()
    const stream = scene.server.createStream(withSps(oldSps))
    expect(() => stream.reloadDescription(other)).toThrow(text)
  })

  it.each(['udp', 'tcp'])('[31] does not care that a reader goes abruptly (%s)', async (protocol) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.setup(
      0,
      protocol === 'tcp' ? 'RTP/AVP/TCP;unicast;interleaved=0-1' : 'RTP/AVP;unicast;client_port=5000-5001',
    )
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(0, idr(1))
    client.peer.reset()
    for (let round = 0; round < 5; round++) {
      scene.cam.writeRtp(0, idr(2 + round))
      scene.clock.advance(50)
    }
    expect(scene.closeReasons).toHaveLength(1)
    scene.cam.close()
    expect(scene.cam.isClosed).toBe(true)
    expect(() => scene.cam.writeRtp(0, idr(9))).toThrow(expect.objectContaining({ code: 'ERR_RTSP_STREAM_CLOSED' }))
    expect(() => scene.cam.writeRtcp(0, description)).toThrow('stream is closed')
    // As an Observer it lets what is still under way pass.
    expect(() => scene.cam.next(inbound(idr(9)))).not.toThrow()
  })

  it('[44] counts per recipient', async () => {
    const scene = await new Scene().listen()
    const clients = [scene.client(), scene.client('10.0.0.2')]
    clients[0]?.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    clients[1]?.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')
    for (const client of clients) client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(0, idr())
    scene.cam.writeRtp(
      1,
      new RtpPacket(idr()).clone().bytes.map((byte, index) => (index === 1 ? 97 : byte)),
    )
    expect(scene.cam.stats()).toMatchObject({ outboundBytes: 32, outboundRtpPackets: 2, outboundRtcpPackets: 0 })
    scene.cam.writeRtcp(0, description)
    scene.settle()
    // Sender reports, and what is written to one session, are not the stream's.
    scene.sessions[0]?.writeRtp(0, idr(5))
    const stats = scene.cam.stats()
    expect(stats).toMatchObject({ outboundBytes: 72, outboundRtpPackets: 2, outboundRtcpPackets: 2 })
    expect(stats.medias[0]).toMatchObject({ media: camera.medias[0], outboundBytes: 72, outboundRtcpPackets: 2 })
    expect(stats.medias[0]?.formats[0]).toMatchObject({ format: camera.medias[0]?.formats[0], outboundRtpPackets: 2 })
    expect(stats.medias[1]).toMatchObject({ outboundBytes: 0, outboundRtpPackets: 0 })
    scene.cam.close()
    scene.settle()
    expect(scene.cam.stats()).toEqual(stats)
  })

  it('is an Observer of any source, and closes with it', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    const source$ = new Subject<InboundRtp>()
    source$.subscribe(scene.cam)
    source$.next(inbound(picture(7)))
    expect(sequenceNumbers(framesOf(scene, client))).toEqual([7])
    source$.next(inbound(picture(8, 0, 2_000)))
    expect(scene.cam.oversizedPackets).toBe(1)
    source$.error(new Error('the camera is gone'))
    scene.settle()
    expect(scene.cam.isClosed).toBe(true)
    expect(client.peer.isClosed).toBe(true)
  })

  it('tells how many sessions read it', async () => {
    const scene = await new Scene().listen()
    const counts: number[] = []
    const ends: string[] = []
    scene.cam.readers$.subscribe({ next: (count) => counts.push(count), complete: () => ends.push('complete') })
    const clients = [scene.client(), scene.client('10.0.0.2')]
    for (const client of clients) client.play()
    clients[0]?.ask('TEARDOWN', 'rtsp://host:8554/cam')
    scene.cam.close()
    scene.settle()
    expect(counts).toEqual([0, 1, 2, 1, 0])
    expect(ends).toEqual(['complete'])
  })

  it('takes wall time in milliseconds and in nanoseconds', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    const wallMs = Date.UTC(2020, 0, 1)
    for (const ntp of [wallMs, BigInt(wallMs) * 1_000_000n]) {
      scene.cam.writeRtp(0, idr(1), { ntp })
      expect(scene.sessions[0]?.stats().medias[0]?.formats[0]?.outboundLastNtpMs).toBe(wallMs)
      scene.cam.writeRtp(0, idr(2))
    }
  })

  it('tells of a reader that missed packets, once it has caught up, and never throws for it', async () => {
    const scene = await new Scene({ maxQueuedBytes: 20_000 }).listen()
    const client = scene.client()
    client.play()
    client.peer.stall()
    for (let index = 0; index < 200; index++) {
      scene.cam.writeRtp(0, picture(index, index * 3600, 1400))
      scene.settle()
    }
    const dropped = scene.sessions[0]?.stats().outboundRtpPacketsDropped ?? 0
    expect(dropped).toBeGreaterThan(0)
    client.peer.unstall()
    scene.settle()
    scene.cam.writeRtp(0, picture(200, 200 * 3600))
    scene.settle()
    const told = scene.events
      .filter((event) => event.type === 'stream.writeError')
      .filter(({ droppedPackets }) => droppedPackets > 0)
    expect(told.map((event) => [event.error.code, event.droppedPackets, event.session])).toEqual([
      ['ERR_RTSP_WRITE_QUEUE_FULL', dropped, scene.sessions[0]],
    ])
  })
})

function inbound(bytes: Uint8Array): InboundRtp {
  const media = camera.medias[0]!
  return { media, format: media.formats[0]!, packet: new RtpPacket(bytes) }
}
