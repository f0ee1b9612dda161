import { NEVER, of, Subject, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { respond, type HandlerResponse } from '../../src/api/respond.ts'
import { createRtspServer } from '../../src/api/server.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import { camera, picture, publisherSdp, Scene, sound } from './scene.ts'

const tcp = 'RTP/AVP/TCP;unicast;interleaved=0-1'

describe('whole server in memory: reading over TCP', () => {
  it('serves OPTIONS, DESCRIBE, SETUP, PLAY and packets', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    expect(client.ask('OPTIONS', 'rtsp://host:8554/cam')?.headers['Public']).toEqual([
      'DESCRIBE, ANNOUNCE, SETUP, PLAY, RECORD, PAUSE, GET_PARAMETER, TEARDOWN',
    ])
    const described = client.ask('DESCRIBE', 'rtsp://host:8554/cam')
    expect(described?.headers['Content-Base']).toEqual(['rtsp://host:8554/cam/'])
    expect(new TextDecoder().decode(described?.body)).toContain('a=control:trackID=1')
    expect(client.play()?.statusCode).toBe(200)
    scene.cam.writeRtp(0, picture(556))
    scene.cam.writeRtp(1, sound(10))
    scene.settle()
    client.read()
    const media = client.frames().filter(({ channel }) => channel % 2 === 0)
    expect(media.map(({ channel }) => channel)).toEqual([0, 2])
    const packet = new RtpPacket(media[0]?.payload ?? new Uint8Array(12))
    expect(packet.sequenceNumber).toBe(556)
    expect([...packet.payload]).toEqual([5, 7, 7, 7])
  })

  it('[42] tells in RTP-Info which packet comes first', async () => {
    const scene = await new Scene().listen()
    scene.cam.writeRtp(0, picture(556))
    const client = scene.client()
    const info = client.play()?.headers['RTP-Info']?.[0]
    expect(info).toMatch(
      /^url=rtsp:\/\/host:8554\/cam\/trackID=0;seq=557;rtptime=\d+,url=rtsp:\/\/host:8554\/cam\/trackID=1$/,
    )
    scene.cam.writeRtp(0, picture(557))
    scene.settle()
    client.read()
    expect(new RtpPacket(client.frames()[0]?.payload ?? new Uint8Array(12)).sequenceNumber).toBe(557)
  })

  it('[35] sends no packet before the PLAY answer, whatever is written while the handler thinks', async () => {
    const decision = new Subject<HandlerResponse>()
    const scene = await new Scene({}, { play: () => decision }).listen()
    const client = scene.client()
    expect(client.play()).toBeUndefined()
    scene.cam.writeRtp(0, picture(1))
    scene.settle()
    decision.next(respond.ok())
    scene.cam.writeRtp(0, picture(2))
    scene.settle()
    client.read()
    const kinds = client.received.slice(2).map((each) => ('statusCode' in each ? 'answer' : `frame ${each.channel}`))
    expect(kinds[0]).toBe('answer')
    expect(kinds[1]).toBe('frame 0')
    expect(client.frames().filter(({ channel }) => channel === 0)).toHaveLength(1)
  })

  it('sends no packet after the PAUSE answer, and goes on with the next PLAY', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    scene.cam.writeRtp(0, picture(1))
    client.ask('PAUSE', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(0, picture(2))
    scene.settle()
    client.read()
    expect('statusCode' in (client.received.at(-1) ?? {})).toBe(true)
    expect(client.frames().filter(({ channel }) => channel === 0)).toHaveLength(1)
    expect(client.ask('PLAY', 'rtsp://host:8554/cam/')?.headers['RTP-Info']?.[0]).toContain('seq=3')
    scene.cam.writeRtp(0, picture(3))
    scene.settle()
    client.read()
    const last = client.frames().findLast(({ channel }) => channel === 0)
    expect(new RtpPacket(last?.payload ?? new Uint8Array(12)).sequenceNumber).toBe(3)
  })

  it('tolerates frames of the client shortly after PAUSE, but not for ever', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    client.ask('PAUSE', 'rtsp://host:8554/cam/')
    client.write(encodeInterleavedFrame(1, new Uint8Array(8)))
    expect(client.peer.isClosed).toBe(false)
    scene.clock.advance(5_000)
    client.write(encodeInterleavedFrame(1, new Uint8Array(8)))
    expect(scene.closeReasons).toEqual(['received unexpected interleaved frame'])
  })

  it('[43] chooses channels when the client names none', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    expect(client.setup(0, 'RTP/AVP/TCP;unicast')?.headers['Transport']?.[0]).toContain('interleaved=0-1')
    expect(client.setup(1, 'RTP/AVP/TCP;unicast')?.headers['Transport']?.[0]).toContain('interleaved=2-3')
  })

  it('[41] plays only the medias that were set up, on the channels that were asked for', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=4-5')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(1, sound(1))
    scene.cam.writeRtp(0, picture(1))
    scene.settle()
    client.read()
    expect(new Set(client.frames().map(({ channel }) => channel >> 1))).toEqual(new Set([2]))
  })

  it('closes its readers when the stream closes', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    scene.cam.close()
    scene.settle()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.sessionEnds).toEqual(['terminated'])
    expect(scene.client().setup(0, tcp)?.statusCode).toBe(400)
  })
})

