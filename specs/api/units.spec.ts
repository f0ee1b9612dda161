import { merge } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createDescription } from '../../src/formats/create-description.ts'
import { h264Format, mpeg4AudioFormat } from '../../src/formats/create-format.ts'
import { findFormat } from '../../src/formats/find-format.ts'
import { depacketize } from '../../src/formats/operators/depacketize.ts'
import { onRandomAccess } from '../../src/formats/operators/on-random-access.ts'
import { packetize } from '../../src/formats/operators/packetize.ts'
import { withNtp, withPts } from '../../src/formats/operators/with-clock.ts'
import { createPacketizer } from '../../src/formats/packetize/create-packetizer.ts'
import { writeDescription } from '../../src/formats/write-description.ts'
import type { ServerSession } from '../../src/api/session.ts'
import { ntpFromUnixMillis } from '../../src/wire/ntp.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { encodeRtcp } from '../../src/wire/rtcp/encode-rtcp.ts'
import { framesOf, reportedWallMs } from './packets.ts'
import { Scene, type Client } from './scene.ts'

/** A publisher of H264 with B frames and of AAC, as units: `idr`, `p` and `b` pictures 40 ms apart, sound of 1024 samples. */

const sps = Uint8Array.of(0x67, 0x42, 0xc0, 0x1e)
const pps = Uint8Array.of(0x68, 0xce)
const video = h264Format({ payloadType: 96, sps, pps })
const audio = mpeg4AudioFormat({ payloadType: 97, config: Uint8Array.of(0x11, 0x90) })
const description = createDescription({
  medias: [
    { type: 'video', formats: [video] },
    { type: 'audio', formats: [audio] },
  ],
})
const url = 'rtsp://host:8554/pub'
const videoStart = 0xffff_f000
const audioStart = 77_000

class Publisher {
  readonly client: Client
  readonly #video = createPacketizer(video, { ssrc: 1, initialSequenceNumber: 65_534, maxPayloadBytes: 100 })
  readonly #audio = createPacketizer(audio, { ssrc: 2, initialSequenceNumber: 9 })

  constructor(scene: Scene) {
    this.client = scene.client()
    this.client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, writeDescription(description))
    for (const track of [0, 1]) {
      const Transport = `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1};mode=record`
      this.client.ask('SETUP', `${url}/trackID=${track}`, { Transport })
    }
    this.client.ask('RECORD', url)
  }

  /** Shown `ticks` after the first picture; in two packets. */
  picture(kind: 'idr' | 'p', ticks: number): void {
    const nalu = new Uint8Array(150).fill(kind === 'idr' ? 0x65 : 0x41)
    const timestamp = (videoStart + ticks) >>> 0
    this.#send(0, this.#video.packetize({ codec: 'H264', timestamp, nalus: [nalu] }))
  }

  sound(ticks: number): void {
    this.#send(
      2,
      this.#audio.packetize({ codec: 'MPEG4Audio', timestamp: audioStart + ticks, data: new Uint8Array(20) }),
    )
  }

  /** Says that what is shown `ticks` after the first of the track was captured at a wall time. */
  report(track: 0 | 1, ticks: number, wallMs: number): void {
    const rtpTimestamp = ((track === 0 ? videoStart : audioStart) + ticks) >>> 0
    const ntp = ntpFromUnixMillis(wallMs)
    const counts = { packetCount: 1, octetCount: 4, reports: [] }
    const report = encodeRtcp({ type: 'senderReport', ssrc: track + 1, ntp, rtpTimestamp, ...counts })
    this.client.write(encodeInterleavedFrame(track * 2 + 1, report))
  }

  #send(channel: number, packets: readonly Uint8Array[]): void {
    for (const packet of packets) this.client.write(encodeInterleavedFrame(channel, packet))
  }
}

/** What comes out of a session, as a line each: time on the session's time line in milliseconds, and wall time. */
function watch(session: ServerSession): string[] {
  const lines: string[] = []
  const h264 = findFormat(session, 'H264')
  const aac = findFormat(session, 'MPEG4Audio')
  if (h264 === undefined || aac === undefined) throw new Error('the publisher has both')
  // @ts-expect-error packets of pictures are no sound; it would throw nothing, but never give a frame
  void session.rtp(h264.media, h264.format).pipe(depacketize(aac.format))
  merge(
    session.rtp(h264.media, h264.format).pipe(depacketize(h264.format), withPts(session), withNtp(session)),
    session.rtp(aac.media, aac.format).pipe(depacketize(aac.format), withNtp(session), withPts(session)),
  ).subscribe(({ codec, pts, ntp, format }) => {
    const ms = pts === undefined ? '?' : (pts * 1000) / format.clockRateHz
    lines.push(`${codec} ${ms}${ntp === undefined ? '' : ` @${(Number(ntp) / 1e6 - reportedWallMs).toFixed(0)}`}`)
  })
  return lines
}

