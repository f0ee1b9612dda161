/**
 * A `msghdr` for `sendmsg` that cuts what it sends into datagrams (`UDP_SEGMENT`, Linux 4.18). The size travels with
 * the call and not with the socket: an option of the socket would also cut single datagrams that are longer than the
 * size that was set last, among them those that wait in Node's own queue.
 *
 * The packets are gathered from where they lie, so nobody copies them. In a fan-out the same batch goes to one reader
 * after the other; the list of its parts is then still there, and only the destination is written.
 *
 * ```
 *   0  msghdr   name, name bytes, parts, count of parts, control, control bytes, flags
 *  64  cmsghdr  24, level SOL_UDP, type UDP_SEGMENT, the size as 16 bits
 *  96  sockaddr of the destination
 * 128  iovec x 64: address and length
 * ```
 */
import type { UdpCalls } from './udp-calls.ts'

/** Most datagrams that every kernel with `UDP_SEGMENT` takes in one call. */
export const maxSegments = 64

const solUdp = 17
const udpSegment = 103

const controlAt = 64
const nameAt = 96
const partsAt = 128
const partBytes = 16
const blockBytes = partsAt + maxSegments * partBytes
const word = 2 ** 32

/** The header of the next call. One for each socket. */
export class UdpBatchHeader {
  /** What `sendmsg` is given. */
  readonly bytes = new Uint8Array(new ArrayBuffer(blockBytes))
  readonly #words = new Uint32Array(this.bytes.buffer)
  readonly #calls: UdpCalls
  /** The batch whose parts are in place; held, so that its bytes stay where they are. */
  #packets: readonly Uint8Array[] | undefined

  constructor(calls: UdpCalls) {
    this.#calls = calls
    const start = Number(calls.address(this.bytes))
    this.#writeLong(0, start + nameAt)
    this.#writeLong(16, start + partsAt)
    this.#writeLong(32, start + controlAt)
    this.#writeLong(40, 24)
    this.#writeLong(controlAt, 18)
    this.#words[(controlAt + 8) / 4] = solUdp
    this.#words[(controlAt + 12) / 4] = udpSegment
  }

  /** Describes a batch of at most `maxSegments` packets to a destination. */
  describe(packets: readonly Uint8Array[], socketAddress: Uint8Array): void {
    if (this.#packets !== packets) this.#describeParts(packets)
    this.bytes.set(socketAddress, nameAt)
    this.#words[2] = socketAddress.length
  }

  #describeParts(packets: readonly Uint8Array[]): void {
    this.#packets = packets
    this.#words[(controlAt + 16) / 4] = packets[0]?.length ?? 0
    this.#writeLong(24, packets.length)
    let buffer: ArrayBufferLike | undefined
    let bufferStart = 0
    let at = partsAt
    for (const packet of packets) {
      if (packet.buffer !== buffer) {
        buffer = packet.buffer
        bufferStart = Number(this.#calls.address(packet)) - packet.byteOffset
      }
      this.#writeLong(at, bufferStart + packet.byteOffset)
      this.#writeLong(at + 8, packet.length)
      at += partBytes
    }
  }

  /** Addresses of user space have 47 bits (57 where asked for), numbers 53: exact on all machines that run Node. */
  #writeLong(at: number, value: number): void {
    this.#words[at / 4] = value % word
    this.#words[at / 4 + 1] = Math.floor(value / word)
  }
}
