import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateIndex, indexCount, packetIndex, rolloverOf } from '../../../src/wire/srtp/packet-index.ts'
import { ReplayWindow, replayWindowSize } from '../../../src/wire/srtp/replay-window.ts'

describe('the index of a packet (RFC 3711 section 3.3.1)', () => {
  it.each([
    // highest rollover and sequence, sequence that arrives, its rollover
    [[0, 10], 11, 0],
    [[0, 65_535], 0, 1],
    [[0, 65_000], 30_000, 1],
    [[5, 10], 65_535, 4],
    [[5, 10], 9, 5],
    [[5, 40_000], 7_232, 5],
    [[5, 40_000], 7_231, 6],
    [[5, 10], 32_778, 5],
    [[5, 10], 32_779, 4],
    [[0xffff_fffe, 65_535], 0, 0xffff_ffff],
  ] as const)('after %j, %i has rollover counter %i', ([rollover, highest], sequence, expected) => {
    const index = estimateIndex(packetIndex(rollover, highest), sequence)
    expect([rolloverOf(index), index % 65_536]).toEqual([expected, sequence])
  })

  it('never gets a rollover counter below 0', () => {
    expect(estimateIndex(packetIndex(0, 10), 65_535)).toBe(65_535)
  })

  it('says so when the key is used up', () => {
    expect(estimateIndex(indexCount - 1, 0)).toBe(indexCount)
  })

  it('is found for whatever is less than 2^15 away', () => {
    const highest = fc.integer({ min: 40_000, max: 2 ** 48 - 40_000 })
    fc.assert(
      fc.property(highest, fc.integer({ min: -32_767, max: 32_767 }), (index, distance) => {
        expect(estimateIndex(index, (index + distance) % 65_536)).toBe(index + distance)
      }),
    )
  })
})

describe('the replay window (RFC 3711 section 3.3.2)', () => {
  it('agrees with a list of all that was received', () => {
    const steps = fc.array(fc.integer({ min: -80, max: 80 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(steps, (distances) => {
        let highest = 1000
        const received = new Set([highest])
        const window = new ReplayWindow(highest)
        for (const distance of distances) {
          const index = highest + distance
          const isFresh = !received.has(index) && index > highest - replayWindowSize
          expect(window.isFresh(index)).toBe(isFresh)
          if (!isFresh) continue
          window.record(index)
          received.add(index)
          highest = Math.max(highest, index)
          expect(window.highest).toBe(highest)
        }
      }),
    )
  })

  it.each([1, 31, 32, 33, 63])('remembers what is %i before the highest', (steps) => {
    const window = new ReplayWindow(5)
    window.record(5 + steps)
    expect(window.isFresh(5)).toBe(false)
    expect(window.isFresh(6)).toBe(steps > 1)
  })

  it('refuses what is 64 before the highest, received or not', () => {
    const window = new ReplayWindow(500)
    expect(window.isFresh(437)).toBe(true)
    expect(window.isFresh(436)).toBe(false)
  })
})
