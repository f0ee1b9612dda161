import fc from 'fast-check'
import { map } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { Failure, isFailure } from '../../../src/contracts/failure.ts'
import type { Media } from '../../../src/formats/description.ts'
import type { Format } from '../../../src/formats/format.ts'
import {
  InboundTracks,
  type InboundOptions,
  type InboundProtection,
  type InboundTrackOptions,
} from '../../../src/media/inbound/inbound-tracks.ts'
import { ntpFromUnixMillis } from '../../../src/wire/ntp.ts'
import { encodeRtcp } from '../../../src/wire/rtcp/encode-rtcp.ts'
import { parseRtcp } from '../../../src/wire/rtcp/parse-rtcp.ts'
import type { ReceptionReport, RtcpPacket } from '../../../src/wire/rtcp/rtcp-packet.ts'
import { packetOf, range } from './packets.ts'

const h264: Format = { codec: 'H264', payloadType: 96, clockRateHz: 90000, packetizationMode: 1 }
const opus: Format = { codec: 'generic', payloadType: 97, clockRateHz: 48000, rtpmap: 'private/48000' }
const clockless: Format = { ...opus, payloadType: 98, clockRateHz: 0 }

function mediaOf(...formats: Format[]): Media {
  return { type: 'video', id: '', isBackChannel: false, profile: 'AVP', control: '', formats }
}

const video = mediaOf(h264)
const audio = mediaOf(opus, clockless)

const videoTrack: InboundTrackOptions = {
  mediaIndex: 0,
  media: video,
  receivesRtp: true,
  localSsrcs: new Map([[96, 0x1111]]),
}
const audioTrack: InboundTrackOptions = { mediaIndex: 1, media: audio, receivesRtp: true, localSsrcs: new Map() }

/** An opened receiving half, the log of its hooks, and its clock. */
function setUp(options: Partial<InboundOptions> & { readonly tracks?: readonly InboundTrackOptions[] } = {}): {
  tracks: InboundTracks
  log: string[]
  clock: { millis: number }
  failures: Failure[]
} {
  const log: string[] = []
  const failures: Failure[] = []
  const clock = { millis: 0 }
  const tracks = new InboundTracks(options.tracks ?? [videoTrack, audioTrack], {
    reliable: false,
    clock: { now: () => clock.millis },
    hooks: {
      onPacketsLost: (lost, _, format) => log.push(`lost ${lost} of ${format.payloadType}`),
      onDecodeError: (failure) => {
        log.push(`${failure.code}: ${failure.text}`)
        failures.push(failure)
      },
      onReceiverReport: (mediaIndex, ssrc, totalLost) => log.push(`report ${mediaIndex} ${ssrc} ${totalLost}`),
      onSubscriberError: (error) => log.push(`subscriber ${String(error)}`),
    },
    ...options,
  })
  tracks.open()
  return { tracks, log, clock, failures }
}

const videoBytes = (sequenceNumber: number, ssrc = 1): Uint8Array => packetOf(sequenceNumber, { ssrc }).bytes
const audioBytes = (sequenceNumber: number): Uint8Array => packetOf(sequenceNumber, { payloadType: 97 }).bytes

function senderReport(ssrc: number, unixMillis: number, rtpTimestamp: number): Uint8Array {
  const ntp = ntpFromUnixMillis(unixMillis)
  return encodeRtcp({ type: 'senderReport', ssrc, ntp, rtpTimestamp, packetCount: 1, octetCount: 1, reports: [] })
}

function reportBlock(bytes: Uint8Array | undefined): ReceptionReport | undefined {
  const packets = parseRtcp(bytes ?? new Uint8Array(0))
  if (isFailure(packets)) return undefined
  const [report] = packets
  return report?.type === 'receiverReport' ? report.reports[0] : undefined
}

