/**
 * The far side of a connection as a test wants it: what has arrived is there to be looked at, and it can be slow, rude
 * or gone by one call. Time and delivery are the clock's; nothing here waits.
 */
import type { ByteDuplex } from '../contracts/network.ts'
import { systemError, type MemoryDuplex } from './memory-duplex.ts'

/** Bytes a peer records until `take` empties it. A test that receives more has to take them. */
const recordLimitBytes = 67_108_864

/** A client in memory. */
export class MemoryPeer {
  /** Its end of the connection, already opened: for its addresses and for what waits in it. */
  readonly duplex: ByteDuplex
  readonly #end: MemoryDuplex
  #chunks: Uint8Array[] = []
  #recordedBytes = 0
  #isClosed = false
  #closedError: Error | null = null

  constructor(end: MemoryDuplex) {
    this.duplex = end
    this.#end = end
    end.open({
      onBytes: (chunk) => this.#record(chunk),
      onDrained: () => undefined,
      onClosed: (error) => {
        this.#isClosed = true
        this.#closedError = error
      },
    })
  }

  /** The connection is gone. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Why it is gone; `null` while it is there and when it ended in good order. */
  get closedError(): Error | null {
    return this.#closedError
  }

  /** All that arrived and was not taken, in one fresh array. */
  received(): Uint8Array {
    const bytes = new Uint8Array(this.#recordedBytes)
    let at = 0
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytes
  }

  /** Sizes of the pieces in which it arrived. */
  get receivedSizes(): readonly number[] {
    return this.#chunks.map((chunk) => chunk.length)
  }

  /** All that arrived, and forgets it. */
  take(): Uint8Array {
    const bytes = this.received()
    this.#chunks = []
    this.#recordedBytes = 0
    return bytes
  }

  /** Sends bytes, or text as UTF-8. */
  write(data: Uint8Array | string): void {
    this.duplex.write(typeof data === 'string' ? new TextEncoder().encode(data) : data)
  }

  /** Ends in good order, after what was written. What arrives after this is thrown away. */
  end(): void {
    this.duplex.end()
  }

  /** Closes its direction only, after what was written, and goes on reading. */
  halfClose(): void {
    this.#end.endWriting()
  }

  /** Goes away; what is still queued is lost. */
  destroy(): void {
    this.duplex.destroy()
  }

  /** Breaks the connection: the other side is told `ECONNRESET`. */
  reset(): void {
    this.#end.reset()
  }

  /** Stops reading. The window fills, then the other side's queue grows. */
  stall(): void {
    this.duplex.pause()
  }

  /** Reads on. */
  unstall(): void {
    this.duplex.resume()
  }

  #record(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#recordedBytes += chunk.length
    if (this.#recordedBytes > recordLimitBytes)
      this.#end.fail(systemError('ENOBUFS', `a peer records ${recordLimitBytes} bytes at most: take() them in time`))
  }
}
