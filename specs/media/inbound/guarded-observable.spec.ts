import { firstValueFrom, map, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { GuardedObservable } from '../../../src/media/inbound/guarded-observable.ts'

function create(): { source: Subject<number>; values$: GuardedObservable<number>; errors: unknown[] } {
  const source = new Subject<number>()
  const errors: unknown[] = []
  const values$ = new GuardedObservable<number>(
    (subscriber) => source.subscribe(subscriber),
    (error) => errors.push(error),
  )
  return { source, values$, errors }
}

function fail(error: unknown): never {
  throw error
}

describe('GuardedObservable', () => {
  it('unsubscribes a subscriber that throws, tells the owner, and serves the others', () => {
    const { source, values$, errors } = create()
    const seen: number[] = []
    const faulty = values$.subscribe(() => fail('boom'))
    values$.subscribe((value) => seen.push(value))
    source.next(1)
    source.next(2)
    expect(seen).toEqual([1, 2])
    expect(errors).toEqual(['boom'])
    expect(faulty.closed).toBe(true)
  })

  it('does so behind operators', () => {
    const { source, values$, errors } = create()
    values$.pipe(map((value) => value * 2)).subscribe(() => fail('consumer'))
    values$.pipe(map(() => fail('operator'))).subscribe()
    source.next(1)
    source.next(2)
    expect(errors).toEqual(['consumer', 'operator'])
    expect(source.observed).toBe(false)
  })

  it('leaves errors to the subscriber that handles them', () => {
    const { source, values$, errors } = create()
    const handled: unknown[] = []
    values$.pipe(map(() => fail('operator'))).subscribe({ error: (error: unknown) => handled.push(error) })
    source.next(1)
    expect(handled).toEqual(['operator'])
    expect(errors).toEqual([])
  })

  it('catches what error and complete handlers throw', () => {
    const { source, values$, errors } = create()
    values$.subscribe({ complete: () => fail('complete') })
    values$.pipe(map(() => fail('operator'))).subscribe({ error: () => fail('error') })
    source.next(1)
    source.complete()
    expect(errors).toEqual(['error', 'complete'])
  })

  it('catches what is thrown while subscribing', () => {
    const errors: unknown[] = []
    const seen: number[] = []
    const values$ = new GuardedObservable<number>(
      (subscriber) => {
        subscriber.next(1)
        subscriber.next(2)
      },
      (error) => errors.push(error),
    )
    const subscription = values$.subscribe((value) => {
      seen.push(value)
      fail('early')
    })
    expect(seen).toEqual([1])
    expect(errors).toEqual(['early'])
    expect(subscription.closed).toBe(true)
  })

  it('calls an observer as its own method, and completes once', () => {
    const { source, values$ } = create()
    const log: unknown[] = []
    const observer = {
      name: 'observer',
      next(value: number): void {
        log.push(value, this.name)
      },
      complete: () => log.push('complete'),
    }
    values$.subscribe(observer)
    source.next(1)
    source.complete()
    expect(log).toEqual([1, 'observer', 'complete'])
  })

  it('works with what RxJS subscribes itself, and with Subjects', async () => {
    const { source, values$ } = create()
    const relay = new Subject<number>()
    const relayed: number[] = []
    relay.subscribe((value) => relayed.push(value))
    values$.subscribe(relay)
    const first = firstValueFrom(values$)
    source.next(3)
    expect(await first).toBe(3)
    expect(relayed).toEqual([3])
  })

  it('delivers nothing after an unsubscribe, also from within a delivery', () => {
    const { source, values$ } = create()
    const seen: number[] = []
    const later = values$.subscribe((value) => seen.push(value))
    later.unsubscribe()
    const own = values$.subscribe((value) => {
      seen.push(value)
      own.unsubscribe()
    })
    source.next(1)
    source.next(2)
    expect(seen).toEqual([1])
    expect(source.observed).toBe(false)
  })
})