describe('routing of RTP', () => {
  it('delivers by media and payload type, to one format and to all', () => {
    const { tracks } = setUp()
    const all: string[] = []
    const ofVideo: number[] = []
    tracks.rtp$.subscribe(({ media, format, packet }) => {
      all.push(`${media === video ? 'video' : 'audio'} ${format.payloadType} ${packet.sequenceNumber}`)
    })
    tracks.rtp(video, h264).subscribe((packet) => ofVideo.push(packet.sequenceNumber))
    tracks.receiveRtp(0, videoBytes(1))
    tracks.receiveRtp(1, audioBytes(7))
    tracks.receiveRtp(1, packetOf(9, { payloadType: 98 }).bytes)
    tracks.receiveRtp(0, videoBytes(2))
    expect(all).toEqual(['video 96 1', 'audio 97 7', 'audio 98 9', 'video 96 2'])
    expect(ofVideo).toEqual([1, 2])
  })

  it('puts datagrams in order and tells of losses before the packet behind the gap', () => {
    const { tracks, log } = setUp()
    tracks.rtp$.subscribe(({ packet }) => log.push(String(packet.sequenceNumber)))
    for (const sequenceNumber of [30, 32, 31, 32, 100]) tracks.receiveRtp(0, videoBytes(sequenceNumber))
    expect(log).toEqual(['30', '31', '32', 'lost 67 of 96', '100'])
    expect(tracks.stats().get(0)?.formats.get(96)).toMatchObject({ packets: 4, lost: 67, lastSequenceNumber: 100 })
  })

  it.each([true, false])('tells of 69 lost packets between 30 and 100 (reliable: %s)', (reliable) => {
    const { tracks, log } = setUp({ reliable })
    tracks.receiveRtp(1, audioBytes(30))
    tracks.receiveRtp(1, audioBytes(100))
    expect(log).toEqual(['lost 69 of 97'])
  })

  it('keeps the order of a reliable transport, and counts no loss for a repeated packet', () => {
    const { tracks, log } = setUp({ reliable: true })
    const seen: number[] = []
    tracks.rtp(video, h264).subscribe((packet) => seen.push(packet.sequenceNumber))
    for (const sequenceNumber of [5, 5, 7, 6]) tracks.receiveRtp(0, videoBytes(sequenceNumber))
    expect(seen).toEqual([5, 5, 7, 6])
    expect(log).toEqual(['lost 1 of 96'])
  })

  it('does not hold the bytes after it returns', () => {
    const { tracks } = setUp()
    const seen: number[] = []
    tracks.rtp(video, h264).subscribe((packet) => seen.push(packet.sequenceNumber))
    for (const sequenceNumber of [1, 3, 2]) {
      const lent = videoBytes(sequenceNumber)
      tracks.receiveRtp(0, lent)
      lent.fill(0)
    }
    expect(seen).toEqual([1, 2, 3])
  })

  it('accepts another SSRC on plain RTP, without a loss', () => {
    for (const reliable of [true, false]) {
      const { tracks, log } = setUp({ reliable })
      const seen: number[] = []
      tracks.rtp(video, h264).subscribe((packet) => seen.push(packet.ssrc))
      tracks.receiveRtp(0, videoBytes(1000, 4326234))
      tracks.receiveRtp(0, videoBytes(500, 1235762))
      expect(seen).toEqual([4326234, 1235762])
      expect(log).toEqual([])
      expect(tracks.stats().get(0)?.formats.get(96)?.remoteSsrc).toBe(1235762)
    }
  })

  it('accepts packets of version 0', () => {
    const { tracks, log } = setUp()
    const bytes = videoBytes(1)
    bytes[0] = 0
    tracks.receiveRtp(0, bytes)
    expect(log).toEqual([])
    expect(tracks.stats().get(0)?.formats.get(96)?.packets).toBe(1)
  })

  it('ignores RTP of a media that only sends, and of media that were not set up', () => {
    const { tracks, clock } = setUp({ tracks: [{ ...videoTrack, receivesRtp: false }] })
    clock.millis = 50
    tracks.receiveRtp(0, videoBytes(1))
    tracks.receiveRtp(3, videoBytes(1))
    tracks.receiveRtcp(3, encodeRtcp({ type: 'receiverReport', ssrc: 1, reports: [] }))
    expect(tracks.stats().get(0)).toMatchObject({ inboundBytes: 0, rtpPacketsInError: 0 })
    expect(tracks.lastPacketAt).toBe(0)
  })

  it('takes a media that is set up later, once', () => {
    const { tracks } = setUp({ tracks: [videoTrack] })
    tracks.add(audioTrack)
    const seen: number[] = []
    tracks.rtp(audio, opus).subscribe((packet) => seen.push(packet.sequenceNumber))
    tracks.receiveRtp(1, audioBytes(4))
    expect(seen).toEqual([4])
    expect(() => tracks.add(audioTrack)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })

  it('throws a usage error for a media or format that is not part of the session', () => {
    const { tracks } = setUp()
    const usage = expect.objectContaining({ code: 'ERR_RTSP_USAGE' }) as Error
    expect(() => tracks.rtp(mediaOf(h264), h264)).toThrow(usage)
    expect(() => tracks.rtp(video, opus)).toThrow(usage)
    expect(() => tracks.rtcp(mediaOf(h264))).toThrow(usage)
    expect(() => tracks.packetPts(mediaOf(h264), packetOf(1))).toThrow(usage)
    expect(() => tracks.packetNtp(mediaOf(h264), packetOf(1))).toThrow(usage)
  })
})

describe('the time limit of reordering', () => {
  it('lets go of what waits behind a gap', () => {
    const { tracks, log, clock } = setUp({ maxReorderDelayMs: 100 })
    tracks.rtp$.subscribe(({ packet }) => log.push(String(packet.sequenceNumber)))
    for (const sequenceNumber of [1, 4, 5]) tracks.receiveRtp(0, videoBytes(sequenceNumber))
    clock.millis = 99
    tracks.poll(99)
    expect(log).toEqual(['1'])
    tracks.poll(100)
    expect(log).toEqual(['1', 'lost 2 of 96', '4', '5'])
    expect(tracks.stats().get(0)?.formats.get(96)).toMatchObject({ packets: 3, lost: 2 })
  })

  it('is off by default', () => {
    const { tracks, log } = setUp()
    tracks.receiveRtp(0, videoBytes(1))
    tracks.receiveRtp(0, videoBytes(3))
    tracks.poll(1e9)
    expect(log).toEqual([])
  })
})

describe('decode errors', () => {
  it.each<[string, boolean, 'rtp' | 'rtcp', Uint8Array, string]>([
    [
      'an RTP packet of two bytes',
      false,
      'rtp',
      new Uint8Array([1, 2]),
      'ERR_RTSP_RTP_MALFORMED: malformed RTP packet: RTP header size insufficient: 2 < 4',
    ],
    [
      'an unknown payload type',
      false,
      'rtp',
      packetOf(1, { payloadType: 111 }).bytes,
      'ERR_RTSP_RTP_UNKNOWN_PAYLOAD_TYPE: received RTP packet with unknown payload type: 111',
    ],
    [
      'an unknown payload type over TCP',
      true,
      'rtp',
      packetOf(1, { payloadType: 111 }).bytes,
      'ERR_RTSP_RTP_UNKNOWN_PAYLOAD_TYPE: received RTP packet with unknown payload type: 111',
    ],
    [
      'an RTP datagram of more than 1472 bytes',
      false,
      'rtp',
      packetOf(1, { payload: new Uint8Array(1461) }).bytes,
      'ERR_RTSP_RTP_TOO_BIG_UDP: RTP packet is too big to be read with UDP',
    ],
    [
      'an RTCP packet of two bytes',
      false,
      'rtcp',
      new Uint8Array([1, 2]),
      'ERR_RTSP_RTCP_MALFORMED: rtcp: packet too short',
    ],
    [
      'an RTCP packet of two bytes over TCP',
      true,
      'rtcp',
      new Uint8Array([1, 2]),
      'ERR_RTSP_RTCP_MALFORMED: rtcp: packet too short',
    ],
    [
      'an RTCP packet of another version',
      true,
      'rtcp',
      new Uint8Array([0, 200, 0, 0]),
      'ERR_RTSP_RTCP_MALFORMED: rtcp: invalid packet version',
    ],
    [
      'an RTCP datagram of 2000 bytes',
      false,
      'rtcp',
      new Uint8Array(2000),
      'ERR_RTSP_RTCP_TOO_BIG_UDP: RTCP packet is too big to be read with UDP',
    ],
    [
      'an RTCP frame of 2000 bytes over TCP',
      true,
      'rtcp',
      new Uint8Array(2000),
      'ERR_RTSP_RTCP_TOO_BIG: RTCP packet size (2000) is greater than maximum allowed (1472)',
    ],
  ])('%s: is counted and told, and nothing else', (_, reliable, kind, bytes, text) => {
    const { tracks, log, failures, clock } = setUp({ reliable })
    const seen: unknown[] = []
    tracks.rtp$.subscribe((value) => seen.push(value))
    tracks.rtcp$.subscribe((value) => seen.push(value))
    clock.millis = 7
    for (let repeat = 0; repeat < 2; repeat++) {
      if (kind === 'rtp') tracks.receiveRtp(1, bytes)
      else tracks.receiveRtcp(1, bytes)
    }
    expect(log).toEqual([text, text])
    expect(failures[0]).toBe(failures[1])
    expect(seen).toEqual([])
    expect(tracks.lastPacketAt).toBe(7)
    expect(tracks.stats().get(1)).toMatchObject({
      inboundBytes: 2 * bytes.length,
      rtpPacketsInError: kind === 'rtp' ? 2 : 0,
      rtcpPacketsInError: kind === 'rtcp' ? 2 : 0,
      rtcpPackets: 0,
    })
  })

  it('takes datagrams of 1472 bytes, and RTP frames of any size over TCP', () => {
    const udp = setUp()
    udp.tracks.receiveRtp(1, packetOf(1, { payloadType: 97, payload: new Uint8Array(1460) }).bytes)
    const tcp = setUp({ reliable: true })
    tcp.tracks.receiveRtp(1, packetOf(1, { payloadType: 97, payload: new Uint8Array(60000) }).bytes)
    expect([...udp.log, ...tcp.log]).toEqual([])
  })

  it('never throws on random bytes, and counts each datagram once', () => {
    const input = fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 40 })), { maxLength: 40 })
    fc.assert(
      fc.property(input, fc.boolean(), (datagrams, reliable) => {
        const { tracks, log } = setUp({ reliable })
        for (const [isRtp, bytes] of datagrams) {
          if (isRtp) tracks.receiveRtp(0, bytes)
          else tracks.receiveRtcp(0, bytes)
        }
        const stats = tracks.stats().get(0)
        expect(stats?.inboundBytes).toBe(datagrams.reduce((sum, [, bytes]) => sum + bytes.length, 0))
        const errors = (stats?.rtpPacketsInError ?? 0) + (stats?.rtcpPacketsInError ?? 0)
        expect(log.filter((line) => line.startsWith('ERR_')).length).toBe(errors)
      }),
    )
  })
})

