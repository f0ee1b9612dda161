import { describe, expect, it } from 'vitest'
import { createNodeEntropy } from '../../src/io/node-entropy.ts'

describe('real entropy', () => {
  it('gives unsigned 32-bit integers that differ, across several fillings of the pool', () => {
    const entropy = createNodeEntropy()
    const values = Array.from({ length: 1000 }, () => entropy.uint32())
    expect(values.every((value) => Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff)).toBe(true)
    expect(new Set(values).size).toBeGreaterThan(990)
    expect(values.some((value) => value > 0x7fff_ffff)).toBe(true)
  })

  it('gives fresh arrays of the length that was asked for', () => {
    const entropy = createNodeEntropy()
    const first = entropy.bytes(16)
    const second = entropy.bytes(16)
    expect(first).toHaveLength(16)
    expect(first.buffer).not.toBe(second.buffer)
    expect(first).not.toEqual(second)
    expect(entropy.bytes(0)).toHaveLength(0)
  })
  it('gives more bytes than its pool has, and none of them twice', () => {
    const entropy = createNodeEntropy()
    const large = entropy.bytes(5000)
    expect(large).toHaveLength(5000)
    expect(new Set(large).size).toBeGreaterThan(200)
    const tokens = Array.from({ length: 500 }, () => entropy.bytes(16).join())
    expect(new Set(tokens).size).toBe(500)
  })
})
