import { describe, expect, it } from 'vitest'
import { isFailure } from '../../src/contracts/failure.ts'
import { createDescription } from '../../src/formats/create-description.ts'
import { genericFormat, h264Format } from '../../src/formats/create-format.ts'
import { readDescription } from '../../src/formats/read-description.ts'
import { parseRtcp } from '../../src/wire/rtcp/parse-rtcp.ts'
import { RtpPacket } from '../../src/wire/rtp/rtp-packet.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import type { RtspResponse } from '../../src/wire/rtsp/message.ts'
import { description, framesOf, idr, kindsOf, lossReport, signOfLife } from './packets.ts'
import { picture, sound, type Scene } from './scene.ts'
import { protectedRtcp, protectedRtp, SecureClient, secureScene } from './secure-client.ts'

/** Readers that ask for encrypted packets (RFC 3711, RFC 3830, RFC 4567, spec 7). */

const base = 'rtsps://host:8322/cam'
const tcp = (first: number): string => `RTP/SAVP/TCP;unicast;interleaved=${first}-${first + 1}`
const udp = (first: number): string => `RTP/SAVP;unicast;client_port=${first}-${first + 1}`

function play(client: SecureClient): RtspResponse | undefined {
  client.protect(0, `${base}/trackID=0`, tcp(0))
  client.protect(1, `${base}/trackID=1`, tcp(2))
  return client.ask('PLAY', `${base}/`)
}

const sequencesOf = (packets: readonly (Uint8Array | string)[]): readonly (number | string)[] =>
  packets.map((packet) => (typeof packet === 'string' ? packet : new RtpPacket(packet).sequenceNumber))

function described(client: SecureClient, headers = {}) {
  const body = client.ask('DESCRIBE', base, headers)?.body ?? new Uint8Array()
  const read = readDescription(body)
  if (isFailure(read)) throw new Error(read.text)
  return read
}

describe('DESCRIBE under TLS', () => {
  it('offers SAVP and the key of every media; SETUP repeats it', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    const { medias } = described(client)
    expect(medias.map(({ profile }) => profile)).toEqual(['SAVP', 'SAVP'])
    const keys = medias.map(({ keyMgmt }, index) => {
      client.takeMessage(index, keyMgmt ?? new Uint8Array())
      return client.parameters[index]?.keys
    })
    play(client)
    expect(client.parameters.map((each) => each.keys)).toEqual(keys)
    expect(keys[0]).not.toEqual(keys[1])
    expect(new SecureClient(scene).keys).toBeDefined()
  })

  it('in clear it offers AVP and tells no key', async () => {
    const scene = await secureScene()
    const body = new TextDecoder().decode(scene.client().ask('DESCRIBE', 'rtsp://host:8554/cam')?.body)
    expect(body).toContain('RTP/AVP 96')
    expect(body).not.toContain('key-mgmt')
  })

  it('keys are in no event', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    const keyMgmt = Buffer.from(described(client).medias[0]?.keyMgmt ?? []).toString('base64')
    const told = scene.events.flatMap((event) => (event.type === 'response' ? [event.response.body] : []))
    const text = told.map((body) => new TextDecoder().decode(body)).join('')
    expect(keyMgmt.length).toBeGreaterThan(100)
    expect(text).not.toContain(keyMgmt.slice(-40))
    expect(text).toContain('a=key-mgmt:mikey (hidden)')
  })
})