describe('whole server in memory: reading over UDP', () => {
  it('sends RTP and RTCP to the ports of the client, and lives on without its connection', async () => {
    const scene = await new Scene().listen()
    const rtp = scene.network.socket(5000, '10.0.0.1')
    const client = scene.client()
    const transport = client.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')?.headers['Transport']?.[0]
    expect(transport).toMatch(/^RTP\/AVP;unicast;client_port=5000-5001;server_port=8000-8001;ssrc=[0-9A-F]{8}$/)
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(0, picture(1))
    scene.settle()
    expect(rtp.received()).toHaveLength(1)
    client.peer.end()
    scene.settle()
    scene.cam.writeRtp(0, picture(2))
    scene.settle()
    expect(rtp.received()).toHaveLength(2)
    expect(scene.sessionEnds).toEqual([])
    // [40] Another connection of the same host goes on with the session.
    const second = scene.client()
    const alive = second.ask('GET_PARAMETER', 'rtsp://host:8554/cam/', { Session: client.sessionHeader })
    expect(alive?.statusCode).toBe(200)
  })

  it('[38] ends when nobody shows a sign of life', async () => {
    const scene = await new Scene({ idleTimeoutMs: 5_000 }).listen()
    const client = scene.client()
    client.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.clock.advance(4_900)
    expect(scene.sessionEnds).toEqual([])
    scene.clock.advance(2_000)
    expect(scene.sessionEnds).toHaveLength(1)
  })

  it('[29] does not let two readers of one host have the same ports', async () => {
    const scene = await new Scene().listen()
    const transport = 'RTP/AVP;unicast;client_port=35466-35467'
    expect(scene.client().setup(0, transport)?.statusCode).toBe(200)
    expect(scene.client().setup(0, transport)?.statusCode).toBe(400)
    expect(scene.closeReasons).toEqual([
      'UDP ports 35466 and 35467 are already assigned to another reader with the same IP',
    ])
    expect(scene.client('10.0.0.2').setup(0, transport)?.statusCode).toBe(200)
  })
})

describe('whole server in memory: publishing', () => {
  it('relays a publisher over TCP to readers, packet by packet', async () => {
    const scene = await new Scene().listen()
    const publisher = scene.client()
    expect(publisher.record()?.statusCode).toBe(200)
    const reader = scene.client('10.0.0.2')
    reader.ask('SETUP', 'rtsp://host:8554/pub/trackID=0', { Transport: tcp })
    reader.ask('PLAY', 'rtsp://host:8554/pub/')
    for (let index = 0; index < 5; index++) publisher.write(encodeInterleavedFrame(0, picture(index)))
    scene.settle()
    reader.read()
    const numbers = reader
      .frames()
      .filter(({ channel }) => channel === 0)
      .map(({ payload }) => new RtpPacket(payload).sequenceNumber)
    expect(numbers).toEqual([0, 1, 2, 3, 4])
    publisher.ask('TEARDOWN', 'rtsp://host:8554/pub')
    scene.settle()
    expect(reader.peer.isClosed).toBe(true)
    expect(publisher.peer.isClosed).toBe(false)
  })

  it('records over UDP, opens firewalls, and keeps the silent connection (ffmpeg sends nothing on it)', async () => {
    const scene = await new Scene({ idleTimeoutMs: 20_000 }).listen()
    const rtp = scene.network.socket(5000, '10.0.0.1')
    const publisher = scene.client()
    const url = 'rtsp://host:8554/pub'
    publisher.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
    publisher.ask('SETUP', `${url}/streamid=0`, { Transport: 'RTP/AVP;unicast;client_port=5000-5001;mode=record' })
    publisher.ask('SETUP', `${url}/streamid=1`, { Transport: 'RTP/AVP;unicast;client_port=5002-5003;mode=record' })
    expect(publisher.ask('RECORD', url)?.statusCode).toBe(200)
    expect(rtp.received().map(({ bytes }) => [...bytes])).toEqual([[0x80, ...new Array<number>(11).fill(0)]])
    const got: number[] = []
    scene.sessions[0]?.rtp$.subscribe(({ packet }) => got.push(packet.sequenceNumber))
    for (let second = 0; second < 60; second++) {
      rtp.send(picture(second), '127.0.0.1', 8000)
      scene.clock.advance(1_000)
    }
    expect(got).toHaveLength(60)
    expect(scene.closeReasons).toEqual([])
    scene.clock.advance(11_000)
    expect(scene.sessionEnds).toEqual(['session timed out'])
  })

  it('[56] closes a publisher over TCP that sends nothing for readTimeoutMs', async () => {
    const scene = await new Scene({ readTimeoutMs: 1_000 }).listen()
    scene.client().record()
    scene.clock.advance(2_500)
    expect(scene.closeReasons[0]).toMatch(/^connection timed out/)
    expect(scene.sessionEnds).toEqual(['not in use'])
  })

  it('keeps a subscriber that throws from hurting anybody', async () => {
    const scene = await new Scene().listen()
    const publisher = scene.client()
    publisher.record()
    const [session] = scene.sessions
    const got: number[] = []
    session?.rtp$.subscribe(() => {
      throw new Error('mine')
    })
    session?.rtp$.subscribe(({ packet }) => got.push(packet.sequenceNumber))
    publisher.write(encodeInterleavedFrame(0, picture(1)))
    publisher.write(encodeInterleavedFrame(0, picture(2)))
    expect(got).toEqual([1, 2])
    expect(scene.events.filter((event) => event.type === 'subscriber.error')).toHaveLength(1)
  })
})

