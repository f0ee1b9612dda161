import { describe, expect, it } from 'vitest'
import { createDescription } from '../../src/formats/create-description.ts'
import { g711Format, h264Format } from '../../src/formats/create-format.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { createRtp } from '../../src/wire/rtp/rtp-packet.ts'
import { description, framesOf, idr, lossReport, rtcpType } from './packets.ts'
import { Scene, type Client } from './scene.ts'

const server = '127.0.0.1'
const doorbell = createDescription({
  medias: [
    { type: 'video', formats: [h264Format({ payloadType: 96 })] },
    {
      type: 'audio',
      isBackChannel: true,
      formats: [g711Format({ isMuLaw: false })],
    },
  ],
})

const voice = (sequenceNumber: number) =>
  createRtp({
    payloadType: 8,
    sequenceNumber,
    timestamp: sequenceNumber * 160,
    ssrc: 753_621,
    payload: Uint8Array.of(1, 2, 3, 4),
  }).bytes

async function doorbellScene(): Promise<Scene> {
  const scene = await new Scene({ receiverReportPeriodMs: 500 }).listen()
  scene.streams.set('/cam', scene.server.createStream(doorbell))
  return scene
}

function playBoth(client: Client, protocol: string): void {
  for (const track of [0, 1]) {
    // The second SETUP names no session: the connection knows.
    client.sessionHeader = ''
    const first = protocol === 'tcp' ? track * 2 : 5000 + track * 2
    const transport = protocol === 'tcp' ? 'RTP/AVP/TCP;unicast;interleaved' : 'RTP/AVP;unicast;client_port'
    client.setup(track, `${transport}=${first}-${first + 1}`)
  }
  client.ask('PLAY', 'rtsp://host:8554/cam/')
}

describe('back channels (ONVIF streaming specification 5.3)', () => {
  it('[45] are described to those who ask for them', async () => {
    const scene = await doorbellScene()
    const client = scene.client()
    const sdp = (headers = {}) =>
      new TextDecoder().decode(client.ask('DESCRIBE', 'rtsp://host:8554/cam', headers)?.body)
    expect(sdp()).not.toContain('m=audio')
    const asked = sdp({ Require: 'www.onvif.org/ver20/backchannel' })
    expect(asked).toContain('m=audio')
    expect(asked).toContain('a=sendonly')
  })

  it.each(['udp', 'tcp'])('[45] hand what the client says to the application (%s)', async (protocol) => {
    const scene = await doorbellScene()
    const client = scene.client()
    const rtp = scene.network.socket(5002, '10.0.0.1')
    const punched = scene.network.socket(5000, '10.0.0.1')
    playBoth(client, protocol)
    const [session] = scene.sessions
    const got: unknown[] = []
    session?.rtp$.subscribe(({ media, packet }) => got.push([media, packet.bytes.slice()]))
    if (protocol === 'tcp') {
      client.write(encodeInterleavedFrame(2, voice(1)))
      // RTP on a media that goes the other way means nothing.
      client.write(encodeInterleavedFrame(0, idr()))
    } else {
      rtp.send(voice(1), server, 8000)
      punched.send(idr(), server, 8000)
      scene.settle()
    }
    expect(got).toEqual([[doorbell.medias[1], voice(1)]])
    expect(session?.stats()).toMatchObject({ inboundRtpPackets: 1, inboundBytes: 16, inboundRtpPacketsInError: 0 })
    scene.cam.writeRtp(0, idr())
    scene.settle()
    expect(session?.stats()).toMatchObject({ outboundRtpPackets: 1 })
  })

  it('are reported on over UDP from a source of the session, and over TCP not', async () => {
    const scene = await doorbellScene()
    const [rtp, rtcp] = [scene.network.socket(5002, '10.0.0.1'), scene.network.socket(5003, '10.0.0.1')]
    const client = scene.client()
    playBoth(client, 'udp')
    rtp.send(voice(1), server, 8000)
    scene.clock.advance(600)
    const reports = rtcp.take().map(({ bytes }) => bytes)
    expect(reports.map(rtcpType)).toEqual([201])
    const localSsrc = scene.sessions[0]?.stats().medias[1]?.formats[0]?.localSsrc ?? 0
    const view = new DataView((reports[0] ?? new Uint8Array(12)).slice().buffer)
    expect(view.getUint32(4)).toBe(localSsrc)
    expect(view.getUint32(8)).toBe(753_621)
    expect(localSsrc).not.toBe(scene.cam.stats().medias[1]?.formats[0]?.localSsrc)
    client.ask('PAUSE', 'rtsp://host:8554/cam/')
    scene.clock.advance(2_000)
    expect(rtcp.take()).toEqual([])

    const other = scene.client('10.0.0.2')
    playBoth(other, 'tcp')
    other.write(encodeInterleavedFrame(2, voice(1)))
    scene.clock.advance(2_000)
    expect(framesOf(scene, other)).toEqual([])
  })

  it('[46] do not hide what the client reports as lost of the other medias', async () => {
    const scene = await doorbellScene()
    const client = scene.client()
    playBoth(client, 'tcp')
    scene.cam.writeRtp(0, idr())
    const ssrc = scene.cam.stats().medias[0]?.formats[0]?.localSsrc ?? 0
    client.write(encodeInterleavedFrame(1, lossReport(ssrc, 9)))
    client.ask('TEARDOWN', 'rtsp://host:8554/cam')
    const stats = scene.sessions[0]?.stats()
    expect(stats?.outboundRtpPacketsReportedLost).toBe(9)
    expect(stats?.medias[0]?.formats[0]?.outboundRtpPacketsReportedLost).toBe(9)
  })

  it('take RTCP of the application but no RTP', async () => {
    const scene = await doorbellScene()
    const client = scene.client()
    playBoth(client, 'tcp')
    const [session] = scene.sessions
    expect(session?.writeRtcp(1, description)).toBe(true)
    expect(framesOf(scene, client).map(({ channel }) => channel)).toEqual([3])
    expect(() => session?.writeRtp(1, voice(1))).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })
})
