/**
 * Datagrams that leave together: what the readers of a burst are sent is written into one block of memory and given to
 * the system in one call (`sendmmsg`). Each message of it may be a batch by itself, which the system cuts into datagrams
 * (`UDP_SEGMENT`, Linux 4.18). The size travels with the message and not with the socket: an option of the socket would
 * also cut single datagrams that are longer than the size that was set last, among them those that wait in Node's queue.
 *
 * Bytes are copied in, so nobody's memory is held. In a fan-out the same batch goes to one reader after the other; it is
 * copied once, in one piece, and the messages point to it.
 *
 * ```
 * per message   mmsghdr   0 name, 8 name bytes, 16 parts, 24 count of parts, 32 control, 40 control bytes; 64 bytes
 *               sockaddr  32 bytes, of which 16 or 28 are used
 *               iovec     0 address, 8 length; 16 bytes
 *               cmsghdr   18, level SOL_UDP, type UDP_SEGMENT, the size as 16 bits; 24 bytes
 * for all       payload   262,144 bytes
 * ```
 */
import { maxBatchBytes } from '../contracts/network.ts'
import { headerBytes, partBytes, writeLong } from './system-messages.ts'
import type { UdpCalls } from './udp-calls.ts'
import type { UdpDestination } from './udp-destinations.ts'

/** Most datagrams of a batch that every kernel with `UDP_SEGMENT` takes. */
export const maxSegments = 64

/** Most messages of one call: more save nothing that could be measured, and the first of them wait for the last. */
export const maxMessages = 16

const payloadBytes = 4 * 65_536
/** Batches that are recognised when they come again: a burst has few, and most are of the last reader's. */
const knownBatches = 8

const nameBytes = 32
const controlBytes = 24
const solUdp = 17
const udpSegment = 103

/** A message that the system did not take. */
export interface UnsentMessage {
  readonly destination: UdpDestination
  readonly address: string
  readonly port: number
  readonly isBatch: boolean
}

/** What waits for the next call. One for each socket. */
export class UdpOutbox {
  readonly #headers = new Uint8Array(maxMessages * headerBytes)
  readonly #headerWords = new Uint32Array(this.#headers.buffer)
  readonly #names = new Uint8Array(maxMessages * nameBytes)
  readonly #parts = new Uint32Array((maxMessages * partBytes) / 4)
  readonly #controls = new Uint32Array((maxMessages * controlBytes) / 4)
  readonly #payload = new Uint8Array(payloadBytes)
  readonly #payloadAt: number
  #used = 0
  #count = 0
  /**
   * By message: where it is in the payload, how long, the size of its datagrams (0: it is one), and where it goes. Flat,
   * because an object is only needed for what the system does not take.
   */
  readonly #starts = new Int32Array(maxMessages)
  readonly #lengths = new Int32Array(maxMessages)
  readonly #sizes = new Int32Array(maxMessages)
  readonly #ports = new Int32Array(maxMessages)
  readonly #destinations: UdpDestination[] = []
  readonly #addresses: string[] = []
  /** Batches that are in the payload, and where. */
  readonly #batches = new Array<readonly Uint8Array[] | undefined>(knownBatches).fill(undefined)
  readonly #batchStarts = new Int32Array(knownBatches)
  readonly #batchLengths = new Int32Array(knownBatches)
  #batchCount = 0

