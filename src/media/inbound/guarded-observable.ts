import { Observable, Subscriber, type Observer, type Subscription, type TeardownLogic } from 'rxjs'

/**
 * An Observable whose subscribers cannot take the process down. RxJS reports what a subscriber throws from a timer, on
 * a fresh stack, which ends Node; here the faulty subscriber is unsubscribed and the error handed to the owner, and
 * everybody else goes on. The same holds behind `pipe`: an error that an operator raises and nobody handles comes to
 * the owner as well.
 *
 * The cost is one `try` per subscriber and value. Operators subscribe with a `Subscriber` of their own and pass
 * unwrapped, so a chain pays once, at its end.
 */
export class GuardedObservable<T> extends Observable<T> {
  readonly #onSubscriberError: (error: unknown) => void

  /** `subscribeTo` is as for any Observable. `onSubscriberError` must not throw. */
  constructor(subscribeTo: (subscriber: Subscriber<T>) => TeardownLogic, onSubscriberError: (error: unknown) => void) {
    super(subscribeTo)
    this.#onSubscriberError = onSubscriberError
  }

  /** RxJS calls this for each operator of a `pipe`: what comes out is guarded like what went in. */
  override lift<R>(operator?: Lifted<T, R>): Observable<R> {
    return new GuardedObservable<R>(
      (subscriber): TeardownLogic => operator?.call(subscriber, this),
      this.#onSubscriberError,
    )
  }

  override subscribe(observerOrNext?: Partial<Observer<T>> | ((value: T) => void)): Subscription
  override subscribe(
    next?: ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription
  override subscribe(
    next?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator, `firstValueFrom` and the like: whatever throws there, RxJS turns into an `error` further down.
    if (next instanceof Subscriber) return super.subscribe(next)
    const guard = new GuardedObserver(toObserver(next, error, complete), this.#onSubscriberError)
    guard.subscription = super.subscribe(guard)
    // It may have thrown while it was being subscribed, when there was nothing to unsubscribe yet.
    if (guard.isFaulty) guard.subscription.unsubscribe()
    return guard.subscription
  }
}

/** What RxJS hands to `lift`. */
interface Lifted<T, R> {
  call(subscriber: Subscriber<R>, source: Observable<T>): TeardownLogic
}

function toObserver<T>(
  next: Partial<Observer<T>> | ((value: T) => void) | null | undefined,
  error: ((error: unknown) => void) | null | undefined,
  complete: (() => void) | null | undefined,
): Partial<Observer<T>> {
  if (next !== null && typeof next === 'object') return next
  return { ...(next && { next }), ...(error && { error }), ...(complete && { complete }) }
}

/** Calls an observer and keeps what it throws away from RxJS. */
class GuardedObserver<T> implements Observer<T> {
  subscription: Subscription | undefined = undefined
  isFaulty = false
  readonly #observer: Partial<Observer<T>>
  readonly #onSubscriberError: (error: unknown) => void

  constructor(observer: Partial<Observer<T>>, onSubscriberError: (error: unknown) => void) {
    this.#observer = observer
    this.#onSubscriberError = onSubscriberError
  }

  next(value: T): void {
    if (this.isFaulty) return
    try {
      this.#observer.next?.(value)
    } catch (error) {
      this.#fail(error)
    }
  }

  error(error: unknown): void {
    try {
      if (this.#observer.error === undefined) this.#fail(error)
      else this.#observer.error(error)
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  complete(): void {
    try {
      this.#observer.complete?.()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.isFaulty = true
    this.subscription?.unsubscribe()
    this.#onSubscriberError(error)
  }
}