describe('a reader that asks for encrypted packets', () => {
  it.each(['tcp', 'udp'])('[30] lives a whole life over %s secure', async (protocol) => {
    const scene = await secureScene()
    const ports = [5000, 5001, 5002, 5003].map((port) => scene.network.socket(port, '10.0.0.1'))
    const client = new SecureClient(scene)
    const first = protocol === 'tcp' ? tcp(0) : udp(5000)
    const answer = client.protect(0, `${base}/trackID=0?param=value`, first)
    const ssrc = answer?.headers['Transport']?.[0]?.split('ssrc=')[1] ?? ''
    expect(answer?.headers['Transport']).toEqual([
      protocol === 'tcp' ? `${tcp(0)};ssrc=${ssrc}` : `${udp(5000)};server_port=8000-8001;ssrc=${ssrc}`,
    ])
    expect([...(client.parameters[0]?.rollovers ?? [])]).toEqual([[Number.parseInt(ssrc, 16), 0]])
    client.protect(1, `${base}/trackID=1`, protocol === 'tcp' ? tcp(2) : udp(5002))
    expect(client.ask('PLAY', `${base}/`)?.statusCode).toBe(200)
    const [session] = scene.sessions
    expect(session?.transport).toEqual({ protocol, profile: 'SAVP' })
    scene.cam.writeRtp(0, idr(1))
    scene.cam.writeRtp(1, sound(2))
    scene.cam.writeRtcp(1, description)
    scene.settle()
    const arrived = (index: number, isRtcp: boolean): readonly (Uint8Array | string)[] => {
      if (protocol === 'tcp') return client.decrypted(index, index * 2 + (isRtcp ? 1 : 0))
      const datagrams = ports[index * 2 + (isRtcp ? 1 : 0)]?.received() ?? []
      return datagrams.map(({ bytes }) => client.open(index, bytes, isRtcp))
    }
    expect(sequencesOf(arrived(0, false))).toEqual([1])
    expect(sequencesOf(arrived(1, false))).toEqual([2])
    const [report] = arrived(0, true)
    expect(parseRtcp(report as Uint8Array)).toMatchObject([{ type: 'senderReport', ssrc: Number.parseInt(ssrc, 16) }])
    const reports = arrived(1, true)
    expect(reports).toContainEqual(description)
    // Its reports come back, encrypted with its own key.
    const received: string[] = []
    session?.rtcp$.subscribe(({ packet }) => received.push(packet.type))
    const lost = lossReport(Number.parseInt(ssrc, 16), 12)
    if (protocol === 'tcp') client.sendRtcp(0, lost, 0)
    else ports[1]?.send(protectedRtcp(client.senders[0], lost), '127.0.0.1', 8001)
    scene.settle()
    expect(received).toEqual(['receiverReport'])
    expect(session?.stats()).toMatchObject({
      outboundRtpPackets: 2,
      outboundRtpPacketsReportedLost: 12,
      outboundRtcpPackets: 3,
      outboundBytes: 16 + 15 + 20 + 28 * 2 + 2 * 10 + 3 * 14,
      inboundBytes: lost.length + 14,
    })
    expect(scene.cam.stats()).toMatchObject({ outboundBytes: 16 + 15 + 20 + 2 * 10 + 14, outboundRtpPackets: 2 })
    client.ask('TEARDOWN', base)
    expect(scene.sessionEnds).toEqual(['torn down by 10.0.0.1'])
  })

  it('is answered before the first packet, and none follows PAUSE; PLAY goes on in step', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    expect(play(client)?.statusCode).toBe(200)
    scene.cam.writeRtp(1, sound(0xfffe))
    framesOf(scene, client)
    expect(kindsOf(client).slice(-3)).toEqual(['answer', 'frame 2', 'frame 3'])
    client.ask('PAUSE', `${base}/`)
    scene.cam.writeRtp(1, sound(0xffff))
    scene.cam.writeRtp(1, sound(0))
    scene.settle()
    client.ask('PLAY', `${base}/`)
    scene.cam.writeRtp(1, sound(1))
    expect(sequencesOf(client.decrypted(1, 2))).toEqual([0xfffe, 1])
  })

  it('comes late and begins with the rollover counter of now (spec 7.5)', async () => {
    const scene = await secureScene()
    for (const number of [0xfffe, 0xffff, 0, 1]) scene.cam.writeRtp(1, sound(number))
    const client = new SecureClient(scene)
    play(client)
    expect([...(client.parameters[1]?.rollovers.values() ?? [])]).toEqual([1])
    scene.cam.writeRtp(1, sound(2))
    expect(sequencesOf(client.decrypted(1, 2))).toEqual([2])
  })

  it('gets what is written to it alone, encrypted and in order', async () => {
    const scene = await secureScene()
    const [client, other] = [new SecureClient(scene), new SecureClient(scene, {}, '10.0.0.2')]
    play(client)
    play(other)
    const [session] = scene.sessions
    scene.cam.writeRtp(1, sound(1))
    session?.writeRtp(1, sound(2))
    session?.writeRtcp(1, description)
    scene.cam.writeRtp(1, sound(3))
    expect(sequencesOf(client.decrypted(1, 2))).toEqual([1, 2, 3])
    expect(client.decrypted(1, 3)).toContainEqual(description)
    expect(sequencesOf(other.decrypted(1, 2))).toEqual([1, 3])
  })

  it('reads beside readers in clear, of the same packets', async () => {
    const scene = await secureScene()
    const [secure, clear, clearUnderTls] = [new SecureClient(scene), scene.client(), new SecureClient(scene)]
    play(secure)
    clear.play()
    clearUnderTls.ask('SETUP', `${base}/trackID=1`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=2-3' })
    clearUnderTls.ask('PLAY', `${base}/`)
    scene.cam.writeRtp(1, sound(5))
    const [plain] = framesOf(scene, clear).filter(({ channel }) => channel === 2)
    expect(secure.decrypted(1, 2)).toEqual([plain?.payload])
    expect(framesOf(scene, clearUnderTls).filter(({ channel }) => channel === 2)).toEqual([plain])
    expect(scene.sessions.map(({ transport }) => transport?.profile)).toEqual(['SAVP', 'AVP', 'AVP'])
  })

  it('that is slow loses whole pictures, and decrypts what it gets', async () => {
    const scene = await secureScene({ maxQueuedBytes: 3000 })
    const client = new SecureClient(scene)
    play(client)
    client.peer.stall()
    for (let number = 1; number <= 10; number++) scene.cam.writeRtp(0, picture(number, number * 3000, 1000))
    scene.settle()
    client.peer.unstall()
    scene.settle()
    for (let number = 11; number <= 13; number++) {
      scene.cam.writeRtp(0, picture(number, number * 3000, 100))
      scene.settle()
    }
    const numbers = sequencesOf(client.decrypted(0, 0))
    expect(numbers.every((number) => typeof number === 'number')).toBe(true)
    expect(numbers.slice(-3)).toEqual([11, 12, 13])
    expect(numbers.length).toBeLessThan(13)
    const stats = scene.sessions[0]?.stats()
    expect((stats?.outboundRtpPacketsDropped ?? 0) + numbers.length).toBe(13)
  })

  it('begins with the cache (gopCache)', async () => {
    const scene = await secureScene({ gopCache: true })
    scene.cam.writeRtp(0, picture(1))
    scene.cam.writeRtp(1, sound(1))
    const client = new SecureClient(scene)
    expect(play(client)?.headers['RTP-Info']?.[0]).toContain('seq=1;')
    scene.cam.writeRtp(0, picture(2))
    expect(sequencesOf(client.decrypted(0, 0))).toEqual([1, 2])
    expect(sequencesOf(client.decrypted(1, 2))).toEqual([1])
  })

  it('needs keys of its own, and a tunnel or TLS for them', async () => {
    const scene = await secureScene()
    const client = new SecureClient(scene)
    expect(client.ask('SETUP', `${base}/trackID=0`, { Transport: tcp(0) })?.statusCode).toBe(400)
    scene.settle()
    expect(scene.closeReasons).toEqual(['invalid KeyMgmt header: value not provided'])
    const transport = { Transport: tcp(0), KeyMgmt: client.keyMgmt() }
    expect(scene.client().ask('SETUP', 'rtsp://host:8554/cam/trackID=0', transport)?.statusCode).toBe(461)
  })
})

