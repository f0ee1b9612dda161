/**
 * One end of a connection in memory. It follows the rules of the real one: a peer that half-closes is answered by our
 * own end, `end` waits a while for the peer to close as well, and `onClosed` comes exactly once and never from inside
 * the call that caused it.
 */
import type { Clock, Timer } from '../contracts/clock.ts'
import type { ByteDuplex, ByteDuplexHandler, Endpoint } from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import { FaultSource, type MemoryFaults } from './memory-faults.ts'
import { MemoryPipe, type PipeLimits } from './memory-pipe.ts'

/** How long an end waits for the peer to close its side, in milliseconds. */
const lingerMs = 1000

/** An `Error` as the system would give it. */
export function systemError(code: string, text: string): Error & { readonly code: string } {
  return Object.assign(new Error(`${code}: ${text}`), { code })
}

/** One end of a memory connection. Made in pairs by `memoryPair`. */
export class MemoryDuplex implements ByteDuplex {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly #clock: Clock
  #incoming: MemoryPipe | undefined
  #outgoing: MemoryPipe | undefined
  #peer: MemoryDuplex | undefined
  #handler: ByteDuplexHandler | undefined
  #isPaused = false
  #isEnding = false
  #hasPeerEnded = false
  #isFinished = false
  #closing: { readonly error: Error | null } | undefined
  #linger: Timer | undefined

  constructor(clock: Clock, local: Endpoint, remote: Endpoint) {
    this.#clock = clock
    this.local = local
    this.remote = remote
  }

  /** Joins this end to the other. Called once by `memoryPair`. */
  attach(peer: MemoryDuplex, outgoing: MemoryPipe, incoming: MemoryPipe): void {
    this.#peer = peer
    this.#outgoing = outgoing
    this.#incoming = incoming
  }

  get queuedBytes(): number {
    return this.#outgoing?.queuedBytes ?? 0
  }

  get flushedBytes(): number {
    return this.#outgoing?.flushedBytes ?? 0
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  open(handler: ByteDuplexHandler): void {
    if (this.#handler !== undefined) throw rtspError('ERR_RTSP_USAGE', 'a byte duplex is opened only once')
    this.#handler = handler
    if (this.#closing !== undefined) this.#tellClosed()
    else if (!this.#isPaused || this.#isEnding) this.#incoming?.release()
  }

  write(bytes: Uint8Array): void {
    if (this.#isEnding || bytes.length === 0) return
    this.#outgoing?.write(bytes)
  }

  pause(): void {
    this.#isPaused = true
    if (!this.#isEnding) this.#incoming?.hold()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#handler !== undefined) this.#incoming?.release()
  }

  end(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#incoming?.release()
    if (this.#isFinished) this.finished()
    else this.#outgoing?.end()
  }

  destroy(): void {
    if (this.#closing !== undefined) return
    this.#isEnding = true
    this.#close(null)
    this.#outgoing?.cut()
  }

  /** Says that nothing more will be written, and goes on reading: what a client does that shuts down one direction. */
  endWriting(): void {
    this.#outgoing?.end()
  }

  /** Breaks the connection: the peer is told `ECONNRESET` and gets nothing that is still on the way. */
  reset(): void {
    this.#break(null)
  }

  /** Ends with an error, as a socket does when the system reports one. The peer sees a reset. */
  fail(error: Error): void {
    this.#break(error)
  }

  /** From the incoming pipe. */
  received(bytes: Uint8Array): void {
    if (!this.#isEnding) this.#handler?.onBytes(bytes)
  }

  /** From the incoming pipe: the peer ended. */
  peerEnded(): void {
    this.#hasPeerEnded = true
    this.#isEnding = true
    this.#outgoing?.end()
    if (this.#isFinished) this.#close(null)
  }

  /** From the outgoing pipe. */
  drained(): void {
    if (!this.#isEnding) this.#handler?.onDrained()
  }

  /** From the outgoing pipe: everything and the end are on their way. */
  finished(): void {
    this.#isFinished = true
    if (this.#hasPeerEnded) this.#close(null)
    else if (this.#isEnding && this.#closing === undefined)
      this.#linger = this.#clock.setTimer(lingerMs, () => this.#close(null))
  }

  #break(error: Error | null): void {
    if (this.#closing !== undefined) return
    this.#outgoing?.break()
    this.#close(error)
    this.#clock.afterTurn(() => this.#peer?.fail(systemError('ECONNRESET', 'connection reset by the peer')))
  }

  #close(error: Error | null): void {
    if (this.#closing !== undefined) return
    this.#closing = { error }
    this.#isEnding = true
    this.#linger?.cancel()
    this.#incoming?.abandon()
    if (this.#handler !== undefined) this.#tellClosed()
  }

  #tellClosed(): void {
    this.#clock.afterTurn(() => this.#handler?.onClosed(this.#closing?.error ?? null))
  }
}

/** What a connection in memory is made of. */
export interface MemoryPairOptions {
  readonly clock: Clock
  readonly faults: MemoryFaults
  readonly limits: PipeLimits
  readonly seed: number
  readonly client: Endpoint
  readonly server: Endpoint
}

/** Makes both ends of a connection: the client's first. */
export function memoryPair(options: MemoryPairOptions): readonly [MemoryDuplex, MemoryDuplex] {
  const { clock, client, server } = options
  const clientEnd = new MemoryDuplex(clock, client, server)
  const serverEnd = new MemoryDuplex(clock, server, client)
  const toServer = pipeBetween(options, options.seed, clientEnd, serverEnd)
  const toClient = pipeBetween(options, options.seed + 1, serverEnd, clientEnd)
  clientEnd.attach(serverEnd, toServer, toClient)
  serverEnd.attach(clientEnd, toClient, toServer)
  return [clientEnd, serverEnd]
}

function pipeBetween(options: MemoryPairOptions, seed: number, writer: MemoryDuplex, reader: MemoryDuplex): MemoryPipe {
  return new MemoryPipe(options.clock, new FaultSource(options.faults, seed), options.limits, {
    onBytes: (bytes) => reader.received(bytes),
    onEnd: () => reader.peerEnded(),
    onDrained: () => writer.drained(),
    onFinished: () => writer.finished(),
    onRefused: () => writer.fail(systemError('ECONNRESET', 'written to a peer that is gone')),
    onOverflow: () => writer.fail(systemError('ENOBUFS', 'the writer queued more than a memory network keeps')),
  })
}
