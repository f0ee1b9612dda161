import { describe, expect, it, vi } from 'vitest'
import { TurnEnd } from '../../src/io/turn-end.ts'

const nextImmediate = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })

describe('the end of the turn', () => {
  it('runs all callbacks of a turn in order from one immediate, and none inside add', async () => {
    const immediate = vi.spyOn(globalThis, 'setImmediate')
    const turnEnd = new TurnEnd()
    const seen: number[] = []
    for (const value of [1, 2, 3]) turnEnd.add(() => seen.push(value))
    expect(seen).toEqual([])
    expect(immediate).toHaveBeenCalledTimes(1)
    immediate.mockRestore()
    await nextImmediate()
    expect(seen).toEqual([1, 2, 3])
  })

  it('what is added by a callback runs in the next turn', async () => {
    const turnEnd = new TurnEnd()
    const seen: string[] = []
    turnEnd.add(() => {
      seen.push('first')
      turnEnd.add(() => seen.push('third'))
    })
    turnEnd.add(() => seen.push('second'))
    await nextImmediate()
    expect(seen).toEqual(['first', 'second'])
    await nextImmediate()
    expect(seen).toEqual(['first', 'second', 'third'])
  })

  it('a callback that throws loses none of the others, and its error is not swallowed', async () => {
    // Vitest listens for uncaught errors as well; ours takes its place for the length of this test.
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const uncaught: unknown[] = []
    process.on('uncaughtException', (error) => uncaught.push(error))
    try {
      const turnEnd = new TurnEnd()
      const seen: string[] = []
      const fault = new Error('a bad callback')
      turnEnd.add(() => {
        turnEnd.add(() => seen.push('later'))
        throw fault
      })
      turnEnd.add(() => seen.push('kept'))
      await nextImmediate()
      await nextImmediate()
      expect(seen).toEqual(['kept', 'later'])
      expect(uncaught).toEqual([fault])
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of others) process.on('uncaughtException', listener)
    }
  })
})
