/**
 * Addresses of peers out of the structures of the system, spelt as Node and `endpoints.ts` spell them: IPv4 plain, also
 * where an IPv6 socket got it in its mapped form, and without a zone. Peers are few and packets are many, so each
 * spelling is made once.
 */
import { SocketAddress } from 'node:net'
import { unmapAddress } from './endpoints.ts'
import { familyIPv4, portOf } from './udp-destinations.ts'

/** Spellings that are remembered at most; then all are forgotten and made again. */
const rememberedLimit = 4096

/** `::ffff:0:0/96` as three words of a little-endian machine. */
const mappedMark = 0xffff0000

/** Reads `sockaddr` structures that lie in one piece of memory, each at a multiple of four. */
export class UdpSources {
  readonly #bytes: Uint8Array
  readonly #words: Uint32Array
  /** By the four bytes of an IPv4 address as a number. */
  readonly #known = new Map<number, string>()
  /** By the four words of an IPv6 address. */
  readonly #knownLong = new Map<string, string>()

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
  }

  port(at: number): number {
    return portOf(this.#bytes.subarray(at, at + 4))
  }

  address(at: number): string {
    const words = this.#words
    const first = at >> 2
    if (this.#bytes[at] === familyIPv4) return this.#short(words[first + 1] ?? 0)
    const isMapped = words[first + 2] === 0 && words[first + 3] === 0 && words[first + 4] === mappedMark
    return isMapped ? this.#short(words[first + 5] ?? 0) : this.#long(at)
  }

  #short(key: number): string {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= rememberedLimit) this.#known.clear()
    const text = `${key & 0xff}.${(key >>> 8) & 0xff}.${(key >>> 16) & 0xff}.${key >>> 24}`
    this.#known.set(key, text)
    return text
  }

  #long(at: number): string {
    const groups: string[] = []
    for (let index = at + 8; index < at + 24; index += 2) {
      groups.push((((this.#bytes[index] ?? 0) << 8) | (this.#bytes[index + 1] ?? 0)).toString(16))
    }
    const key = groups.join(':')
    const known = this.#knownLong.get(key)
    if (known !== undefined) return known
    if (this.#knownLong.size >= rememberedLimit) this.#knownLong.clear()
    const text = unmapAddress(new SocketAddress({ address: key, family: 'ipv6' }).address)
    this.#knownLong.set(key, text)
    return text
  }
}
