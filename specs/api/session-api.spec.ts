import { EMPTY, mergeMap, Subject, tap, type MonoTypeOperatorFunction } from 'rxjs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { respond, type HandlerResponse } from '../../src/api/respond.ts'
import { createRtspServer } from '../../src/api/server.ts'
import type { ServerConnection } from '../../src/api/connection.ts'
import type { ServerSession, SessionState } from '../../src/api/session.ts'
import { rtspError } from '../../src/contracts/rtsp-error.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { MemoryNetwork } from '../../src/testing/memory-network.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import { description, framesOf, idr, kindsOf, sequenceNumbers } from './packets.ts'
import { camera, picture, publisherSdp, Scene, sound, type Client } from './scene.ts'

const tcp = 'RTP/AVP/TCP;unicast;interleaved=0-1'
const udp = 'RTP/AVP;unicast;client_port=5000-5001'
const server = '127.0.0.1'
const play = (client: Client) => client.ask('PLAY', 'rtsp://host:8554/cam/')
const pause = (client: Client) => client.ask('PAUSE', 'rtsp://host:8554/cam/')

describe('sessions and connections', () => {
  it('[11] answers 501 inside a session to a method without a handler, and goes on', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.setup(0, tcp)
    expect(client.ask('SET_PARAMETER', 'rtsp://host:8554/cam')?.statusCode).toBe(501)
    expect(client.ask('OPTIONS', 'rtsp://host:8554/cam')?.statusCode).toBe(200)
  })

  it('[12] does not let a second connection into a session that plays over TCP', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    const second = scene.client()
    second.sessionHeader = client.sessionHeader
    expect(second.setup(1, 'RTP/AVP/TCP;unicast;interleaved=4-5')?.statusCode).toBe(400)
    scene.settle()
    expect(second.peer.isClosed).toBe(true)
    expect(client.peer.isClosed).toBe(false)
  })

  it('[13] does not begin a second session on a connection that plays', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    client.sessionHeader = ''
    expect(client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=4-5')?.statusCode).toBe(455)
    expect(scene.server.sessions).toHaveLength(1)
  })

  it('[15] gives parameter handlers the session and what the application keeps in it', async () => {
    const scene: Scene = await new Scene(
      {},
      {
        setup: ({ session }) => {
          session.userData = new Map<string, string>()
          return scene.cam
        },
        setParameter: ({ session, request }) => {
          const kept = session?.userData as Map<string, string>
          kept.set('body', new TextDecoder().decode(request.body))
          return respond.ok()
        },
        getParameter: ({ session }) =>
          respond.ok({ body: (session?.userData as Map<string, string>).get('body') ?? '' }),
      },
    ).listen()
    const client = scene.client()
    client.setup(0, tcp)
    expect(client.ask('SET_PARAMETER', 'rtsp://host:8554/cam', {}, 'volume: 5')?.statusCode).toBe(200)
    const answer = client.ask('GET_PARAMETER', 'rtsp://host:8554/cam')
    expect(new TextDecoder().decode(answer?.body)).toBe('volume: 5')
  })

  it('[16] gives parameter handlers no session outside of one, and the connection keeps user data', async () => {
    const sessions: unknown[] = []
    const scene = await new Scene(
      {},
      {
        setParameter: ({ connection, session, request }) => {
          sessions.push(session)
          connection.userData = request.body
          return respond.ok()
        },
        getParameter: ({ connection }) => respond.ok({ body: connection.userData as Uint8Array }),
      },
    ).listen()
    const client = scene.client()
    client.ask('SET_PARAMETER', 'rtsp://host:8554/cam', {}, 'volume: 5')
    expect(new TextDecoder().decode(client.ask('GET_PARAMETER', 'rtsp://host:8554/cam')?.body)).toBe('volume: 5')
    expect(sessions).toEqual([null])
  })

  it('[20] closes the connection with the session, however often close is called', async () => {
    const scene = await new Scene().listen()
    scene.server.events$.subscribe((event) => {
      if (event.type === 'session.opened') scene.sessions.push(event.session)
    })
    const client = scene.client()
    client.setup(0, tcp)
    scene.sessions[0]?.close()
    scene.sessions[0]?.close()
    scene.settle()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.sessionEnds).toEqual(['terminated'])
  })

  it.each([200, 400])('[21] closes the session with its connection after a SETUP answered %i', async (status) => {
    const scene: Scene = await new Scene(
      {},
      {
        setup: () => (status === 200 ? scene.cam : respond.badRequest({ closeReason: rtspError('ERR_RTSP_AUTH') })),
      },
    ).listen()
    const client = scene.client()
    client.setup(0, tcp)
    client.peer.end()
    scene.settle()
    expect(scene.sessionEnds).toHaveLength(1)
  })

  it('[22] goes on without a session after TEARDOWN', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.setup(0, tcp)
    expect(client.ask('TEARDOWN', 'rtsp://host:8554/cam')?.statusCode).toBe(200)
    client.sessionHeader = ''
    const answer = client.ask('OPTIONS', 'rtsp://host:8554/cam')
    expect(answer?.statusCode).toBe(200)
    expect(answer?.headers['Session']).toBeUndefined()
    expect(scene.sessionEnds).toEqual(['torn down by 10.0.0.1'])
  })

  it('tells of every state and of the session of a connection, and completes at the end', async () => {
    const states: SessionState[] = []
    const links: (string | null)[] = []
    const ends: string[] = []
    const scene = await new Scene().listen()
    const { events$ } = scene.server
    events$
      .pipe(
        mergeMap((event) =>
          event.type === 'connection.opened' ? event.connection.session$.pipe(endTo('connection')) : EMPTY,
        ),
      )
      .subscribe((session) => links.push(session?.id ?? null))
    events$
      .pipe(
        mergeMap((event) => (event.type === 'session.opened' ? event.session.state$.pipe(endTo('session')) : EMPTY)),
      )
      .subscribe((state) => states.push(state))
    events$
      .pipe(mergeMap((event) => (event.type === 'session.opened' ? event.session.closed$ : EMPTY)))
      .subscribe((reason) => ends.push(reason.code))
    function endTo<Value>(name: string): MonoTypeOperatorFunction<Value> {
      return tap({ complete: () => ends.push(name) })
    }
    const client = scene.client()
    client.play()
    pause(client)
    client.ask('TEARDOWN', 'rtsp://host:8554/cam')
    expect(states).toEqual(['initial', 'prePlay', 'play', 'prePlay', 'closed'])
    expect(links).toEqual([null, 's1', null])
    expect(ends).toEqual(['session', 'ERR_RTSP_SESSION_TORN_DOWN'])
    client.peer.end()
    scene.settle()
    expect(ends.at(-1)).toBe('connection')
  })
})