async function publish(): Promise<{ scene: Scene; publisher: Publisher; session: ServerSession }> {
  const scene = await new Scene().listen()
  const publisher = new Publisher(scene)
  const [session] = scene.sessions
  if (session === undefined) throw new Error('nobody records')
  return { scene, publisher, session }
}

describe('units of a session', () => {
  it('come out on one time line, B frames and wrap included, and with the wall time of the sender', async () => {
    const { scene, publisher, session } = await publish()
    const lines = watch(session)
    publisher.picture('p', -3600)
    publisher.picture('idr', 0)
    scene.clock.advance(20)
    publisher.sound(0)
    publisher.report(0, 0, reportedWallMs)
    publisher.report(1, 0, reportedWallMs + 20)
    scene.clock.advance(20)
    // Decoded before the two that are shown before it.
    publisher.picture('p', 3 * 3600)
    publisher.picture('p', 1 * 3600)
    publisher.sound(1024)
    publisher.picture('p', 2 * 3600)
    publisher.sound(48_000 * 10)
    expect(lines).toEqual([
      'H264 ?',
      'H264 0',
      'MPEG4Audio 20',
      'H264 120 @120',
      'H264 40 @40',
      'MPEG4Audio 41.333333333333336 @41',
      'H264 80 @80',
      'MPEG4Audio 10020 @10020',
    ])
  })

  it('have the time of their own packets, also for who comes later', async () => {
    const { scene, publisher, session } = await publish()
    publisher.picture('idr', 0)
    scene.clock.advance(1000)
    const lines = watch(session)
    publisher.sound(0)
    publisher.picture('p', 90_000)
    expect(lines).toEqual(['MPEG4Audio 1000', 'H264 1000'])
  })

  it('begin at 0 again with the next RECORD', async () => {
    const { publisher, session } = await publish()
    const lines = watch(session)
    publisher.picture('idr', 0)
    publisher.picture('p', 3600)
    publisher.client.ask('PAUSE', url)
    publisher.client.ask('RECORD', url)
    publisher.picture('idr', 900_000)
    publisher.sound(0)
    expect(lines).toEqual(['H264 0', 'H264 40', 'H264 0', 'MPEG4Audio 0'])
  })

  it('end with the session', async () => {
    const { scene, publisher, session } = await publish()
    let ends = 0
    const { media, format } = findFormat(session, 'H264')!
    session
      .rtp(media, format)
      .pipe(depacketize(format), onRandomAccess(), withPts(session))
      .subscribe({
        complete: () => ends++,
      })
    publisher.client.ask('TEARDOWN', url)
    scene.settle()
    expect(ends).toBe(1)
  })

  it('refuse the formats of others', async () => {
    const { session } = await publish()
    expect(() => session.ptsOf(video, 0)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
    expect(() => session.ntpOf(video, 0)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })

  it('go into another stream, cut anew, and a listener that throws stops nobody else', async () => {
    const { scene, publisher, session } = await publish()
    const { media, format } = findFormat(session, 'H264')!
    const units$ = session.rtp(media, format).pipe(depacketize(format), onRandomAccess())
    units$.subscribe(() => {
      throw new Error('listener')
    })
    const copy = scene.server.createStream(createDescription({ medias: [{ type: 'video', formats: [format] }] }))
    scene.streams.set('/cam', copy)
    units$.pipe(packetize(format, { maxPayloadBytes: 1000 })).subscribe(copy.track(0))
    const reader = scene.client('10.0.0.2')
    reader.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    reader.ask('PLAY', 'rtsp://host:8554/cam/')
    publisher.picture('p', 0)
    publisher.picture('idr', 3600)
    publisher.picture('p', 7200)
    const frames = framesOf(scene, reader).filter(({ channel }) => channel === 0)
    expect(frames.map(({ payload }) => payload.length - 12)).toEqual([150, 150])
    publisher.client.ask('TEARDOWN', url)
    scene.settle()
    expect(copy.isClosed).toBe(true)
  })
})
