import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audio, FakeSocket, type PacketFields, receiverReport, rtp, sequenceOf, Stage } from './fakes.ts'

/** A socket that takes batches, until it does not. */
class BatchSocket extends FakeSocket {
  maxBatchDatagrams = 64
  readonly batches: number[] = []
  readonly lists: (readonly Uint8Array[])[] = []

  sendBatch(packets: readonly Uint8Array[], address: string, port: number): boolean {
    if (this.maxBatchDatagrams === 0) return false
    this.batches.push(packets.length)
    this.lists.push(packets)
    for (const bytes of packets) this.send(bytes, address, port)
    return true
  }
}

const video = (sequence: number, size = 20, fields: Partial<PacketFields> = {}) =>
  rtp({ sequence, payload: [0x41, ...new Array<number>(size).fill(1)], ...fields })

function playing(stage: Stage, maxQueuedPackets = 1000) {
  const sockets = { rtp: new BatchSocket(), rtcp: new BatchSocket() }
  const reader = stage.reader({
    target: { protocol: 'udp', ...sockets, address: '10.0.0.9' },
    limits: { maxQueuedBytes: 1000, maxQueuedPackets },
  })
  reader.arm()
  reader.release()
  return { ...sockets, reader }
}

const onPort = (socket: FakeSocket, port: number) =>
  socket.sent.filter((datagram) => datagram.port === port).map(({ bytes }) => bytes)

describe('readers over UDP whose socket takes batches', () => {
  it('get a burst in one batch for each media, and all of them the same list', () => {
    const stage = new Stage()
    const [one, other] = [playing(stage), playing(stage)]
    stage.hub.writeRtp(0, video(1))
    stage.hub.writeRtp(1, audio(1))
    stage.hub.writeRtp(0, video(2))
    stage.hub.writeRtp(0, video(3, 5))
    stage.hub.writeRtp(1, audio(2))
    stage.clock.endTurn()
    expect(one.rtp.batches).toEqual([3, 2])
    expect(one.rtp.lists[0]).toBe(other.rtp.lists[0])
    expect(onPort(one.rtp, 5000).map(sequenceOf)).toEqual([1, 2, 3])
    expect(onPort(one.rtp, 5002).map(sequenceOf)).toEqual([1, 2])
  })

  it('get RTCP from the other socket, one by one', () => {
    const stage = new Stage()
    const { rtp: rtpSocket, rtcp } = playing(stage)
    stage.hub.writeRtp(0, video(1))
    stage.hub.writeRtcp(0, receiverReport)
    stage.hub.writeRtp(0, video(2))
    stage.clock.endTurn()
    expect(rtpSocket.batches).toEqual([])
    expect(rtpSocket.sent).toHaveLength(2)
    expect([rtcp.sent.length, rtcp.batches.length]).toEqual([1, 0])
  })

  it('count the datagrams of a batch one by one', () => {
    const stage = new Stage()
    const { rtp: socket, reader } = playing(stage, 5)
    socket.isStalled = true
    for (const sequence of [1, 2, 3]) stage.hub.writeRtp(0, video(sequence, 20, { timestamp: 1 }))
    stage.clock.endTurn()
    expect(socket.batches).toEqual([3])
    expect(reader.queued).toBe(3)
    for (const sequence of [4, 5, 6]) stage.hub.writeRtp(0, video(sequence, 20, { timestamp: sequence, marker: true }))
    stage.clock.endTurn()
    expect(stage.told).toContain('drop')
    expect(reader.queued).toBeLessThanOrEqual(5)
    socket.queuedDatagrams = 0
    expect(reader.queued).toBe(0)
  })

  it('get everything when the socket gives up batches in the middle', () => {
    const stage = new Stage()
    const { rtp: socket, reader } = playing(stage)
    const sendBatch = socket.sendBatch.bind(socket)
    socket.sendBatch = (...values) => {
      if (socket.batches.length === 1) socket.maxBatchDatagrams = 0
      return sendBatch(...values)
    }
    socket.isStalled = true
    for (const sequence of [1, 2]) stage.hub.writeRtp(0, video(sequence))
    for (const sequence of [3, 4]) stage.hub.writeRtp(0, video(sequence, 40))
    stage.clock.endTurn()
    for (const sequence of [5, 6]) stage.hub.writeRtp(0, video(sequence))
    stage.clock.endTurn()
    expect(socket.batches).toEqual([2])
    expect(onPort(socket, 5000).map(sequenceOf)).toEqual([1, 2, 3, 4, 5, 6])
    expect(reader.queued).toBe(6)
  })

  it('get the same datagrams for each port as readers whose socket takes none', () => {
    const write = fc.record({
      kind: fc.constantFrom('video', 'video', 'video', 'audio', 'rtcp', 'turn', 'join'),
      size: fc.oneof(fc.constant(1200), fc.integer({ min: 1, max: 1400 })),
    })
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60 }), (writes) => {
        const stage = new Stage()
        const plain = stage.playingUdp()
        const batching = playing(stage)
        let sequence = 0
        for (const { kind, size } of writes) {
          sequence += 1
          if (kind === 'video') stage.hub.writeRtp(0, video(sequence, size))
          else if (kind === 'audio') stage.hub.writeRtp(1, audio(sequence))
          else if (kind === 'rtcp') stage.hub.writeRtcp(0, receiverReport)
          else if (kind === 'turn') stage.clock.endTurn()
          else batching.reader.writeRtp(0, video(sequence, 3))
          if (kind === 'join') plain.reader.writeRtp(0, video(sequence, 3))
        }
        stage.clock.endTurn()
        for (const port of [5000, 5002]) expect(onPort(batching.rtp, port)).toEqual(onPort(plain.rtp, port))
        for (const port of [5001, 5003]) expect(onPort(batching.rtcp, port)).toEqual(onPort(plain.rtcp, port))
      }),
      { numRuns: 60 },
    )
  })
})
