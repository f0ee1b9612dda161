import { AsyncSubject, Observable } from 'rxjs'
import type { Failure } from '../contracts/failure.ts'
import { reasonOf, type RtspError } from '../contracts/rtsp-error.ts'

/**
 * The end of a connection or a session, for its handle. Thousands of them come and go in a second and hardly anybody asks,
 * so the error that says why and the Subject that tells it are made for the first who does.
 */
export class EndSignal {
  #failure: Failure | undefined
  #reason: RtspError | undefined
  #subject: AsyncSubject<RtspError> | undefined

  /** Emits the reason when the end has come, then completes; late subscribers get it too. Never errors. */
  readonly closed$: Observable<RtspError> = new Observable((subscriber) => this.#told().subscribe(subscriber))

  /** Tells the end. Called once. */
  end(failure: Failure): void {
    this.#failure = failure
    if (this.#subject !== undefined) this.#tell(this.#subject, failure)
  }

  /** Public error of the failure it ended with, the same object for everybody. */
  reasonOf(failure: Failure): RtspError {
    return (this.#reason ??= reasonOf(failure))
  }

  #told(): AsyncSubject<RtspError> {
    if (this.#subject !== undefined) return this.#subject
    const subject = new AsyncSubject<RtspError>()
    this.#subject = subject
    if (this.#failure !== undefined) this.#tell(subject, this.#failure)
    return subject
  }

  #tell(subject: AsyncSubject<RtspError>, failure: Failure): void {
    subject.next(this.reasonOf(failure))
    subject.complete()
  }
}