describe('user data', () => {
  it('has the type that was named where the server was made', async () => {
    const clock = new VirtualClock()
    const server8554 = createRtspServer<{ connection: { readonly user: string }; session: { startedAt: number } }>({
      clock,
      network: new MemoryNetwork({ clock }),
      handlers: {
        record: ({ session, connection }) => {
          expectTypeOf(session.userData).toEqualTypeOf<{ startedAt: number } | undefined>()
          expectTypeOf(connection.userData?.user).toEqualTypeOf<string | undefined>()
          session.userData = { startedAt: 1 }
          return respond.ok()
        },
      },
    })
    expectTypeOf(server8554.sessions[0]?.connections[0]?.userData?.user).toEqualTypeOf<string | undefined>()
    expectTypeOf(createRtspServer().sessions[0]?.userData).toEqualTypeOf<unknown>()
    await server8554.close()
  })
})

describe('reading', () => {
  it.each(['udp', 'tcp'])('[30] lives a whole life over %s', async (protocol) => {
    const seen: Record<string, unknown> = {}
    const got: [string, number][] = []
    const scene = await new Scene({}, { play: onPlay }).listen()
    function onPlay({ session, connection }: { session: ServerSession; connection: ServerConnection }) {
      scene.sessions.push(session)
      const { transport, query, medias, stream, state } = session
      Object.assign(seen, { transport, query, medias, stream, state, linked: connection.session === session })
      session.rtcp$.subscribe(({ media, packet }) => got.push([media.type, packet.bytes.length]))
      session.writeRtcp(0, description)
      return respond.ok()
    }
    let connectionsAtOpen = 0
    scene.server.events$.subscribe((event) => {
      if (event.type === 'session.opened') connectionsAtOpen = event.session.connections.length
    })
    const sockets = [scene.network.socket(5000, '10.0.0.1'), scene.network.socket(5001, '10.0.0.1')] as const
    const client = scene.client()
    const transport = protocol === 'tcp' ? 'RTP/AVP/TCP;unicast;interleaved=5-6' : udp
    client.ask('SETUP', 'rtsp://host:8554/cam?param=value/trackID=0', { Transport: transport })
    play(client)
    expect(seen).toEqual({
      transport: { protocol, profile: 'AVP' },
      query: 'param=value',
      medias: [camera.medias[0]],
      stream: scene.cam,
      state: 'prePlay',
      linked: true,
    })
    expect(connectionsAtOpen).toBe(1)

    scene.cam.writeRtcp(0, description)
    scene.cam.writeRtp(0, idr())
    const localSsrc = scene.cam.stats().medias[0]?.formats[0]?.localSsrc
    const expected = idr()
    new DataView(expected.buffer).setUint32(8, localSsrc ?? 0)
    if (protocol === 'tcp') {
      const frames = framesOf(scene, client)
      // What the handler wrote comes right behind the answer, then the stream; the sender report ends it.
      expect(kindsOf(client)).toEqual(['answer', 'answer', 'frame 6', 'frame 6', 'frame 5', 'frame 6'])
      expect(frames[0]?.payload).toEqual(description)
      expect(frames[2]?.payload).toEqual(expected)
      client.write(encodeInterleavedFrame(6, description))
    } else {
      scene.settle()
      expect(sockets[0].received().map(({ bytes }) => bytes)).toEqual([expected])
      expect(sockets[1].received().map(({ bytes }) => bytes.length)).toEqual([20, 20, 28])
      sockets[1].send(description, server, 8001)
      scene.settle()
    }
    expect(got).toEqual([['video', 20]])
    for (const method of ['OPTIONS', 'GET_PARAMETER']) {
      expect(client.ask(method, 'rtsp://host:8554/cam')?.statusCode).toBe(200)
    }
    client.ask('TEARDOWN', 'rtsp://host:8554/cam')
    client.peer.end()
    scene.settle()
    const [session] = scene.sessions
    const stats = session?.stats()
    expect(stats?.outboundRtpPackets).toBe(1)
    expect(stats?.outboundBytes).toBe(16 + 20 + 20 + 28)
    expect(stats?.inboundBytes).toBe(20)
    expect(stats?.medias[0]?.formats[0]).toMatchObject({ outboundLastSequenceNumber: 0, outboundLastRtpTime: 0 })
    expect(stats?.medias[0]?.formats[0]?.outboundLastNtpMs).toBe(scene.clock.wallNow())
    const closed = scene.events.find((event) => event.type === 'connection.closed')
    const connectionStats = closed?.connection.stats()
    expect(connectionStats?.outboundBytes).toBeGreaterThan(500)
    expect(connectionStats?.outboundBytes).toBeLessThan(1600)
    expect(connectionStats?.inboundBytes).toBeGreaterThan(300)
  })

  it('[36] pauses while packets flow', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.play()
    scene.cam.writeRtp(0, idr(1))
    expect(pause(client)?.statusCode).toBe(200)
    expect(() => scene.cam.writeRtp(0, idr(2))).not.toThrow()
    expect(sequenceNumbers(framesOf(scene, client))).toEqual([1])
  })

  it.each([
    ['tcp', 'stream'],
    ['tcp', 'direct'],
    ['udp', 'stream'],
    ['udp', 'direct'],
  ])('[37] takes PLAY, PLAY, PAUSE, PAUSE, PLAY over %s while packets are written to the %s', async (protocol, way) => {
    const scene = await new Scene({}, { play: remember }).listen()
    function remember({ session }: { readonly session: ServerSession }) {
      scene.sessions.push(session)
      return respond.ok()
    }
    const rtp = scene.network.socket(5000, '10.0.0.1')
    const client = scene.client()
    client.setup(0, protocol === 'tcp' ? tcp : udp)
    let sequence = 0
    const write = (): void => {
      sequence += 1
      if (way === 'stream') scene.cam.writeRtp(0, idr(sequence))
      else expect(scene.sessions[0]?.writeRtp(0, idr(sequence)) ?? true).toBe(true)
      scene.settle()
    }
    write()
    for (const step of [play, play, pause, pause, play]) {
      expect(step(client)?.statusCode).toBe(200)
      write()
      scene.clock.advance(100)
    }
    const arrived =
      protocol === 'tcp'
        ? sequenceNumbers(framesOf(scene, client))
        : rtp.received().map(({ bytes }) => ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0))
    expect(arrived).toEqual([2, 3, 6])
    // Counts go on over the pauses.
    expect(scene.sessions[0]?.stats().outboundRtpPackets).toBe(3)
  })

  it.each(['udp', 'tcp'])('[39] ends when the client goes without TEARDOWN (%s)', async (protocol) => {
    const scene = await new Scene({ idleTimeoutMs: 5_000 }).listen()
    const client = scene.client()
    client.setup(0, protocol === 'tcp' ? tcp : udp)
    play(client)
    client.peer.end()
    scene.settle()
    expect(scene.closeReasons).toHaveLength(1)
    expect(scene.sessionEnds).toEqual(protocol === 'tcp' ? ['not in use'] : [])
    scene.clock.advance(7_000)
    expect(scene.sessionEnds).toEqual([protocol === 'tcp' ? 'not in use' : 'session timed out'])
    expect(scene.clock.pendingTimers).toBe(0)
  })

  it('[40] lets another connection of the same host go on with a session over UDP', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.setup(0, udp)
    play(client)
    client.peer.end()
    scene.settle()
    const second = scene.client()
    second.sessionHeader = client.sessionHeader
    expect(second.ask('GET_PARAMETER', 'rtsp://host:8554/cam')?.statusCode).toBe(200)
    expect(scene.sessions[0]?.connections).toHaveLength(1)
  })
})