  constructor(calls: UdpCalls) {
    const names = Number(calls.address(this.#names))
    const parts = Number(calls.address(new Uint8Array(this.#parts.buffer)))
    const controls = Number(calls.address(new Uint8Array(this.#controls.buffer)))
    this.#payloadAt = Number(calls.address(this.#payload))
    for (let index = 0; index < maxMessages; index += 1) {
      const at = (index * headerBytes) / 4
      writeLong(this.#headerWords, at, names + index * nameBytes)
      writeLong(this.#headerWords, at + 4, parts + index * partBytes)
      this.#headerWords[at + 6] = 1
      writeLong(this.#headerWords, at + 8, controls + index * controlBytes)
      const control = (index * controlBytes) / 4
      this.#controls[control] = 18
      this.#controls[control + 2] = solUdp
      this.#controls[control + 3] = udpSegment
    }
  }

  /** Messages that wait. */
  get count(): number {
    return this.#count
  }

  /** What `sendmmsg` is given to send all messages from this one on. */
  headersFrom(index: number): Uint8Array {
    return index === 0 ? this.#headers : this.#headers.subarray(index * headerBytes)
  }

  /** Adds one datagram. False: there is no room. */
  add(bytes: Uint8Array, destination: UdpDestination, address: string, port: number): boolean {
    const { length } = bytes
    if (this.#count === maxMessages || this.#used + length > payloadBytes) return false
    const start = this.#used
    this.#payload.set(bytes, start)
    this.#used += length
    this.#describe(start, length, 0, destination, address, port)
    return true
  }

  /** Adds a batch of at most `maxSegments` datagrams. False: there is no room. */
  addBatch(packets: readonly Uint8Array[], destination: UdpDestination, address: string, port: number): boolean {
    if (this.#count === maxMessages) return false
    let known = this.#batches.indexOf(packets)
    if (known < 0) {
      known = this.#keep(packets)
      if (known < 0) return false
    }
    const size = packets[0]?.length ?? 0
    this.#describe(this.#batchStarts[known] ?? 0, this.#batchLengths[known] ?? 0, size, destination, address, port)
    return true
  }

  /** A message and where it goes. */
  message(index: number): UnsentMessage | undefined {
    const destination = this.#destinations[index]
    if (destination === undefined) return undefined
    const [address = '', port = 0] = [this.#addresses[index], this.#ports[index]]
    return { destination, address, port, isBatch: this.#sizes[index] !== 0 }
  }

  /** The datagrams of a message, as copies. */
  datagrams(index: number): readonly Uint8Array[] {
    const start = this.#starts[index] ?? 0
    const bytes = this.#payload.slice(start, start + (this.#lengths[index] ?? 0))
    const size = this.#sizes[index] ?? 0
    if (size === 0) return [bytes]
    const datagrams: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += size) datagrams.push(bytes.subarray(at, at + size))
    return datagrams
  }

  /** Forgets all messages. */
  clear(): void {
    this.#count = 0
    this.#used = 0
    this.#batches.fill(undefined)
    this.#batchCount = 0
    this.#destinations.length = 0
    this.#addresses.length = 0
  }

  /** Copies a batch into the payload; where it is noted, or -1 if there is no room. */
  #keep(packets: readonly Uint8Array[]): number {
    const start = this.#used
    if (start + maxBatchBytes > payloadBytes) return -1
    let at = start
    for (const packet of packets) {
      this.#payload.set(packet, at)
      at += packet.length
    }
    this.#used = at
    // The oldest note gives way: its bytes stay, they are only not recognised any more.
    const note = this.#batchCount % knownBatches
    this.#batchCount += 1
    this.#batches[note] = packets
    this.#batchStarts[note] = start
    this.#batchLengths[note] = at - start
    return note
  }

  #describe(
    start: number,
    length: number,
    size: number,
    destination: UdpDestination,
    address: string,
    port: number,
  ): void {
    const index = this.#count
    this.#count += 1
    const { socketAddress } = destination
    this.#names.set(socketAddress, index * nameBytes)
    const header = (index * headerBytes) / 4
    this.#headerWords[header + 2] = socketAddress.length
    this.#headerWords[header + 10] = size === 0 ? 0 : controlBytes
    this.#controls[(index * controlBytes) / 4 + 4] = size
    const part = (index * partBytes) / 4
    writeLong(this.#parts, part, this.#payloadAt + start)
    this.#parts[part + 2] = length
    this.#starts[index] = start
    this.#lengths[index] = length
    this.#sizes[index] = size
    this.#ports[index] = port
    this.#destinations.push(destination)
    this.#addresses.push(address)
  }
}
