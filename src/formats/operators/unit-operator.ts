/**
 * What the operators have in common whose values may give several. `mergeMap` would make an inner Observable for each packet;
 * this makes nothing per value.
 */

import { Subscriber, type OperatorFunction } from 'rxjs'
import { perSubscription } from './per-subscription.ts'

/** The constructor as we use it: RxJS marks it as internal, and all of its own operators rest on it. */
const OperatorSubscriber: new <In, Out>(destination: Subscriber<Out>) => Subscriber<In> = Subscriber

/** State of one subscription: what becomes of each value. */
export interface UnitStep<In, Out> {
  /** The values that `value` gives, in order. What it throws becomes the error of the Observable. */
  step(value: In): readonly Out[]
}

/** An operator whose state is made anew for each subscription. */
export function unitOperator<In, Out>(createStep: () => UnitStep<In, Out>): OperatorFunction<In, Out> {
  return perSubscription((source, subscriber) => source.subscribe(new UnitSubscriber(subscriber, createStep())))
}

/**
 * Between the source and whoever listens. Whoever listens may make the source emit again from within its own `next`; what
 * comes out of that waits until the values before it are out, and so does the end.
 */
class UnitSubscriber<In, Out> extends OperatorSubscriber<In, Out> {
  readonly #listener: Subscriber<Out>
  readonly #step: UnitStep<In, Out>
  readonly #waiting: Out[] = []
  #isEmitting = false
  #isDone = false

  constructor(listener: Subscriber<Out>, step: UnitStep<In, Out>) {
    super(listener)
    this.#listener = listener
    this.#step = step
  }

  protected override _next(value: In): void {
    let values: readonly Out[]
    try {
      values = this.#step.step(value)
    } catch (error) {
      this.error(error)
      return
    }
    if (values.length === 0) return
    if (this.#isEmitting) this.#waiting.push(...values)
    else this.#emit(values)
  }

  protected override _complete(): void {
    if (this.#isEmitting) this.#isDone = true
    else super._complete()
  }

  #emit(values: readonly Out[]): void {
    this.#isEmitting = true
    for (const value of values) this.#listener.next(value)
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) this.#listener.next(next)
    this.#isEmitting = false
    if (this.#isDone) super._complete()
  }
}
