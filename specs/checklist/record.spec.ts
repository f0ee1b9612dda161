import { describe, expect, it } from 'vitest'
import { publisherSdp, Scene } from '../api/scene.ts'

const url = 'rtsp://host:8554/pub'
const sdp = { 'Content-Type': 'application/sdp' }
const lines = (...each: readonly string[]): string => `${each.join('\r\n')}\r\n`

describe('[48] mistakes in ANNOUNCE close the connection (spec 4.7)', () => {
  it.each<[string, Readonly<Record<string, string>>, string, string | RegExp]>([
    ['no Content-Type', {}, publisherSdp, 'Content-Type header is missing'],
    ['another Content-Type', { 'Content-Type': 'aa' }, publisherSdp, "unsupported Content-Type header '[aa]'"],
    ['a body that is no SDP', sdp, '\u0001\u0002\u0003\u0004', /^invalid SDP: /],
    [
      'a payload type without a clock',
      sdp,
      lines('v=0', 'm=video 0 RTP/AVP 96', 'a=control:streamid=0', 'a=rtpmap:97 H264/90000'),
      /^invalid SDP: media 1 is invalid: clock rate not found/,
    ],
    [
      'a back channel',
      sdp,
      lines('v=0', 'm=audio 0 RTP/AVP 0', 'a=control:0', 'm=audio 0 RTP/AVP 8', 'a=control:1', 'a=sendonly'),
      'invalid SDP: back channels cannot be recorded',
    ],
  ])('[48] %s', async (_, headers, body, reason) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    expect(client.ask('ANNOUNCE', url, headers, body)?.statusCode).toBe(400)
    scene.settle()
    expect(client.peer.isClosed).toBe(true)
    expect(scene.closeReasons).toEqual([typeof reason === 'string' ? reason : expect.stringMatching(reason)])
  })

  it('a format without a clock beside others is forwarded as it is', async () => {
    const scene = await new Scene().listen()
    const body = lines('v=0', 'm=video 0 RTP/AVP 96', 'a=control:0', 'm=audio 0 RTP/AVP 0', 'a=control:1')
    expect(scene.client().ask('ANNOUNCE', url, sdp, body)?.statusCode).toBe(200)
  })

  it('H.264 in packetization mode 0 is refused as well', async () => {
    const scene = await new Scene().listen()
    const body = lines('v=0', 'm=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=control:0')
    expect(scene.client().ask('ANNOUNCE', url, sdp, body)?.statusCode).toBe(400)
    expect(scene.closeReasons).toEqual(['H264 packetization-mode=0 is not supported by the server'])
  })
})

describe('[49] SETUP of a publisher (spec 4.5)', () => {
  it.each([
    ['', 'null'],
    [';mode=play', 'play'],
  ])('[49] with mode %j is refused', async (mode, text) => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.ask('ANNOUNCE', url, sdp, publisherSdp)
    const answer = client.ask('SETUP', `${url}/streamid=0`, { Transport: `RTP/AVP/TCP;unicast;interleaved=0-1${mode}` })
    expect(answer?.statusCode).toBe(400)
    expect(scene.closeReasons).toEqual([`transport header contains a invalid mode (${text})`])
  })

  it('over multicast is 461, and the connection stays', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.ask('ANNOUNCE', url, sdp, publisherSdp)
    const answer = client.ask('SETUP', `${url}/streamid=0`, { Transport: 'RTP/AVP;multicast;mode=record' })
    expect(answer?.statusCode).toBe(461)
    expect(scene.closeReasons).toEqual([])
  })
})

describe('[56] a publisher that falls silent (spec 5.1, 5.2)', () => {
  it('[56] over TCP loses its connection, and with it its session', async () => {
    const scene = await new Scene({ readTimeoutMs: 1_000 }).listen()
    expect(scene.client().record()?.statusCode).toBe(200)
    scene.clock.advance(2_500)
    expect(scene.closeReasons).toEqual([expect.stringMatching(/^connection timed out/)])
    expect(scene.sessionEnds).toEqual(['not in use'])
  })

  it('[56] over UDP loses its session, and with it its connection', async () => {
    const scene = await new Scene({ readTimeoutMs: 1_000 }).listen()
    const client = scene.client()
    client.ask('ANNOUNCE', url, sdp, publisherSdp)
    for (const [track, pair] of ['5000-5001', '5002-5003'].entries()) {
      client.ask('SETUP', `${url}/streamid=${track}`, { Transport: `RTP/AVP;unicast;client_port=${pair};mode=record` })
    }
    expect(client.ask('RECORD', url)?.statusCode).toBe(200)
    scene.clock.advance(2_500)
    expect(scene.sessionEnds).toEqual(['session timed out'])
    expect(client.peer.isClosed).toBe(true)
  })
})

describe('further checks of publishers', () => {
  it('a path with a slash at its end is kept, and is the same in RECORD (spec 4.4)', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    expect(client.record('/pub/')?.statusCode).toBe(200)
    expect(scene.server.sessions[0]?.path).toBe('/pub/')
  })

  it('RECORD of another path than was announced is refused (spec 4.9)', async () => {
    const scene = await new Scene().listen()
    const client = scene.client()
    client.ask('ANNOUNCE', url, sdp, publisherSdp)
    for (const track of [0, 1]) {
      client.ask('SETUP', `${url}/streamid=${track}`, { Transport: 'RTP/AVP/TCP;unicast;mode=record' })
    }
    expect(client.ask('RECORD', 'rtsp://host:8554/other')?.statusCode).toBe(400)
    expect(scene.closeReasons).toEqual(["path has changed, was '/pub', now is '/other'"])
  })
})
