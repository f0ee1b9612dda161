import { map, timer } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import { ActorSystem } from '../../src/kernel/actor-system.ts'
import { assertDeepEqual, firstDifference } from '../../src/testing/deep-equal.ts'
import { clockOfScheduler, marbles } from '../../src/testing/marbles.ts'
import { scripted } from '../kernel/scripted-behavior.ts'

describe('marbles', () => {
  it('passes when the diagram is met', () => {
    marbles(({ cold, expectObservable }) =>
      expectObservable(cold('-a-|').pipe(map((word) => word + word))).toBe('-b-|', { b: 'aa' }),
    )
  })

  it('throws and names the place when it is not', () => {
    const wrong = (): void => marbles(({ cold, expectObservable }) => expectObservable(cold('-a--|')).toBe('--a-|'))
    expect(wrong).toThrow('values differ at [0].frame: 1 instead of 2')
  })

  it('uses the assertion that is injected', () => {
    const compared: unknown[] = []
    marbles(({ cold, expectObservable }) => expectObservable(cold('a')).toBe('b'), {
      assertEqual: (actual, expected) => void compared.push(actual, expected),
    })
    expect(compared).toHaveLength(2)
  })

  it('is a clock on which an actor system lives, and ends timers that restart for ever', () => {
    const fired: number[] = []
    marbles(
      ({ clock }) => {
        const act = {
          tick: (self: { startTimer(key: string, delayMs: number, word: string): void }) => {
            fired.push(clock.now())
            self.startTimer('tick', 10, 'tick')
          },
        }
        new ActorSystem({ clock }).spawn('a', scripted({ init: ['tick'], act }))
      },
      { untilMs: 35 },
    )
    expect(fired).toEqual([0, 10, 20, 30])
  })

  it('cancels timers and ends the turn in scheduler time', () => {
    const scheduler = new TestScheduler(assertDeepEqual)
    const clock = clockOfScheduler(scheduler, { startWallMs: 1000 })
    const log: string[] = []
    scheduler.run(() => {
      clock.setTimer(5, () => void log.push('never')).cancel()
      clock.setTimer(5, () => {
        clock.afterTurn(() => void log.push(`after@${clock.now()}`))
        log.push(`timer@${clock.wallNow()}`)
      })
      timer(6).subscribe({ next: () => void log.push('rx'), error: () => void log.push('error') })
    })
    expect(log).toEqual(['timer@1005', 'after@5', 'rx'])
  })
})

describe('assertDeepEqual', () => {
  const cycle = (): object => {
    const value: Record<string, unknown> = { a: 1 }
    value['self'] = value
    return value
  }

  it.each<[string, unknown, unknown]>([
    ['plain data', { a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }],
    ['bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
    ['maps and sets', [new Map([['a', { b: 1 }]]), new Set([1])], [new Map([['a', { b: 1 }]]), new Set([1])]],
    ['NaN', NaN, NaN],
    ['errors', new TypeError('x'), new TypeError('x')],
    ['cycles', cycle(), cycle()],
  ])('holds equal %s for equal', (_title, one, other) => {
    expect(firstDifference(one, other)).toBeUndefined()
  })

  it.each<[string, unknown, unknown, string]>([
    ['a value', { a: [1, { b: 'x' }] }, { a: [1, { b: 'y' }] }, '.a[1].b'],
    ['a missing field', {}, { a: undefined }, '.a'],
    ['a field too many', { a: 1 }, {}, '.a'],
    ['a length', [1], [1, 2], '.length'],
    ['a byte', Uint8Array.of(1, 2), Uint8Array.of(1, 3), '[1]'],
    ['an entry of a map', new Map([['a', 1]]), new Map([['a', 2]]), '.entry(0)[1]'],
    ['a member of a set', new Set([1]), new Set([2]), '.entry(0)'],
    ['a class', new TypeError('x'), new RangeError('x'), ''],
    ['the text of an error', new Error('x'), new Error('y'), '.message'],
    ['a date', new Date(0), new Date(1), '.getTime()'],
    ['null', null, {}, ''],
  ])('finds %s that differs', (_title, one, other, path) => {
    expect(firstDifference(one, other)?.path).toBe(path)
  })

  it('prints both sides, also what JSON cannot', () => {
    expect(() => assertDeepEqual([{ a: 1n }], [{ a: 2n }])).toThrow('values differ at [0].a: 1n instead of 2n')
    expect(() => assertDeepEqual(cycle(), undefined)).toThrow('{"a":1,"self":"(again)"} instead of undefined')
    expect(() => assertDeepEqual({ f: () => 1, m: new Map([[1, 2]]), e: new Error('x') }, Symbol('s'))).toThrow(
      '"(function)"',
    )
  })
})
