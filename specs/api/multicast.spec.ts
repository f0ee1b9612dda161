import { describe, expect, it } from 'vitest'
import type { RtspServerOptions } from '../../src/api/options.ts'
import { createRtspServer } from '../../src/api/server.ts'
import type { ServerHandlers } from '../../src/api/handlers.ts'
import { encodeRtcp } from '../../src/wire/rtcp/encode-rtcp.ts'
import { parseRtcp } from '../../src/wire/rtcp/parse-rtcp.ts'
import { RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import type { RtspResponse } from '../../src/wire/rtsp/message.ts'
import { camera, picture, publisherSdp, Scene, sound, type Client } from './scene.ts'

const multicast = { ipRange: '224.1.0.0/16', rtpPort: 8002, rtcpPort: 8003 }
const transport = 'RTP/AVP;multicast'
const url = 'rtsp://host:8554/cam/'

/** Sockets are opened by Promises: lets those come true, and then what follows from them. */
async function settleFully(scene: Scene): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await Promise.resolve()
    scene.settle()
  }
}

async function start(options: RtspServerOptions = {}, handlers: ServerHandlers = {}): Promise<Scene> {
  return new Scene({ multicast, ...options }, handlers).listen()
}

async function setup(scene: Scene, client: Client, track = 0, path = '/cam'): Promise<RtspResponse | undefined> {
  client.send('SETUP', `rtsp://host:8554${path}/trackID=${track}`, { Transport: transport })
  await settleFully(scene)
  client.read()
  return client.answers().at(-1)
}

/** A reader that has set up the first media and plays. */
async function play(scene: Scene, address = '10.0.0.1'): Promise<Client> {
  const client = scene.client(address)
  expect((await setup(scene, client))?.statusCode).toBe(200)
  expect(client.ask('PLAY', url)?.statusCode).toBe(200)
  return client
}

function transportOf(answer: RtspResponse | undefined): string {
  return answer?.headers['Transport']?.[0] ?? ''
}

const receiverReport = encodeRtcp({ type: 'receiverReport', ssrc: 0x1234, reports: [] })

