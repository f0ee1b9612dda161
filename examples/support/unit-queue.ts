/** What a queue needs to know of a value. */
export interface Queued {
  readonly data: { readonly byteLength: number }
}

/** What a unit takes beside its bytes, roughly: frames of a byte each, or of none, are bounded by it too. */
const unitBytes = 512

/** Between packets, which come when they come, and a disk, which takes its time: a queue that is bounded in bytes. */
export class UnitQueue<Unit extends Queued> {
  readonly #mostBytes: number
  readonly #units: Unit[] = []
  #bytes = 0
  #isEnded = false
  #wake: (() => void) | undefined

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** False: there is no room, the unit was not taken. */
  push(unit: Unit): boolean {
    const bytes = bytesOf(unit)
    if (this.#isEnded || this.#bytes + bytes > this.#mostBytes) return false
    this.#bytes += bytes
    this.#units.push(unit)
    this.#wake?.()
    return true
  }

  /** Nothing more comes; what waits is still handed out. */
  end(): void {
    this.#isEnded = true
    this.#wake?.()
  }

  /** The units in order, waiting for more until `end`. For one loop. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Unit> {
    for (;;) {
      const unit = this.#units.shift()
      if (unit !== undefined) {
        this.#bytes -= bytesOf(unit)
        yield unit
      } else if (this.#isEnded) {
        return
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }
}

function bytesOf({ data }: Queued): number {
  return data.byteLength + unitBytes
}