describe('writing to one session', () => {
  it('[35] [37] sends what the play handler writes behind the answer, and only if it agrees', async () => {
    const decision = new Subject<HandlerResponse>()
    const sessions: ServerSession[] = []
    const scene = await new Scene(
      {},
      {
        play: ({ session }) => {
          sessions.push(session)
          expect(session.writeRtp(0, idr(sessions.length))).toBe(true)
          expect(session.writeRtcp(0, description)).toBe(true)
          return decision
        },
      },
    ).listen()
    const client = scene.client()
    client.setup(0, tcp)
    play(client)
    scene.cam.writeRtp(0, idr(100))
    decision.next(respond.status(404))
    scene.settle()
    expect(framesOf(scene, client)).toEqual([])
    expect(sessions[0]?.stats()).toMatchObject({ outboundRtpPackets: 0, outboundRtcpPackets: 0, outboundBytes: 0 })
    play(client)
    scene.cam.writeRtp(0, idr(101))
    decision.next(respond.ok())
    scene.cam.writeRtp(0, idr(102))
    scene.settle()
    expect(sequenceNumbers(framesOf(scene, client))).toEqual([2, 102])
    const order = kindsOf(client)
    expect(order.slice(order.lastIndexOf('answer'), order.lastIndexOf('answer') + 3)).toEqual([
      'answer',
      'frame 0',
      'frame 1',
    ])
    expect(sessions[0]?.stats().outboundRtpPackets).toBe(2)
  })

  it('forgets what the handler wrote when the client goes before it answers', async () => {
    const decision = new Subject<HandlerResponse>()
    const scene = await new Scene({}, { play: ({ session }) => (session.writeRtp(0, idr(1)), decision) }).listen()
    const client = scene.client()
    client.setup(0, udp)
    const rtp = scene.network.socket(5000, '10.0.0.1')
    play(client)
    client.peer.reset()
    scene.settle()
    decision.next(respond.ok())
    scene.settle()
    expect(rtp.received()).toEqual([])
    expect(scene.sessionEnds).toEqual(['not in use'])
  })

  it('does nothing, without complaint, while nothing flows', async () => {
    const sessions: ServerSession[] = []
    const scene = await new Scene().listen()
    scene.server.events$.subscribe((event) => {
      if (event.type === 'session.opened') sessions.push(event.session)
    })
    const client = scene.client()
    client.setup(0, tcp)
    expect([sessions[0]?.writeRtp(0, idr()), sessions[0]?.writeRtcp(0, description)]).toEqual([true, true])
    play(client)
    pause(client)
    expect([sessions[0]?.writeRtp(0, idr()), sessions[0]?.writeRtcp(0, description)]).toEqual([true, true])
    expect(framesOf(scene, client)).toEqual([])
    client.ask('TEARDOWN', 'rtsp://host:8554/cam')
    expect(sessions[0]?.writeRtp(0, idr())).toBe(true)
  })

  it('answers false when the reader is too slow, and counts', async () => {
    const scene = await new Scene({ maxQueuedBytes: 3_000 }).listen()
    const client = scene.client()
    client.play()
    client.peer.stall()
    const written = Array.from({ length: 100 }, (_, index) => scene.sessions[0]?.writeRtp(0, picture(index, 0, 1400)))
    expect(written).toContain(false)
    const stats = scene.sessions[0]?.stats()
    expect(stats?.outboundRtpPacketsDropped).toBe(written.filter((each) => each === false).length)
    expect(stats?.outboundRtpPackets).toBe(written.filter((each) => each === true).length)
  })

  it('throws for what cannot be meant', async () => {
    const scene = await new Scene().listen()
    const reader = scene.client()
    reader.setup(0, tcp)
    play(reader)
    const publisher = scene.client('10.0.0.2')
    publisher.record()
    const [reading, publishing] = scene.sessions
    const usage = expect.objectContaining({ code: 'ERR_RTSP_USAGE' }) as Error
    expect(() => reading?.writeRtp(1, sound(1))).toThrow(usage)
    expect(() => reading?.writeRtp(0, sound(1))).toThrow(usage)
    expect(() => reading?.writeRtp({ ...camera.medias[0]! }, idr())).toThrow(usage)
    expect(() => reading?.writeRtcp(7, description)).toThrow(usage)
    expect(() => publishing?.writeRtp(0, idr())).toThrow(usage)
    expect(() => publishing?.rtp(camera.medias[0]!, camera.medias[0]!.formats[0]!)).toThrow(usage)
  })
})

