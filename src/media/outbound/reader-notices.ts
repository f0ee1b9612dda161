import type { ReaderHooks } from './reader-options.ts'

/**
 * What a reader has to tell its owner. Kept until it is safe, because hooks may close readers and write packets, which
 * must not happen while a burst is being handed out.
 */
export class ReaderNotices {
  readonly #hooks: ReaderHooks
  /** Asks for `tell` to be called soon. */
  readonly #onWaiting: () => void
  #waiting: (() => void)[] = []
  #droppedBefore = 0

  constructor(hooks: ReaderHooks, onWaiting: () => void) {
    this.#hooks = hooks
    this.#onWaiting = onWaiting
  }

  /** The first sender report went out. */
  firstReport(): void {
    this.#add(() => this.#hooks.onFirstReport())
  }

  /** Nothing more can be encrypted. */
  exhausted(): void {
    this.#add(() => this.#hooks.onExhausted())
  }

  /** A drop has started or ended, while the reader has lost `dropped` RTP packets altogether. */
  dropChanged(isDropping: boolean, dropped: number): void {
    if (isDropping) {
      this.#droppedBefore = dropped
      this.#add(() => this.#hooks.onDropStart())
    } else {
      const count = dropped - this.#droppedBefore
      this.#add(() => this.#hooks.onDropEnd(count))
    }
  }

  /** Tells the owner. */
  tell(): void {
    for (let notice = this.#waiting.shift(); notice !== undefined; notice = this.#waiting.shift()) notice()
  }

  #add(notice: () => void): void {
    if (this.#waiting.length === 0) this.#onWaiting()
    this.#waiting.push(notice)
  }
}
