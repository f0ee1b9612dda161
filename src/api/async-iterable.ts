import { firstValueFrom, throwError, type Observable, type Subscription } from 'rxjs'
import { rtspError } from '../contracts/rtsp-error.ts'

/**
 * `for await` over an Observable. An Observable pushes and a loop pulls, so a queue stands between them; it has a bound,
 * because a loop that is slower than a camera would otherwise fill memory. What happens at the bound has a name.
 */

/** How an Observable becomes an iterable. */
export interface AsyncIterableOptions {
  /** Values that may wait for the loop. 1..65,536, default 1024. */
  readonly maxQueued?: number
  /**
   * What happens when one more comes. `drop-oldest` (default): the oldest goes and `dropped` counts it. `error`: the
   * source is unsubscribed, what waits is still delivered, then the loop throws ERR_RTSP_WRITE_QUEUE_FULL.
   */
  readonly overflow?: 'drop-oldest' | 'error'
}

/** An Observable as an iterable. Every loop subscribes anew, when it begins. */
export interface ObservableIterable<Value> extends AsyncIterable<Value> {
  [Symbol.asyncIterator](): AsyncIterableIterator<Value>
  /** Values that all loops together have missed because they were too slow. */
  readonly dropped: number
}

/**
 * Makes an Observable usable in `for await`. The loop ends when the source completes, throws when it errors, and
 * unsubscribes on `break`, `return` and `throw`. Throws ERR_RTSP_USAGE for a `maxQueued` out of range.
 *
 * Packets of `rtp$` are views that hold during delivery only: keep a copy when they go through a queue.
 *
 * ```ts
 * for await (const event of toAsyncIterable(server.events$)) console.log(event.type)
 *
 * const packets$ = session.rtp$.pipe(map(({ packet }) => packet.clone()))
 * for await (const packet of toAsyncIterable(packets$, { maxQueued: 512 })) await store(packet.bytes)
 * ```
 */
export function toAsyncIterable<Value>(
  source: Observable<Value>,
  options: AsyncIterableOptions = {},
): ObservableIterable<Value> {
  const { maxQueued = 1024, overflow = 'drop-oldest' } = options
  if (!Number.isInteger(maxQueued) || maxQueued < 1 || maxQueued > 65_536) {
    throw rtspError('ERR_RTSP_USAGE', 'maxQueued must be an integer from 1 to 65,536')
  }
  let dropped = 0
  const countDropped = (): void => {
    dropped += 1
  }
  return {
    [Symbol.asyncIterator]: () => new ObservableIterator(source, maxQueued, overflow === 'error' ? null : countDropped),
    get dropped() {
      return dropped
    },
  }
}

interface Waiter<Value> {
  resolve(result: IteratorResult<Value, undefined>): void
  reject(error: unknown): void
}

/** Either values wait for the loop, or calls of `next` wait for values; never both. */
class ObservableIterator<Value> implements AsyncIterableIterator<Value, undefined> {
  readonly #maxQueued: number
  /** `null`: one value too many is an error. */
  readonly #onDropped: (() => void) | null
  readonly #source: Observable<Value>
  #subscription: Subscription | null = null
  #queue: Value[] = []
  readonly #waiters: Waiter<Value>[] = []
  #end: { readonly error: unknown; readonly isError: boolean } | null = null

  constructor(source: Observable<Value>, maxQueued: number, onDropped: (() => void) | null) {
    this.#source = source
    this.#maxQueued = maxQueued
    this.#onDropped = onDropped
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Value, undefined>> {
    this.#subscription ??= this.#subscribe()
    const [value] = this.#queue
    if (this.#queue.length > 0) {
      this.#queue.shift()
      return Promise.resolve({ done: false, value: value as Value })
    }
    const end = this.#end
    if (end === null) return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
    this.#end = { error: undefined, isError: false }
    return end.isError ? rejection(end.error) : Promise.resolve({ done: true, value: undefined })
  }

  return(): Promise<IteratorResult<Value, undefined>> {
    this.#queue = []
    this.#finish({ error: undefined, isError: false })
    return Promise.resolve({ done: true, value: undefined })
  }

  throw(error: unknown): Promise<IteratorResult<Value, undefined>> {
    void this.return()
    return rejection(error)
  }

  #subscribe(): Subscription {
    const subscription = this.#source.subscribe({
      next: (value) => this.#take(value),
      error: (error: unknown) => this.#finish({ error, isError: true }),
      complete: () => this.#finish({ error: undefined, isError: false }),
    })
    // The source may have ended, or run over, while it was being subscribed.
    if (this.#end !== null) subscription.unsubscribe()
    return subscription
  }

  #take(value: Value): void {
    if (this.#end !== null) return
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value })
      return
    }
    if (this.#queue.length < this.#maxQueued) {
      this.#queue.push(value)
    } else if (this.#onDropped === null) {
      this.#finish({ error: rtspError('ERR_RTSP_WRITE_QUEUE_FULL'), isError: true })
    } else {
      this.#queue.shift()
      this.#queue.push(value)
      this.#onDropped()
    }
  }

  #finish(end: { readonly error: unknown; readonly isError: boolean }): void {
    if (this.#end !== null) return
    this.#subscription?.unsubscribe()
    const [first, ...others] = this.#waiters.splice(0)
    this.#end = first !== undefined && end.isError ? { error: undefined, isError: false } : end
    if (end.isError) first?.reject(end.error)
    else first?.resolve({ done: true, value: undefined })
    for (const waiter of others) waiter.resolve({ done: true, value: undefined })
  }
}

/** Whatever the source errored with is passed on as it is. */
function rejection(error: unknown): Promise<never> {
  return firstValueFrom(throwError(() => error))
}
