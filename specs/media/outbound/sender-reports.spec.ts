import { describe, expect, it } from 'vitest'
import { ntpFromUnixMillis } from '../../../src/wire/ntp.ts'
import {
  audio,
  description,
  idr,
  media,
  readerMedia,
  rtp,
  slice,
  Stage,
  startWallMs,
  uint32,
  FakeDuplex,
} from './fakes.ts'

interface Report {
  ssrc: number
  ntp: { seconds: number; fraction: number }
  rtp: number
  packets: number
  octets: number
}

function reports(duplex: FakeDuplex, channel = 1): Report[] {
  return duplex
    .frames()
    .filter((frame) => frame.channel === channel)
    .map(({ packet }) => {
      expect([...packet.subarray(0, 4), packet.length]).toEqual([0x80, 200, 0, 6, 28])
      return {
        ssrc: uint32(packet, 4),
        ntp: { seconds: uint32(packet, 8), fraction: uint32(packet, 12) },
        rtp: uint32(packet, 16),
        packets: uint32(packet, 20),
        octets: uint32(packet, 24),
      }
    })
}

const only = { senderReports: true, medias: [readerMedia(0)] }

describe('[72] sender reports (6.6, checklist 33)', () => {
  it('come right behind the first packet, and 30 s later with the time carried on', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing(only)
    stage.hub.writeRtp(0, rtp({ sequence: 1, timestamp: 240_000, payload: [0x05] }), startWallMs)
    stage.clock.endTurn()
    expect(duplex.frames().map((frame) => frame.channel)).toEqual([0, 1])
    const first = { ssrc: stage.hub.ssrc(0), ntp: ntpFromUnixMillis(startWallMs), rtp: 240_000, packets: 1, octets: 1 }
    expect(reports(duplex)).toEqual([first])
    expect(stage.told).toEqual(['first report'])
    stage.clock.advance(30_000)
    reader.sendReports(stage.clock.now())
    expect(reports(duplex)[1]).toEqual({ ...first, ntp: ntpFromUnixMillis(startWallMs + 30_000), rtp: 2_940_000 })
    expect(reader.stats().medias[0]).toMatchObject({ rtcpPackets: 2, bytes: 13 + 56 })
  })

  it('count all packets but tie times to the last one with PTS equal to DTS (12.3)', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing(only)
    const at = startWallMs
    stage.hub.writeRtp(0, rtp({ sequence: 946, timestamp: 1000, payload: idr }), at)
    stage.hub.writeRtp(0, rtp({ sequence: 947, timestamp: 91_000, payload: idr }), at + 1000)
    stage.hub.writeRtp(0, rtp({ sequence: 948, timestamp: 95_000, payload: slice }), at + 1000)
    stage.clock.endTurn()
    stage.clock.advance(2000)
    reader.sendReports(stage.clock.now())
    expect(reports(duplex)[1]).toMatchObject({ ntp: ntpFromUnixMillis(at + 3000), rtp: 271_000, packets: 3, octets: 6 })
    expect(reader.stats().medias[0]!.formats[0]).toMatchObject({
      lastSequenceNumber: 948,
      lastRtp: 91_000,
      lastNtp: at + 1000,
    })
  })

  it('wait for such a packet', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing(only)
    stage.hub.writeRtp(0, rtp({ sequence: 1, payload: slice }))
    stage.clock.endTurn()
    reader.sendReports(stage.clock.now())
    expect(reports(duplex)).toEqual([])
    stage.hub.writeRtp(0, rtp({ sequence: 2, payload: idr }))
    stage.clock.endTurn()
    expect(reports(duplex)).toMatchObject([{ packets: 2 }])
  })

  it('count per reader: who comes later starts with 1', () => {
    const stage = new Stage()
    stage.playing(only)
    stage.hub.writeRtp(0, rtp({ sequence: 1, payload: idr }))
    const late = stage.playing(only)
    stage.hub.writeRtp(0, rtp({ sequence: 2, payload: slice }))
    stage.clock.endTurn()
    expect(reports(late.duplex)).toEqual([])
    stage.hub.writeRtp(0, rtp({ sequence: 3, payload: idr }))
    stage.clock.endTurn()
    expect(reports(late.duplex)).toMatchObject([{ packets: 2, octets: 4 }])
  })

  it('are sent per format, and told to the owner once', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing({ senderReports: true })
    stage.hub.writeRtp(1, audio(1))
    stage.clock.endTurn()
    stage.hub.writeRtp(1, audio(2))
    stage.hub.writeRtp(0, rtp({ sequence: 1, payload: idr }))
    stage.clock.endTurn()
    expect(reports(duplex, 1)).toMatchObject([{ ssrc: stage.hub.ssrc(0), packets: 1 }])
    expect(reports(duplex, 3)).toMatchObject([{ ssrc: stage.hub.ssrc(1), packets: 1, octets: 3 }])
    reader.sendReports(stage.clock.now())
    expect([reports(duplex, 1).length, reports(duplex, 3).length]).toEqual([2, 2])
    expect(stage.told).toEqual(['first report'])
  })

  it('follow what was held, not precede the PLAY answer', () => {
    const stage = new Stage()
    const duplex = new FakeDuplex()
    const reader = stage.reader({ target: { protocol: 'tcp', duplex }, ...only })
    reader.arm()
    stage.hub.writeRtp(0, rtp({ sequence: 1, payload: idr }))
    stage.clock.endTurn()
    expect([duplex.writes.length, stage.told.length]).toEqual([0, 0])
    reader.release()
    expect(duplex.frames().map((frame) => frame.channel)).toEqual([0, 1])
    expect(stage.told).toEqual(['first report'])
  })

  it('work for packets that only this reader gets', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing(only)
    reader.writeRtp(0, rtp({ sequence: 1, timestamp: 240_000, payload: idr }), startWallMs)
    stage.clock.advance(1000)
    reader.sendReports(stage.clock.now())
    expect(reports(duplex)).toMatchObject([
      { rtp: 240_000, packets: 1, octets: 2 },
      { rtp: 330_000, ntp: ntpFromUnixMillis(startWallMs + 1000), packets: 1 },
    ])
  })

  it('stop while paused and go on with the counts afterwards', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing(only)
    stage.hub.writeRtp(0, rtp({ sequence: 1, payload: idr }))
    reader.close()
    stage.hub.writeRtp(0, rtp({ sequence: 2, payload: idr }))
    reader.sendReports(stage.clock.now())
    reader.arm()
    reader.sendReports(stage.clock.now())
    reader.release()
    stage.hub.writeRtp(0, rtp({ sequence: 3, payload: idr }))
    stage.clock.endTurn()
    reader.sendReports(stage.clock.now())
    expect(reports(duplex)).toMatchObject([{ packets: 1 }, { packets: 2 }])
  })

  it('are not sent when switched off, nor without a clock rate', () => {
    const unknown = { codec: 'generic', payloadType: 98, clockRateHz: 0, rtpmap: '' } as const
    const stage = new Stage(description(media('application', unknown)))
    const { duplex } = stage.playing(only)
    stage.hub.writeRtp(0, rtp({ sequence: 1, payloadType: 98 }))
    stage.clock.endTurn()
    const other = new Stage()
    const off = other.playing({ ...only, senderReports: false }).duplex
    other.hub.writeRtp(0, rtp({ sequence: 1, payload: idr }))
    other.clock.endTurn()
    expect([...reports(duplex), ...reports(off)]).toEqual([])
  })

  it('are found with more formats than a mask has bits', () => {
    const medias = Array.from({ length: 40 }, () => media('audio', { ...audioFormat }))
    const stage = new Stage(description(...medias))
    const { duplex } = stage.playing({ senderReports: true, medias: medias.map((_, index) => readerMedia(index)) })
    for (const index of [39, 31, 0, 35]) {
      stage.hub.writeRtp(index, audio(1))
      stage.clock.endTurn()
      stage.hub.writeRtp(index, audio(2))
      stage.clock.endTurn()
      expect(reports(duplex, index * 2 + 1).length).toBe(1)
    }
  })
})

const audioFormat = { codec: 'generic', payloadType: 8, clockRateHz: 8000, rtpmap: '' } as const
