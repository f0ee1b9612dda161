import { describe, expect, it, vi } from 'vitest'
import { createNodeClock } from '../../src/io/node-clock.ts'
import { NodeTimer } from '../../src/io/node-timer.ts'

const fired = (clock: ReturnType<typeof createNodeClock>, delayMs: number) =>
  new Promise<void>((resolve) => {
    clock.setTimer(delayMs, resolve)
  })

describe('the real clock', () => {
  it('a timer fires once, never before its delay is over', async () => {
    const clock = createNodeClock()
    for (const delayMs of [0, 0.4, 2.7, 5]) {
      const startedAt = clock.now()
      const keepAlive = setTimeout(() => undefined, 10_000)
      await fired(clock, delayMs)
      clearTimeout(keepAlive)
      expect(clock.now() - startedAt).toBeGreaterThanOrEqual(delayMs)
    }
  })

  it('a pending timer does not keep the process alive', () => {
    const timer = new NodeTimer(60_000, () => undefined)
    expect(timer.holdsProcess).toBe(false)
    timer.cancel()
  })

  it('a cancelled timer does not fire, and may be cancelled again', async () => {
    const clock = createNodeClock()
    const callback = vi.fn()
    const timer = clock.setTimer(1, callback)
    timer.cancel()
    timer.cancel()
    await fired(clock, 5)
    expect(callback).not.toHaveBeenCalled()
  })

  it('a delay past the range of setTimeout does not fire at once', async () => {
    const clock = createNodeClock()
    const callback = vi.fn()
    const timers = [clock.setTimer(2 ** 40, callback), clock.setTimer(Number.POSITIVE_INFINITY, callback)]
    await fired(clock, 5)
    expect(callback).not.toHaveBeenCalled()
    for (const timer of timers) timer.cancel()
  })

  it('wall time agrees with the system clock', () => {
    const clock = createNodeClock()
    const before = Date.now()
    const wallMs = clock.wallNow()
    expect(wallMs).toBeGreaterThanOrEqual(before)
    expect(wallMs).toBeLessThanOrEqual(Date.now() + 1)
  })
})