describe('RTCP', () => {
  it('is delivered packet by packet, to one media and to all', () => {
    const { tracks } = setUp()
    const all: string[] = []
    const ofVideo: RtcpPacket[] = []
    tracks.rtcp$.subscribe(({ media, packet }) => all.push(`${media === video ? 'video' : 'audio'} ${packet.type}`))
    tracks.rtcp(video).subscribe((packet) => ofVideo.push(packet))
    const compound = encodeRtcp([
      { type: 'receiverReport', ssrc: 1, reports: [] },
      { type: 'sourceDescription', chunks: [{ ssrc: 1234, items: [{ itemType: 1, text: 'myname' }] }] },
    ])
    tracks.receiveRtcp(0, compound)
    tracks.receiveRtcp(1, encodeRtcp({ type: 'goodbye', ssrcs: [], reason: '' }))
    expect(all).toEqual(['video receiverReport', 'video sourceDescription', 'audio goodbye'])
    expect(ofVideo.map(({ type }) => type)).toEqual(['receiverReport', 'sourceDescription'])
    expect(tracks.stats().get(0)).toMatchObject({ rtcpPackets: 2, inboundBytes: compound.length })
  })

  it('is taken for a media that only sends, and its report blocks are told', () => {
    const { tracks, log } = setUp({ tracks: [{ ...videoTrack, receivesRtp: false }] })
    const block = {
      ssrc: 5,
      fractionLost: 0,
      totalLost: 9,
      extendedSequenceNumber: 0,
      jitterTicks: 0,
      lastSenderReport: 0,
      delaySinceLastSenderReport: 0,
    }
    const reports = [block, { ...block, ssrc: 6, totalLost: -3 }]
    tracks.receiveRtcp(0, encodeRtcp({ type: 'receiverReport', ssrc: 1, reports }))
    expect(log).toEqual(['report 0 5 9', 'report 0 6 0'])
  })
})

