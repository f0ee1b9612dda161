/**
 * Sends through system calls of our own on a socket that Node receives on. It only ever sends at once or not at all:
 * whatever the system does not take in this moment, and whatever fails, is left to Node, which queues it and knows how
 * to tell of errors. So there is one queue, and nothing is overtaken or lost when batching ends.
 */
import type { DatagramBatching } from '../contracts/network.ts'
import { maxSegments, UdpBatchHeader } from './udp-batch-header.ts'
import type { UdpCalls } from './udp-calls.ts'
import { UdpDestinations } from './udp-destinations.ts'

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

/** The sending half of a socket. */
export class UdpDirectSender {
  readonly #calls: UdpCalls
  readonly #fd: number
  readonly #destinations: UdpDestinations
  readonly #header: UdpBatchHeader
  readonly #onEnded: (reason: string) => void
  #refusals = 0
  #ended: string | undefined

  /**
   * @param fd a socket of this family; must be open as long as anything is sent
   * @param onEnded batching is over for good
   */
  constructor(calls: UdpCalls, fd: number, family: number, onEnded: (reason: string) => void) {
    this.#calls = calls
    this.#fd = fd
    this.#destinations = new UdpDestinations(calls, family)
    this.#header = new UdpBatchHeader(calls)
    this.#onEnded = onEnded
  }

  get maxBatchDatagrams(): number {
    return this.#ended === undefined ? maxSegments : 0
  }

  get batching(): DatagramBatching {
    return this.#ended === undefined ? { mode: 'gso', reason: '' } : { mode: 'none', reason: this.#ended }
  }

  /** Sends one datagram. False: it was not sent. */
  send(bytes: Uint8Array, address: string, port: number): boolean {
    const destination = this.#destinations.of(address, port)
    if (destination === undefined) return false
    const { socketAddress } = destination
    return this.#calls.sendto(this.#fd, bytes, bytes.length, dontWait, socketAddress, socketAddress.length) >= 0
  }

  /** Sends a batch. False: nothing of it was sent. */
  sendBatch(packets: readonly Uint8Array[], address: string, port: number): boolean {
    if (this.#ended !== undefined) return false
    const destination = this.#destinations.of(address, port)
    if (destination?.takesBatches !== true) return false
    this.#header.describe(packets, destination.socketAddress)
    if (this.#calls.sendmsg(this.#fd, this.#header.bytes, dontWait) >= 0) return true
    const error = this.#calls.errno()
    if (passing.has(error) || aboutDestinations.has(error)) return false
    // The segments do not fit the path: one reader behind a tunnel must not cost all others their batches.
    if (error === invalid || error === messageSize) {
      destination.takesBatches = false
      this.#refusals += 1
      if (this.#refusals < refusalLimit) return false
    }
    this.#ended = `the system refuses to send batches (error ${error})`
    this.#onEnded(this.#ended)
    return false
  }
}
