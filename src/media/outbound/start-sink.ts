import type { Burst } from './burst.ts'
import type { ReaderSink } from './reader-sink.ts'

/** A sink for readers that begin with what a stream has kept for them. */
export interface StartSink extends ReaderSink {
  /**
   * Of what is held back, so much is shared with all other new readers: it does not count in `queued`, or a long group
   * of pictures would leave no room for the live packets behind it. In what `queued` counts.
   */
  exempt(cost: number): void
}

/** A connection whose reader begins with a whole group of pictures, in one piece. */
export class ConnectionStartSink implements StartSink {
  readonly #inner: ReaderSink
  #exempt = 0
  #isHeld = false
  /** What the system had taken when the exempt bytes were first of all that wait. */
  #progressBefore = 0

  constructor(inner: ReaderSink) {
    this.#inner = inner
  }

  get limit(): number {
    return this.#inner.limit
  }

  exempt(cost: number): void {
    this.#exempt = cost
  }

  queued(): number {
    return Math.max(0, this.#inner.queued() - this.#exemptLeft())
  }

  costOf(burst: Burst, index: number): number {
    return this.#inner.costOf(burst, index)
  }

  costOfPacket(length: number): number {
    return this.#inner.costOfPacket(length)
  }

  /** False while the beginning still fills the queue, which sends the reader the long way round. */
  offer(burst: Burst, shared: Uint8Array): boolean {
    return this.#inner.offer(burst, shared)
  }

  writeRange(burst: Burst, from: number, to: number, shared: Uint8Array | undefined): void {
    this.#inner.writeRange(burst, from, to, shared)
  }

  writePacket(mediaIndex: number, isRtcp: boolean, packet: Uint8Array): void {
    this.#inner.writePacket(mediaIndex, isRtcp, packet)
  }

  hold(): void {
    this.#isHeld = true
    this.#exempt = 0
    this.#inner.hold()
  }

  release(): void {
    if (this.#isHeld) this.#progressBefore = this.#inner.progress() + this.#inner.waiting()
    this.#isHeld = false
    this.#inner.release()
  }

  dropHeld(): void {
    this.#isHeld = false
    this.#exempt = 0
    this.#inner.dropHeld()
  }

  progress(): number {
    return this.#inner.progress()
  }

  waiting(): number {
    return this.#inner.waiting()
  }

  #exemptLeft(): number {
    if (this.#exempt === 0 || this.#isHeld) return this.#exempt
    const gone = Math.max(0, this.#inner.progress() - this.#progressBefore)
    if (gone >= this.#exempt) this.#exempt = 0
    return Math.max(0, this.#exempt - gone)
  }
}
