import { BehaviorSubject, distinctUntilChanged, Observable } from 'rxjs'

/** A value that is kept elsewhere, and its changes for whoever asks. Nothing is made before somebody does. */
export class CurrentValue<Value> {
  readonly #read: () => Value
  #subject: BehaviorSubject<Value> | undefined
  #hasEnded = false

  /** The value and every change of it. Completes after the last one. */
  readonly value$: Observable<Value> = new Observable((subscriber) =>
    this.#followed().pipe(distinctUntilChanged()).subscribe(subscriber),
  )

  /** `read` gives the value as it is now. */
  constructor(read: () => Value) {
    this.#read = read
  }

  /** The value may have changed. */
  refresh(): void {
    this.#subject?.next(this.#read())
  }

  /** Tells a last value and completes. */
  end(last: Value): void {
    this.#hasEnded = true
    this.#subject?.next(last)
    this.#subject?.complete()
  }

  #followed(): BehaviorSubject<Value> {
    if (this.#subject !== undefined) return this.#subject
    this.#subject = new BehaviorSubject(this.#read())
    if (this.#hasEnded) this.#subject.complete()
    return this.#subject
  }
}