describe('UDP multicast: SETUP (RFC 2326 section 12.39, spec 4.5 and 6.13)', () => {
  it('[30] multicast: answers with a group per media, its ports, a TTL of 127 and the SSRC', async () => {
    const scene = await start()
    const client = scene.client()
    expect(transportOf(await setup(scene, client, 0))).toMatch(
      /^RTP\/AVP;multicast;destination=224\.1\.0\.1;port=8002-8003;ttl=127;ssrc=[0-9A-F]{8}$/,
    )
    expect(transportOf(await setup(scene, client, 1))).toMatch(
      /^RTP\/AVP;multicast;destination=224\.1\.0\.2;port=8002-8003;ttl=127;ssrc=[0-9A-F]{8}$/,
    )
    expect(client.ask('PLAY', url)?.headers['RTP-Info']).toBeDefined()
    const [session] = scene.sessions
    expect(session?.transport).toEqual({ protocol: 'udp-multicast', profile: 'AVP' })
    expect(session?.medias).toEqual(camera.medias)
  })

  it('serves a second reader from the same groups, and its own groups to a second stream', async () => {
    const scene = await start()
    scene.streams.set('/other', scene.server.createStream(camera))
    expect(transportOf(await setup(scene, scene.client()))).toContain('destination=224.1.0.1;')
    expect(transportOf(await setup(scene, scene.client('10.0.0.2')))).toContain('destination=224.1.0.1;')
    expect(transportOf(await setup(scene, scene.client(), 0, '/other'))).toContain('destination=224.1.0.3;')
  })

  it('lets readers that come while sockets are being opened wait, and admits them together', async () => {
    const scene = await start()
    const clients = [scene.client(), scene.client('10.0.0.2'), scene.client('10.0.0.3')]
    for (const client of clients) {
      client.send('SETUP', 'rtsp://host:8554/cam/trackID=1', { Transport: transport })
      expect(client.answers()).toEqual([])
    }
    await settleFully(scene)
    for (const client of clients) {
      client.read()
      expect(transportOf(client.answers()[0])).toContain('destination=224.1.0.2;')
    }
    expect(scene.network.memberCount('224.1.0.2', 8003)).toBe(1)
  })

  it('[47] uses the groups that were chosen for the stream', async () => {
    const scene = await start()
    const groups = [
      { ip: '224.2.0.50', rtpPort: 9000, rtcpPort: 9001 },
      { ip: '224.2.0.51', rtpPort: 9002, rtcpPort: 9003 },
    ]
    scene.streams.set('/own', scene.server.createStream(camera, { multicast: groups }))
    const client = scene.client()
    expect(transportOf(await setup(scene, client, 0, '/own'))).toContain('destination=224.2.0.50;port=9000-9001;')
    expect(transportOf(await setup(scene, client, 1, '/own'))).toContain('destination=224.2.0.51;port=9002-9003;')
  })

  it('keeps addresses that were chosen for a stream from being handed out, until it closes', async () => {
    const scene = await start()
    const own = scene.server.createStream(camera, {
      multicast: [
        { ip: '224.1.0.1', rtpPort: 9000, rtcpPort: 9001 },
        { ip: '224.1.0.2', rtpPort: 9000, rtcpPort: 9001 },
      ],
    })
    expect(transportOf(await setup(scene, scene.client()))).toContain('destination=224.1.0.3;')
    own.close()
    scene.settle()
  })

  it.each([
    ['no option', {}, [{ ip: '224.2.0.1', rtpPort: 9000, rtcpPort: 9001 }], 'without the option multicast'],
    ['too few', { multicast }, [{ ip: '224.2.0.1', rtpPort: 9000, rtcpPort: 9001 }], 'one group for each media: 2'],
    ['no group', { multicast }, two({ ip: '10.0.0.1' }), '10.0.0.1 is not an IPv4 multicast address'],
    ['an odd port', { multicast }, two({ rtpPort: 9001, rtcpPort: 9002 }), 'RTP port (9001) must be even'],
    ['ports apart', { multicast }, two({ rtcpPort: 9005 }), 'ports must be consecutive'],
    ['one for two', { multicast }, two({}), 'two medias cannot share the group'],
  ])('refuses groups of a stream: %s', async (_, options, groups, sentence) => {
    const scene = await new Scene(options).listen()
    expect(() => scene.server.createStream(camera, { multicast: groups })).toThrow(sentence)
  })

  it('answers 461 and keeps the connection when it is off, and takes the next alternative', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    expect(client.setup(0, transport)?.statusCode).toBe(461)
    const answer = client.setup(0, `${transport},RTP/AVP;unicast;client_port=5000-5001`)
    expect(transportOf(answer)).toContain('unicast;client_port=5000-5001')
  })

  it('takes interleaved frames for what they are, whatever else the alternative says', async () => {
    const scene = await start()
    const answer = scene.client().setup(0, 'RTP/AVP/TCP;multicast;interleaved=0-1')
    expect(transportOf(answer)).toContain('RTP/AVP/TCP;unicast;interleaved=0-1')
  })

  it('refuses to record by multicast with 461 and keeps the connection (spec 4.5.9)', async () => {
    const scene = await start()
    const client = scene.client()
    client.ask('ANNOUNCE', 'rtsp://host:8554/pub', { 'Content-Type': 'application/sdp' }, publisherSdp)
    const answer = client.ask('SETUP', 'rtsp://host:8554/pub/streamid=0', { Transport: `${transport};mode=record` })
    expect(answer?.statusCode).toBe(461)
    expect(client.peer.isClosed).toBe(false)
  })

  it('refuses other transports in a session that has begun with multicast', async () => {
    const scene = await start()
    const client = scene.client()
    await setup(scene, client)
    expect(client.setup(1, 'RTP/AVP/TCP;unicast;interleaved=0-1')?.statusCode).toBe(400)
  })

  it('answers 400 with the reason and closes when no socket can be opened, and tries again for the next', async () => {
    const scene = await start()
    scene.network.breakMulticast(new Error('no multicast-capable interfaces found'))
    expect((await setup(scene, scene.client()))?.statusCode).toBe(400)
    expect(scene.closeReasons).toEqual(['no multicast-capable interfaces found'])
    scene.network.breakMulticast(null)
    expect((await setup(scene, scene.client()))?.statusCode).toBe(200)
  })

  it('answers 503 when every address is in use', async () => {
    const scene = await start({ multicast: { ...multicast, ipRange: '224.1.0.0/32' } })
    expect((await setup(scene, scene.client()))?.statusCode).toBe(503)
    expect(scene.closeReasons).toEqual(['every address of 224.1.0.0/32 is in use'])
  })
})