describe('reports and wall time', () => {
  const sentAt = Date.parse('2018-02-20T19:00:00Z')

  it('answer a sender report, and date packets by it', () => {
    const { tracks, clock } = setUp()
    const first = packetOf(534, { timestamp: 54352, ssrc: 753621 })
    expect(tracks.receiverReports(0)).toEqual([])
    tracks.receiveRtp(0, first.bytes)
    expect(tracks.packetNtp(video, first)).toBeUndefined()
    clock.millis = 1000
    tracks.receiveRtcp(0, senderReport(753621, sentAt, 54352))
    const reports = tracks.receiverReports(1500)
    expect(reports.map(({ mediaIndex }) => mediaIndex)).toEqual([0])
    expect(reportBlock(reports[0]?.bytes)).toEqual({
      ssrc: 753621,
      fractionLost: 0,
      totalLost: 0,
      extendedSequenceNumber: 534,
      jitterTicks: 0,
      lastSenderReport: 4004511744,
      delaySinceLastSenderReport: 32768,
    })
    expect([...(reports[0]?.bytes.subarray(4, 8) ?? [])]).toEqual([0, 0, 0x11, 0x11])
    const second = packetOf(535, { timestamp: 54352 + 90000, ssrc: 753621 })
    tracks.receiveRtp(0, second.bytes)
    expect(tracks.packetNtp(video, second)).toBe(BigInt(sentAt + 1000) * 1_000_000n)
    expect(tracks.stats().get(0)?.formats.get(96)).toMatchObject({
      lastRtp: 54352 + 90000,
      lastNtp: BigInt(sentAt + 1000) * 1_000_000n,
    })
  })

  it('know a sender report that comes before the first packet, as FFmpeg sends it', () => {
    const { tracks } = setUp()
    tracks.receiveRtcp(0, senderReport(1, sentAt, 0))
    tracks.receiveRtp(0, videoBytes(1))
    expect(tracks.packetNtp(video, packetOf(1, { timestamp: 90_000 }))).toBe(BigInt(sentAt + 1000) * 1_000_000n)
    expect(reportBlock(tracks.receiverReports(0)[0]?.bytes)?.lastSenderReport).not.toBe(0)
  })

  it('know the report of the source that sends next, once it sends', () => {
    const { tracks } = setUp()
    tracks.receiveRtp(0, videoBytes(1))
    tracks.receiveRtcp(0, senderReport(2, sentAt, 0))
    expect(tracks.packetNtp(video, packetOf(1))).toBeUndefined()
    tracks.receiveRtp(0, videoBytes(2, 2))
    expect(tracks.packetNtp(video, packetOf(2, { timestamp: 0 }))).toBe(BigInt(sentAt) * 1_000_000n)
  })

  it('ignore sender reports of sources that never send', () => {
    const { tracks } = setUp()
    tracks.receiveRtcp(0, senderReport(2, sentAt, 0))
    tracks.receiveRtp(0, videoBytes(1))
    tracks.receiveRtcp(0, senderReport(3, sentAt, 0))
    expect(tracks.packetNtp(video, packetOf(1))).toBeUndefined()
    expect(reportBlock(tracks.receiverReports(0)[0]?.bytes)).toMatchObject({ lastSenderReport: 0 })
  })

  it('are made per format, not without a clock rate, not over TCP, and not while closed', () => {
    const { tracks } = setUp()
    tracks.receiveRtp(0, videoBytes(1))
    tracks.receiveRtp(1, audioBytes(1))
    tracks.receiveRtp(1, packetOf(1, { payloadType: 98 }).bytes)
    expect(tracks.receiverReports(0).map(({ mediaIndex }) => mediaIndex)).toEqual([0, 1])
    tracks.close()
    expect(tracks.receiverReports(0)).toEqual([])
    const tcp = setUp({ reliable: true })
    tcp.tracks.receiveRtp(0, videoBytes(1))
    expect(tcp.tracks.receiverReports(0)).toEqual([])
  })

  it('count a new start of the sender as a cycle', () => {
    const { tracks, log } = setUp()
    for (const sequenceNumber of [50000, ...range(40000, 65)]) tracks.receiveRtp(0, videoBytes(sequenceNumber))
    expect(log).toEqual([])
    expect(reportBlock(tracks.receiverReports(0)[0]?.bytes)).toMatchObject({
      extendedSequenceNumber: 65536 + 40064,
      totalLost: 0,
    })
  })
})

