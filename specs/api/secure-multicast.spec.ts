import { describe, expect, it } from 'vitest'
import { parseRtcp } from '../../src/wire/rtcp/parse-rtcp.ts'
import { RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import type { RtspResponse } from '../../src/wire/rtsp/message.ts'
import { camera, picture, sound, type Client, type Scene } from './scene.ts'
import { idr, signOfLife } from './packets.ts'
import { protectedRtcp, SecureClient, secureScene } from './secure-client.ts'

/** SRTP over multicast (spec 7.1): encrypted packets have groups of their own. */

const multicast = { ipRange: '224.1.0.0/16', rtpPort: 8002, rtcpPort: 8003 }
const base = 'rtsps://host:8322/cam'

/** Sockets are opened by Promises: lets those come true, and then what follows from them. */
async function settleFully(scene: Scene): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await Promise.resolve()
    scene.settle()
  }
}

async function protect(client: SecureClient, track = 0): Promise<RtspResponse | undefined> {
  const headers = { Transport: 'RTP/SAVP;multicast', KeyMgmt: client.keyMgmt() }
  client.send('SETUP', `${base}/trackID=${track}`, headers)
  await settleFully(client.scene)
  client.read()
  const answer = client.answers().at(-1)
  if (answer?.statusCode === 200) client.takeKeys(track, answer)
  return answer
}

async function setUpInClear(scene: Scene, client: Client): Promise<RtspResponse | undefined> {
  client.send('SETUP', 'rtsp://host:8554/cam/trackID=0', { Transport: 'RTP/AVP;multicast' })
  await settleFully(scene)
  client.read()
  return client.answers().at(-1)
}

const sequencesOf = (packets: readonly (Uint8Array | string)[]): readonly (number | string)[] =>
  packets.map((packet) => (typeof packet === 'string' ? packet : new RtpPacket(packet).sequenceNumber))

describe('readers of SRTP over multicast', () => {
  it('[30] multicast secure: share groups, keys and one encryption', async () => {
    const scene = await secureScene({ multicast })
    const clients = [new SecureClient(scene), new SecureClient(scene, {}, '10.0.0.2')]
    for (const client of clients) {
      const answer = await protect(client)
      expect(answer?.headers['Transport']?.[0]).toMatch(
        /^RTP\/SAVP;multicast;destination=224\.1\.0\.1;port=8002-8003;ttl=127;ssrc=[0-9A-F]{8}$/,
      )
      await protect(client, 1)
      expect(client.ask('PLAY', `${base}/`)?.statusCode).toBe(200)
    }
    expect(scene.sessions[0]?.transport).toEqual({ protocol: 'udp-multicast', profile: 'SAVP' })
    const [video, reports, audio] = [
      scene.network.join('224.1.0.1', 8002, '10.0.0.1'),
      scene.network.join('224.1.0.1', 8003, '10.0.0.1'),
      scene.network.join('224.1.0.2', 8002, '10.0.0.1'),
    ]
    scene.cam.writeRtp(0, idr(7))
    scene.cam.writeRtp(1, sound(8))
    scene.settle()
    for (const client of clients) {
      expect(sequencesOf(video.received().map(({ bytes }) => client.open(0, bytes)))).toEqual([7])
      expect(sequencesOf(audio.received().map(({ bytes }) => client.open(1, bytes)))).toEqual([8])
      const [report] = reports.received().map(({ bytes }) => client.open(0, bytes, true))
      expect(parseRtcp(report as Uint8Array)).toMatchObject([{ type: 'senderReport' }])
    }
  })

  it('a late one has the rollover counter of now, and one over unicast the same keys', async () => {
    const scene = await secureScene({ multicast })
    for (const number of [0xfffe, 0xffff, 0]) scene.cam.writeRtp(1, sound(number))
    const [late, unicast] = [new SecureClient(scene), new SecureClient(scene, {}, '10.0.0.2')]
    await protect(late, 1)
    late.ask('PLAY', `${base}/`)
    unicast.protect(1, `${base}/trackID=1`, 'RTP/SAVP/TCP;unicast;interleaved=0-1')
    unicast.ask('PLAY', `${base}/`)
    const group = scene.network.join('224.1.0.2', 8002, '10.0.0.1')
    scene.cam.writeRtp(1, sound(1))
    scene.settle()
    expect(sequencesOf(group.received().map(({ bytes }) => late.open(1, bytes)))).toEqual([1])
    expect(sequencesOf(unicast.decrypted(1, 0))).toEqual([1])
    expect(late.parameters[1]?.keys).toEqual(unicast.parameters[1]?.keys)
  })

  it('readers in clear have other groups, and what is in one is not in the other', async () => {
    const scene = await secureScene({ multicast })
    const [secure, clear] = [new SecureClient(scene), scene.client('10.0.0.2')]
    expect((await protect(secure))?.headers['Transport']?.[0]).toContain('destination=224.1.0.1;')
    expect((await setUpInClear(scene, clear))?.headers['Transport']?.[0]).toContain('destination=224.1.0.3;')
    const groups = ['224.1.0.1', '224.1.0.3'].map((ip) => scene.network.join(ip, 8002, '10.0.0.1'))
    scene.cam.writeRtp(0, picture(7))
    scene.settle()
    const [encrypted, plain] = groups.map((group) => group.received().map(({ bytes }) => bytes))
    expect(plain?.map((bytes) => new RtpPacket(bytes).sequenceNumber)).toEqual([7])
    expect(encrypted?.map((bytes) => secure.open(0, bytes))).toEqual(plain)
    secure.ask('TEARDOWN', base)
    await settleFully(scene)
    expect(scene.network.memberCount('224.1.0.1', 8003)).toBe(0)
    expect(scene.network.memberCount('224.1.0.3', 8003)).toBe(1)
    clear.ask('TEARDOWN', 'rtsp://host:8554/cam')
    await settleFully(scene)
    expect(scene.network.memberCount('224.1.0.3', 8003)).toBe(0)
  })

  it('groups that were chosen for a stream carry one of the two, whoever comes first', async () => {
    const scene = await secureScene({ multicast })
    const chosen = camera.medias.map((_, index) => ({ ip: `224.1.9.${index + 1}`, rtpPort: 9000, rtcpPort: 9001 }))
    scene.streams.set('/cam', scene.server.createStream(camera, { multicast: chosen }))
    const [secure, clear] = [new SecureClient(scene), scene.client('10.0.0.2')]
    expect((await protect(secure))?.statusCode).toBe(200)
    expect((await setUpInClear(scene, clear))?.statusCode).toBe(400)
    secure.ask('TEARDOWN', base)
    await settleFully(scene)
    expect((await setUpInClear(scene, scene.client('10.0.0.3')))?.statusCode).toBe(200)
  })

  it('a reader that sends encrypted reports stays, others are given up', async () => {
    const scene = await secureScene({ multicast, idleTimeoutMs: 10_000 })
    const client = new SecureClient(scene)
    await protect(client)
    client.ask('PLAY', `${base}/`)
    const rtcp = scene.network.join('224.1.0.1', 8003, '10.0.0.1')
    for (let second = 0; second < 15; second++) {
      rtcp.send(protectedRtcp(client.senders[0], signOfLife), '224.1.0.1', 8003)
      scene.clock.advance(1_000)
    }
    expect(scene.sessionEnds).toEqual([])
    expect(scene.sessions[0]?.stats().inboundRtcpPackets).toBe(15)
    scene.clock.advance(12_000)
    expect(scene.sessionEnds).not.toEqual([])
  })
})
