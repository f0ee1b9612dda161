import { Observable, Subscription, type Observer } from 'rxjs'

/**
 * Subscriptions of one actor: keyed ones that replace each other, and those of its effects. RxJS hands out a
 * Subscription only after `subscribe` returns, too late for a source that emits synchronously and whose first value
 * already ends the watch; so each subscriber is put under its owner before the source is asked for anything.
 */
export class ActorSubscriptions {
  /** Children take themselves out when they end, so this does not grow over the actor's life. */
  readonly #all = new Subscription()
  readonly #byKey = new Map<string, Subscription>()

  /** Subscribes for the actor's life. */
  add<T>(source: Observable<T>, observer: Observer<T>): void {
    subscribeUnder(this.#all, source, observer)
  }

  /** Subscribes under a key; an older subscription of the key is ended first. */
  replace<T>(key: string, source: Observable<T>, observer: Observer<T>): void {
    this.remove(key)
    if (this.#all.closed) return
    const owner = new Subscription()
    this.#byKey.set(key, owner)
    this.#all.add(owner)
    // A source that ended by itself needs no unsubscribing, only to be forgotten.
    const forget = (): void => {
      if (this.#byKey.get(key) === owner) this.#byKey.delete(key)
      this.#all.remove(owner)
    }
    subscribeUnder(owner, source, {
      next: (value) => observer.next(value),
      error: (error: unknown) => {
        forget()
        observer.error(error)
      },
      complete: () => {
        forget()
        observer.complete()
      },
    })
  }

  /** Ends the subscription of a key. Throws what its teardown threw. */
  remove(key: string): void {
    const owner = this.#byKey.get(key)
    this.#byKey.delete(key)
    owner?.unsubscribe()
  }

  /** Ends everything; what is added later is not subscribed. Throws what a teardown threw, after all have run. */
  endAll(): void {
    this.#byKey.clear()
    this.#all.unsubscribe()
  }
}

function subscribeUnder<T>(owner: Subscription, source: Observable<T>, observer: Observer<T>): void {
  if (owner.closed) return
  new Observable<T>((subscriber) => {
    owner.add(subscriber)
    return source.subscribe(subscriber)
  }).subscribe(observer)
}
