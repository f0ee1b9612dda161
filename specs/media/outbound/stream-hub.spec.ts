import { describe, expect, it } from 'vitest'
import {
  audio,
  description,
  FakeDuplex,
  FakeSocket,
  g711,
  h264,
  idr,
  media,
  readerMedia,
  receiverReport,
  rtp,
  sequenceOf,
  Stage,
  uint32,
} from './fakes.ts'

describe('bursts (architecture section 4)', () => {
  it('gives 100 readers one write each, all of the same buffer', () => {
    const stage = new Stage()
    const duplexes = Array.from({ length: 100 }, () => stage.playing().duplex)
    for (let sequence = 0; sequence < 10; sequence += 1) stage.hub.writeRtp(0, rtp({ sequence }))
    stage.hub.writeRtp(1, audio(7))
    expect(duplexes.every((duplex) => duplex.writes.length === 0)).toBe(true)
    stage.clock.endTurn()
    expect(duplexes.every((duplex) => duplex.writes.length === 1)).toBe(true)
    expect(new Set(duplexes.map((duplex) => duplex.writes[0])).size).toBe(1)
    expect(duplexes[0]!.sequenceNumbers(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(duplexes[0]!.sequenceNumbers(2)).toEqual([7])
  })

  it('keeps the order across medias, RTCP included', () => {
    const stage = new Stage()
    const { duplex } = stage.playing()
    stage.hub.writeRtp(1, audio(1))
    stage.hub.writeRtcp(1, receiverReport)
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.hub.writeRtp(1, audio(2))
    stage.clock.endTurn()
    expect(duplex.frames().map((frame) => frame.channel)).toEqual([2, 3, 0, 2])
    expect(duplex.frames()[1]!.packet).toEqual(receiverReport)
  })

  it('sends the burst before the turn ends when it reaches its size bound', () => {
    const stage = new Stage(undefined, { maxBurstBytes: 60 })
    const { duplex } = stage.playing()
    for (let sequence = 0; sequence < 7; sequence += 1) stage.hub.writeRtp(0, rtp({ sequence }))
    expect(duplex.writes.map((bytes) => bytes.length)).toEqual([51, 51])
    stage.clock.endTurn()
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(duplex.writes.length).toBe(3)
  })

  it('sends the burst before the turn ends when it has too many packets', () => {
    const stage = new Stage()
    const { duplex } = stage.playing()
    for (let sequence = 0; sequence < 2500; sequence += 1) stage.hub.writeRtp(0, rtp({ sequence }))
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual(Array.from({ length: 2500 }, (_, index) => index))
    expect(duplex.writes.length).toBe(3)
  })

  it('keeps one write per burst and never changes what was written, across many slabs', () => {
    const stage = new Stage()
    const { duplex } = stage.playing()
    const kept: Uint8Array[] = []
    let sequence = 0
    for (let turn = 0; turn < 200; turn += 1) {
      const payload = new Uint8Array(1200).fill(turn)
      for (let index = 0; index < 10; index += 1) stage.hub.writeRtp(0, rtp({ sequence: sequence++, payload }))
      stage.clock.endTurn()
      kept.push(duplex.writes[turn]!.slice())
    }
    expect(duplex.writes.length).toBe(200)
    expect(duplex.writes.every((bytes, index) => Buffer.compare(bytes, kept[index]!) === 0)).toBe(true)
    expect(duplex.sequenceNumbers().length).toBe(2000)
  })

  it('copies at once and leaves the bytes of the caller alone, SSRC included', () => {
    const stage = new Stage()
    const { duplex } = stage.playing()
    const packet = rtp({ sequence: 5, payload: idr })
    const before = packet.slice()
    stage.hub.writeRtp(0, packet)
    expect(packet).toEqual(before)
    packet.fill(0xff)
    stage.clock.endTurn()
    const sent = duplex.frames()[0]!.packet
    expect(uint32(sent, 8)).toBe(stage.hub.ssrc(0))
    expect(sent.subarray(12)).toEqual(Uint8Array.from(idr))
    expect(sequenceOf(sent)).toBe(5)
  })

  it('gives every format its own SSRC that is not 0', () => {
    const values = [0, 0, 9, 9]
    const entropy = { bytes: () => new Uint8Array(0), uint32: () => values.shift() ?? 9 }
    const stage = new Stage(description(media('video', h264, { ...h264, payloadType: 97 }), media('audio', g711)), {
      entropy,
    })
    const ssrcs = [stage.hub.ssrc(0, 96), stage.hub.ssrc(0, 97), stage.hub.ssrc(1)]
    expect(new Set([...ssrcs, 0]).size).toBe(4)
    expect(stage.hub.ssrc(0, 98)).toBeUndefined()
  })

  it('only counts while nobody listens', () => {
    const stage = new Stage()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.clock.endTurn()
    const { duplex } = stage.playing()
    stage.clock.endTurn()
    expect(duplex.writes).toEqual([])
  })
})

describe('what cannot be written (6.5)', () => {
  const cases: [string, (stage: Stage) => void, string][] = [
    ['an unknown media', ({ hub }) => hub.writeRtp(2, rtp({ sequence: 1 })), 'ERR_RTSP_USAGE'],
    ['an unknown media, RTCP', ({ hub }) => hub.writeRtcp(2, receiverReport), 'ERR_RTSP_USAGE'],
    ['an unknown payload type', ({ hub }) => hub.writeRtp(0, rtp({ sequence: 1, payloadType: 8 })), 'ERR_RTSP_USAGE'],
    ['less than a header', ({ hub }) => hub.writeRtp(0, new Uint8Array(11)), 'ERR_RTSP_USAGE'],
    [
      'padding beyond the payload',
      ({ hub }) => hub.writeRtp(0, Uint8Array.of(0xa0, 96, ...new Uint8Array(10), 2)),
      'ERR_RTSP_USAGE',
    ],
    [
      'an extension beyond the end',
      ({ hub }) => hub.writeRtp(0, Uint8Array.of(0x90, 96, ...new Uint8Array(12), 0, 1)),
      'ERR_RTSP_USAGE',
    ],
    [
      'too many bytes',
      ({ hub }) => hub.writeRtp(0, rtp({ sequence: 1, payload: new Uint8Array(1461) })),
      'ERR_RTSP_USAGE',
    ],
    ['too many bytes, RTCP', ({ hub }) => hub.writeRtcp(0, new Uint8Array(1473)), 'ERR_RTSP_USAGE'],
    [
      'anything, once closed',
      ({ hub }) => {
        hub.close()
        hub.writeRtp(0, rtp({ sequence: 1 }))
      },
      'ERR_RTSP_STREAM_CLOSED',
    ],
    [
      'RTCP, once closed',
      ({ hub }) => {
        hub.close()
        hub.writeRtcp(0, receiverReport)
      },
      'ERR_RTSP_STREAM_CLOSED',
    ],
  ]
  it.each(cases)('refuses %s', (_name, write, code) => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing()
    expect(() => write(stage)).toThrow(expect.objectContaining({ code }))
    stage.clock.endTurn()
    expect(duplex.writes).toEqual([])
    expect(stage.hub.stats().rtpPackets).toBe(0)
    expect(reader.stats().medias[0]!.bytes).toBe(0)
  })

  it('takes a packet of exactly the largest size', () => {
    const stage = new Stage()
    const { duplex } = stage.playing()
    stage.hub.writeRtp(0, rtp({ sequence: 1, payload: new Uint8Array(1460) }))
    stage.clock.endTurn()
    expect(duplex.frames()[0]!.packet.length).toBe(1472)
  })

  it('closes its readers after what was written before', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.hub.close()
    stage.hub.close()
    expect(duplex.sequenceNumbers()).toEqual([1])
    expect(reader.gate).toBe('closed')
    expect(() => stage.playing()).toThrow(expect.objectContaining({ code: 'ERR_RTSP_STREAM_CLOSED' }))
  })
})

