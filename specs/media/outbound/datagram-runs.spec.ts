import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxBatchBytes, maxBatchDatagramBytes } from '../../../src/contracts/network.ts'
import { Burst, isRtcpFlag } from '../../../src/media/outbound/burst.ts'
import { DatagramPlan, datagramRuns } from '../../../src/media/outbound/datagram-runs.ts'

interface Spec {
  readonly media: number
  readonly size: number
  readonly isRtcp: boolean
}

/** `v1200` is an RTP packet of media 0, `a100` of media 1, `V28` an RTCP packet of media 0. */
const spec = (text: string): Spec => ({
  media: text[0]!.toLowerCase() === 'v' ? 0 : 1,
  size: Number(text.slice(1)),
  isRtcp: text[0] === text[0]!.toUpperCase(),
})

function burstOf(specs: readonly Spec[]): Burst {
  const burst = new Burst(2)
  specs.forEach(({ media, size, isRtcp }, index) => {
    burst.append(new Uint8Array(size).fill(index), 0, media, isRtcp ? -1 : media, isRtcp ? isRtcpFlag : 0)
  })
  return burst
}

const written = (burst: Burst, maxRunPackets = 64) =>
  datagramRuns(burst, maxRunPackets).map(({ mediaIndex, isRtcp, packets }) => {
    const letter = mediaIndex === 0 ? 'v' : 'a'
    return `${isRtcp ? letter.toUpperCase() : letter} ${packets.map((packet) => packet.length).join(' ')}`
  })

describe('runs of a burst', () => {
  it.each([
    ['', []],
    ['v1200', ['v 1200']],
    ['v1200 v1200 v1200', ['v 1200 1200 1200']],
    ['v1200 v1200 v400', ['v 1200 1200 400']],
    ['v1200 v400 v400', ['v 1200 400', 'v 400']],
    ['v400 v1200 v1200', ['v 400', 'v 1200 1200']],
    ['v1200 v400 v1200', ['v 1200 400', 'v 1200']],
    ['v1200 a100 v1200 a100 v7', ['v 1200 1200 7', 'a 100 100']],
    ['v1200 V28 v1200 v1200', ['v 1200', 'V 28', 'v 1200 1200']],
    ['v1200 A28 v1200 a100', ['v 1200 1200', 'A 28', 'a 100']],
    ['V28 V28 v9', ['V 28', 'V 28', 'v 9']],
    ['v1472 v1472', ['v 1472 1472']],
    ['v1473 v1473', ['v 1473', 'v 1473']],
    ['v1472 v1473 v100', ['v 1472', 'v 1473', 'v 100']],
  ])('%s', (text, runs) => {
    const specs = text === '' ? [] : text.split(' ').map(spec)
    expect(written(burstOf(specs))).toEqual(runs)
  })

  it('end at the number of packets that a socket takes', () => {
    const burst = burstOf(Array.from({ length: 7 }, () => spec('v100')))
    expect(written(burst, 3)).toEqual(['v 100 100 100', 'v 100 100 100', 'v 100'])
  })

  it('end at the bytes that a datagram header can tell (RFC 768)', () => {
    const burst = burstOf(Array.from({ length: 50 }, () => spec('v1400')))
    expect(datagramRuns(burst, 64).map(({ packets }) => packets.length)).toEqual([46, 4])
  })

  it('hold every packet once, in order for each port, and only what may be in one batch', () => {
    const specs = fc.array(
      fc.record({
        media: fc.nat(1),
        size: fc.oneof(fc.constantFrom(1200, 1400, 40), fc.integer({ min: 1, max: 3000 })),
        isRtcp: fc.boolean(),
      }),
      { maxLength: 150 },
    )
    fc.assert(
      fc.property(specs, fc.integer({ min: 2, max: 64 }), (given, maxRunPackets) => {
        const burst = burstOf(given)
        const runs = datagramRuns(burst, maxRunPackets)
        for (const media of [0, 1]) {
          const sent = runs.filter((run) => run.mediaIndex === media)
          expect(sent.flatMap(({ isRtcp, packets }) => packets.map((packet) => [isRtcp, packet]))).toEqual(
            given.flatMap((one, index) => (one.media === media ? [[one.isRtcp, burst.packet(index)]] : [])),
          )
        }
        for (const { packets, isRtcp } of runs) {
          const sizes = packets.map((packet) => packet.length)
          const last = sizes.pop()!
          expect(sizes.every((size) => size === sizes[0])).toBe(true)
          if (sizes.length === 0) continue
          expect(isRtcp).toBe(false)
          expect(last).toBeLessThanOrEqual(sizes[0]!)
          expect(packets.length).toBeLessThanOrEqual(maxRunPackets)
          expect(sizes[0]).toBeLessThanOrEqual(maxBatchDatagramBytes)
          expect(sizes.reduce((sum, size) => sum + size, last)).toBeLessThanOrEqual(maxBatchBytes)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('are made once for all readers, and again when the burst goes on', () => {
    const burst = burstOf([spec('v9'), spec('v9')])
    const plan = DatagramPlan.of(burst)
    const runs = plan.runs(64)
    expect(DatagramPlan.of(burst).runs(64)).toBe(runs)
    burst.append(new Uint8Array(9), 0, 0, 0, 0)
    expect(plan.runs(64)[0]?.packets).toHaveLength(3)
    expect(runs[0]?.packets).toHaveLength(2)
    burst.reset()
    burst.append(new Uint8Array(5), 0, 0, 0, 0)
    expect(plan.runs(64).map(({ packets }) => packets.map((packet) => packet.length))).toEqual([[5]])
  })
})
