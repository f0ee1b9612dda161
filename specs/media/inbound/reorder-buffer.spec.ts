import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReorderBuffer } from '../../../src/media/inbound/reorder-buffer.ts'
import { packetOf, range, sequenceNumbersOf } from './packets.ts'

interface Offered {
  readonly delivered: readonly number[]
  readonly lost: number
}

function offer(buffer: ReorderBuffer, sequenceNumber: number, now = 0): Offered {
  const outcome = buffer.offer(packetOf(sequenceNumber & 0xffff), now)
  const { lost } = buffer
  if (outcome === 'batch') return { delivered: sequenceNumbersOf(buffer.take()), lost }
  return { delivered: outcome === 'held' || outcome === 'dropped' ? [] : [sequenceNumber & 0xffff], lost }
}

function offerAll(buffer: ReorderBuffer, sequenceNumbers: readonly number[]): (readonly number[])[] {
  return sequenceNumbers.map((sequenceNumber) => offer(buffer, sequenceNumber).delivered)
}

describe('[72] ReorderBuffer', () => {
  it('puts the script of the reference in order, across the wrap, without a loss', () => {
    const buffer = new ReorderBuffer()
    const arrivals = [65530, 65529, 65531, 65531, 65535, 65533, 65533, 65532, 65534, 1, 0]
    const offered = arrivals.map((sequenceNumber) => offer(buffer, sequenceNumber))
    expect(offered.map(({ delivered }) => delivered)).toEqual([
      [65530],
      [],
      [65531],
      [],
      [],
      [],
      [],
      [65532, 65533],
      [65534, 65535],
      [],
      [0, 1],
    ])
    expect(offered.every(({ lost }) => lost === 0)).toBe(true)
  })

  it('keeps the first copy of a held duplicate', () => {
    const buffer = new ReorderBuffer()
    buffer.offer(packetOf(1), 0)
    expect(buffer.offer(packetOf(3, { payload: new Uint8Array([1]) }), 0)).toBe('held')
    expect(buffer.offer(packetOf(3, { payload: new Uint8Array([2]) }), 0)).toBe('dropped')
    expect(buffer.offer(packetOf(2), 0)).toBe('batch')
    expect([...(buffer.take()[1]?.payload ?? [])]).toEqual([1])
  })

  it('flushes what it holds when a packet comes 64 positions ahead', () => {
    const buffer = new ReorderBuffer()
    offer(buffer, 1564)
    for (const sequenceNumber of range(1599, 30)) {
      expect(offer(buffer, sequenceNumber)).toEqual({ delivered: [], lost: 0 })
    }
    expect(buffer.heldCount).toBe(30)
    expect(offer(buffer, 1629)).toEqual({ delivered: range(1599, 31), lost: 34 })
    expect(buffer.heldCount).toBe(0)
    expect(offer(buffer, 1630)).toEqual({ delivered: [1630], lost: 0 })
  })

  it('counts a jump beyond the window as lost when nothing is held', () => {
    const buffer = new ReorderBuffer()
    offer(buffer, 30)
    expect(offer(buffer, 100)).toEqual({ delivered: [100], lost: 69 })
  })

  it('holds a packet 63 positions ahead and no further', () => {
    const buffer = new ReorderBuffer()
    offer(buffer, 0)
    expect(offer(buffer, 64)).toEqual({ delivered: [], lost: 0 })
    expect(offer(buffer, 65)).toEqual({ delivered: [64, 65], lost: 63 })
  })

  it('takes the 65th packet in a row that comes too late for a new start', () => {
    const buffer = new ReorderBuffer()
    offer(buffer, 50000)
    offer(buffer, 50002)
    expect(offerAll(buffer, range(40000, 64)).flat()).toEqual([])
    expect(buffer.offer(packetOf(40064), 0)).toBe('restart')
    expect(buffer.lost).toBe(0)
    expect(buffer.heldCount).toBe(0)
    expect(offer(buffer, 40065)).toEqual({ delivered: [40065], lost: 0 })
  })

  it('does not take stragglers for a new start when packets in order come between', () => {
    const buffer = new ReorderBuffer()
    offer(buffer, 1000)
    for (const sequenceNumber of range(1001, 200)) {
      expect(offer(buffer, sequenceNumber - 500).delivered).toEqual([])
      expect(offer(buffer, sequenceNumber).delivered).toEqual([sequenceNumber])
    }
  })

  it('has windows of other sizes', () => {
    const buffer = new ReorderBuffer(0, 4)
    offer(buffer, 10)
    expect(offerAll(buffer, [12, 14])).toEqual([[], []])
    expect(offer(buffer, 15)).toEqual({ delivered: [12, 14, 15], lost: 2 })
  })

  it('keeps copies, since the bytes are only lent', () => {
    const buffer = new ReorderBuffer()
    buffer.offer(packetOf(1), 0)
    const lent = packetOf(3)
    buffer.offer(lent, 0)
    lent.bytes.fill(0xff)
    buffer.offer(packetOf(2), 0)
    expect(sequenceNumbersOf(buffer.take())).toEqual([2, 3])
  })

  it('starts anywhere after a reset', () => {
    const buffer = new ReorderBuffer()
    offerAll(buffer, [100, 102])
    buffer.reset()
    expect(offer(buffer, 5)).toEqual({ delivered: [5], lost: 0 })
    expect(offer(buffer, 6)).toEqual({ delivered: [6], lost: 0 })
  })

  it('delivers each packet once and in order, whatever the order of arrival within the window', () => {
    const shuffled = fc
      .tuple(fc.integer({ min: 0, max: 0xffff }), fc.array(fc.nat(30), { minLength: 1, maxLength: 120 }))
      .map(([first, delays]) => {
        const order = delays.map((delay, index) => ({ index, at: index + delay }))
        const rest = order.slice(1).sort((a, b) => a.at - b.at || a.index - b.index)
        return [0, ...rest.map(({ index }) => index)].map((index) => (first + index) & 0xffff)
      })
    fc.assert(
      fc.property(shuffled, (arrivals) => {
        const buffer = new ReorderBuffer()
        const first = arrivals[0] ?? 0
        const delivered = offerAll(buffer, arrivals).flat()
        expect(delivered).toEqual(range(first, arrivals.length).map((value) => value & 0xffff))
        expect(buffer.heldCount).toBe(0)
      }),
    )
  })

  it('accounts for every sequence number, delivered or lost, whatever is lost or repeated on the way', () => {
    const steps = fc.array(fc.integer({ min: -3, max: 70 }), { maxLength: 100 })
    fc.assert(
      fc.property(steps, (differences) => {
        const buffer = new ReorderBuffer()
        let at = 60000
        let lost = 0
        const delivered = [...offer(buffer, at).delivered]
        for (const difference of differences) {
          at += difference
          const offered = offer(buffer, at)
          delivered.push(...offered.delivered)
          lost += offered.lost
        }
        const span = ((delivered.at(-1) ?? 0) - 60000) & 0xffff
        expect((delivered.length + lost - 1) & 0xffff).toBe(span)
      }),
    )
  })
})