describe('channels and medias of a reader', () => {
  it('serves other channels from one copy for the group (checklist 30)', () => {
    const stage = new Stage()
    const medias = [
      readerMedia(0, { rtpChannel: 5, rtcpChannel: 6 }),
      readerMedia(1, { rtpChannel: 0, rtcpChannel: 1 }),
    ]
    const usual = stage.playing().duplex
    const others = [stage.playing({ medias }).duplex, stage.playing({ medias }).duplex]
    stage.hub.writeRtcp(0, receiverReport)
    stage.hub.writeRtp(0, rtp({ sequence: 3 }))
    stage.hub.writeRtp(1, audio(4))
    stage.clock.endTurn()
    expect(others[0]!.writes[0]).toBe(others[1]!.writes[0])
    expect(others[0]!.frames().map((frame) => frame.channel)).toEqual([6, 5, 0])
    expect(others[0]!.frames().map((frame) => frame.packet)).toEqual(usual.frames().map((frame) => frame.packet))
  })

  it('sends only the medias that were set up (checklist 41)', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing({ medias: [readerMedia(0, { rtpChannel: 4, rtcpChannel: 5 })] })
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.hub.writeRtp(1, audio(2))
    stage.hub.writeRtp(0, rtp({ sequence: 3 }))
    stage.clock.endTurn()
    expect(duplex.writes.length).toBe(1)
    expect(duplex.frames().map((frame) => [frame.channel, sequenceOf(frame.packet)])).toEqual([
      [4, 1],
      [4, 3],
    ])
    stage.hub.writeRtp(1, audio(3))
    stage.clock.endTurn()
    expect(duplex.writes.length).toBe(1)
    expect(reader.stats().medias.map((it) => it.mediaIndex)).toEqual([0])
  })

  it('copies nothing for a reader of one media while only that one flows', () => {
    const stage = new Stage()
    const partial = stage.playing({ medias: [readerMedia(0)] }).duplex
    const full = stage.playing().duplex
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.clock.endTurn()
    expect(partial.writes[0]).toBe(full.writes[0])
  })

  it('does not send the stream into a back channel', () => {
    const stage = new Stage()
    const { duplex } = stage.playing({ medias: [readerMedia(0), readerMedia(1, { receives: false })] })
    stage.hub.writeRtp(1, audio(2))
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.clock.endTurn()
    expect(duplex.frames().map((frame) => frame.channel)).toEqual([0])
  })

  it('sends datagrams without frame headers, RTP and RTCP to their ports', () => {
    const stage = new Stage()
    const medias = [readerMedia(0, { rtpPort: 4000, rtcpPort: 4001 })]
    const { rtp: rtpSocket, rtcp } = stage.playingUdp({ medias })
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.hub.writeRtp(1, audio(1))
    stage.hub.writeRtcp(0, receiverReport)
    stage.hub.writeRtp(0, rtp({ sequence: 2 }))
    stage.clock.endTurn()
    expect(rtpSocket.sent.map((it) => [it.address, it.port, sequenceOf(it.bytes), it.bytes.length])).toEqual([
      ['10.0.0.9', 4000, 1, 13],
      ['10.0.0.9', 4000, 2, 13],
    ])
    expect(rtcp.sent).toEqual([{ bytes: receiverReport, address: '10.0.0.9', port: 4001 }])
  })

  it('gives all readers over UDP the same bytes', () => {
    const stage = new Stage()
    const [one, two] = [stage.playingUdp(), stage.playingUdp()]
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.clock.endTurn()
    expect(one.rtp.sent[0]!.bytes).toBe(two.rtp.sent[0]!.bytes)
  })

  it('refuses a media that the stream does not have', () => {
    const stage = new Stage()
    expect(() => stage.playing({ medias: [readerMedia(2)] })).toThrow(
      expect.objectContaining({ code: 'ERR_RTSP_USAGE' }),
    )
  })
})