function two(change: Partial<{ ip: string; rtpPort: number; rtcpPort: number }>) {
  const group = { ip: '224.2.0.1', rtpPort: 9000, rtcpPort: 9001, ...change }
  return [group, group]
}

describe('UDP multicast: packets (spec 6.4 and 6.13)', () => {
  it('[30] multicast: sends the packets of the stream to the groups, once for all readers', async () => {
    const scene = await start()
    await play(scene)
    await play(scene, '10.0.0.2')
    const video = scene.network.join('224.1.0.1', 8002, '10.0.0.1')
    const audio = scene.network.join('224.1.0.2', 8002, '10.0.0.1')
    scene.cam.writeRtp(0, picture(7))
    scene.cam.writeRtp(1, sound(8))
    scene.cam.writeRtp(0, picture(8))
    scene.settle()
    const sequence = (bytes: Uint8Array): number => new RtpPacket(bytes).sequenceNumber
    expect(video.received().map(({ bytes }) => sequence(bytes))).toEqual([7, 8])
    expect(audio.received().map(({ bytes }) => sequence(bytes))).toEqual([8])
    expect(video.received()[0]?.from.port).toBe(8002)
  })

  it('[33] multicast: reports the stream to each group at once and then in periods', async () => {
    const scene = await start({ senderReportPeriodMs: 1_000 })
    const client = await play(scene)
    const rtcp = scene.network.join('224.1.0.1', 8003, '10.0.0.9')
    scene.cam.writeRtp(0, picture(1, 240_000, 1), { ntp: Date.UTC(2017, 7, 10, 12, 22, 0) })
    scene.settle()
    const report = (): unknown => {
      const packets = parseRtcp(rtcp.take()[0]?.bytes ?? new Uint8Array(0))
      return Array.isArray(packets) ? packets[0] : packets
    }
    expect(report()).toMatchObject({ type: 'senderReport', rtpTimestamp: 240_000, packetCount: 1, octetCount: 1 })
    scene.clock.advance(1_000)
    expect(report()).toMatchObject({ type: 'senderReport', rtpTimestamp: 330_000, packetCount: 1 })
    client.ask('TEARDOWN', url)
    rtcp.take()
    scene.clock.advance(5_000)
    expect(rtcp.take()).toEqual([])
    expect(scene.cam.stats().outboundRtcpPackets).toBe(0)
  })

  it('[44] counts a group as one recipient of the stream, and not in the session', async () => {
    const scene = await start()
    const overTcp = scene.client('10.0.0.2')
    overTcp.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    overTcp.ask('PLAY', url)
    const reader = await play(scene)
    await play(scene, '10.0.0.3')
    scene.cam.writeRtp(0, picture(1))
    scene.settle()
    expect(scene.cam.stats()).toMatchObject({ outboundBytes: 32, outboundRtpPackets: 2, outboundRtcpPackets: 0 })
    expect(reader.frames()).toEqual([])
    expect(scene.sessions[1]?.stats()).toMatchObject({ outboundBytes: 0, outboundRtpPackets: 0 })
  })

  it('takes RTCP of a reader from its address and the port of the group only, and no RTP', async () => {
    const scene = await start()
    await play(scene)
    const got: string[] = []
    scene.sessions[0]?.rtcp$.subscribe(({ packet }) => got.push(packet.type))
    scene.sessions[0]?.rtp$.subscribe(() => got.push('rtp'))
    scene.network.join('224.1.0.1', 8003, '10.0.0.1').send(receiverReport, '224.1.0.1', 8003)
    scene.network.join('224.1.0.1', 8003, '10.0.0.2').send(receiverReport, '224.1.0.1', 8003)
    scene.network.socket(5001, '10.0.0.1').send(receiverReport, '224.1.0.1', 8003)
    scene.network.join('224.1.0.1', 8002, '10.0.0.1').send(picture(1), '224.1.0.1', 8002)
    scene.settle()
    expect(got).toEqual(['receiverReport'])
  })

  it('does not take its own reports for those of a reader on the same host', async () => {
    const scene = await start()
    await play(scene, '127.0.0.1')
    const got: string[] = []
    scene.sessions[0]?.rtcp$.subscribe(({ packet }) => got.push(packet.type))
    scene.cam.writeRtp(0, picture(1))
    scene.settle()
    expect(got).toEqual([])
  })

  it('[37] multicast: PLAY, PLAY, PAUSE, PAUSE, PLAY, and writing never fails', async () => {
    const scene = await start()
    const client = await play(scene)
    const group = scene.network.join('224.1.0.1', 8002, '10.0.0.1')
    const write = (sequenceNumber: number): void => {
      scene.cam.writeRtp(0, picture(sequenceNumber))
      expect(scene.sessions[0]?.writeRtp(0, picture(sequenceNumber))).toBe(true)
      expect(scene.sessions[0]?.writeRtcp(0, receiverReport)).toBe(true)
      scene.settle()
    }
    let sequenceNumber = 1
    for (const method of ['PLAY', 'PAUSE', 'PAUSE', 'PLAY']) {
      write(sequenceNumber++)
      expect(client.ask(method, url)?.statusCode).toBe(200)
    }
    write(sequenceNumber++)
    // The group flows on while a reader pauses, and nothing of what was written to the session alone is in it.
    expect(group.received().map(({ bytes }) => new RtpPacket(bytes).sequenceNumber)).toEqual([1, 2, 3, 4, 5])
  })

  it('[36] multicast: a paused session is not listened to', async () => {
    const scene = await start()
    const client = await play(scene)
    const group = scene.network.join('224.1.0.1', 8003, '10.0.0.1')
    let count = 0
    scene.sessions[0]?.rtcp$.subscribe(() => (count += 1))
    expect(client.ask('PAUSE', url)?.statusCode).toBe(200)
    group.send(receiverReport, '224.1.0.1', 8003)
    scene.settle()
    expect(count).toBe(0)
  })

  it('keeps packets written to a session in the PLAY handler to itself (spec 6.2)', async () => {
    const scene = await start(
      {},
      {
        play: ({ session }) => {
          expect(session.writeRtcp(0, receiverReport)).toBe(true)
          return undefined
        },
      },
    )
    const group = scene.network.join('224.1.0.1', 8003, '10.0.0.9')
    await play(scene)
    scene.settle()
    expect(group.received()).toEqual([])
  })
})

