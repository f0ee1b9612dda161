import { describe, expect, it } from 'vitest'
import { isFailure } from '../../src/contracts/failure.ts'
import { respond } from '../../src/api/respond.ts'
import { answerChallenge } from '../../src/wire/auth/answer-challenge.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { picture, publisherSdp } from '../api/scene.ts'
import { clientOf, message, statuses } from './scenes.ts'

describe('[quirk: silent-connection-while-recording-over-udp]', () => {
  it('a publisher over UDP may say nothing on its connection for as long as packets come', async () => {
    const { scene, client } = await clientOf({ idleTimeoutMs: 5_000, readTimeoutMs: 3_000 })
    const rtp = scene.network.socket(5000, '10.0.0.1')
    const url = 'rtsp://host:8554/pub'
    client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
    client.ask('SETUP', `${url}/streamid=0`, { Transport: 'RTP/AVP;unicast;client_port=5000-5001;mode=record' })
    client.ask('SETUP', `${url}/streamid=1`, { Transport: 'RTP/AVP;unicast;client_port=5002-5003;mode=record' })
    client.ask('RECORD', url)
    for (let second = 0; second < 30; second++) {
      rtp.send(picture(second), '127.0.0.1', 8000)
      scene.clock.advance(1_000)
    }
    expect(scene.closeReasons).toEqual([])
    expect(scene.sessionEnds).toEqual([])
  })
})

describe('[quirk: any-sign-of-life]', () => {
  it.each([
    ['OPTIONS', 200],
    ['GET_PARAMETER', 200],
    // Without a handler it is not implemented, and the session lives on for it all the same.
    ['SET_PARAMETER', 501],
  ])('%s keeps a reader over UDP, with an empty body and the Session header', async (method, status) => {
    const { scene, client } = await clientOf({ idleTimeoutMs: 10_000 })
    client.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    for (let index = 0; index < 5; index++) {
      scene.clock.advance(9_000)
      client.write(
        message(`${method} rtsp://host:8554/cam/ RTSP/1.0`, `CSeq: ${index}`, `Session: ${client.sessionHeader}`),
      )
      expect(client.answers().at(-1)?.statusCode).toBe(status)
      expect(client.answers().at(-1)?.headers['Session']?.[0]).toMatch(/^[0-9a-f]{32};timeout=5$/)
      expect(client.answers().at(-1)?.body).toHaveLength(0)
    }
    expect(scene.sessionEnds).toEqual([])
    scene.clock.advance(12_000)
    expect(scene.sessionEnds).toHaveLength(1)
  })

  it('RTCP keeps a reader over UDP', async () => {
    const { scene, client } = await clientOf({ idleTimeoutMs: 10_000 })
    const rtcp = scene.network.socket(5001, '10.0.0.1')
    client.setup(0, 'RTP/AVP;unicast;client_port=5000-5001')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    client.peer.end()
    for (let index = 0; index < 5; index++) {
      rtcp.send(Uint8Array.of(0x80, 0xc9, 0, 1, 0, 0, 0, 9), '127.0.0.1', 8001)
      scene.clock.advance(9_000)
    }
    expect(scene.sessionEnds).toEqual([])
  })
})

describe('[quirk: session-ids-with-marks]', () => {
  it('ids have only hexadecimal digits, and are found with whatever is echoed behind them', async () => {
    const { client } = await clientOf()
    client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    expect(client.sessionHeader).toMatch(/^[0-9a-f]{32};timeout=55$/)
    const [id = ''] = client.sessionHeader.split(';')
    for (const echoed of [id, `${id};timeout=55`, `${id} ; timeout=55`]) {
      client.write(message('GET_PARAMETER rtsp://host:8554/cam RTSP/1.0', 'CSeq: 8', `Session: ${echoed}`))
      expect(client.answers().at(-1)?.statusCode).toBe(200)
    }
  })
})

describe('[quirk: frames-after-the-end]', () => {
  it.each(['PAUSE', 'TEARDOWN'])('a report that was under way when %s was sent hurts nobody', async (method) => {
    const { scene, client } = await clientOf()
    client.play()
    const request = message(`${method} rtsp://host:8554/cam/ RTSP/1.0`, 'CSeq: 9', `Session: ${client.sessionHeader}`)
    const report = encodeInterleavedFrame(1, Uint8Array.of(0x80, 0xc9, 0, 1, 0, 0, 0, 9))
    client.write(Uint8Array.from([...report, ...new TextEncoder().encode(request), ...report]))
    expect(client.answers().at(-1)?.statusCode).toBe(200)
    expect(client.ask('OPTIONS', 'rtsp://host:8554/cam', { Session: [] })?.statusCode).toBe(200)
    expect(scene.closeReasons).toEqual([])
  })
})

describe('[quirk: end-that-is-not-noticed]', () => {
  it.each(['GStreamer/1.22.0', 'Lavf60.3.100'])('SETUP of %s is answered at once', async (agent) => {
    const { client } = await clientOf()
    const headers = { 'User-Agent': agent, Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }
    expect(client.ask('SETUP', 'rtsp://host:8554/cam/trackID=0', headers)?.statusCode).toBe(200)
  })
})

describe('[quirk: first-request-without-credentials]', () => {
  it('is challenged as often as it comes, at once, on a connection that stays', async () => {
    const { scene, client } = await clientOf({}, { describe: () => respond.unauthorized() })
    for (let index = 0; index < 5; index++) {
      client.write(message('DESCRIBE rtsp://host:8554/cam RTSP/1.0', `CSeq: ${index}`))
      expect(client.answers()).toHaveLength(index + 1)
      expect(client.answers().at(-1)?.headers['WWW-Authenticate']?.length).toBe(2)
    }
    expect(scene.closeReasons).toEqual([])
  })
})

describe('[quirk: sha256-frightens]', () => {
  it('no SHA-256 is offered unless the option asks for it', async () => {
    const handlers = { describe: () => respond.unauthorized() }
    const offers = async (options: Parameters<typeof clientOf>[0]): Promise<string> => {
      const { client } = await clientOf(options, handlers)
      return client.ask('DESCRIBE', 'rtsp://host:8554/cam')?.headers['WWW-Authenticate']?.join() ?? ''
    }
    expect(await offers({})).not.toContain('SHA-256')
    expect(await offers({ authMethods: ['digest-sha256'] })).toContain('SHA-256')
  })
})

describe('[quirk: digest-uri-of-the-base]', () => {
  const request = 'rtsp://host:8554/cam?key=val/trackID=0'
  it.each([
    ['rtsp://host:8554/cam?key=val/trackID=0', 200],
    ['rtsp://host:8554/cam?key=val/', 200],
    ['rtsp://host:8554/cam?key=val', 200],
    ['/cam?key=val/trackID=0', 200],
    ['rtsp://host:8554/other/trackID=0', 401],
  ])('SETUP signed for %s is %i', async (uri, status) => {
    const { scene, client } = await clientOf(
      { authMethods: ['digest-md5'] },
      {
        setup: ({ connection, request: asked }) =>
          connection.verifyCredentials(asked, 'me', 'secret') ? scene.cam : respond.unauthorized(),
      },
    )
    const transport = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }
    const challenge = client.ask('SETUP', request, transport)
    if (challenge === undefined) throw new Error('no answer')
    const authorization = answerChallenge(challenge, { method: 'SETUP', uri, username: 'me', password: 'secret' })
    client.ask('SETUP', request, { ...transport, Authorization: isFailure(authorization) ? '' : authorization })
    expect(statuses(client)).toEqual([401, status])
  })
})
