import { describe, expect, it } from 'vitest'
import { DirectWriter } from '../../../src/media/outbound/direct-writer.ts'
import { FakeDuplex, FakeSocket, readerMedia, receiverReport } from './fakes.ts'

const limits = { maxQueuedBytes: 30, maxQueuedPackets: 2 }
const medias = [readerMedia(0, { receives: false }), readerMedia(1, { receives: false, rtcpChannel: 7 })]

describe('RTCP of a recording session', () => {
  it('goes out interleaved, after the answer to RECORD', () => {
    const duplex = new FakeDuplex()
    const writer = new DirectWriter({ target: { protocol: 'tcp', duplex }, medias, limits })
    expect(writer.writeRtcp(0, receiverReport)).toBe(false)
    writer.arm()
    expect(writer.writeRtcp(1, receiverReport)).toBe(true)
    expect(duplex.writes).toEqual([])
    writer.release()
    writer.writeRtcp(0, receiverReport)
    expect(duplex.frames()).toEqual([
      { channel: 7, packet: receiverReport },
      { channel: 1, packet: receiverReport },
    ])
    writer.close()
    expect(writer.writeRtcp(0, receiverReport)).toBe(false)
    expect(writer.stats()).toEqual([
      { mediaIndex: 0, bytes: 8, rtcpPackets: 1, droppedRtcpPackets: 0 },
      { mediaIndex: 1, bytes: 8, rtcpPackets: 1, droppedRtcpPackets: 0 },
    ])
  })

  it('goes out as datagrams', () => {
    const [rtp, rtcp] = [new FakeSocket(), new FakeSocket()]
    const writer = new DirectWriter({ target: { protocol: 'udp', rtp, rtcp, address: '10.0.0.9' }, medias, limits })
    writer.arm()
    writer.release()
    writer.writeRtcp(1, receiverReport)
    expect(rtcp.sent).toEqual([{ bytes: receiverReport, address: '10.0.0.9', port: 5003 }])
    expect(rtp.sent).toEqual([])
  })

  it('never goes out in clear where the session is encrypted, not even for a media whose keys are gone', () => {
    const duplex = new FakeDuplex()
    const writer = new DirectWriter({ target: { protocol: 'tcp', duplex }, medias, limits, isProtected: true })
    writer.arm()
    writer.release()
    expect(writer.writeRtcp(0, receiverReport)).toBe(false)
    expect(duplex.writes).toEqual([])
    expect(writer.stats()[0]).toMatchObject({ rtcpPackets: 0, droppedRtcpPackets: 1 })
  })

  it('[71] is bounded, and counts what it leaves out', () => {
    const duplex = new FakeDuplex()
    duplex.isStalled = true
    const writer = new DirectWriter({ target: { protocol: 'tcp', duplex }, medias, limits })
    writer.arm()
    writer.release()
    expect([1, 2, 3].map(() => writer.writeRtcp(0, receiverReport))).toEqual([true, true, false])
    expect(writer.queued).toBe(24)
    expect(writer.stats()[0]).toMatchObject({ rtcpPackets: 2, droppedRtcpPackets: 1 })
    expect([writer.stalledMs(0), writer.stalledMs(500)]).toEqual([0, 500])
  })

  it('forgets what was kept when RECORD was refused', () => {
    const duplex = new FakeDuplex()
    const writer = new DirectWriter({ target: { protocol: 'tcp', duplex }, medias, limits })
    writer.arm()
    writer.writeRtcp(0, receiverReport)
    writer.close()
    expect([writer.gate, duplex.writes.length, writer.stats()[0]!.rtcpPackets]).toEqual(['closed', 0, 0])
  })

  it('copies the bytes and refuses what is no RTCP of a media that was set up', () => {
    const duplex = new FakeDuplex()
    const writer = new DirectWriter({ target: { protocol: 'tcp', duplex }, medias, limits })
    writer.arm()
    writer.release()
    const bytes = receiverReport.slice()
    writer.writeRtcp(0, bytes)
    bytes.fill(0)
    expect(duplex.frames()[0]!.packet).toEqual(receiverReport)
    for (const write of [() => writer.writeRtcp(2, receiverReport), () => writer.writeRtcp(0, new Uint8Array(1473))]) {
      expect(write).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
    }
  })
})
