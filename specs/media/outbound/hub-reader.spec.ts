import { describe, expect, it } from 'vitest'
import { audio, FakeDuplex, idr, readerMedia, receiverReport, rtp, sequenceOf, slice, Stage, uint32 } from './fakes.ts'

function closedReader(stage: Stage, change: Parameters<Stage['playing']>[0] = {}) {
  const duplex = new FakeDuplex()
  return { duplex, reader: stage.reader({ target: { protocol: 'tcp', duplex }, ...change }) }
}

describe('gates (guide 13, checklist 35 and 37)', () => {
  it('keeps what is written after arm, nothing before, within one burst', () => {
    const stage = new Stage()
    const other = stage.playing().duplex
    const { duplex, reader } = closedReader(stage)
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    reader.arm()
    stage.hub.writeRtp(0, rtp({ sequence: 2 }))
    stage.clock.endTurn()
    stage.hub.writeRtp(0, rtp({ sequence: 3 }))
    stage.clock.endTurn()
    stage.hub.writeRtp(0, rtp({ sequence: 4 }))
    expect(duplex.writes).toEqual([])
    reader.release()
    expect(duplex.sequenceNumbers()).toEqual([2, 3, 4])
    stage.hub.writeRtp(0, rtp({ sequence: 5 }))
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual([2, 3, 4, 5])
    expect(other.sequenceNumbers()).toEqual([1, 2, 3, 4, 5])
    expect(other.writes.length).toBe(3)
  })

  it('sends what was written before close, and never anything after it', () => {
    const stage = new Stage()
    const other = stage.playing().duplex
    const { duplex, reader } = stage.playing()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    reader.close()
    expect(duplex.sequenceNumbers()).toEqual([1])
    stage.hub.writeRtp(0, rtp({ sequence: 2 }))
    stage.clock.endTurn()
    expect(reader.writeRtp(0, rtp({ sequence: 3 }))).toBe(false)
    expect(reader.writeRtcp(0, receiverReport)).toBe(false)
    reader.sendReports(5000)
    reader.release()
    expect(duplex.sequenceNumbers()).toEqual([1])
    expect(other.sequenceNumbers()).toEqual([1, 2])
  })

  it('opens again after a pause, without what came in between', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing()
    for (let sequence = 0; sequence < 6; sequence += 1) {
      if (sequence === 2) reader.close()
      if (sequence === 4) {
        reader.arm()
        reader.release()
      }
      stage.hub.writeRtp(0, rtp({ sequence }))
    }
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual([0, 1, 4, 5])
    expect(reader.stats().medias[0]!.formats[0]!.packets).toBe(4)
  })

  it.each(['discard', 'close'] as const)('forgets what was held when PLAY was refused: %s', (end) => {
    const stage = new Stage()
    const { duplex, reader } = closedReader(stage)
    reader.arm()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.clock.endTurn()
    expect(reader.writeRtp(0, rtp({ sequence: 2 }))).toBe(true)
    expect(reader.queued).toBeGreaterThan(0)
    reader[end]()
    stage.hub.writeRtp(0, rtp({ sequence: 3 }))
    stage.clock.endTurn()
    expect(duplex.writes).toEqual([])
    expect(reader.queued).toBe(0)
    expect(reader.stats().medias[0]).toMatchObject({
      bytes: 0,
      formats: [{ packets: 0, lastSequenceNumber: undefined }],
    })
    reader.arm()
    reader.release()
    stage.hub.writeRtp(0, rtp({ sequence: 4 }))
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual([4])
  })

  it('does nothing for calls out of turn', () => {
    const stage = new Stage()
    const { duplex, reader } = closedReader(stage)
    reader.release()
    reader.close()
    reader.discard()
    expect(reader.gate).toBe('closed')
    reader.arm()
    reader.arm()
    expect(reader.gate).toBe('held')
    reader.release()
    reader.release()
    reader.arm()
    expect(reader.gate).toBe('open')
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    reader.discard()
    reader.close()
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual([1])
    expect(stage.hub.activeReaderCount).toBe(0)
  })

  it('holds back datagrams as well, in order', () => {
    const stage = new Stage()
    const { rtp: socket, rtcp, reader } = stage.playingUdp()
    reader.close()
    reader.arm()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    reader.writeRtcp(0, receiverReport)
    stage.hub.writeRtp(1, audio(2))
    stage.clock.endTurn()
    expect(socket.sent.length + rtcp.sent.length).toBe(0)
    reader.release()
    expect(socket.sent.map((it) => sequenceOf(it.bytes))).toEqual([1, 2])
    expect(rtcp.sent.length).toBe(1)
  })
})

