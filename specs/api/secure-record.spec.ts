import { describe, expect, it } from 'vitest'
import { respond } from '../../src/api/respond.ts'
import type { ServerSession } from '../../src/api/session.ts'
import type { Headers } from '../../src/wire/headers/header-map.ts'
import { createRtp } from '../../src/wire/rtp/rtp-packet.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { parseRtcp } from '../../src/wire/rtcp/parse-rtcp.ts'
import { description, idr, kindsOf, signOfLife } from './packets.ts'
import { picture, sound, type Scene } from './scene.ts'
import { protectedRtcp, protectedRtp, SecureClient, secureScene, secureSdp } from './secure-client.ts'

/** Publishers that encrypt (RFC 3711, RFC 3830, spec 7). */

const url = 'rtsps://host:8322/pub'
const sdp = { 'Content-Type': 'application/sdp' }
const tcp = 'RTP/SAVP/TCP;unicast;interleaved=2-3;mode=record'

const decodeErrors = (scene: Scene): readonly string[] =>
  scene.events.flatMap((event) => (event.type === 'decode.error' ? [event.error.message] : []))

function audio(sequenceNumber: number, ssrc: number): Uint8Array {
  return createRtp({ payloadType: 97, sequenceNumber, timestamp: 0, ssrc, payload: Uint8Array.of(1, 2, 3) }).bytes
}

