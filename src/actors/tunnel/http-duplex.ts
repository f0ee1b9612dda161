/**
 * RTSP in HTTP: two connections that look like one. What the client says comes as base64 in the body of the POST request,
 * what we say goes in clear as the body of the answer to the GET request. The tunnel lives as long as both halves: when
 * one is gone the other is closed too, after what is queued has been written.
 */
import type { Clock, Timer } from '../../contracts/clock.ts'
import { isFailure } from '../../contracts/failure.ts'
import type { ByteDuplex, ByteDuplexHandler, Endpoint } from '../../contracts/network.ts'
import { RtspError, rtspError } from '../../contracts/rtsp-error.ts'
import type { Millis } from '../../contracts/units.ts'
import { Base64Stream } from '../../wire/base64-stream.ts'

/** How long the other half may take to close, once one is gone. */
const lingerMs: Millis = 1000

/** Both halves as one duplex, whose addresses are those of the POST request. */
export class HttpDuplex implements ByteDuplex {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly #get: ByteDuplex
  readonly #post: ByteDuplex
  readonly #clock: Clock
  readonly #body = new Base64Stream()
  #handler: ByteDuplexHandler | undefined
  #openHalves = 2
  #error: Error | null = null
  #isEnding = false
  #linger: Timer | undefined

  /** Both belong to the tunnel from here on; they are opened when it is. */
  constructor(get: ByteDuplex, post: ByteDuplex, clock: Clock) {
    this.remote = post.remote
    this.local = post.local
    this.#get = get
    this.#post = post
    this.#clock = clock
  }

  get queuedBytes(): number {
    return this.#get.queuedBytes
  }

  get flushedBytes(): number {
    return this.#get.flushedBytes
  }

  open(handler: ByteDuplexHandler): void {
    if (this.#handler !== undefined) throw rtspError('ERR_RTSP_USAGE', 'a byte duplex is opened only once')
    this.#handler = handler
    this.#get.open({
      // A client has nothing to say here; it is read to learn of its end.
      onBytes: () => undefined,
      onDrained: () => handler.onDrained(),
      onClosed: (error) => this.#halfClosed(error, this.#post),
    })
    this.#post.open({
      onBytes: (chunk) => this.#received(chunk, handler),
      onDrained: () => undefined,
      onClosed: (error) => this.#halfClosed(error, this.#get),
    })
  }

  write(bytes: Uint8Array): void {
    this.#get.write(bytes)
  }

  pause(): void {
    this.#post.pause()
  }

  resume(): void {
    this.#post.resume()
  }

  end(): void {
    this.#isEnding = true
    // The client may still be sending: it is read to the end, and what it says does not matter any more.
    this.#post.resume()
    this.#get.end()
  }

  destroy(): void {
    this.#isEnding = true
    this.#get.destroy()
    this.#post.destroy()
  }

  #received(chunk: Uint8Array, handler: ByteDuplexHandler): void {
    if (this.#isEnding) return
    const bytes = this.#body.push(chunk)
    if (isFailure(bytes)) {
      this.#error ??= new RtspError(bytes)
      this.destroy()
    } else if (bytes.length > 0) handler.onBytes(bytes)
  }

  #halfClosed(error: Error | null, other: ByteDuplex): void {
    this.#openHalves -= 1
    // Closing the other half is our own doing: only the first error tells why.
    if (!this.#isEnding) this.#error ??= error
    if (this.#openHalves > 0) {
      this.#isEnding = true
      if (other === this.#get) other.end()
      else other.destroy()
      this.#startLinger()
      return
    }
    this.#linger?.cancel()
    this.#handler?.onClosed(this.#error)
  }

  #startLinger(): void {
    this.#linger ??= this.#clock.setTimer(lingerMs, () => this.destroy())
  }
}
