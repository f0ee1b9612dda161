import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualClock, settleLimit } from '../../src/testing/virtual-clock.ts'

describe('VirtualClock', () => {
  it('moves only when told to, the wall clock with it', () => {
    const clock = new VirtualClock({ startWallMs: 1000 })
    clock.advance(2.5)
    expect([clock.now(), clock.wallNow()]).toEqual([2.5, 1002.5])
    clock.shiftWall(-500)
    expect([clock.now(), clock.wallNow()]).toEqual([2.5, 502.5])
  })

  it('fires timers by time, then by start, each at its own time', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const note = (word: string) => () => void log.push(`${word}@${clock.now()}`)
    clock.setTimer(20, note('c'))
    clock.setTimer(10, note('a'))
    clock.setTimer(10, () => {
      note('b')()
      clock.setTimer(5, note('nested'))
      clock.setTimer(-3, note('now'))
    })
    clock.setTimer(31, note('later'))
    clock.advance(30)
    expect(log).toEqual(['a@10', 'b@10', 'now@10', 'nested@15', 'c@20'])
    expect([clock.now(), clock.pendingTimers, clock.nextTimerAt]).toEqual([30, 1, 31])
  })

  it('fires by time, then by start, whatever was cancelled in between', () => {
    const timer = fc.record({ delayMs: fc.nat(20), isCancelled: fc.boolean() })
    fc.assert(
      fc.property(fc.array(timer, { maxLength: 60 }), (timers) => {
        const clock = new VirtualClock()
        const fired: number[] = []
        const handles = timers.map(({ delayMs }, index) => clock.setTimer(delayMs, () => void fired.push(index)))
        timers.forEach(({ isCancelled }, index) => {
          if (isCancelled) handles[index]!.cancel()
          if (isCancelled) handles[index]!.cancel()
        })
        const kept = timers.map((entry, index) => ({ ...entry, index })).filter((entry) => !entry.isCancelled)
        expect(clock.pendingTimers).toBe(kept.length)
        clock.runToIdle()
        expect(fired).toEqual(
          kept.sort((one, other) => one.delayMs - other.delayMs || one.index - other.index).map((entry) => entry.index),
        )
        expect([clock.pendingTimers, clock.nextTimerAt]).toEqual([0, undefined])
      }),
      { numRuns: 60 },
    )
  })

  it('ends the turn before time moves and after each timer', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    clock.afterTurn(() => {
      log.push(`first@${clock.now()}`)
      clock.afterTurn(() => void log.push(`second@${clock.now()}`))
    })
    clock.setTimer(5, () => {
      log.push('timer 1')
      clock.afterTurn(() => void log.push(`after 1@${clock.now()}`))
    })
    clock.setTimer(5, () => void log.push('timer 2'))
    clock.advance(5)
    expect(log).toEqual(['first@0', 'second@0', 'timer 1', 'after 1@5', 'timer 2'])
  })

  it('settles without moving time', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    clock.setTimer(0, () => void log.push('timer'))
    clock.afterTurn(() => void log.push('after'))
    clock.settle()
    expect([log, clock.now()]).toEqual([['after'], 0])
  })

  it('fails with a sentence instead of running for ever', () => {
    const endlessTurn = new VirtualClock()
    const again = (): void => endlessTurn.afterTurn(again)
    again()
    expect(() => endlessTurn.settle()).toThrow(`not settled after ${settleLimit} callbacks in one turn`)
    const endlessInstant = new VirtualClock()
    const rearm = (): void => void endlessInstant.setTimer(0, rearm)
    rearm()
    expect(() => endlessInstant.advance(1)).toThrow(`more than ${settleLimit} timers at one instant`)
    const periodic = new VirtualClock()
    const tick = (): void => void periodic.setTimer(1000, tick)
    tick()
    expect(() => periodic.runToIdle(50)).toThrow('not idle after 50 timers')
    expect(periodic.now()).toBe(50_000)
  })

  it('passes on what a callback throws, and goes on from there', () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const boom = (): never => {
      throw new Error('boom')
    }
    clock.setTimer(5, boom)
    clock.setTimer(5, () => void log.push('next'))
    expect(() => clock.advance(10)).toThrow('boom')
    expect(clock.now()).toBe(5)
    clock.afterTurn(boom)
    clock.afterTurn(() => void log.push('after'))
    expect(() => clock.settle()).toThrow('boom')
    clock.advance(0)
    expect(log).toEqual(['after', 'next'])
  })

  it('refuses to be moved by its own callbacks, to go back, and what is no time', () => {
    const clock = new VirtualClock()
    clock.setTimer(1, () => clock.advance(1))
    expect(() => clock.advance(1)).toThrow('cannot be moved by its own callbacks')
    expect(() => clock.advance(-1)).toThrow('cannot go back')
    expect(() => clock.advance(NaN)).toThrow('finite')
    expect(() => clock.setTimer(Infinity, () => undefined)).toThrow('finite')
  })
})