describe('a publisher that encrypts', () => {
  it.each(['udp', 'tcp'])('[53] lives a whole life over %s secure', async (protocol) => {
    const got: string[] = []
    const scene = await secureScene(
      {},
      {
        record: ({ session }) => {
          scene.sessions.push(session)
          for (const [index, media] of session.medias.entries()) {
            session.writeRtcp(media, description)
            session.rtp(media, media.formats[0]!).subscribe((packet) => {
              got.push(`rtp ${index} ${packet.bytes.length} ${packet.ssrc}`)
              session.writeRtcp(media, description)
            })
            session.rtcp(media).subscribe((packet) => got.push(`rtcp ${index} ${packet.bytes.length}`))
          }
          return respond.ok()
        },
      },
    )
    const ports = [5000, 5001, 5002, 5003].map((port) => scene.network.socket(port, '10.0.0.1'))
    const client = new SecureClient(scene)
    if (protocol === 'tcp') {
      expect(client.recordSecurely()?.statusCode).toBe(200)
    } else {
      client.ask('ANNOUNCE', url, sdp, secureSdp)
      for (const index of [0, 1]) {
        const transport = `RTP/SAVP;unicast;client_port=${5000 + index * 2}-${5001 + index * 2};mode=record`
        const answer = client.protect(index, `${url}/streamid=${index}`, transport)
        expect(answer?.headers['Transport']).toEqual([
          `RTP/SAVP;unicast;client_port=${5000 + index * 2}-${5001 + index * 2};server_port=8000-8001`,
        ])
      }
      expect(client.ask('RECORD', url)?.statusCode).toBe(200)
    }
    const [session] = scene.sessions
    expect(session?.transport).toEqual({ protocol, profile: 'SAVP' })
    if (protocol === 'tcp') {
      expect(kindsOf(client).slice(-3)).toEqual(['answer', 'frame 3', 'frame 5'])
      client.sendRtp(0, idr())
      client.sendRtcp(0, description)
      client.sendRtp(1, sound(1))
      client.sendRtcp(1, description)
      expect(client.decrypted(0, 3)).toEqual([description, description])
      expect(client.decrypted(1, 5)).toEqual([description, description])
    } else {
      const send = (port: number, bytes: Uint8Array, to: number) => {
        ports[port]?.send(bytes, '127.0.0.1', to)
        scene.settle()
      }
      send(0, protectedRtp(client.senders[0], idr()), 8000)
      send(1, protectedRtcp(client.senders[0], description), 8001)
      send(2, protectedRtp(client.senders[1], sound(1)), 8000)
      send(3, protectedRtcp(client.senders[1], description), 8001)
      // What opens firewalls is encrypted as well, then comes what the handler wrote.
      const reports = (ports[1]?.received() ?? []).map(({ bytes }) => client.open(0, bytes, true))
      expect(reports.map((bytes) => bytes.length)).toEqual([8, 20, 20])
      expect(ports[0]?.received().map(({ bytes }) => client.open(0, bytes).length)).toEqual([12])
    }
    expect(got).toEqual([`rtp 0 16 955415087`, 'rtcp 0 20', 'rtp 1 15 9', 'rtcp 1 20'])
    expect(session?.stats()).toMatchObject({
      // As they arrived: with tags, and with the index that SRTCP has in front of it.
      inboundBytes: 16 + 15 + 40 + 2 * 10 + 2 * 14,
      outboundBytes: 4 * (20 + 14),
      inboundRtpPackets: 2,
      outboundRtcpPackets: 4,
    })
    client.ask('TEARDOWN', url)
    expect(scene.sessionEnds).toEqual(['torn down by 10.0.0.1'])
  })

  it('[53] pauses and goes on with the same keys', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    client.recordSecurely()
    const received: number[] = []
    scene.sessions[0]?.rtp$.subscribe(({ packet }) => received.push(packet.sequenceNumber))
    client.sendRtp(0, picture(0xffff))
    client.ask('PAUSE', url)
    expect(client.ask('RECORD', url)?.statusCode).toBe(200)
    scene.sessions.at(-1)?.writeRtcp(0, description)
    client.sendRtp(0, picture(0))
    expect(received).toEqual([0xffff, 0])
    expect(client.decrypted(0, 3)).toEqual([description])
  })

  it('[62] secure: packets of another source are decode errors, and sources that were not announced are taken', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene, { rollovers: new Map([[2_345_423, 0]]) })
    client.recordSecurely()
    const sources: number[] = []
    scene.sessions[0]?.rtp$.subscribe(({ packet }) => sources.push(packet.ssrc))
    client.sendRtp(1, audio(1, 4_326_234))
    client.sendRtp(1, audio(2, 1_235_762))
    expect(sources).toEqual([4_326_234])
    expect(decodeErrors(scene)).toEqual(['received packet with wrong SSRC 1235762, expected 4326234'])
  })

  it('a source is only believed once a packet of it was authentic', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    client.recordSecurely()
    const sources: number[] = []
    scene.sessions[0]?.rtp$.subscribe(({ packet }) => sources.push(packet.ssrc))
    const forged = protectedRtp(client.senders[1], audio(1, 666))
    forged[20] = (forged[20] ?? 0) ^ 1
    client.write(encodeInterleavedFrame(4, forged))
    client.sendRtp(1, audio(1, 42))
    expect(sources).toEqual([42])
    expect(decodeErrors(scene)).toEqual(['SRTP packet failed authentication'])
  })

  it('replayed, forged and clear packets are counted and told, and never delivered', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    client.recordSecurely()
    const [session] = scene.sessions
    const delivered: number[] = []
    session?.rtp$.subscribe(({ packet }) => delivered.push(packet.sequenceNumber))
    const first = protectedRtp(client.senders[0], picture(1))
    const report = protectedRtcp(client.senders[0], signOfLife)
    for (const bytes of [first, first, picture(2, 0, 40)]) client.write(encodeInterleavedFrame(2, bytes))
    for (const bytes of [report, report, signOfLife]) client.write(encodeInterleavedFrame(3, bytes))
    expect(delivered).toEqual([1])
    expect(decodeErrors(scene)).toEqual([
      'SRTP packet is a repetition or too old',
      'SRTP packet failed authentication',
      'SRTP packet is a repetition or too old',
      'malformed SRTP packet: it is too short',
    ])
    expect(session?.stats()).toMatchObject({
      inboundRtpPackets: 1,
      inboundRtpPacketsInError: 2,
      inboundRtcpPackets: 1,
      inboundRtcpPacketsInError: 2,
    })
  })

  it('a key identifier stands before every tag, of the size that the client chose (spec 7.2)', async () => {
    const scene = await secureScene()
    const mki = Uint8Array.of(1, 2, 3, 4)
    const client = new SecureClient(scene, { mki })
    client.recordSecurely()
    const delivered: number[] = []
    scene.sessions[0]?.rtp$.subscribe(({ packet }) => delivered.push(packet.sequenceNumber))
    client.sendRtp(0, picture(1))
    client.sendRtcp(0, signOfLife)
    const other = protectedRtp(client.senders[0], picture(2))
    other[other.length - 11] = 9
    client.write(encodeInterleavedFrame(2, other))
    expect(delivered).toEqual([1])
    expect(decodeErrors(scene)).toEqual(['MKI not found'])
    // What the server sends has none.
    scene.sessions[0]?.writeRtcp(0, description)
    scene.settle()
    client.read()
    expect(client.frames().at(-1)?.payload.length).toBe(description.length + 14)
    expect(client.parameters[0]?.keys.mki).toBeUndefined()
  })

  it('a rollover counter that was announced is where the source begins', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene, { rollovers: new Map([[0x38f27a2f, 5]]) })
    client.recordSecurely()
    client.sendRtp(0, picture(0xffff))
    client.sendRtp(0, picture(0))
    expect(scene.sessions[0]?.stats().inboundRtpPackets).toBe(2)
    expect(client.senders[0]?.rollover(0x38f27a2f)).toBe(6)
  })

  it('receiver reports over UDP are encrypted with a key of their own', async () => {
    const scene = await secureScene({ receiverReportPeriodMs: 1_000 })
    const [rtp, rtcp] = [5000, 5001].map((port) => scene.network.socket(port, '10.0.0.1'))
    const client = new SecureClient(scene)
    client.ask('ANNOUNCE', url, sdp, secureSdp.slice(0, secureSdp.indexOf('m=audio')))
    client.protect(0, `${url}/streamid=0`, 'RTP/SAVP;unicast;client_port=5000-5001;mode=record')
    client.ask('RECORD', url)
    rtp?.send(protectedRtp(client.senders[0], picture(7)), '127.0.0.1', 8000)
    scene.settle()
    rtcp?.take()
    scene.clock.advance(1_000)
    const [report] = (rtcp?.take() ?? []).map(({ bytes }) => client.open(0, bytes, true))
    const [localSsrc] = [...(client.parameters[0]?.rollovers.keys() ?? [])]
    expect(parseRtcp(report as Uint8Array)).toMatchObject([
      { type: 'receiverReport', ssrc: localSsrc, reports: [{ ssrc: 0x38f27a2f, extendedSequenceNumber: 7 }] },
    ])
    expect(client.parameters[0]?.keys.masterKey).not.toEqual(client.keys.masterKey)
  })
})

