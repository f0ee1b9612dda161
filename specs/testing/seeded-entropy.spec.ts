import { describe, expect, it } from 'vitest'
import { seededEntropy, seededRandom } from '../../src/testing/seeded-entropy.ts'

describe('seeded randomness', () => {
  it('repeats with the seed and differs between seeds', () => {
    const draw = (seed: number): number[] => {
      const entropy = seededEntropy(seed)
      return [entropy.uint32(), ...entropy.bytes(7), entropy.uint32()]
    }
    expect(draw(1)).toEqual(draw(1))
    const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => seededEntropy(seed).uint32()))
    expect(firsts.size).toBe(1000)
  })

  it('gives as many bytes as asked for, in a fresh array', () => {
    const entropy = seededEntropy(3)
    expect([0, 1, 4, 5, 16].map((count) => entropy.bytes(count).length)).toEqual([0, 1, 4, 5, 16])
    expect(entropy.bytes(16)).not.toEqual(entropy.bytes(16))
  })

  it('stays in range and reaches all of it', () => {
    const random = seededRandom(7)
    const counts = new Array<number>(10).fill(0)
    for (let index = 0; index < 10_000; index++) counts[random.int(10)]!++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
    const entropy = seededEntropy(7)
    const words = Array.from({ length: 1000 }, () => entropy.uint32())
    expect(words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32)).toBe(true)
    expect(words.some((word) => word >= 2 ** 31)).toBe(true)
  })

  it('is never true by chance 0 and always by chance 1', () => {
    const random = seededRandom(9)
    const draws = Array.from({ length: 500 }, () => [random.chance(0), random.chance(1)])
    expect(draws.every(([never, always]) => !never && always)).toBe(true)
  })

  it('picks from what there is and refuses to pick from nothing', () => {
    const random = seededRandom(11)
    expect(new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', undefined])))).toEqual(
      new Set(['a', 'b', undefined]),
    )
    expect(() => random.pick([])).toThrow('nothing to pick')
    expect(() => random.int(0)).toThrow('int(0)')
  })
})