describe('whole server in memory: mistakes of peers', () => {
  it.each([
    ['[7] no CSeq', 'OPTIONS rtsp://host/ RTSP/1.0\r\n\r\n', 400, 'CSeq is missing'],
    ['[8] DESCRIBE *', 'DESCRIBE * RTSP/1.0\r\nCSeq: 1\r\n\r\n', 400, 'invalid path'],
    [
      'SETUP without Transport',
      'SETUP rtsp://host/cam/trackID=0 RTSP/1.0\r\nCSeq: 1\r\n\r\n',
      400,
      'invalid transport header: value not provided',
    ],
    [
      '[17] unknown session',
      'PLAY rtsp://host/cam RTSP/1.0\r\nCSeq: 1\r\nSession: ABC\r\n\r\n',
      454,
      'session not found',
    ],
  ])('%s', async (_, request, status, reason) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.write(request)
    expect(client.answers().map(({ statusCode }) => statusCode)).toEqual([status])
    scene.settle()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.closeReasons).toEqual([reason])
  })

  it.each([
    ['a method nobody knows', 'FLY rtsp://host/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n'],
    ['PLAY without a session', 'PLAY rtsp://host/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n'],
    ['[10] a method without a handler', 'SET_PARAMETER rtsp://host/cam RTSP/1.0\r\nCSeq: 1\r\n\r\n'],
  ])('%s is answered 501 and the connection stays', async (_, request) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.write(request)
    expect(client.answers()[0]?.statusCode).toBe(501)
    expect(client.ask('OPTIONS', 'rtsp://host:8554/cam')?.statusCode).toBe(200)
  })

  it.each([
    ['a frame before SETUP', Uint8Array.from([0x24, 0, 0, 1, 0]), 'received unexpected interleaved frame'],
    ['a response', 'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n', 'received unexpected response'],
    [
      'a body that is too long',
      'ANNOUNCE rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 999999\r\n\r\n',
      'Content-Length exceeds',
    ],
  ])('%s closes the connection without an answer', async (_, bytes, reason) => {
    const scene = await new Scene().listen()
    const bystander = scene.client('10.0.0.9')
    bystander.play()
    const client = scene.client()
    client.write(bytes)
    expect(client.answers()).toEqual([])
    expect(client.peer.isClosed).toBe(true)
    expect(scene.closeReasons[0]).toContain(reason)
    scene.cam.writeRtp(0, picture(1))
    scene.settle()
    bystander.read()
    expect(bystander.frames().length).toBeGreaterThan(0)
  })

  it('gives up a connection that sends half a request and falls silent', async () => {
    const scene = await new Scene().listen()
    scene.client().write('OPTIONS rtsp://host/ RTSP/1.0\r\nCS')
    scene.clock.advance(59_000)
    expect(scene.closeReasons).toEqual([])
    scene.clock.advance(2_000)
    expect(scene.closeReasons[0]).toMatch(/^connection timed out/)
  })

  it('is not kept by one byte at a time', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    for (let second = 0; second < 70; second++) {
      if (!client.peer.isClosed) client.write('O')
      scene.clock.advance(1_000)
    }
    expect(client.peer.isClosed).toBe(true)
  })

  it('answers pipelined requests in order', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    const requests = Array.from({ length: 50 }, (_, index) => `OPTIONS rtsp://h/ RTSP/1.0\r\nCSeq: ${index}\r\n\r\n`)
    client.write(requests.join(''))
    scene.settle()
    client.read()
    expect(client.answers().map(({ headers }) => headers['CSeq']?.[0])).toEqual(
      requests.map((_, index) => String(index)),
    )
  })

  it('refuses connections above the limit', async () => {
    const scene = await new Scene({ maxConnections: 2 }).listen()
    const clients = [scene.client(), scene.client(), scene.client()]
    scene.settle()
    expect(clients.map(({ peer }) => peer.isClosed)).toEqual([false, false, true])
  })
})