describe('a back channel', () => {
  it('is decrypted with the key of the client, and reports of it go out with a key of this session', async () => {
    const scene = await secureScene({ receiverReportPeriodMs: 1_000 })
    const backChannel = createDescription({
      medias: [
        { type: 'video', formats: [h264Format({ payloadType: 96 })] },
        {
          type: 'audio',
          isBackChannel: true,
          formats: [genericFormat({ payloadType: 97, rtpmap: 'private/90000', clockRateHz: 90_000 })],
        },
      ],
    })
    scene.streams.set('/cam', scene.server.createStream(backChannel))
    const [rtp, rtcp] = [5002, 5003].map((port) => scene.network.socket(port, '10.0.0.1'))
    const client = new SecureClient(scene)
    const { medias } = described(client, { Require: 'www.onvif.org/ver20/backchannel' })
    expect(medias.map(({ isBackChannel }) => isBackChannel)).toEqual([false, true])
    client.protect(0, `${base}/trackID=0`, udp(5000))
    client.protect(1, `${base}/trackID=1`, udp(5002))
    client.ask('PLAY', `${base}/`)
    const heard: number[] = []
    scene.sessions[0]?.rtp$.subscribe(({ packet }) => heard.push(packet.sequenceNumber))
    rtp?.send(protectedRtp(client.senders[1], sound(7)), '127.0.0.1', 8000)
    scene.settle()
    expect(heard).toEqual([7])
    scene.clock.advance(1_000)
    const [report] = (rtcp?.take() ?? []).map(({ bytes }) => client.open(1, bytes, true))
    expect(parseRtcp(report as Uint8Array)).toMatchObject([{ type: 'receiverReport', reports: [{ ssrc: 9 }] }])
    const streamKeys = described(new SecureClient(scene), { Require: 'www.onvif.org/ver20/backchannel' }).medias[1]
    client.takeMessage(2, streamKeys?.keyMgmt ?? new Uint8Array())
    expect(client.parameters[2]?.keys).not.toEqual(client.parameters[1]?.keys)
  })
})

describe('hostile packets to a reader', () => {
  it('forged and repeated reports are decode errors, and no sign of the reader', async () => {
    const scene: Scene = await secureScene()
    const client = new SecureClient(scene)
    play(client)
    const report = protectedRtcp(client.senders[0], signOfLife)
    for (const bytes of [report, report, signOfLife]) client.write(encodeInterleavedFrame(1, bytes))
    expect(scene.sessions[0]?.stats()).toMatchObject({ inboundRtcpPackets: 1, inboundRtcpPacketsInError: 2 })
  })
})