describe('presentation times', () => {
  it('tie the tracks together by arrival, and start at 0 with each open()', () => {
    const { tracks, clock } = setUp()
    const pts: (number | undefined)[] = []
    tracks.rtp$.subscribe(({ media, packet }) => pts.push(tracks.packetPts(media, packet)))
    const receive = (millis: number, mediaIndex: number, sequenceNumber: number, timestamp: number): void => {
      clock.millis = millis
      const payloadType = mediaIndex === 0 ? 96 : 97
      tracks.receiveRtp(mediaIndex, packetOf(sequenceNumber, { timestamp, payloadType }).bytes)
    }
    receive(20_000, 0, 1, 22500)
    receive(21_000, 0, 2, 22500 + 90000)
    receive(25_000, 1, 1, 5)
    receive(25_000, 1, 2, 5 + 48000)
    expect(pts).toEqual([0, 90000, 240_000, 288_000])
    tracks.close()
    tracks.open()
    receive(26_000, 0, 3, 1)
    expect(pts.at(-1)).toBe(0)
  })

  it('are unknown for packets without PTS = DTS at the start, without a clock rate, and of unknown payload types', () => {
    const { tracks } = setUp()
    const bPicture = packetOf(1, { payload: new Uint8Array([1]) })
    expect(tracks.packetPts(video, bPicture)).toBeUndefined()
    expect(tracks.packetPts(audio, packetOf(1, { payloadType: 98 }))).toBeUndefined()
    expect(tracks.packetPts(video, packetOf(1, { payloadType: 50 }))).toBeUndefined()
    expect(tracks.packetNtp(video, packetOf(1, { payloadType: 50 }))).toBeUndefined()
  })

  it('are what jitter is measured on: packets with PTS = DTS', () => {
    const { tracks, clock } = setUp()
    tracks.receiveRtp(0, packetOf(1, { timestamp: 0 }).bytes)
    clock.millis = 500
    tracks.receiveRtp(0, packetOf(2, { timestamp: 1_000_000, payload: new Uint8Array([1]) }).bytes)
    clock.millis = 1000
    tracks.receiveRtp(0, packetOf(3, { timestamp: 45000 }).bytes)
    expect(tracks.stats().get(0)?.formats.get(96)).toMatchObject({ jitterTicks: 2812.5, lastRtp: 45000 })
  })
})