describe('UDP multicast: the end (spec 5.2 and 5.3)', () => {
  it('closes the groups with the last of their sessions, paused ones counted, and opens others after', async () => {
    const scene = await start()
    const first = await play(scene)
    const second = await play(scene, '10.0.0.2')
    first.ask('TEARDOWN', url)
    await settleFully(scene)
    expect(second.ask('PAUSE', url)?.statusCode).toBe(200)
    expect(scene.network.memberCount('224.1.0.1', 8003)).toBe(1)
    second.ask('TEARDOWN', url)
    await settleFully(scene)
    expect(scene.network.memberCount('224.1.0.1', 8003)).toBe(0)
    expect(transportOf(await setup(scene, scene.client()))).toContain('destination=224.1.0.3;')
  })

  it('[38] multicast: ends a session that shows no sign of life', async () => {
    const scene = await start({ idleTimeoutMs: 1_000, checkPeriodMs: 500 })
    await play(scene)
    scene.clock.advance(2_000)
    await settleFully(scene)
    expect(scene.sessionEnds).toEqual(['session timed out'])
    expect(scene.network.memberCount('224.1.0.1', 8003)).toBe(0)
  })

  it('keeps a session alive by RTCP alone, without its connection, and takes it up again from another', async () => {
    const scene = await start({ idleTimeoutMs: 5_000 })
    const client = await play(scene)
    const group = scene.network.join('224.1.0.1', 8003, '10.0.0.1')
    client.peer.end()
    for (let second = 0; second < 20; second++) {
      group.send(receiverReport, '224.1.0.1', 8003)
      scene.clock.advance(1_000)
    }
    expect(scene.sessionEnds).toEqual([])
    const again = scene.client().ask('GET_PARAMETER', url, { Session: client.sessionHeader })
    expect(again?.statusCode).toBe(200)
  })

  it('[31] multicast: a reader that vanishes leaves the stream writable; after close it is not', async () => {
    const scene = await start()
    const client = await play(scene)
    client.peer.destroy()
    scene.settle()
    expect(scene.closeReasons).toHaveLength(1)
    scene.cam.writeRtp(0, picture(1))
    scene.settle()
    scene.cam.close()
    expect(() => {
      scene.settle()
      scene.cam.writeRtp(0, picture(2))
    }).toThrow(expect.objectContaining({ code: 'ERR_RTSP_STREAM_CLOSED' }))
    await settleFully(scene)
    expect(scene.sessionEnds).toEqual(['terminated'])
    expect(scene.network.memberCount('224.1.0.1', 8003)).toBe(0)
  })

  it('leaves nothing open when the reader or the stream is gone before the sockets are there', async () => {
    const scene = await start()
    const client = scene.client()
    client.send('SETUP', 'rtsp://host:8554/cam/trackID=0', { Transport: transport })
    client.peer.destroy()
    await settleFully(scene)
    expect(scene.network.memberCount('224.1.0.1', 8003)).toBe(0)
    const late = scene.client()
    late.send('SETUP', 'rtsp://host:8554/cam/trackID=0', { Transport: transport })
    scene.cam.close()
    await settleFully(scene)
    late.read()
    expect(late.answers()[0]?.statusCode).toBe(400)
    expect(scene.network.memberCount('224.1.0.3', 8003)).toBe(0)
    expect(scene.events.filter(({ type }) => type === 'fault')).toEqual([])
  })

  it('closes its sockets with the server', async () => {
    const scene = await start()
    await play(scene)
    const closing = scene.server.close()
    await settleFully(scene)
    scene.clock.advance(0)
    await closing
    expect(scene.network.memberCount('224.1.0.1', 8003)).toBe(0)
    expect(scene.clock.pendingTimers).toBe(0)
  })
})