describe('ReorderBuffer with a time limit', () => {
  it('gives up on a gap after the limit and counts what is missing', () => {
    const buffer = new ReorderBuffer(100)
    offer(buffer, 10, 0)
    offer(buffer, 13, 50)
    offer(buffer, 14, 60)
    expect(buffer.poll(149)).toBe(false)
    expect(buffer.poll(150)).toBe(true)
    expect(sequenceNumbersOf(buffer.take())).toEqual([13, 14])
    expect(buffer.lost).toBe(2)
    expect(offer(buffer, 15, 151)).toEqual({ delivered: [15], lost: 0 })
    expect(offer(buffer, 12, 152).delivered).toEqual([])
  })

  it('goes on waiting behind a younger gap', () => {
    const buffer = new ReorderBuffer(100)
    offer(buffer, 10, 0)
    offer(buffer, 12, 0)
    offer(buffer, 20, 90)
    expect(buffer.poll(100)).toBe(true)
    expect(sequenceNumbersOf(buffer.take())).toEqual([12])
    expect(buffer.heldCount).toBe(1)
    expect(buffer.poll(190)).toBe(true)
    expect(sequenceNumbersOf(buffer.take())).toEqual([20])
    expect(buffer.lost).toBe(7)
  })

  it('waits for ever without a limit', () => {
    const buffer = new ReorderBuffer()
    offerAll(buffer, [10, 12])
    expect(buffer.poll(1e9)).toBe(false)
  })
})