describe('publishing', () => {
  const announce = (client: Client, url: string, control: string) =>
    client.ask(
      'ANNOUNCE',
      url,
      { 'Content-Type': 'application/sdp' },
      publisherSdp.split('m=audio')[0]?.replace('streamid=0', control).replaceAll(/\r\n$/g, '\r\n') ?? '',
    )

  it.each([
    ['bbb=ccc', '/teststream', '/teststream/bbb=ccc', '/teststream', ''],
    ['ddd=eee', '/test/stream', '/test/stream/ddd=eee', '/test/stream', ''],
    ['fff=ggg', '/test/stream?testing=0', '/test/stream?testing=0/fff=ggg', '/test/stream', 'testing=0'],
    ['fff=ggg', '/test/stream?testing=0', '/test/stream/fff=ggg?testing=0', '/test/stream', 'testing=0'],
    ['streamid=1', '', '/streamid=1', '', ''],
    ['streamid=1', '/', '//streamid=1', '/', ''],
  ])('[50] finds path and query: control %s, ANNOUNCE %s, SETUP %s', async (control, first, second, path, query) => {
    const places: [string, string][] = []
    const scene = await new Scene(
      {},
      {
        announce: ({ description: announced }) => {
          // A stream made of the description must not change the controls that SETUP is matched with.
          scene.server.createStream(announced)
          return respond.ok()
        },
        setup: (context) => {
          places.push([context.path, context.query])
          return respond.ok()
        },
        record: (context) => {
          places.push([context.path, context.query])
          return respond.ok()
        },
      },
    ).listen()
    const client = scene.client()
    expect(announce(client, `rtsp://host:8554${first}`, control)?.statusCode).toBe(200)
    const transport = { Transport: `${tcp};mode=record` }
    expect(client.ask('SETUP', `rtsp://host:8554${second}`, transport)?.statusCode).toBe(200)
    expect(client.ask('RECORD', `rtsp://host:8554${first}`)?.statusCode).toBe(200)
    expect(places).toEqual([
      [path, query],
      [path, query],
    ])
  })

  it('[51] refuses to set up a media twice', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.ask('ANNOUNCE', 'rtsp://host:8554/pub', { 'Content-Type': 'application/sdp' }, publisherSdp)
    const setup = (channels: string) =>
      client.ask('SETUP', 'rtsp://host:8554/pub/streamid=0', {
        Transport: `RTP/AVP/TCP;unicast;interleaved=${channels};mode=record`,
      })
    expect(setup('0-1')?.statusCode).toBe(200)
    expect(setup('2-3')?.statusCode).toBe(400)
    scene.settle()
    expect(scene.closeReasons).toEqual(['media has already been setup'])
  })

  it('[52] refuses RECORD before all medias are set up', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.ask('ANNOUNCE', 'rtsp://host:8554/pub', { 'Content-Type': 'application/sdp' }, publisherSdp)
    const transport = { Transport: `${tcp};mode=record` }
    client.ask('SETUP', 'rtsp://host:8554/pub/streamid=0', transport)
    expect(client.ask('RECORD', 'rtsp://host:8554/pub')?.statusCode).toBe(400)
    scene.settle()
    expect(scene.closeReasons).toEqual(['not all announced medias have been setup'])
  })

  it.each(['udp', 'tcp'])('[53] lives a whole life over %s', async (protocol) => {
    const seen: Record<string, unknown> = {}
    const got: string[] = []
    const scene = await new Scene({}, { record: onRecord }).listen()
    function onRecord({ session }: { readonly session: ServerSession }) {
      scene.sessions.push(session)
      const { transport, query, medias, announcedDescription, stream } = session
      Object.assign(seen, {
        transport,
        query,
        stream,
        isSame: medias.every((it, i) => it === announcedDescription?.medias[i]),
      })
      for (const [index, media] of medias.entries()) {
        session.writeRtcp(media, description)
        session.rtp(media, media.formats[0]!).subscribe((packet) => {
          got.push(`rtp ${index} ${packet.bytes.length}`)
          session.writeRtcp(media, description)
        })
        session.rtcp(media).subscribe((packet) => got.push(`rtcp ${index} ${packet.bytes.length}`))
      }
      return respond.ok()
    }
    const ports = [5000, 5001, 5002, 5003].map((port) => scene.network.socket(port, '10.0.0.1'))
    const client = scene.client()
    const url = 'rtsp://host:8554/pub'
    client.ask('ANNOUNCE', `${url}?a=b`, { 'Content-Type': 'application/sdp' }, publisherSdp)
    for (const index of [0, 1]) {
      const first = index * 2
      const transport =
        protocol === 'tcp'
          ? `RTP/AVP/TCP;unicast;interleaved=${first + 2}-${first + 3};mode=record`
          : `RTP/AVP;unicast;client_port=${5000 + first}-${5001 + first};mode=record`
      client.ask('SETUP', `${url}?a=b/streamid=${index}`, { Transport: transport })
    }
    expect(client.ask('RECORD', url)?.statusCode).toBe(200)
    expect(seen).toEqual({ transport: { protocol, profile: 'AVP' }, query: 'a=b', stream: null, isSame: true })
    if (protocol === 'tcp') {
      expect(framesOf(scene, client).map(({ channel }) => channel)).toEqual([3, 5])
      expect(kindsOf(client).slice(-3)).toEqual(['answer', 'frame 3', 'frame 5'])
      for (const [channel, packet] of [
        [2, idr()],
        [3, description],
        [4, sound(1)],
        [5, description],
      ] as const)
        client.write(encodeInterleavedFrame(channel, packet))
      expect(framesOf(scene, client).map(({ channel }) => channel)).toEqual([3, 5, 3, 5])
    } else {
      scene.settle()
      // One punch packet, then what the handler wrote.
      expect(ports[1]?.received().map(({ bytes }) => bytes.length)).toEqual([8, 20])
      ports[0]?.send(idr(), server, 8000)
      ports[1]?.send(description, server, 8001)
      scene.settle()
      ports[2]?.send(sound(1), server, 8000)
      ports[3]?.send(description, server, 8001)
      scene.settle()
      expect(ports[3]?.received().map(({ bytes }) => bytes.length)).toEqual([8, 20, 20])
    }
    expect(got).toEqual(['rtp 0 16', 'rtcp 0 20', 'rtp 1 15', 'rtcp 1 20'])
    const { inboundBytes, outboundBytes, inboundRtpPackets, outboundRtcpPackets } = scene.sessions[0]!.stats()
    expect({ inboundBytes, outboundBytes, inboundRtpPackets, outboundRtcpPackets }).toEqual({
      inboundBytes: 16 + 15 + 40,
      outboundBytes: 80,
      inboundRtpPackets: 2,
      outboundRtcpPackets: 4,
    })
    client.ask('TEARDOWN', url)
    expect(scene.sessionEnds).toEqual(['torn down by 10.0.0.1'])
    expect(scene.sessions[0]?.stats().inboundBytes).toBe(71)
  })

  it('[53] forgets RTCP that the record handler wrote when it refuses', async () => {
    const scene = await new Scene(
      {},
      {
        record: ({ session }) => {
          scene.sessions.push(session)
          session.writeRtcp(0, description)
          return respond.status(403)
        },
      },
    ).listen()
    const client = scene.client()
    expect(client.record()?.statusCode).toBe(403)
    expect(framesOf(scene, client)).toEqual([])
    expect(scene.sessions[0]?.stats().outboundRtcpPackets).toBe(0)
  })

  it.each(['udp', 'tcp'])('[57] ends when the publisher goes without TEARDOWN (%s)', async (protocol) => {
    const scene = await new Scene({ readTimeoutMs: 2_000 }).listen()
    const client = scene.client()
    if (protocol === 'tcp') client.record()
    else recordUdp(client)
    client.peer.end()
    scene.settle()
    expect(scene.closeReasons).toHaveLength(1)
    scene.clock.advance(4_000)
    expect(scene.sessionEnds).toEqual([protocol === 'tcp' ? 'not in use' : 'session timed out'])
  })

  it('[58] lets another connection of the same host go on with a publisher over UDP', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    recordUdp(client)
    client.peer.end()
    scene.settle()
    const second = scene.client()
    second.sessionHeader = client.sessionHeader
    expect(second.ask('GET_PARAMETER', 'rtsp://host:8554/pub')?.statusCode).toBe(200)
  })

  it.each(['udp', 'tcp'])('[61] takes PAUSE twice, and RECORD again, with counts that go on (%s)', async (protocol) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    if (protocol === 'tcp') client.record()
    else recordUdp(client)
    scene.sessions[0]?.writeRtcp(0, description)
    for (const method of ['PAUSE', 'PAUSE', 'RECORD']) {
      expect(client.ask(method, 'rtsp://host:8554/pub')?.statusCode).toBe(200)
    }
    scene.sessions[0]?.writeRtcp(0, description)
    expect(scene.sessions[0]?.stats().outboundRtcpPackets).toBe(2)
  })

  function recordUdp(client: Client): void {
    const url = 'rtsp://host:8554/pub'
    client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
    for (const index of [0, 1]) {
      const first = 5000 + index * 2
      client.ask('SETUP', `${url}/streamid=${index}`, {
        Transport: `RTP/AVP;unicast;client_port=${first}-${first + 1};mode=record`,
      })
    }
    client.ask('RECORD', url)
  }
})
