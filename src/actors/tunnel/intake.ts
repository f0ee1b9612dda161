/**
 * The one owner of a connection's bytes until it is known who should have them. A duplex is opened once, but the halves of
 * an HTTP tunnel and a WebSocket are opened again by somebody else after their head was read: what came meanwhile must
 * be kept, in order, and so must the news that the connection is gone.
 */
import type { Clock } from '../../contracts/clock.ts'
import type { ByteDuplex, ByteDuplexHandler, Endpoint } from '../../contracts/network.ts'
import { rtspError } from '../../contracts/rtsp-error.ts'

/** Handler of a duplex that passes everything on to the present owner. */
export class Intake implements ByteDuplexHandler {
  readonly #duplex: ByteDuplex
  #owner: ByteDuplexHandler
  #isClosed = false

  constructor(duplex: ByteDuplex, owner: ByteDuplexHandler) {
    this.#duplex = duplex
    this.#owner = owner
  }

  /** The connection is gone; its owner was told. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whoever gets everything from here on. */
  set owner(owner: ByteDuplexHandler) {
    this.#owner = owner
  }

  /**
   * The same connection to be opened once more, by somebody else: first with `early`, then with what comes.
   * Reading stops until then.
   */
  handOver(early: readonly Uint8Array[], clock: Clock): ByteDuplex {
    this.#duplex.pause()
    const remainder = new Remainder(this.#duplex, early, clock)
    this.#owner = remainder
    return remainder
  }

  onBytes(chunk: Uint8Array): void {
    this.#owner.onBytes(chunk)
  }

  onDrained(): void {
    this.#owner.onDrained()
  }

  onClosed(error: Error | null): void {
    this.#isClosed = true
    this.#owner.onClosed(error)
  }
}

/** A duplex in its second life. Until it is opened it is the handler that keeps what comes. */
class Remainder implements ByteDuplex, ByteDuplexHandler {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly #duplex: ByteDuplex
  readonly #clock: Clock
  #handler: ByteDuplexHandler | undefined
  #kept: Uint8Array[]
  #isPaused = false
  #isEnding = false
  #closed: { readonly error: Error | null } | undefined

  constructor(duplex: ByteDuplex, early: readonly Uint8Array[], clock: Clock) {
    this.remote = duplex.remote
    this.local = duplex.local
    this.#duplex = duplex
    this.#clock = clock
    this.#kept = [...early]
  }

  get queuedBytes(): number {
    return this.#duplex.queuedBytes
  }

  get flushedBytes(): number {
    return this.#duplex.flushedBytes
  }

  open(handler: ByteDuplexHandler): void {
    if (this.#handler !== undefined) throw rtspError('ERR_RTSP_USAGE', 'a byte duplex is opened only once')
    this.#handler = handler
    this.#clock.afterTurn(() => this.#giveKept())
  }

  write(bytes: Uint8Array): void {
    if (!this.#isEnding) this.#duplex.write(bytes)
  }

  pause(): void {
    this.#isPaused = true
    this.#duplex.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#handler === undefined) return
    if (this.#kept.length === 0) this.#duplex.resume()
    else this.#clock.afterTurn(() => this.#giveKept())
  }

  end(): void {
    this.#isEnding = true
    this.#kept = []
    this.#duplex.end()
  }

  destroy(): void {
    this.#isEnding = true
    this.#kept = []
    this.#duplex.destroy()
  }

  onBytes(chunk: Uint8Array): void {
    if (this.#isEnding) return
    if (this.#handler === undefined || this.#kept.length > 0) this.#kept.push(chunk)
    else this.#handler.onBytes(chunk)
  }

  onDrained(): void {
    this.#handler?.onDrained()
  }

  onClosed(error: Error | null): void {
    this.#closed = { error }
    if (this.#handler !== undefined) this.#giveKept()
  }

  /** Gives what was kept, as far as the owner wants it now; then reading goes on, or the end is told. */
  #giveKept(): void {
    const handler = this.#handler
    if (handler === undefined) return
    while (this.#kept.length > 0 && (!this.#isPaused || this.#closed !== undefined)) {
      handler.onBytes(this.#kept.shift() ?? nothing)
    }
    if (this.#closed !== undefined) {
      this.#handler = gone
      handler.onClosed(this.#closed.error)
    } else if (!this.#isPaused) this.#duplex.resume()
  }
}

const nothing = new Uint8Array(0)

/** The owner of a connection that is over. */
const gone: ByteDuplexHandler = { onBytes: () => undefined, onDrained: () => undefined, onClosed: () => undefined }