describe('SETUP with SAVP needs keys (spec 4.5 step 6, 7.3)', () => {
  const hourMs = 3_600_000
  const wrong: readonly [
    string,
    (client: SecureClient) => Readonly<Record<string, string | readonly string[]>>,
    string,
  ][] = [
    ['no header', () => ({}), 'invalid KeyMgmt header: value not provided'],
    ['two headers', (client) => ({ KeyMgmt: [client.keyMgmt(), client.keyMgmt()] }), 'provided multiple times'],
    ['another protocol', () => ({ KeyMgmt: 'prot=x;uri="";data="AQ=="' }), 'unsupported protocol'],
    ['no URI', () => ({ KeyMgmt: 'prot=mikey;data="AQ=="' }), 'URI is missing'],
    ['no base64', () => ({ KeyMgmt: 'prot=mikey;uri="";data="*"' }), 'data is not base64'],
    ['no MIKEY', () => ({ KeyMgmt: 'prot=mikey;uri="";data="AQ=="' }), 'header is too short'],
  ]
  it.each(wrong)('%s: 400, and the connection is closed', async (_, headers, reason) => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    client.ask('ANNOUNCE', url, sdp, secureSdp)
    const answer = client.ask('SETUP', `${url}/streamid=0`, { Transport: tcp, ...headers(client) })
    expect(answer?.statusCode).toBe(400)
    scene.settle()
    expect(scene.closeReasons).toEqual([expect.stringContaining(reason)])
    expect(client.peer.isClosed).toBe(true)
  })

  it.each([
    [-hourMs, 200],
    [hourMs, 200],
    [-hourMs - 1000, 400],
    [hourMs + 1000, 400],
  ])('a message that was made %i ms from now gets %i', async (differenceMs, status) => {
    const scene = await secureScene()
    const client = new SecureClient(scene, { now: scene.clock.wallNow() + differenceMs })
    client.ask('ANNOUNCE', url, sdp, secureSdp)
    expect(client.protect(0, `${url}/streamid=0`, tcp)?.statusCode).toBe(status)
  })

  it('how old a message may be is an option', async () => {
    const scene = await secureScene({ maxKeyClockSkewMs: 1_000 })
    const client = new SecureClient(scene, { now: scene.clock.wallNow() - 2_000 })
    client.ask('ANNOUNCE', url, sdp, secureSdp)
    client.protect(0, `${url}/streamid=0`, tcp)
    expect(scene.closeReasons).toEqual(['invalid KeyMgmt header: NTP difference is too high'])
  })

  it('over UDP in clear it is 461, and medias in clear may not be mixed with encrypted ones', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    client.ask('ANNOUNCE', url, sdp, secureSdp)
    const clear = { Transport: 'RTP/AVP;unicast;client_port=5000-5001;mode=record' }
    expect(client.ask('SETUP', `${url}/streamid=0`, clear)?.statusCode).toBe(461)
    expect(client.protect(0, `${url}/streamid=0`, tcp)?.statusCode).toBe(200)
    const mixed = { Transport: 'RTP/AVP/TCP;unicast;interleaved=4-5;mode=record' }
    expect(client.ask('SETUP', `${url}/streamid=1`, mixed)?.statusCode).toBe(400)
    scene.settle()
    expect(scene.closeReasons).toEqual(["can't setup medias with different transports"])
  })
})

