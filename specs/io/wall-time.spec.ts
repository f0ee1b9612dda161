import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWallTime } from '../../src/io/wall-time.ts'

describe('wall time with a fraction', () => {
  it('follows a jump of the system clock at once, forwards and backwards', () => {
    let monotonicMs = 10.25
    let systemMs = 1_000_000
    const wallNow = createWallTime(
      () => monotonicMs,
      () => systemMs,
    )
    monotonicMs += 0.5
    expect(wallNow()).toBe(1_000_000.5)
    systemMs = 5_000_000
    expect(wallNow()).toBe(5_000_000)
    systemMs = 2_000_000
    expect(wallNow()).toBe(2_000_001)
  })

  it('is at most a millisecond off and never goes back while the system clock does not', () => {
    const step = fc.record({ monotonic: fc.double({ min: 0, max: 40, noNaN: true }), system: fc.nat(40) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        let monotonicMs = 0
        let systemMs = 1_700_000_000_000
        const wallNow = createWallTime(
          () => monotonicMs,
          () => systemMs,
        )
        let last = wallNow()
        for (const { monotonic, system } of steps) {
          monotonicMs += monotonic
          systemMs += system
          const wallMs = wallNow()
          expect(wallMs).toBeGreaterThanOrEqual(last)
          expect(wallMs).toBeGreaterThanOrEqual(systemMs)
          expect(wallMs).toBeLessThanOrEqual(systemMs + 1)
          last = wallMs
        }
      }),
    )
  })
})