describe('UDP multicast: DESCRIBE (spec 3.8)', () => {
  const connectionLine = async (options: RtspServerOptions, query: string): Promise<string | undefined> => {
    const scene = await new Scene(options).listen()
    const answer = scene.client().ask('DESCRIBE', `rtsp://host:8554/cam${query}`)
    return /^c=.*$/mu.exec(new TextDecoder().decode(answer?.body))?.[0].trim()
  }

  it.each(['?vlcmulticast', '?vlcmulticast=1', '?key=val&vlcmulticast', '?vlcmulticast/'])(
    '[34] names a multicast address for %s',
    async (query) => {
      expect(await connectionLine({ multicast }, query)).toBe('c=IN IP4 224.1.0.0')
    },
  )

  it('names none without the word, and none when multicast is off', async () => {
    expect(await connectionLine({ multicast }, '')).toBe('c=IN IP4 0.0.0.0')
    expect(await connectionLine({ multicast }, '?key=vlcmulticast')).toBe('c=IN IP4 0.0.0.0')
    expect(await connectionLine({}, '?vlcmulticast')).toBe('c=IN IP4 0.0.0.0')
  })
})

describe('UDP multicast: options (spec 1.1)', () => {
  it.each([
    [{ ...multicast, ipRange: '10.0.0.0/8' }, 'must be IPv4 in CIDR notation within 224.0.0.0/4'],
    [{ ...multicast, ipRange: '224.1.0.0' }, 'multicast IP range (224.1.0.0)'],
    [{ ...multicast, rtpPort: 8001, rtcpPort: 8002 }, 'RTP port (8001) must be even'],
    [{ ...multicast, rtcpPort: 8005 }, 'multicast RTP (8002) and RTCP (8005) ports must be consecutive'],
    [{ ipRange: '224.1.0.0/16' }, 'rtpPort'],
    [{ rtpPort: 8002, rtcpPort: 8003 }, 'ipRange'],
    [{ ...multicast, ttl: 0 }, 'ttl'],
    [{ ...multicast, interfaces: [''] }, 'interfaces'],
  ])('refuses %o with a sentence', (option, sentence) => {
    expect(() => createRtspServer({ multicast: option } as never)).toThrow(sentence)
  })

  it('refuses ports that UDP has taken on every address already', () => {
    const option = { ...multicast, rtpPort: 8000, rtcpPort: 8001 }
    expect(() => createRtspServer({ udp: { rtpPort: 8000 }, multicast: option })).toThrow('cannot share port 8000')
    expect(() => createRtspServer({ udp: { host: '127.0.0.1', rtpPort: 8000 }, multicast: option })).not.toThrow()
  })
})
