import { describe, expect, it } from 'vitest'
import type { SessionStats } from '../../src/api/session-stats.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { description, framesOf, idr, lossReport } from './packets.ts'
import { picture, publisherSdp, Scene, sound } from './scene.ts'

/** Counters of the session and of its first media and format, without names that are the same in all. */
const totals = ({ medias: _, ...rest }: SessionStats) => rest

describe('statistics of a session', () => {
  it('are all there, and all zero, before anything was sent', async () => {
    const scene = await new Scene().listen()
    scene.client().play()
    const stats = scene.sessions[0]!.stats()
    expect(totals(stats)).toEqual({
      inboundBytes: 0,
      inboundRtpPackets: 0,
      inboundRtpPacketsLost: 0,
      inboundRtpPacketsInError: 0,
      inboundJitterTicks: 0,
      inboundRtcpPackets: 0,
      inboundRtcpPacketsInError: 0,
      outboundBytes: 0,
      outboundRtpPackets: 0,
      outboundRtpPacketsDropped: 0,
      outboundRtpPacketsReportedLost: 0,
      outboundRtcpPackets: 0,
      outboundRtcpPacketsDropped: 0,
    })
    expect(stats.medias.map(({ media }) => media)).toEqual(scene.sessions[0]?.medias)
    expect(stats.medias[0]?.formats[0]).toMatchObject({
      inboundLastSequenceNumber: null,
      inboundLastRtpTime: null,
      inboundLastNtpMs: null,
      outboundLastSequenceNumber: null,
      outboundLastRtpTime: null,
      outboundLastNtpMs: null,
      remoteSsrc: null,
    })
  })

  it('count what a reader is sent over PLAY and PAUSE, from the first packet on, in any state', async () => {
    const scene = await new Scene({ senderReports: false }).listen()
    const client = scene.client()
    client.play()
    const [session] = scene.sessions
    // No key picture: counted all the same.
    scene.cam.writeRtp(
      0,
      idr(1).map((byte, index) => (index === 12 ? 1 : byte)),
    )
    expect(session?.stats().outboundRtpPackets).toBe(1)
    scene.cam.writeRtp(1, sound(10))
    scene.cam.writeRtcp(1, description)
    scene.settle()
    client.ask('PAUSE', 'rtsp://host:8554/cam')
    scene.cam.writeRtp(0, idr(2))
    expect(session?.stats()).toMatchObject({
      outboundRtpPackets: 2,
      outboundRtcpPackets: 1,
      outboundBytes: 16 + 15 + 20,
    })
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(0, idr(3, 9_000))
    scene.settle()
    const stats = session!.stats()
    expect(stats).toMatchObject({ outboundRtpPackets: 3, outboundBytes: 16 + 15 + 20 + 16 })
    expect(stats.medias.map(({ outboundBytes, outboundRtpPackets }) => [outboundBytes, outboundRtpPackets])).toEqual([
      [32, 2],
      [35, 1],
    ])
    expect(stats.medias[0]?.formats[0]).toMatchObject({ outboundLastSequenceNumber: 3, outboundLastRtpTime: 9_000 })
    expect(stats.medias[0]?.formats[0]?.localSsrc).toBe(scene.cam.stats().medias[0]?.formats[0]?.localSsrc)
    client.ask('TEARDOWN', 'rtsp://host:8554/cam')
    scene.cam.writeRtp(0, idr(4))
    expect(session?.stats()).toEqual(stats)
  })

  it('count media by media that is set up between two PLAYs', async () => {
    const scene = await new Scene({ senderReports: false }).listen()
    const client = scene.client()
    client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(0, idr(1))
    scene.cam.writeRtp(1, sound(1))
    client.ask('PAUSE', 'rtsp://host:8554/cam/')
    client.setup(1, 'RTP/AVP/TCP;unicast;interleaved=2-3')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(0, idr(2))
    scene.cam.writeRtp(1, sound(2))
    expect(framesOf(scene, client)).toHaveLength(3)
    expect(scene.sessions[0]?.stats().medias.map(({ outboundRtpPackets }) => outboundRtpPackets)).toEqual([2, 1])
  })

  it('keep what was received after the end, and can be read in session.closed', async () => {
    const scene = await new Scene().listen()
    const atEnd: SessionStats[] = []
    scene.server.events$.subscribe((event) => {
      if (event.type === 'session.closed') atEnd.push(event.session.stats())
    })
    const publisher = scene.client()
    publisher.record()
    for (const sequence of [1, 2, 5]) publisher.write(encodeInterleavedFrame(0, picture(sequence)))
    publisher.write(encodeInterleavedFrame(2, sound(1)))
    publisher.write(encodeInterleavedFrame(0, Uint8Array.of(1, 2)))
    publisher.write(encodeInterleavedFrame(1, description))
    publisher.write(encodeInterleavedFrame(1, Uint8Array.of(1, 2)))
    const stats = scene.sessions[0]!.stats()
    expect(stats).toMatchObject({
      inboundBytes: 3 * 16 + 15 + 2 + 20 + 2,
      inboundRtpPackets: 4,
      inboundRtpPacketsLost: 2,
      inboundRtpPacketsInError: 1,
      inboundRtcpPackets: 1,
      inboundRtcpPacketsInError: 1,
    })
    expect(stats.medias[0]?.formats[0]).toMatchObject({
      inboundRtpPackets: 3,
      inboundRtpPacketsLost: 2,
      inboundLastSequenceNumber: 5,
      inboundLastRtpTime: 5 * 3600,
      remoteSsrc: 0x38f27a2f,
    })
    expect(stats.medias[1]).toMatchObject({ inboundBytes: 15, inboundRtpPackets: 1 })
    publisher.peer.end()
    scene.settle()
    expect(atEnd).toEqual([stats])
    expect(scene.sessions[0]?.stats()).toEqual(stats)
  })

  it('have the mean jitter of the formats that were heard of', async () => {
    const scene = await new Scene().listen()
    const publisher = scene.client()
    publisher.record()
    publisher.write(encodeInterleavedFrame(0, picture(1, 0)))
    scene.clock.advance(1_000)
    publisher.write(encodeInterleavedFrame(0, picture(2, 45_000)))
    expect(scene.sessions[0]?.stats().inboundJitterTicks).toBe(2812.5)
    publisher.write(encodeInterleavedFrame(2, sound(1)))
    expect(scene.sessions[0]?.stats().inboundJitterTicks).toBe(2812.5 / 2)
  })

  it('[46] have what the reader reports as lost of its own source, and nothing of others', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    scene.cam.writeRtp(0, idr(1))
    const ssrc = scene.cam.stats().medias[0]?.formats[0]?.localSsrc ?? 0
    client.write(encodeInterleavedFrame(1, lossReport(ssrc, 9)))
    client.write(encodeInterleavedFrame(1, lossReport(ssrc + 1, 1000)))
    const stats = scene.sessions[0]!.stats()
    expect(stats.outboundRtpPacketsReportedLost).toBe(9)
    expect(stats.medias[0]?.formats[0]?.outboundRtpPacketsReportedLost).toBe(9)
    expect(stats.medias[1]?.outboundRtpPacketsReportedLost).toBe(0)
  })

  it('name sources of our own for a publisher: random, not 0, each once', async () => {
    const scene = await new Scene().listen()
    scene.client().record()
    const stats = scene.sessions[0]!.stats()
    const ssrcs = stats.medias.flatMap((media) => media.formats.map(({ localSsrc }) => localSsrc))
    expect(new Set([...ssrcs, 0]).size).toBe(3)
  })
})

describe('statistics of a connection', () => {
  it('count both directions, interleaved media included, and stay after the close', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    let sent = 0
    const write = client.write.bind(client)
    client.write = (bytes) => {
      sent += typeof bytes === 'string' ? bytes.length : bytes.length
      write(bytes)
    }
    client.ask('ANNOUNCE', 'rtsp://host:8554/pub', { 'Content-Type': 'application/sdp' }, publisherSdp)
    const [connection] = scene.server.connections
    expect(connection?.stats().inboundBytes).toBe(sent)
    client.setup(0, 'x')
    client.peer.end()
    scene.settle()
    expect(connection?.stats().inboundBytes).toBe(sent)
    expect(connection?.stats().outboundBytes).toBeGreaterThan(60)
    expect(connection?.stats().queuedBytes).toBe(0)
    expect(connection?.transport).toEqual({ tunnel: 'none', secure: false })
    expect(connection?.remote.address).toBe('10.0.0.1')
  })
})
