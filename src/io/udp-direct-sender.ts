/**
 * Sends through system calls of our own on a socket that Node receives on. What is given to it within one callback of
 * Node is gathered and leaves in few calls (`udp-outbox.ts`). It only ever sends at once or not at all: whatever the
 * system does not take in that moment, and whatever fails, is left to Node, which queues it and knows how to tell of
 * errors. So there is one queue, and nothing is overtaken or lost when batching ends.
 */
import { type DatagramBatching, maxBatchBytes } from '../contracts/network.ts'
import type { UdpCalls } from './udp-calls.ts'
import { UdpDestinations } from './udp-destinations.ts'
import { maxSegments, type UnsentMessage, UdpOutbox } from './udp-outbox.ts'

const dontWait = 0x40

/** Errors of Linux by number. */
const invalid = 22
const messageSize = 90
/** The system has no room just now: interrupted, again, no memory, no buffers. */
const passing = new Set([4, 11, 12, 105])
/** What is wrong with this destination or the network, whatever is sent and however. */
const aboutDestinations = new Set([1, 13, 89, 97, 99, 100, 101, 111, 112, 113])

/** Destinations that refuse batches, after which the reason is not sought with them any more. */
const refusalLimit = 32

/** What the sender asks of the socket that it sends for. */
export interface UdpDirectSenderOwner {
  /** Nothing waits in Node's queue. */
  isClear(): boolean
  /** To be sent through Node's queue. */
  onUnsent(bytes: Uint8Array, address: string, port: number): void
  /** Batching is over for good. */
  onEnded(reason: string): void
}

/** The sending half of a socket. */
export class UdpDirectSender {
  readonly #calls: UdpCalls
  readonly #fd: number
  readonly #destinations: UdpDestinations
  readonly #outbox: UdpOutbox
  readonly #owner: UdpDirectSenderOwner
  #refusals = 0
  /** Whoever is told of an end may want to send its last words. */
  #isFlushing = false
  #ended: string | undefined

  /** `fd` is a socket of this family; it must be open as long as anything is sent. */
  constructor(calls: UdpCalls, fd: number, family: number, owner: UdpDirectSenderOwner) {
    this.#calls = calls
    this.#fd = fd
    this.#destinations = new UdpDestinations(calls, family)
    this.#outbox = new UdpOutbox(calls)
    this.#owner = owner
  }

  get maxBatchDatagrams(): number {
    return this.#ended === undefined ? maxSegments : 0
  }

  get batching(): DatagramBatching {
    return this.#ended === undefined ? { mode: 'gso', reason: '' } : { mode: 'none', reason: this.#ended }
  }

  /** Takes one datagram, to be sent by the next `flush`. False: it was not taken. Node's queue must be empty. */
  send(bytes: Uint8Array, address: string, port: number): boolean {
    const destination = this.#destinations.of(address, port)
    if (destination === undefined || bytes.length > maxBatchBytes) return false
    if (this.#outbox.add(bytes, destination, address, port)) return true
    this.flush()
    return this.#owner.isClear() && this.#outbox.add(bytes, destination, address, port)
  }

  /** Takes a batch, to be sent by the next `flush`. False: nothing of it was taken. Node's queue must be empty. */
  sendBatch(packets: readonly Uint8Array[], address: string, port: number): boolean {
    if (this.#ended !== undefined) return false
    const destination = this.#destinations.of(address, port)
    if (destination?.takesBatches !== true) return false
    if (this.#outbox.addBatch(packets, destination, address, port)) return true
    this.flush()
    // What came back may have ended batches altogether.
    return (
      this.#owner.isClear() && this.maxBatchDatagrams > 0 && this.#outbox.addBatch(packets, destination, address, port)
    )
  }

  /** Sends what was taken. What the system does not take goes to Node's queue, and then so does all that is behind it. */
  flush(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    const outbox = this.#outbox
    let sent = 0
    // The count is asked for anew each time: an owner that is told of an end may add something.
    while (sent < outbox.count && this.#owner.isClear()) {
      const taken = this.#calls.sendmmsg(this.#fd, outbox.headersFrom(sent), outbox.count - sent, dontWait)
      if (taken > 0) {
        sent += taken
        continue
      }
      this.#learn(outbox.message(sent), this.#calls.errno())
      this.#leaveToNode(sent)
      sent += 1
    }
    for (; sent < outbox.count; sent += 1) this.#leaveToNode(sent)
    outbox.clear()
    this.#isFlushing = false
  }

  #leaveToNode(index: number): void {
    const message = this.#outbox.message(index)
    if (message === undefined) return
    for (const bytes of this.#outbox.datagrams(index)) this.#owner.onUnsent(bytes, message.address, message.port)
  }

  /** What an error says about batches. */
  #learn(message: UnsentMessage | undefined, error: number): void {
    if (message?.isBatch !== true || this.#ended !== undefined) return
    if (passing.has(error) || aboutDestinations.has(error)) return
    // The segments do not fit the path: one reader behind a tunnel must not cost all others their batches.
    if (error === invalid || error === messageSize) {
      message.destination.takesBatches = false
      this.#refusals += 1
      if (this.#refusals < refusalLimit) return
    }
    this.#ended = `the system refuses to send batches (error ${error})`
    this.#owner.onEnded(this.#ended)
  }
}
