import { concat, from, NEVER, Observable, of, Subject, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { toAsyncIterable } from '../../src/api/async-iterable.ts'

async function collect<Value>(values: AsyncIterable<Value>): Promise<readonly Value[]> {
  const collected: Value[] = []
  for await (const value of values) collected.push(value)
  return collected
}

describe('for await over an Observable', () => {
  it('gives every value in order and ends with the source', async () => {
    expect(await collect(toAsyncIterable(from([1, 2, 3])))).toEqual([1, 2, 3])
    expect(await collect(toAsyncIterable(of(undefined)))).toEqual([undefined])
  })

  it('subscribes when a loop begins, once for each, and unsubscribes on break', async () => {
    let subscribed = 0
    let unsubscribed = 0
    const source$ = new Observable<number>((subscriber) => {
      subscribed += 1
      subscriber.next(1)
      return () => void (unsubscribed += 1)
    })
    const iterable = toAsyncIterable(source$)
    expect(subscribed).toBe(0)
    for (let loop = 0; loop < 2; loop++) {
      for await (const value of iterable) {
        expect(value).toBe(1)
        break
      }
    }
    expect([subscribed, unsubscribed]).toEqual([2, 2])
  })

  it('unsubscribes when the loop throws', async () => {
    const source$ = new Subject<number>()
    const iterator = toAsyncIterable(source$)[Symbol.asyncIterator]()
    const first = iterator.next()
    source$.next(1)
    await first
    await expect(iterator.throw?.(new Error('mine'))).rejects.toThrow('mine')
    expect(source$.observed).toBe(false)
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('throws what the source errors with, after what came before', async () => {
    const iterator = toAsyncIterable(
      concat(
        of(1),
        throwError(() => new Error('gone')),
      ),
    )[Symbol.asyncIterator]()
    expect(await iterator.next()).toEqual({ done: false, value: 1 })
    await expect(iterator.next()).rejects.toThrow('gone')
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('lets several calls of next wait, and ends them all', async () => {
    const source$ = new Subject<number>()
    const iterator = toAsyncIterable(source$)[Symbol.asyncIterator]()
    const waiting = [iterator.next(), iterator.next(), iterator.next()]
    source$.next(1)
    source$.complete()
    expect(await Promise.all(waiting)).toEqual([
      { done: false, value: 1 },
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
  })

  it('drops the oldest at the bound, and counts', async () => {
    const source$ = new Subject<number>()
    const iterable = toAsyncIterable(source$, { maxQueued: 2 })
    const iterator = iterable[Symbol.asyncIterator]()
    const first = iterator.next()
    for (const value of [1, 2, 3, 4, 5]) source$.next(value)
    source$.complete()
    expect(await first).toEqual({ done: false, value: 1 })
    expect(await collect({ [Symbol.asyncIterator]: () => iterator })).toEqual([4, 5])
    expect(iterable.dropped).toBe(2)
  })

  it('ends with an error at the bound when that is wanted', async () => {
    const source$ = new Subject<number>()
    const iterable = toAsyncIterable(source$, { maxQueued: 1, overflow: 'error' })
    const iterator = iterable[Symbol.asyncIterator]()
    const first = iterator.next()
    for (const value of [1, 2, 3]) source$.next(value)
    expect(source$.observed).toBe(false)
    await first
    expect(await iterator.next()).toEqual({ done: false, value: 2 })
    await expect(iterator.next()).rejects.toMatchObject({ code: 'ERR_RTSP_WRITE_QUEUE_FULL' })
    expect(iterable.dropped).toBe(0)
  })

  it('holds a source that emits while it is subscribed to the bound', async () => {
    const iterable = toAsyncIterable(concat(from([1, 2, 3, 4]), NEVER), { maxQueued: 2 })
    const iterator = iterable[Symbol.asyncIterator]()
    expect(await iterator.next()).toEqual({ done: false, value: 3 })
    expect(iterable.dropped).toBe(2)
    await iterator.return?.()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it.each([0, -1, 1.5, Number.NaN, 1_000_000])('refuses a bound of %d', (maxQueued) => {
    expect(() => toAsyncIterable(NEVER, { maxQueued })).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })
})