describe('stream statistics (9.3)', () => {
  it('counts per recipient: two readers and a packet of 16 bytes are 32 bytes and 2 packets (checklist 44)', () => {
    const stage = new Stage(description(media('video', h264)))
    const medias = [readerMedia(0)]
    stage.reader({ target: { protocol: 'tcp', duplex: new FakeDuplex() }, medias })
    stage.playing({ medias })
    stage.playingUdp({ medias })
    stage.hub.writeRtp(0, rtp({ sequence: 1, payload: [1, 2, 3, 4] }))
    stage.clock.endTurn()
    expect(stage.hub.stats()).toEqual({
      bytes: 32,
      rtpPackets: 2,
      rtcpPackets: 0,
      medias: [
        {
          mediaIndex: 0,
          bytes: 32,
          rtcpPackets: 0,
          formats: [{ payloadType: 96, localSsrc: stage.hub.ssrc(0), packets: 2 }],
        },
      ],
    })
  })

  it('counts a media for those who set it up, and nobody who has left', () => {
    const stage = new Stage()
    const left = stage.playing()
    stage.playing({ medias: [readerMedia(1)] })
    left.reader.close()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.hub.writeRtcp(1, receiverReport)
    stage.clock.endTurn()
    const stats = stage.hub.stats()
    expect([stats.bytes, stats.rtpPackets, stats.rtcpPackets]).toEqual([8, 0, 1])
  })

  it('leaves out sender reports and packets to a single reader', () => {
    const stage = new Stage()
    const { reader, duplex } = stage.playing({ senderReports: true })
    reader.writeRtp(0, rtp({ sequence: 1 }))
    expect(duplex.frames().length).toBe(2)
    expect(stage.hub.stats().bytes).toBe(0)
  })
})

