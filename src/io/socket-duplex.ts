/**
 * A byte duplex on a Node socket, plain TCP or TLS.
 *
 * Node joins everything that waits into one gathered write and tells of it only when the last byte is gone. A peer that
 * slowly works through a megabyte would then look like one that made no progress, and `flushedBytes` exists to tell the
 * two apart. So bytes wait here, and the socket is given at most a slice of them at a time.
 *
 * Closing: a peer that half-closes is treated as gone (no RTSP client goes on reading after that), but what was queued
 * for it is still written first. After our own `end` the peer's bytes are read and thrown away until it closes as well:
 * closing a socket with unread bytes sends a reset, and a reset makes the peer lose the answer it has not read yet.
 */
import type { Socket } from 'node:net'
import type { ByteDuplex, ByteDuplexHandler, Endpoint } from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import { endpointOf } from './endpoints.ts'

/** What the socket is given at once, in bytes. Progress is seen in steps of this size. */
const sliceBytes = 65_536

const nothing = new Uint8Array(0)

/** How long a peer may take to close its side after we closed ours, in milliseconds. */
const lingerMs = 1000

/**
 * Wraps an accepted or connected socket. The socket must have `allowHalfOpen` set and be paused; it belongs to the
 * duplex from here on and has handlers for all its events when this returns. `onClosed` gets `null` when the peer or we
 * ended it, the system's error otherwise.
 */
export class SocketDuplex implements ByteDuplex {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly #socket: Socket
  readonly #waiting: Uint8Array[] = []
  readonly #onWritten = () => this.#advance()
  #handler: ByteDuplexHandler | undefined
  #waitingBytes = 0
  #acceptedBytes = 0
  #lastFlushedBytes = 0
  #isBacklogged = false
  #isPaused = false
  #isEnding = false
  #isFinished = false
  #isGone = false
  #error: Error | null = null
  #linger: NodeJS.Timeout | undefined

  /** `explain` may give another error for one of the socket's. */
  constructor(socket: Socket, explain: (error: Error) => Error = (error) => error) {
    this.#socket = socket
    this.remote = endpointOf(socket.remoteAddress ?? '', socket.remotePort ?? 0)
    this.local = endpointOf(socket.localAddress ?? '', socket.localPort ?? 0)
    socket.on('error', (error) => this.#failed(explain(error)))
    socket.on('end', () => this.#endWriting())
    socket.on('finish', () => this.#finished())
    socket.on('close', () => this.#gone())
  }

  open(handler: ByteDuplexHandler): void {
    if (this.#handler !== undefined) throw rtspError('ERR_RTSP_USAGE', 'a byte duplex is opened only once')
    this.#handler = handler
    if (this.#isGone) {
      setImmediate(() => handler.onClosed(this.#error))
      return
    }
    this.#socket.on('data', (chunk: Buffer) => this.#received(chunk))
    if (!this.#isPaused || this.#isEnding) this.#socket.resume()
  }

  write(bytes: Uint8Array): void {
    if (this.#isEnding || this.#socket.destroyed || bytes.length === 0) return
    const wasIdle = this.#isIdle()
    this.#acceptedBytes += bytes.length
    if (wasIdle && bytes.length <= sliceBytes) {
      // Nearly always the system takes it at once. A callback for that case would cost a seventh of the write; so only
      // when bytes stay behind is an empty write put after them, whose callback says that they are gone.
      this.#socket.write(bytes)
      if (this.#isIdle()) return
      this.#isBacklogged = true
      this.#socket.write(nothing, this.#onWritten)
      return
    }
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    this.#isBacklogged = true
    if (wasIdle) this.#advance()
  }

  get queuedBytes(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength + this.#waitingBytes
  }

  get flushedBytes(): number {
    // Node forgets what was in flight when a socket breaks, so the last figure from before that is kept.
    if (!this.#socket.destroyed) this.#lastFlushedBytes = this.#acceptedBytes - this.queuedBytes
    return this.#lastFlushedBytes
  }

  pause(): void {
    this.#isPaused = true
    if (!this.#isEnding) this.#socket.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#handler !== undefined) this.#socket.resume()
  }

  /** Writes what is queued, then closes. Bytes of the peer that come after this are thrown away. */
  end(): void {
    if (this.#isEnding || this.#socket.destroyed) return
    this.#endWriting()
    this.#socket.resume()
  }

  destroy(): void {
    this.#isEnding = true
    this.#dropWaiting()
    this.#socket.destroy()
  }

  #isIdle(): boolean {
    return this.#waitingBytes === 0 && this.#socket.writableLength === 0
  }

  #received(chunk: Buffer): void {
    if (this.#isEnding) return
    // A plain array, because `Buffer.slice` shares memory where `Uint8Array.slice` copies.
    this.#handler?.onBytes(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  }

  /** Moves on after a write: the next slice, or the end of the backlog, or the end of the connection. */
  #advance(): void {
    const socket = this.#socket
    if (socket.destroyed || socket.writableLength > 0) return
    if (this.#waitingBytes > 0) {
      this.#writeSlice()
      return
    }
    if (this.#isEnding) {
      if (!socket.writableEnded) socket.end()
      return
    }
    if (!this.#isBacklogged) return
    this.#isBacklogged = false
    this.#handler?.onDrained()
  }

  #writeSlice(): void {
    const socket = this.#socket
    let roomBytes = sliceBytes
    let taken = 0
    socket.cork()
    for (const bytes of this.#waiting) {
      if (roomBytes === 0) break
      const part = bytes.length > roomBytes ? bytes.subarray(0, roomBytes) : bytes
      roomBytes -= part.length
      this.#waitingBytes -= part.length
      const isLast = roomBytes === 0 || this.#waitingBytes === 0
      if (isLast) socket.write(part, this.#onWritten)
      else socket.write(part)
      if (part.length < bytes.length) this.#waiting[taken] = bytes.subarray(part.length)
      else taken += 1
    }
    this.#waiting.splice(0, taken)
    socket.uncork()
  }

  #endWriting(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#advance()
  }

  /** Everything was written and the end was sent. */
  #finished(): void {
    this.#isFinished = true
    this.#lastFlushedBytes = this.#acceptedBytes
    if (this.#socket.readableEnded || this.#socket.destroyed) return
    this.#linger = setTimeout(() => this.#socket.destroy(), lingerMs).unref()
  }

  #failed(error: Error): void {
    // Once both the bytes and the end are out, a reset is only a rude way of closing.
    if (!this.#isFinished) this.#error ??= error
  }

  #gone(): void {
    this.#isGone = true
    clearTimeout(this.#linger)
    this.#dropWaiting()
    this.#handler?.onClosed(this.#error)
  }

  #dropWaiting(): void {
    this.#waiting.length = 0
    this.#waitingBytes = 0
  }
}