describe('keys are secret', () => {
  it('they are in no event', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    const withKeys = secureSdp.replace('a=control:streamid=0', `a=key-mgmt:mikey AQAF\r\na=control:streamid=0`)
    client.ask('ANNOUNCE', url, sdp, withKeys)
    client.protect(0, `${url}/streamid=0`, tcp)
    const told: { readonly headers: Headers; readonly body: Uint8Array }[] = []
    for (const event of scene.events) {
      if (event.type === 'request') told.push(event.request)
      if (event.type === 'response') told.push(event.response)
    }
    expect(told.flatMap(({ headers }) => headers['KeyMgmt'] ?? [])).toEqual(
      new Array(2).fill('prot=mikey;data="(hidden)"'),
    )
    const announced = new TextDecoder().decode(told[0]?.body)
    expect(announced).toBe(withKeys.replace('mikey AQAF', 'mikey (hidden)'))
  })

  it('the handler of the application gets requests as they are', async () => {
    const seen: (readonly string[] | undefined)[] = []
    const sessions: ServerSession[] = []
    const scene = await secureScene(
      {},
      {
        setup: ({ request, session }) => {
          seen.push(request.headers['KeyMgmt'])
          sessions.push(session)
          return respond.ok()
        },
      },
    )
    const client = new SecureClient(scene)
    client.ask('ANNOUNCE', url, sdp, secureSdp)
    client.protect(0, `${url}/streamid=0`, tcp)
    expect(seen).toEqual([[client.keyMgmt()]])
  })
})