describe('RTP-Info (4.8, checklist 42)', () => {
  it('names the packet that an armed reader gets first', () => {
    const stage = new Stage()
    stage.hub.writeRtp(0, rtp({ sequence: 556, timestamp: 5000 }))
    expect(stage.hub.cursor(0, stage.clock.wallNow())?.sequenceNumber).toBe(557)
    expect(stage.hub.cursor(1, stage.clock.wallNow())).toBeUndefined()
    const duplex = new FakeDuplex()
    const reader = stage.reader({ target: { protocol: 'tcp', duplex } })
    stage.playing()
    stage.hub.writeRtp(0, rtp({ sequence: 557 }))
    reader.arm()
    const cursor = stage.hub.cursor(0, stage.clock.wallNow())
    stage.hub.writeRtp(0, rtp({ sequence: 558 }))
    reader.release()
    stage.clock.endTurn()
    expect(cursor?.sequenceNumber).toBe(558)
    expect(duplex.sequenceNumbers()).toEqual([558])
  })

  it('wraps, and carries the time on less a tenth of a second', () => {
    const stage = new Stage()
    stage.hub.writeRtp(0, rtp({ sequence: 65_535, timestamp: 1_000 }))
    expect(stage.hub.cursor(0, stage.clock.wallNow())).toEqual({ sequenceNumber: 0, rtpTime: 2 ** 32 - 8000 })
    stage.clock.advance(500)
    expect(stage.hub.cursor(0, stage.clock.wallNow())).toEqual({ sequenceNumber: 0, rtpTime: 1000 + 45_000 - 9000 })
  })

  it('counts from the wall time that came with the packet, unless that clock is far off', () => {
    const stage = new Stage()
    stage.hub.writeRtp(0, rtp({ sequence: 1, timestamp: 100_000 }), stage.clock.wallNow() - 200)
    expect(stage.hub.cursor(0, stage.clock.wallNow())?.rtpTime).toBe(100_000 + 18_000 - 9000)
    stage.hub.writeRtp(0, rtp({ sequence: 2, timestamp: 100_000 }), 0)
    expect(stage.hub.cursor(0, stage.clock.wallNow())?.rtpTime).toBe(100_000 - 9000)
  })

  it('is absent for a media with several formats and for one without clock rate', () => {
    const unknown = { codec: 'generic', payloadType: 98, clockRateHz: 0, rtpmap: '' } as const
    const stage = new Stage(
      description(media('video', h264, { ...h264, payloadType: 97 }), media('application', unknown)),
    )
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.hub.writeRtp(1, rtp({ sequence: 1, payloadType: 98 }))
    expect(stage.hub.cursor(0, stage.clock.wallNow())).toBeUndefined()
    expect(stage.hub.cursor(1, stage.clock.wallNow())).toBeUndefined()
    expect(stage.hub.cursor(7, stage.clock.wallNow())).toBeUndefined()
  })
})

describe('one socket for many readers over UDP', () => {
  it('does not count the datagrams of others against the bound of a reader', () => {
    const stage = new Stage()
    const sockets = { rtp: new FakeSocket(), rtcp: new FakeSocket() }
    sockets.rtp.isStalled = true
    const limits = { maxQueuedBytes: 1, maxQueuedPackets: 5 }
    const readers = Array.from({ length: 50 }, () => {
      const reader = stage.reader({ target: { protocol: 'udp', ...sockets, address: '10.0.0.9' }, limits })
      reader.arm()
      reader.release()
      return reader
    })
    for (let sequence = 0; sequence < 4; sequence += 1) stage.hub.writeRtp(0, rtp({ sequence }))
    stage.clock.endTurn()
    expect(sockets.rtp.sent.length).toBe(200)
    sockets.rtp.queuedDatagrams = 0
    expect(readers.every((reader) => reader.queued === 0)).toBe(true)
  })
})