describe('packets to one reader', () => {
  it('keep their place among those of the stream, and take its SSRC', () => {
    const stage = new Stage()
    const other = stage.playing().duplex
    const { duplex, reader } = stage.playing()
    const packet = rtp({ sequence: 100 })
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    reader.writeRtp(0, packet)
    stage.hub.writeRtp(0, rtp({ sequence: 2 }))
    reader.writeRtcp(0, receiverReport)
    stage.hub.writeRtp(0, rtp({ sequence: 3 }))
    stage.clock.endTurn()
    expect(duplex.frames().map((it) => (it.channel === 1 ? 'rtcp' : sequenceOf(it.packet)))).toEqual([
      1,
      100,
      2,
      'rtcp',
      3,
    ])
    expect(uint32(duplex.frames()[1]!.packet, 8)).toBe(stage.hub.ssrc(0))
    expect(uint32(packet, 8)).toBe(0xdeadbeef)
    expect(other.sequenceNumbers()).toEqual([1, 2, 3])
    expect(other.writes.length).toBe(1)
    expect(duplex.writes.length).toBe(5)
  })

  it('come out right behind the PLAY answer, before the stream (checklist 30)', () => {
    const stage = new Stage()
    const { duplex, reader } = closedReader(stage)
    reader.arm()
    reader.writeRtcp(0, receiverReport)
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.clock.endTurn()
    reader.release()
    expect(duplex.frames().map((it) => it.channel)).toEqual([1, 0])
  })

  it('reach a back channel with RTCP but not with RTP', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing({ medias: [readerMedia(0), readerMedia(1, { receives: false })] })
    expect(reader.writeRtcp(1, receiverReport)).toBe(true)
    expect(duplex.frames().map((it) => it.channel)).toEqual([3])
    expect(() => reader.writeRtp(1, audio(1))).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
    expect(reader.stats().medias[1]).toMatchObject({ bytes: 8, rtcpPackets: 1, formats: [] })
  })

  it('are refused for a media that was not set up', () => {
    const { reader } = new Stage().playing({ medias: [readerMedia(0)] })
    expect(() => reader.writeRtcp(1, receiverReport)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
    expect(() => reader.writeRtp(1, audio(1))).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })
})

describe('reader statistics (9.2)', () => {
  it('are true at any moment and after close', () => {
    const stage = new Stage()
    stage.hub.writeRtp(0, rtp({ sequence: 1, payload: idr }))
    const { reader } = stage.playing()
    const before = reader.stats()
    stage.hub.writeRtp(0, rtp({ sequence: 2, timestamp: 900, payload: idr }))
    stage.clock.advance(10)
    stage.hub.writeRtp(0, rtp({ sequence: 3, timestamp: 1800, payload: slice }))
    stage.hub.writeRtcp(0, receiverReport)
    const during = reader.stats()
    stage.clock.endTurn()
    expect(reader.stats()).toEqual(during)
    reader.close()
    stage.hub.writeRtp(0, rtp({ sequence: 4, payload: idr }))
    expect(reader.stats()).toEqual(during)
    expect(before.medias[0]!.formats[0]).toMatchObject({
      packets: 0,
      lastSequenceNumber: undefined,
      lastRtp: undefined,
    })
    expect(during.medias[0]).toEqual({
      mediaIndex: 0,
      bytes: 14 + 14 + 8,
      rtcpPackets: 1,
      droppedRtcpPackets: 0,
      formats: [
        {
          payloadType: 96,
          localSsrc: stage.hub.ssrc(0),
          packets: 2,
          octets: 4,
          bytes: 28,
          droppedPackets: 0,
          lastSequenceNumber: 3,
          lastRtp: 900,
          lastNtp: stage.clock.wallNow() - 10,
        },
      ],
    })
  })

  it('count payload without padding, extension and CSRCs as octets', () => {
    const stage = new Stage()
    const { reader } = stage.playing()
    const packet = Uint8Array.of(
      0xb1,
      96,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      1,
      1,
      1,
      0xbe,
      0xde,
      0,
      1,
      9,
      9,
      9,
      9,
      0x65,
      7,
      0,
      2,
    )
    stage.hub.writeRtp(0, packet)
    expect(reader.stats().medias[0]!.formats[0]).toMatchObject({ octets: 2, bytes: 28 })
  })

  it('sum up several plays and packets of its own', () => {
    const stage = new Stage()
    const { reader } = stage.playing()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    reader.writeRtp(0, rtp({ sequence: 50, timestamp: 77 }))
    expect(reader.stats().medias[0]!.formats[0]).toMatchObject({ packets: 2, lastSequenceNumber: 50, lastRtp: 77 })
    reader.close()
    stage.hub.writeRtp(0, rtp({ sequence: 2 }))
    reader.arm()
    reader.release()
    expect(reader.stats().medias[0]!.formats[0]).toMatchObject({ packets: 2, lastSequenceNumber: 50 })
    stage.hub.writeRtp(0, rtp({ sequence: 3, timestamp: 5 }))
    expect(reader.stats().medias[0]!.formats[0]).toMatchObject({ packets: 3, lastSequenceNumber: 3, lastRtp: 5 })
  })
})

describe('progress of a peer', () => {
  it('is measured from question to question', () => {
    const stage = new Stage()
    const { duplex, reader } = stage.playing()
    duplex.isStalled = true
    const write = (sequence: number) => {
      stage.hub.writeRtp(0, rtp({ sequence }))
      stage.clock.endTurn()
    }
    expect(reader.stalledMs(0)).toBe(0)
    write(1)
    expect(reader.stalledMs(1000)).toBe(0)
    write(2)
    expect(reader.stalledMs(3000)).toBe(2000)
    expect(reader.isStalled).toBe(true)
    duplex.take(1)
    expect(reader.stalledMs(4000)).toBe(0)
    expect(reader.stalledMs(9000)).toBe(5000)
    duplex.take()
    expect(reader.stalledMs(10_000)).toBe(0)
    expect(reader.isStalled).toBe(false)
    write(3)
    expect(reader.stalledMs(20_000)).toBe(0)
  })
})
