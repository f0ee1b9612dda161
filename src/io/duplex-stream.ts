/**
 * A byte duplex as a stream of Node, for packages that know nothing else. It keeps no queue of its own: what is written is
 * given to the duplex at once, whose figures stay true, and the duplex is paused while the reader does not want more.
 */
import { Duplex } from 'node:stream'
import type { ByteDuplex } from '../contracts/network.ts'

/** The stream owns the duplex and opens it. */
export class DuplexStream extends Duplex {
  readonly #inner: ByteDuplex
  #isGone = false

  /** `onDrained`: the duplex has written what had to wait. */
  constructor(inner: ByteDuplex, onDrained: () => void) {
    super({ allowHalfOpen: true })
    this.#inner = inner
    inner.open({
      onBytes: (chunk) => {
        if (!this.push(chunk)) inner.pause()
      },
      onDrained,
      onClosed: (error) => this.#closed(error),
    })
  }

  override _read(): void {
    this.#inner.resume()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner.write(chunk)
    done()
  }

  override _writev(chunks: readonly { readonly chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this.#inner.write(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    done()
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#inner.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#isGone) this.#inner.destroy()
    done(error)
  }

  #closed(error: Error | null): void {
    this.#isGone = true
    if (error !== null) {
      this.destroy(error)
      return
    }
    this.push(null)
    // Nobody is there to write to; what was read is still read to its end.
    this.end()
  }
}
