import { describe, expect, it } from 'vitest'
import { DirectWriter } from '../../../src/media/outbound/direct-writer.ts'
import { audio, FakeDuplex, readerMedia, receiverReport, rtp, Stage } from './fakes.ts'

const tcp = (duplex: FakeDuplex) => ({ protocol: 'tcp', duplex }) as const

describe('a reader that is prepared but not armed', () => {
  it('keeps what is written to it alone, and gets nothing of the stream', () => {
    const stage = new Stage()
    const duplex = new FakeDuplex()
    const reader = stage.reader({ target: tcp(duplex) })
    // The burst in progress when it is prepared is not its own, nor what follows before it is armed.
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    reader.prepare()
    expect(reader.gate).toBe('prepared')
    stage.hub.writeRtp(0, rtp({ sequence: 2 }))
    expect(reader.writeRtp(0, rtp({ sequence: 100 }))).toBe(true)
    expect(reader.writeRtcp(0, receiverReport)).toBe(true)
    expect(stage.hub.stats().rtpPackets).toBe(0)
    reader.arm()
    stage.hub.writeRtp(0, rtp({ sequence: 3 }))
    expect(duplex.writes).toEqual([])
    reader.release()
    stage.clock.endTurn()
    expect(duplex.sequenceNumbers()).toEqual([100, 3])
    expect(reader.stats().medias[0]).toMatchObject({ rtcpPackets: 1, formats: [{ packets: 2, lastSequenceNumber: 3 }] })
  })

  it.each(['discard', 'close'] as const)('forgets it on %s, with its counts', (end) => {
    const stage = new Stage()
    const duplex = new FakeDuplex()
    const reader = stage.reader({ target: tcp(duplex) })
    reader.prepare()
    reader.writeRtp(0, rtp({ sequence: 100 }))
    reader.writeRtcp(1, receiverReport)
    reader[end]()
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.clock.endTurn()
    expect([reader.gate, duplex.writes.length, stage.hub.activeReaderCount]).toEqual(['closed', 0, 0])
    expect(reader.stats().medias.map(({ bytes, rtcpPackets }) => bytes + rtcpPackets)).toEqual([0, 0])
    expect(stage.hub.stats().rtpPackets).toBe(0)
  })
})

describe('a reader that goes on from another one', () => {
  it('counts on, for the medias that either of them received', () => {
    const stage = new Stage()
    const first = stage.playing({ medias: [readerMedia(0)] })
    stage.hub.writeRtp(0, rtp({ sequence: 1 }))
    stage.hub.writeRtp(1, audio(1))
    first.reader.close()
    stage.hub.writeRtp(0, rtp({ sequence: 2 }))
    const duplex = new FakeDuplex()
    const second = stage.hub.createReader(
      {
        target: tcp(duplex),
        medias: [readerMedia(0), readerMedia(1)],
        limits: { maxQueuedBytes: 1_000_000, maxQueuedPackets: 1000 },
        policy: 'drop-to-random-access',
        senderReports: false,
        hooks: {
          onFirstReport: () => undefined,
          onDropStart: () => undefined,
          onDropEnd: () => undefined,
          onExhausted: () => undefined,
        },
      },
      first.reader,
    )
    const counted = () => second.stats().medias.map(({ formats }) => formats[0]?.packets)
    const last = () => second.stats().medias.map(({ formats }) => formats[0]?.lastSequenceNumber)
    expect([counted(), last()]).toEqual([
      [1, 0],
      [1, undefined],
    ])
    second.arm()
    second.release()
    stage.hub.writeRtp(0, rtp({ sequence: 3 }))
    stage.hub.writeRtp(1, audio(3))
    expect([counted(), last()]).toEqual([
      [2, 1],
      [3, 3],
    ])
    second.close()
    expect(counted()).toEqual([2, 1])
  })

  it('does not count the stream on a back channel, neither before nor after the close', () => {
    const stage = new Stage()
    const { reader } = stage.playing({ medias: [readerMedia(0), readerMedia(1, { receives: false })] })
    stage.hub.writeRtcp(1, receiverReport)
    reader.writeRtcp(1, receiverReport)
    expect(reader.stats().medias[1]).toMatchObject({ bytes: 8, rtcpPackets: 1 })
    reader.close()
    expect(reader.stats().medias[1]).toMatchObject({ bytes: 8, rtcpPackets: 1 })
  })
})

describe('a direct writer that goes on from another one', () => {
  it('counts on, and forgets only its own when RECORD is refused', () => {
    const limits = { maxQueuedBytes: 1000, maxQueuedPackets: 8 }
    const medias = [readerMedia(0, { receives: false })]
    const first = new DirectWriter({ target: tcp(new FakeDuplex()), medias, limits })
    first.arm()
    first.release()
    first.writeRtcp(0, receiverReport)
    first.close()
    const second = new DirectWriter({ target: tcp(new FakeDuplex()), medias, limits, previous: first })
    second.arm()
    second.writeRtcp(0, receiverReport)
    expect(second.stats()[0]).toMatchObject({ rtcpPackets: 2, bytes: 16 })
    second.close()
    expect(second.stats()[0]).toMatchObject({ rtcpPackets: 1, bytes: 8 })
  })
})