describe('whole server in memory: handlers', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('mine')
      },
    ],
    ['rejects as an Observable', () => throwError(() => new Error('mine'))],
    ['answers nonsense', () => of(42)],
  ])('a handler that %s gives 500 and closes', async (_, describe) => {
    const scene = await new Scene({}, { describe: describe as () => never }).listen()
    const client = scene.client()
    expect(client.ask('DESCRIBE', 'rtsp://host:8554/cam')?.statusCode).toBe(500)
    scene.settle()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.events.filter((event) => event.type === 'handler.error')).toHaveLength(1)
  })

  it('a handler that never answers gives 500 after handlerTimeoutMs', async () => {
    const scene = await new Scene({ handlerTimeoutMs: 3_000 }, { describe: () => NEVER }).listen()
    const client = scene.client()
    expect(client.ask('DESCRIBE', 'rtsp://host:8554/cam')).toBeUndefined()
    scene.clock.advance(3_000)
    client.read()
    expect(client.answers()[0]?.statusCode).toBe(500)
  })

  it('[9] sends the body that DESCRIBE was answered with as it is', async () => {
    const scene = await new Scene({}, { describe: () => respond.ok({ body: 'v=0\r\n' }) }).listen()
    const answer = scene.client().ask('DESCRIBE', 'rtsp://host:8554/cam')
    expect(new TextDecoder().decode(answer?.body)).toBe('v=0\r\n')
    expect(answer?.headers['Content-Type']).toEqual(['application/sdp'])
  })

  it('lists in OPTIONS only what there are handlers for', async () => {
    const scene = await new Scene({}, { announce: undefined, record: undefined, pause: undefined } as never).listen()
    expect(scene.client().ask('OPTIONS', 'rtsp://host:8554/')?.headers['Public']).toEqual([
      'DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN',
    ])
  })
})

describe('whole server in memory: the end', () => {
  it('closes everything and leaves no timer behind', async () => {
    const scene = await new Scene().listen()
    const reader = scene.client()
    reader.play()
    const publisher = scene.client('10.0.0.2')
    publisher.record()
    const idle = scene.client('10.0.0.3')
    scene.settle()
    const closing = scene.server.close()
    scene.settle()
    scene.clock.advance(0)
    await closing
    scene.settle()
    expect([reader, publisher, idle].map(({ peer }) => peer.isClosed)).toEqual([true, true, true])
    expect(scene.events.filter((event) => event.type === 'connection.closed')).toHaveLength(3)
    expect(scene.events.filter((event) => event.type === 'session.closed')).toHaveLength(2)
    expect(scene.clock.pendingTimers).toBe(0)
    expect(scene.server.sessions).toEqual([])
    expect(scene.server.connections).toEqual([])
    expect((await scene.server.closed).code).toBe('ERR_RTSP_TERMINATED')
    // [1] Closing again is fine.
    await scene.server.close()
  })

  it('tells of a closed connection before its session when the session ended first', async () => {
    const scene = await new Scene().listen()
    scene.client().play()
    scene.sessions[0]?.close()
    scene.settle()
    const ends = scene.events.map(({ type }) => type).filter((type) => type.endsWith('.closed'))
    expect(ends).toEqual(['connection.closed', 'session.closed'])
  })

  it('[23] makes no stream before it listens', () => {
    expect(() => new Scene().server.createStream(camera)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })
})

describe('options', () => {
  it.each([
    [{ udp: { rtpPort: 8006, rtcpPort: 8009 } }, 'RTP (8006) and RTCP (8009) ports must be consecutive'],
    [{ udp: { rtpPort: 8003, rtcpPort: 8004 } }, 'RTP port (8003) must be even'],
    [{ idleTimeoutMs: -1 }, 'idleTimeoutMs'],
    [{ maxPacketBytes: 9_000 }, 'maxPacketBytes'],
    [{ nonsense: 1 }, 'nonsense'],
    [{ handlers: { onDescribe: () => undefined } }, "unknown handler 'onDescribe'"],
  ])('[3] [4] refuses %o with a sentence', (options, text) => {
    expect(() => createRtspServer(options as never)).toThrow(text)
  })
})
