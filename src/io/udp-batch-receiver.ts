/**
 * Takes what waits in a socket in few system calls (`recvmmsg`). Node reads one datagram at a time, each with a buffer, an
 * event and an object for its address; packets of a picture come together, so when Node tells of one, the rest of them is
 * already there and is taken at once. Node goes on to watch the socket, and nothing is overtaken: it takes one, we take
 * all that is behind it.
 *
 * The system writes into memory that is used again; datagrams are copied out of it, one behind the other, into blocks that
 * live as long as somebody holds a datagram of theirs.
 *
 * ```
 * per datagram    mmsghdr   0 name, 8 name bytes, 16 parts, 24 count of parts, 56 length that came; 64 bytes
 *                 iovec     0 address, 8 length; 16 bytes
 *                 sockaddr  28 bytes
 *                 payload   65,536 bytes, the longest that UDP has: nothing is cut off, and untouched pages cost nothing
 * ```
 */
import type { DatagramHandler } from '../contracts/network.ts'
import { headerBytes, partBytes, writeLong } from './system-messages.ts'
import type { UdpCalls } from './udp-calls.ts'
import { UdpSources } from './udp-sources.ts'

const dontWait = 0x40

/** Most datagrams of one call. */
const maxDatagrams = 32
/** Most calls in a row: the event loop has other things to do. Node tells of the next datagram then. */
const maxCalls = 8

const nameBytes = 28
const slotBytes = 65_536
const blockBytes = 65_536

/** Most datagrams that are left to Node after a call that found nothing. */
const longestPause = 32

/** The receiving half of a socket. */
export class UdpBatchReceiver {
  readonly #calls: UdpCalls
  readonly #fd: number
  readonly #headers = new Uint8Array(new ArrayBuffer(maxDatagrams * headerBytes))
  readonly #words = new Uint32Array(this.#headers.buffer)
  readonly #names = new Uint8Array(new ArrayBuffer(maxDatagrams * nameBytes))
  readonly #parts = new Uint32Array(new ArrayBuffer(maxDatagrams * partBytes))
  readonly #payloads = new Uint8Array(new ArrayBuffer(maxDatagrams * slotBytes))
  readonly #sources = new UdpSources(this.#names)
  #block = new Uint8Array(0)
  #used = 0
  /** Traffic that comes one by one is Node's: each call that finds nothing doubles how many pass before the next one. */
  #pause = 1
  #passing = 0

  /** `fd` must be open as long as anything is received. */
  constructor(calls: UdpCalls, fd: number) {
    this.#calls = calls
    this.#fd = fd
    const names = Number(calls.address(this.#names))
    const parts = Number(calls.address(new Uint8Array(this.#parts.buffer)))
    const payloads = Number(calls.address(this.#payloads))
    for (let index = 0; index < maxDatagrams; index += 1) {
      const at = (index * headerBytes) / 4
      writeLong(this.#words, at, names + index * nameBytes)
      this.#words[at + 2] = nameBytes
      writeLong(this.#words, at + 4, parts + index * partBytes)
      writeLong(this.#words, at + 6, 1)
      writeLong(this.#parts, (index * partBytes) / 4, payloads + index * slotBytes)
      writeLong(this.#parts, (index * partBytes) / 4 + 2, slotBytes)
    }
  }

  /** To be called behind each datagram that Node told of. `isOpen`: the socket still is, asked before each step. */
  takeWaiting(handler: DatagramHandler, isOpen: () => boolean): void {
    if (this.#passing > 0) {
      this.#passing -= 1
      return
    }
    for (let call = 0; call < maxCalls && isOpen(); call += 1) {
      const count = this.#calls.recvmmsg(this.#fd, this.#headers, maxDatagrams, dontWait, null)
      if (count <= 0) {
        if (call > 0) return
        this.#passing = this.#pause
        this.#pause = Math.min(this.#pause * 2, longestPause)
        return
      }
      this.#pause = 1
      for (let index = 0; index < count && isOpen(); index += 1) this.#hand(index, handler)
      if (count < maxDatagrams) return
    }
  }

  #hand(index: number, handler: DatagramHandler): void {
    const at = (index * headerBytes) / 4
    const length = this.#words[at + 14] ?? 0
    // The system wrote how long the name is; the next call has to know how much room there is.
    this.#words[at + 2] = nameBytes
    const nameAt = index * nameBytes
    const bytes = this.#copyOf(this.#payloads.subarray(index * slotBytes, index * slotBytes + length))
    handler.onDatagram(bytes, this.#sources.address(nameAt), this.#sources.port(nameAt))
  }

  #copyOf(bytes: Uint8Array): Uint8Array {
    if (this.#used + bytes.length > this.#block.length) {
      this.#block = new Uint8Array(blockBytes)
      this.#used = 0
    }
    const start = this.#used
    this.#used += bytes.length
    this.#block.set(bytes, start)
    return this.#block.subarray(start, this.#used)
  }
}
