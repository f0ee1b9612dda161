import { describe, expect, it } from 'vitest'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { createRtp } from '../../src/wire/rtp/rtp-packet.ts'
import { description } from './packets.ts'
import { publisherSdp, Scene, sound, type Client } from './scene.ts'

const server = '127.0.0.1'
const short = Uint8Array.of(1, 2)
const huge = new Uint8Array(2000)
const generic = (sequenceNumber: number, payloadType = 97, ssrc = 9) =>
  createRtp({ payloadType, sequenceNumber, timestamp: 0, ssrc, payload: Uint8Array.of(1, 2, 3) }).bytes

const errorsOf = (scene: Scene) =>
  scene.events.filter((event) => event.type === 'decode.error').map(({ error, media }) => [error.message, media?.type])

/** Announces two medias, of which the second one is generic, and records. */
function record(client: Client, protocol: string): void {
  const url = 'rtsp://host:8554/pub'
  client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
  for (const track of [0, 1]) {
    const first = protocol === 'tcp' ? track * 2 : 5000 + track * 2
    const transport = protocol === 'tcp' ? 'RTP/AVP/TCP;unicast;interleaved' : 'RTP/AVP;unicast;client_port'
    client.ask('SETUP', `${url}/streamid=${track}`, { Transport: `${transport}=${first}-${first + 1};mode=record` })
  }
  client.ask('RECORD', url)
}

describe('packets that cannot be used', () => {
  it.each([
    ['udp', short, 'rtcp: packet too short'],
    ['udp', huge, 'RTCP packet is too big to be read with UDP'],
    ['tcp', short, 'rtcp: packet too short'],
    ['tcp', huge, 'RTCP packet size (2000) is greater than maximum allowed (1472)'],
  ])('[32] are told about and dropped while playing: %s %s', async (protocol, bytes, text) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    const rtcp = scene.network.socket(5001, '10.0.0.1')
    client.setup(
      0,
      protocol === 'tcp' ? 'RTP/AVP/TCP;unicast;interleaved=0-1' : 'RTP/AVP;unicast;client_port=5000-5001',
    )
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    if (protocol === 'tcp') client.write(encodeInterleavedFrame(1, bytes))
    else rtcp.send(bytes, server, 8001)
    scene.settle()
    expect(errorsOf(scene)).toEqual([[text, 'video']])
    expect(scene.sessions[0]?.stats()).toMatchObject({ inboundRtcpPacketsInError: 1, inboundBytes: bytes.length })
    expect(scene.sessions[0]?.state).toBe('play')
  })

  it.each([
    ['udp', 'rtp', short, 'malformed RTP packet: RTP header size insufficient: 2 < 4'],
    ['tcp', 'rtp', short, 'malformed RTP packet: RTP header size insufficient: 2 < 4'],
    ['udp', 'rtcp', short, 'rtcp: packet too short'],
    ['tcp', 'rtcp', short, 'rtcp: packet too short'],
    ['udp', 'rtp', generic(1, 111), 'received RTP packet with unknown payload type: 111'],
    ['tcp', 'rtp', generic(1, 111), 'received RTP packet with unknown payload type: 111'],
    ['udp', 'rtp', huge, 'RTP packet is too big to be read with UDP'],
    ['udp', 'rtcp', huge, 'RTCP packet is too big to be read with UDP'],
    ['tcp', 'rtcp', huge, 'RTCP packet size (2000) is greater than maximum allowed (1472)'],
  ])('[59] are told about and dropped while recording: %s %s %s', async (protocol, kind, bytes, text) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    const sockets = { rtp: scene.network.socket(5002, '10.0.0.1'), rtcp: scene.network.socket(5003, '10.0.0.1') }
    record(client, protocol)
    if (protocol === 'tcp') client.write(encodeInterleavedFrame(kind === 'rtp' ? 2 : 3, bytes))
    else if (kind === 'rtp') sockets.rtp.send(bytes, server, 8000)
    else sockets.rtcp.send(bytes, server, 8001)
    scene.settle()
    expect(errorsOf(scene)).toEqual([[text, 'audio']])
    expect(scene.sessions[0]?.stats()).toMatchObject({
      inboundRtpPacketsInError: kind === 'rtp' ? 1 : 0,
      inboundRtcpPacketsInError: kind === 'rtcp' ? 1 : 0,
      inboundBytes: bytes.length,
    })
    expect(scene.closeReasons).toEqual([])
  })

  it.each(['udp', 'tcp'])(
    '[59] are missing: told with their number before the next one comes (%s)',
    async (protocol) => {
      const scene = await new Scene().listen()
      const client = scene.client()
      const rtp = scene.network.socket(5002, '10.0.0.1')
      record(client, protocol)
      const [session] = scene.sessions
      const order: (string | number)[] = []
      session?.rtp$.subscribe(({ packet }) => order.push(packet.sequenceNumber))
      scene.server.events$.subscribe((event) => {
        if (event.type === 'packets.lost')
          order.push(`lost ${event.count} of ${event.media.type} ${event.format.codec}`)
      })
      for (const sequenceNumber of [30, 100]) {
        if (protocol === 'tcp') client.write(encodeInterleavedFrame(2, generic(sequenceNumber)))
        else rtp.send(generic(sequenceNumber), server, 8000)
        scene.settle()
      }
      expect(order).toEqual([30, 'lost 69 of audio generic', 100])
      expect(session?.stats().inboundRtpPacketsLost).toBe(69)
    },
  )

  it('[59] have any RTP version: cameras send 0', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    record(client, 'tcp')
    const packet = generic(1)
    packet[0] = 0
    client.write(encodeInterleavedFrame(2, packet))
    expect(scene.sessions[0]?.stats().inboundRtpPackets).toBe(1)
    expect(errorsOf(scene)).toEqual([])
  })

  it('[54] come as frames while recording over UDP: that closes the connection', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    record(client, 'udp')
    client.write(encodeInterleavedFrame(0, sound(1)))
    scene.settle()
    expect(scene.closeReasons).toEqual(['received unexpected interleaved frame'])
  })

  it('[62] are none when the source changes without SRTP', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    record(client, 'tcp')
    const [session] = scene.sessions
    const sources: number[] = []
    session?.rtp$.subscribe(({ packet }) => sources.push(packet.ssrc))
    client.write(encodeInterleavedFrame(2, generic(1, 97, 4_326_234)))
    client.write(encodeInterleavedFrame(2, generic(2, 97, 1_235_762)))
    expect(sources).toEqual([4_326_234, 1_235_762])
    expect(errorsOf(scene)).toEqual([])
  })

  it('on channels that nobody set up are ignored', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    record(client, 'tcp')
    client.write(encodeInterleavedFrame(40, description))
    expect(scene.sessions[0]?.stats().inboundBytes).toBe(0)
    expect(scene.closeReasons).toEqual([])
  })
})