describe('opening and closing', () => {
  it('ignores and does not count anything while closed', () => {
    const { tracks, clock } = setUp()
    tracks.close()
    clock.millis = 10
    tracks.receiveRtp(0, videoBytes(1))
    tracks.receiveRtp(0, new Uint8Array(1))
    tracks.receiveRtcp(0, new Uint8Array(1))
    expect(tracks.stats().get(0)).toMatchObject({ inboundBytes: 0, rtpPacketsInError: 0, rtcpPacketsInError: 0 })
    expect(tracks.lastPacketAt).toBe(0)
  })

  it('starts the time of the last packet anew when it opens', () => {
    const { tracks, clock } = setUp()
    tracks.close()
    clock.millis = 5000
    tracks.open()
    expect(tracks.lastPacketAt).toBe(5000)
  })

  it.each([true, false])('does not take a pause for a loss (reliable: %s)', (reliable) => {
    const { tracks, log } = setUp({ reliable })
    tracks.receiveRtp(0, videoBytes(1))
    tracks.receiveRtp(0, videoBytes(2))
    tracks.close()
    tracks.open()
    tracks.receiveRtp(0, videoBytes(5000))
    expect(log).toEqual([])
    expect(tracks.stats().get(0)?.formats.get(96)).toMatchObject({ packets: 3, lost: 0 })
  })

  it('delivers nothing more once a subscriber closes it, not even the rest of a batch', () => {
    const { tracks } = setUp()
    const seen: number[] = []
    tracks.rtp(video, h264).subscribe((packet) => {
      seen.push(packet.sequenceNumber)
      if (packet.sequenceNumber === 2) tracks.close()
    })
    tracks.rtp$.subscribe(({ packet }) => seen.push(-packet.sequenceNumber))
    for (const sequenceNumber of [1, 3, 4, 2, 5]) tracks.receiveRtp(0, videoBytes(sequenceNumber))
    expect(seen).toEqual([1, -1, 2])
  })

  it('completes every Observable once, late subscribers too, and keeps its statistics', () => {
    const { tracks, log } = setUp()
    const complete = (name: string) => ({ complete: () => log.push(name) })
    tracks.rtp$.subscribe(complete('rtp$'))
    tracks.rtcp$.subscribe(complete('rtcp$'))
    tracks.rtp(video, h264).subscribe(complete('rtp'))
    tracks.rtcp(video).subscribe(complete('rtcp'))
    tracks.receiveRtp(0, videoBytes(9))
    tracks.complete()
    tracks.complete()
    tracks.open()
    tracks.receiveRtp(0, videoBytes(10))
    expect(log.sort()).toEqual(['rtcp', 'rtcp$', 'rtp', 'rtp$'])
    tracks.rtp(audio, opus).subscribe(complete('late'))
    tracks.add({ ...videoTrack, mediaIndex: 4, media: mediaOf(h264) })
    expect(log).toContain('late')
    expect(tracks.stats().get(0)?.formats.get(96)).toMatchObject({ packets: 1, lastSequenceNumber: 9, remoteSsrc: 1 })
  })

  it('has all zeros before the first packet', () => {
    const { tracks } = setUp()
    expect(tracks.stats().get(0)).toEqual({
      inboundBytes: 0,
      rtpPacketsInError: 0,
      rtcpPackets: 0,
      rtcpPacketsInError: 0,
      formats: new Map([
        [
          96,
          {
            packets: 0,
            lost: 0,
            jitterTicks: 0,
            lastSequenceNumber: 0,
            lastRtp: 0,
            lastNtp: undefined,
            remoteSsrc: 0,
            localSsrc: expect.any(Number) as number,
            reportedLost: 0,
          },
        ],
      ]),
    })
  })

  it('survives subscribers that throw', () => {
    const { tracks, log } = setUp()
    const seen: number[] = []
    const fail = (): never => {
      throw new Error('boom')
    }
    tracks.rtp$.subscribe(fail)
    tracks.rtp(video, h264).pipe(map(fail)).subscribe()
    tracks.rtcp(video).subscribe(fail)
    tracks.rtp(video, h264).subscribe((packet) => seen.push(packet.sequenceNumber))
    tracks.receiveRtp(0, videoBytes(1))
    tracks.receiveRtp(0, videoBytes(2))
    tracks.receiveRtcp(0, encodeRtcp({ type: 'goodbye', ssrcs: [], reason: '' }))
    expect(seen).toEqual([1, 2])
    expect(log).toEqual(['subscriber Error: boom', 'subscriber Error: boom', 'subscriber Error: boom'])
  })
})

