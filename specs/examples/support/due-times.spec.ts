import fc from 'fast-check'
import { EncodedPacket } from 'mediabunny'
import { describe, expect, it } from 'vitest'
import { inDueOrder, type DuePacket } from '../../../examples/support/due-times.ts'

async function dueTimes(times: readonly number[]): Promise<readonly DuePacket[]> {
  const packets = times.map(
    (time, index) => new EncodedPacket(Uint8Array.of(index), index === 0 ? 'key' : 'delta', time, 1),
  )
  const due: DuePacket[] = []
  for await (const packet of inDueOrder(fromArray(packets))) due.push(packet)
  return due
}

async function* fromArray<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  for (const value of values) yield await Promise.resolve(value)
}

describe('the times at which packets are due', () => {
  it.each([
    ['no B frames', [0, 1, 2, 3], [0, 1, 2, 3]],
    ['one B frame', [0, 2, 1, 4, 3], [-1, 0, 1, 2, 3]],
    ['a pyramid of three', [0, 4, 2, 1, 3, 8, 6, 5, 7], [-2, -1, 0, 1, 2, 3, 4, 5, 6]],
    ['leading pictures behind a key picture', [10, 8, 9, 11], [7, 8, 9, 10]],
    ['pauses between pictures', [0, 10, 5, 20], [-5, 0, 5, 15]],
    ['nothing', [], []],
  ])('are in the order of decoding, and never after the showing: %s', async (_, times, expected) => {
    expect((await dueTimes(times)).map(({ dueSeconds }) => dueSeconds)).toEqual(expected)
  })

  it('whatever the order of a group of pictures, within what the codecs allow', async () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 1, max: 5 }), async (places, groupCount) => {
        const times = Array.from({ length: groupCount }, (_, group) => places.map((place) => group * 16 + place)).flat()
        const due = await dueTimes(times)
        expect(due.map(({ encoded }) => encoded.timestamp)).toEqual(times)
        for (const [index, { dueSeconds, startSeconds }] of due.entries()) {
          expect(dueSeconds).toBeGreaterThanOrEqual(due[index - 1]?.dueSeconds ?? -Infinity)
          expect(dueSeconds).toBeLessThanOrEqual(startSeconds)
        }
      }),
      { numRuns: 100 },
    )
  })
})
