import type { Observable, OperatorFunction, Subscriber, TeardownLogic } from 'rxjs'

/**
 * `defer` for operators: state that is made anew for each subscription. It goes through `lift`, as the operators of RxJS
 * themselves do, and not through `new Observable`: what comes out of a session is guarded (a subscriber that throws is
 * unsubscribed and hurts nobody), and only `lift` hands the guard on.
 */

/** `lift` as we use it: RxJS marks its own declaration as internal, and all of its operators rest on it. */
interface Liftable<In> {
  lift<Out>(operator: Lifted<In, Out>): Observable<Out>
}

interface Lifted<In, Out> {
  call(subscriber: Subscriber<Out>, source: Observable<In>): TeardownLogic
}

/** `subscribe` is called for each subscription, to make what stands between `source` and `subscriber`. */
export function perSubscription<In, Out>(
  subscribe: (source: Observable<In>, subscriber: Subscriber<Out>) => TeardownLogic,
): OperatorFunction<In, Out> {
  return (source) => {
    const liftable: Liftable<In> = source
    return liftable.lift<Out>({ call: (subscriber, observable) => subscribe(observable, subscriber) })
  }
}