describe('protected media', () => {
  /** A cipher of one byte: the last one must be 0xaa and is taken off. */
  const protection: InboundProtection = { unprotectRtp: open, unprotectRtcp: open }
  const forged = new Failure('ERR_RTSP_AUTH')

  function open(bytes: Uint8Array): Uint8Array | Failure {
    return bytes.at(-1) === 0xaa ? bytes.subarray(0, -1) : forged
  }

  function seal(bytes: Uint8Array, tag = 0xaa): Uint8Array {
    return new Uint8Array([...bytes, tag])
  }

  function setUpProtected(): ReturnType<typeof setUp> {
    return setUp({ reliable: true, tracks: [{ ...videoTrack, protection }] })
  }

  it('are decrypted, and counted as they came', () => {
    const { tracks, log } = setUpProtected()
    const payloads: number[][] = []
    tracks.rtp(video, h264).subscribe((packet) => payloads.push([...packet.payload]))
    const plain = packetOf(1, { padding: 4 }).bytes
    tracks.receiveRtp(0, seal(plain))
    tracks.receiveRtcp(0, seal(encodeRtcp({ type: 'goodbye', ssrcs: [], reason: '' })))
    expect(log).toEqual([])
    expect(payloads).toEqual([[5, 1]])
    expect(tracks.stats().get(0)).toMatchObject({ inboundBytes: plain.length + 1 + 5, rtcpPackets: 1 })
  })

  it('keep the source of the first packet that authenticates', () => {
    const { tracks, log } = setUpProtected()
    tracks.receiveRtp(0, seal(videoBytes(1, 99), 0))
    tracks.receiveRtp(0, seal(videoBytes(1, 4326234)))
    tracks.receiveRtp(0, seal(videoBytes(2, 1235762)))
    expect(log).toEqual([
      'ERR_RTSP_AUTH: authentication error',
      'ERR_RTSP_RTP_WRONG_SSRC: received packet with wrong SSRC 1235762, expected 4326234',
    ])
    expect(tracks.stats().get(0)).toMatchObject({ rtpPacketsInError: 2 })
  })

  it('are checked again after decryption', () => {
    const { tracks, log } = setUpProtected()
    const plain = videoBytes(1)
    plain[0] = 0xa0
    plain[plain.length - 1] = 200
    tracks.receiveRtp(0, seal(plain))
    tracks.receiveRtp(0, new Uint8Array(3))
    tracks.receiveRtcp(0, new Uint8Array(3))
    expect(log).toEqual([
      'ERR_RTSP_RTP_MALFORMED: malformed RTP packet: buffer is too small',
      'ERR_RTSP_RTP_MALFORMED: malformed RTP packet: RTP header size insufficient: 3 < 4',
      'ERR_RTSP_AUTH: authentication error',
    ])
  })
})
