import { describe, expect, it } from 'vitest'
import { createDescription } from '../../src/formats/create-description.ts'
import { genericFormat } from '../../src/formats/create-format.ts'
import type { InboundRtp } from '../../src/media/inbound/inbound-tracks.ts'
import { writeDescription } from '../../src/formats/write-description.ts'
import { ntpFromUnixMillis } from '../../src/wire/ntp.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { encodeRtcp } from '../../src/wire/rtcp/encode-rtcp.ts'
import { createRtp } from '../../src/wire/rtp/rtp-packet.ts'
import { reportedWallMs } from './packets.ts'
import { picture, Scene, sound, type Client } from './scene.ts'

const rtp = (payloadType: number, sequenceNumber: number, timestamp: number, ssrc = 753_621) =>
  createRtp({ payloadType, sequenceNumber, timestamp, ssrc, payload: Uint8Array.of(1, 2, 3) }).bytes

const twoClocks = createDescription({
  medias: [
    { type: 'video', formats: [genericFormat({ payloadType: 96, rtpmap: 'private/90000', clockRateHz: 90_000 })] },
    { type: 'audio', formats: [genericFormat({ payloadType: 97, rtpmap: 'private/48000', clockRateHz: 48_000 })] },
  ],
})

function recordTwoClocks(client: Client): void {
  const url = 'rtsp://host:8554/pub'
  client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, writeDescription(twoClocks))
  for (const track of [0, 1]) {
    client.ask('SETUP', `${url}/trackID=${track}`, {
      Transport: `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1};mode=record`,
    })
  }
  client.ask('RECORD', url)
}

describe('clocks of a session', () => {
  it('[60] know the wall time of a packet from the sender report before it', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    recordTwoClocks(client)
    const [session] = scene.sessions
    const times: (bigint | undefined)[] = []
    session?.rtp$.subscribe(({ media, packet }) => times.push(session.packetNtp(media, packet)))
    client.write(encodeInterleavedFrame(0, rtp(96, 534, 54_352)))
    const report = encodeRtcp({
      type: 'senderReport',
      ssrc: 753_621,
      ntp: ntpFromUnixMillis(reportedWallMs),
      rtpTimestamp: 54_352,
      packetCount: 1,
      octetCount: 4,
      reports: [],
    })
    client.write(encodeInterleavedFrame(1, report))
    client.write(encodeInterleavedFrame(0, rtp(96, 535, 54_352 + 90_000)))
    expect(times).toEqual([undefined, BigInt(reportedWallMs + 1_000) * 1_000_000n])
    const format = session?.stats().medias[0]?.formats[0]
    expect(format?.inboundLastNtpMs).toBe(reportedWallMs + 1_000)
  })

  it('put all medias on one time line', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    recordTwoClocks(client)
    const [session] = scene.sessions
    const times: (number | undefined)[] = []
    session?.rtp$.subscribe(({ media, packet }) => times.push(session.packetPts(media, packet)))
    client.write(encodeInterleavedFrame(0, rtp(96, 1, 22_500)))
    scene.clock.advance(1_000)
    client.write(encodeInterleavedFrame(0, rtp(96, 2, 112_500)))
    scene.clock.advance(4_000)
    client.write(encodeInterleavedFrame(2, rtp(97, 1, 5_000)))
    client.write(encodeInterleavedFrame(2, rtp(97, 2, 53_000)))
    expect(times).toEqual([0, 90_000, 240_000, 288_000])
  })

  it('tie a media anew whose sender starts anew with another SSRC (RFC 3550 section 8.2)', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    recordTwoClocks(client)
    const [session] = scene.sessions
    const times: (number | undefined)[] = []
    session?.rtp$.subscribe(({ media, packet }) => times.push(session.packetPts(media, packet)))
    client.write(encodeInterleavedFrame(0, rtp(96, 1, 22_500)))
    scene.clock.advance(1_000)
    client.write(encodeInterleavedFrame(0, rtp(96, 700, 3_000_000_000, 8)))
    client.write(encodeInterleavedFrame(0, rtp(96, 701, 3_000_003_600, 8)))
    expect(times).toEqual([0, 90_000, 93_600])
  })

  it('give the time of a packet that was kept', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    recordTwoClocks(client)
    const [session] = scene.sessions
    const kept: InboundRtp[] = []
    session?.rtp$.subscribe(({ media, format, packet }) => kept.push({ media, format, packet: packet.clone() }))
    for (const index of [0, 1, 2]) client.write(encodeInterleavedFrame(0, rtp(96, index, index * 3_600)))
    expect(kept.map(({ media, packet }) => session?.packetPts(media, packet))).toEqual([0, 3_600, 7_200])
  })

  it('begin anew with every RECORD', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.record()
    const [session] = scene.sessions
    const times: (number | undefined)[] = []
    session?.rtp$.subscribe(({ media, packet }) => times.push(session.packetPts(media, packet)))
    client.write(encodeInterleavedFrame(0, picture(1, 1_000)))
    client.write(encodeInterleavedFrame(0, picture(2, 4_600)))
    client.ask('PAUSE', 'rtsp://host:8554/pub')
    client.ask('RECORD', 'rtsp://host:8554/pub')
    client.write(encodeInterleavedFrame(0, picture(3, 90_000)))
    expect(times).toEqual([0, 3_600, 0])
  })

  it('wait for a picture that can be decoded alone', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.record()
    const [session] = scene.sessions
    const times: (number | undefined)[] = []
    session?.rtp$.subscribe(({ media, packet }) => times.push(session.packetPts(media, packet)))
    const slice = picture(1).map((byte, index) => (index === 12 ? 1 : byte))
    client.write(encodeInterleavedFrame(0, slice))
    client.write(encodeInterleavedFrame(0, picture(2)))
    expect(times).toEqual([undefined, 0])
  })

  it('refuse medias of other sessions', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.record()
    const [session] = scene.sessions
    const packet = createRtp({ payloadType: 96, sequenceNumber: 1, timestamp: 0, ssrc: 1, payload: sound(1) })
    expect(() => session?.packetPts(twoClocks.medias[0]!, packet)).toThrow('not part of the session')
    expect(() => session?.packetNtp(twoClocks.medias[0]!, packet)).toThrow('not part of the session')
  })
})
