import { describe, expect, it } from 'vitest'
import { MulticastGroup } from '../../../src/media/outbound/multicast-group.ts'
import type { SlowReaderPolicy } from '../../../src/media/outbound/reader-options.ts'
import { audio, FakeSocket, idr, rtp, sequenceOf, slice, Stage } from './fakes.ts'

interface GroupChange {
  readonly maxQueuedPackets?: number
  readonly policy?: SlowReaderPolicy
  readonly senderReports?: boolean
}

function groupOf(
  stage: Stage,
  { maxQueuedPackets = 100, policy = 'drop-to-random-access', senderReports = false }: GroupChange = {},
) {
  const sockets = [0, 1].map(() => ({ rtp: new FakeSocket(), rtcp: new FakeSocket() }))
  const told: string[] = []
  const group = new MulticastGroup(
    stage.hub,
    sockets.map((pair, mediaIndex) => ({
      mediaIndex,
      ...pair,
      address: `224.1.0.${mediaIndex + 1}`,
      rtpPort: 8002,
      rtcpPort: 8003,
      receives: true,
    })),
    {
      limits: { maxQueuedBytes: 1, maxQueuedPackets },
      policy,
      senderReports,
      isProtected: false,
      onFirstReport: () => told.push('first report'),
      onDropStart: () => told.push('drop'),
      onDropEnd: (droppedPackets) => told.push(`dropped ${droppedPackets}`),
      onExhausted: () => told.push('exhausted'),
    },
  )
  return { group, sockets, told }
}

const video = (sequence: number, payload: readonly number[]): Uint8Array =>
  rtp({ sequence, timestamp: sequence * 3000, marker: true, payload })

describe('MulticastGroup', () => {
  it('sends each media to its own group, and counts one recipient for each', () => {
    const stage = new Stage()
    const { sockets } = groupOf(stage)
    const { duplex } = stage.playing()
    stage.hub.writeRtp(0, video(1, idr))
    stage.hub.writeRtp(1, audio(2))
    stage.clock.endTurn()
    expect(sockets.map(({ rtp: socket }) => socket.sent.map(({ address, port }) => `${address}:${port}`))).toEqual([
      ['224.1.0.1:8002'],
      ['224.1.0.2:8002'],
    ])
    expect(duplex.frames()).toHaveLength(2)
    expect(stage.hub.stats().rtpPackets).toBe(4)
  })

  it('tells once that reports have begun, and sends one for each media after that', () => {
    const stage = new Stage()
    const { group, sockets, told } = groupOf(stage, { senderReports: true })
    stage.hub.writeRtp(0, video(1, idr))
    stage.hub.writeRtp(1, audio(2))
    stage.clock.endTurn()
    expect(told).toEqual(['first report'])
    stage.clock.advance(1000)
    group.sendReports(stage.clock.now())
    expect(sockets.map(({ rtcp }) => rtcp.sent.map(({ address, port }) => `${address}:${port}`))).toEqual([
      ['224.1.0.1:8003', '224.1.0.1:8003'],
      ['224.1.0.2:8003', '224.1.0.2:8003'],
    ])
  })

  it.each(['drop-to-random-access', 'close'] as const)(
    'is bounded while a socket takes nothing (%s), and begins again at a picture',
    (policy) => {
      const stage = new Stage()
      const { sockets, told } = groupOf(stage, { maxQueuedPackets: 4, policy })
      const socket = sockets[0]?.rtp
      if (socket === undefined) throw new Error('there are two')
      socket.isStalled = true
      for (let sequence = 1; sequence <= 50; sequence++) {
        stage.hub.writeRtp(0, video(sequence, sequence === 1 ? idr : slice))
        stage.hub.writeRtp(1, audio(sequence))
        stage.clock.endTurn()
      }
      expect(socket.sent.length).toBeLessThanOrEqual(8)
      const sent = socket.sent.length
      // The other media has a queue of its own.
      expect(sockets[1]?.rtp.sent).toHaveLength(50)
      socket.isStalled = false
      socket.queuedDatagrams = 0
      stage.hub.writeRtp(0, video(51, slice))
      stage.hub.writeRtp(0, video(52, idr))
      stage.clock.endTurn()
      expect(sequenceOf(socket.sent.at(-1)?.bytes ?? new Uint8Array(4))).toBe(52)
      expect(socket.sent.map(({ bytes }) => sequenceOf(bytes))).not.toContain(51)
      expect(told).toEqual(['drop', `dropped ${51 - sent}`])
    },
  )

  it('sends what was written before it closes and nothing after, and leaves no reader behind', () => {
    const stage = new Stage()
    const { group, sockets } = groupOf(stage)
    stage.hub.writeRtp(0, video(1, idr))
    group.close()
    stage.hub.writeRtp(0, video(2, idr))
    stage.clock.endTurn()
    expect(sockets[0]?.rtp.sent).toHaveLength(1)
    expect(stage.hub.activeReaderCount).toBe(0)
  })
})
