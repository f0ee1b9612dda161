import { describe, expect, it } from 'vitest'
import { isFailure } from '../../src/contracts/failure.ts'
import { ntpFromUnixMillis, ntpToUnixNanos } from '../../src/wire/ntp.ts'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { parseRtcp } from '../../src/wire/rtcp/parse-rtcp.ts'
import type { ReceiverReport, RtcpPacket, SenderReport } from '../../src/wire/rtcp/rtcp-packet.ts'
import { encodeRtcp } from '../../src/wire/rtcp/encode-rtcp.ts'
import { createRtp } from '../../src/wire/rtp/rtp-packet.ts'
import { framesOf, reportedWallMs, signOfLife } from './packets.ts'
import { picture, publisherSdp, Scene, type Client } from './scene.ts'

const server = '127.0.0.1'

function only<Type extends RtcpPacket['type']>(type: Type, bytes: Uint8Array): RtcpPacket & { readonly type: Type } {
  const packets = parseRtcp(bytes)
  if (isFailure(packets)) throw new Error(packets.text)
  const found = packets.find((packet): packet is RtcpPacket & { readonly type: Type } => packet.type === type)
  if (found === undefined) throw new Error(`no ${type}`)
  return found
}

/** An IDR slice of one byte. */
const key = (sequenceNumber: number, timestamp: number) =>
  createRtp({ payloadType: 96, sequenceNumber, timestamp, ssrc: 1, payload: Uint8Array.of(5) }).bytes

describe('sender reports', () => {
  it.each(['udp', 'tcp'])('[33] follow the first packet at once, then every period (%s)', async (protocol) => {
    const scene = await new Scene({ senderReportPeriodMs: 30_000 }).listen()
    const rtcp = scene.network.socket(5001, '10.0.0.1')
    const client = scene.client()
    client.setup(
      0,
      protocol === 'tcp' ? 'RTP/AVP/TCP;unicast;interleaved=0-1' : 'RTP/AVP;unicast;client_port=5000-5001',
    )
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    const reports = (): readonly SenderReport[] =>
      (protocol === 'tcp'
        ? framesOf(scene, client)
            .filter(({ channel }) => channel === 1)
            .map(({ payload }) => payload)
        : rtcp.received().map(({ bytes }) => bytes)
      ).map((bytes) => only('senderReport', bytes))
    const wallMs = Date.UTC(2017, 7, 10, 12, 22, 0)
    scene.cam.writeRtp(0, key(1, 240_000), { ntp: wallMs })
    scene.settle()
    const ssrc = scene.cam.stats().medias[0]?.formats[0]?.localSsrc
    expect(reports()).toMatchObject([
      { ssrc, ntp: ntpFromUnixMillis(wallMs), rtpTimestamp: 240_000, packetCount: 1, octetCount: 1 },
    ])
    scene.clock.advance(30_000)
    expect(reports()[1]).toMatchObject({
      ssrc,
      ntp: ntpFromUnixMillis(wallMs + 30_000),
      rtpTimestamp: 240_000 + 90_000 * 30,
      packetCount: 1,
      octetCount: 1,
    })
  })

  it('stop with PAUSE, and go on with PLAY with the counts of the whole session', async () => {
    const scene = await new Scene({ senderReportPeriodMs: 1_000 }).listen()
    const client = scene.client()
    client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    const reports = () =>
      framesOf(scene, client)
        .filter(({ channel }) => channel === 1)
        .map(({ payload }) => only('senderReport', payload).packetCount)
    scene.cam.writeRtp(0, key(1, 0))
    scene.clock.advance(1_000)
    expect(reports()).toEqual([1, 1])
    client.ask('PAUSE', 'rtsp://host:8554/cam/')
    scene.clock.advance(5_000)
    expect(reports()).toEqual([1, 1])
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(0, key(2, 6 * 90_000))
    scene.clock.advance(1_000)
    expect(reports().slice(2)).toEqual([1, 2])
  })

  it('can be switched off', async () => {
    const scene = await new Scene({ senderReports: false, senderReportPeriodMs: 1_000 }).listen()
    const client = scene.client()
    client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    scene.cam.writeRtp(0, key(1, 0))
    scene.clock.advance(5_000)
    expect(framesOf(scene, client).map(({ channel }) => channel)).toEqual([0])
  })

  it('go to what is written to a session alone as well', async () => {
    const scene = await new Scene({}).listen()
    const client = scene.client()
    client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    const ntp = BigInt(reportedWallMs) * 1_000_000n
    scene.sessions[0]?.writeRtp(0, key(1, 777), { ntp })
    const report = only('senderReport', framesOf(scene, client)[1]?.payload ?? new Uint8Array())
    expect(ntpToUnixNanos(report.ntp)).toBe(ntp)
    expect(report).toMatchObject({ rtpTimestamp: 777, packetCount: 1 })
  })
})

describe('receiver reports', () => {
  const senderReport = encodeRtcp({
    type: 'senderReport',
    ssrc: 753_621,
    ntp: ntpFromUnixMillis(reportedWallMs),
    rtpTimestamp: 54_352,
    packetCount: 1,
    octetCount: 4,
    reports: [],
  })
  const packet = createRtp({
    payloadType: 96,
    sequenceNumber: 534,
    timestamp: 54_352,
    ssrc: 753_621,
    payload: Uint8Array.of(5, 2, 3, 4),
  }).bytes

  function recordUdp(client: Client): void {
    const url = 'rtsp://host:8554/pub'
    client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
    client.ask('SETUP', `${url}/streamid=0`, { Transport: 'RTP/AVP;unicast;client_port=5000-5001;mode=record' })
    client.ask('SETUP', `${url}/streamid=1`, { Transport: 'RTP/AVP;unicast;client_port=5002-5003;mode=record' })
    client.ask('RECORD', url)
  }

  it('[55] tell a publisher over UDP how its packets arrive', async () => {
    const scene = await new Scene({ receiverReportPeriodMs: 500 }).listen()
    const [rtp, rtcp] = [scene.network.socket(5000, '10.0.0.1'), scene.network.socket(5001, '10.0.0.1')]
    recordUdp(scene.client())
    rtp.send(packet, server, 8000)
    scene.settle()
    rtcp.send(senderReport, server, 8001)
    scene.settle()
    rtcp.take()
    scene.clock.advance(500)
    const reports = rtcp.take().map(({ bytes }) => only('receiverReport', bytes))
    const localSsrc = scene.sessions[0]?.stats().medias[0]?.formats[0]?.localSsrc
    expect(
      reports.map(({ ssrc, reports: blocks }): Omit<ReceiverReport, 'bytes' | 'type'> => ({ ssrc, reports: blocks })),
    ).toEqual([
      {
        ssrc: localSsrc,
        reports: [
          {
            ssrc: 753_621,
            fractionLost: 0,
            totalLost: 0,
            extendedSequenceNumber: 534,
            jitterTicks: 0,
            lastSenderReport: 4_004_511_744,
            delaySinceLastSenderReport: 32_768,
          },
        ],
      },
    ])
    // And again, for as long as it records.
    scene.clock.advance(500)
    expect(rtcp.take()).toHaveLength(1)
  })

  it('are not sent over TCP, where nothing gets lost', async () => {
    const scene = await new Scene({ receiverReportPeriodMs: 500 }).listen()
    const client = scene.client()
    client.record()
    client.write(encodeInterleavedFrame(0, picture(1)))
    client.write(encodeInterleavedFrame(1, signOfLife))
    scene.clock.advance(2_000)
    expect(framesOf(scene, client)).toEqual([])
  })
})
