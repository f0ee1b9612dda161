import { type Burst, isRtcpFlag } from './burst.ts'
import type { ReaderMedia } from './reader-options.ts'
import type { ReaderSink } from './reader-sink.ts'
import type { StartSink } from './start-sink.ts'

/**
 * Datagrams of a reader that begins with a whole group of pictures. Hundreds of datagrams at once overflow the receive
 * buffer of the peer, which holds about ninety of full size where nobody has enlarged it, and what does not fit is lost.
 * So the first ones go at once and the rest comes along with the live packets, several for each of them, until the
 * reader has caught up. The live packets are the clock: no timer is needed, and a stream that pauses pauses this too.
 */

/** Datagrams that leave at once. */
export const pacedStartDatagrams = 64
/** Datagrams that leave for each live one while there are older ones: catching up takes a third of what was kept. */
export const pacedDatagramsPerPacket = 4

interface Waiting {
  readonly mediaIndex: number
  readonly isRtcp: boolean
  readonly packet: Uint8Array
}

export class PacedSink implements StartSink {
  readonly #inner: ReaderSink
  readonly #receives: ReadonlySet<number>
  #waiting: Waiting[] = []
  /** Those before this one have left. */
  #head = 0
  #isHeld = false
  /** Of those that wait, the first so many do not count. */
  #exempt = 0

  /** `inner` is not to be held back by anybody else. */
  constructor(inner: ReaderSink, medias: readonly ReaderMedia[]) {
    this.#inner = inner
    this.#receives = new Set(medias.filter((media) => media.receives).map((media) => media.mediaIndex))
  }

  get limit(): number {
    return this.#inner.limit
  }

  exempt(cost: number): void {
    this.#exempt = cost
  }

  queued(): number {
    return this.#inner.queued() + this.#waiting.length - Math.max(this.#head, this.#exempt)
  }

  costOf(burst: Burst, index: number): number {
    return this.#inner.costOf(burst, index)
  }

  costOfPacket(length: number): number {
    return this.#inner.costOfPacket(length)
  }

  offer(burst: Burst, shared: Uint8Array): boolean {
    return this.#isThrough && this.#inner.offer(burst, shared)
  }

  writeRange(burst: Burst, from: number, to: number, shared: Uint8Array | undefined): void {
    if (this.#isThrough) {
      this.#inner.writeRange(burst, from, to, shared)
      return
    }
    for (let index = from; index < to; index += 1) {
      const mediaIndex = burst.mediaIndexes[index] ?? 0
      if (!this.#receives.has(mediaIndex)) continue
      const isRtcp = ((burst.flags[index] ?? 0) & isRtcpFlag) !== 0
      this.#waiting.push({ mediaIndex, isRtcp, packet: burst.packet(index) })
    }
    if (!this.#isHeld) this.#send((to - from) * pacedDatagramsPerPacket)
  }

  writePacket(mediaIndex: number, isRtcp: boolean, packet: Uint8Array): void {
    if (this.#isThrough) {
      this.#inner.writePacket(mediaIndex, isRtcp, packet)
      return
    }
    this.#waiting.push({ mediaIndex, isRtcp, packet })
    // Reports come on their own account, and are no sign that the stream goes on.
    if (!this.#isHeld && !isRtcp) this.#send(pacedDatagramsPerPacket)
  }

  hold(): void {
    this.#isHeld = true
  }

  /** The first datagrams leave. A second time: all that still wait. */
  release(): void {
    this.#send(this.#isHeld ? pacedStartDatagrams : this.#waiting.length)
    this.#isHeld = false
  }

  dropHeld(): void {
    this.#isHeld = false
    this.#forget()
  }

  progress(): number {
    return this.#inner.progress()
  }

  waiting(): number {
    return this.#inner.waiting()
  }

  get #isThrough(): boolean {
    return !this.#isHeld && this.#waiting.length === 0
  }

  #send(count: number): void {
    const end = Math.min(this.#head + count, this.#waiting.length)
    for (; this.#head < end; this.#head += 1) {
      const next = this.#waiting[this.#head]
      if (next !== undefined) this.#inner.writePacket(next.mediaIndex, next.isRtcp, next.packet)
    }
    if (this.#head === this.#waiting.length) this.#forget()
  }

  #forget(): void {
    this.#waiting = []
    this.#head = 0
    this.#exempt = 0
  }
}
