/**
 * Destinations in the form that the system wants. Peers are few and packets are many, so each address is read once;
 * what was learnt about the way to it (that it takes no batches) is kept beside it.
 */
import { isIP } from 'node:net'
import type { UdpCalls } from './udp-calls.ts'

/** Address families of Linux. */
export const familyIPv4 = 2
export const familyIPv6 = 10

/** Addresses that are remembered at most; then all are forgotten and read again. */
const rememberedLimit = 4096

const portAt = 2

/** A peer's address, without its port. */
export interface UdpDestination {
  /** `sockaddr_in` (16 bytes) or `sockaddr_in6` (28 bytes). The port changes with each use. */
  readonly socketAddress: Uint8Array
  /** False when the path refused a batch: too small an MTU, or encryption on the way. */
  takesBatches: boolean
}

/** The addresses that one socket sends to. */
export class UdpDestinations {
  readonly #calls: UdpCalls
  readonly #family: number
  readonly #known = new Map<string, UdpDestination | undefined>()

  /** `family` is that of the socket. An IPv6 socket reaches IPv4 addresses in their mapped form. */
  constructor(calls: UdpCalls, family: number) {
    this.#calls = calls
    this.#family = family
  }

  /** Nothing for what is no literal address of this family, and for addresses with a zone: those are Node's. */
  of(address: string, port: number): UdpDestination | undefined {
    if (port <= 0 || port > 0xffff) return undefined
    let destination = this.#known.get(address)
    if (destination === undefined) {
      if (this.#known.has(address)) return undefined
      if (this.#known.size >= rememberedLimit) this.#known.clear()
      const socketAddress = socketAddressOf(this.#calls, this.#family, address)
      destination = socketAddress === undefined ? undefined : { socketAddress, takesBatches: true }
      this.#known.set(address, destination)
      if (destination === undefined) return undefined
    }
    setPort(destination.socketAddress, port)
    return destination
  }
}

/** A `sockaddr` with port 0, or nothing for what the family cannot reach. */
export function socketAddressOf(calls: UdpCalls, family: number, address: string): Uint8Array | undefined {
  const version = address.includes('%') ? 0 : isIP(address)
  if (version === 0 || (family === familyIPv4 && version === 6)) return undefined
  const [bytes, at] = family === familyIPv4 ? [new Uint8Array(16), 4] : [new Uint8Array(28), 8]
  // The family is in the order of the machine, and the machines in question are little-endian.
  bytes[0] = family
  const binary = new Uint8Array(16)
  const text = family === familyIPv6 && version === 4 ? `::ffff:${address}` : address
  if (calls.inet_pton(family, text, binary) !== 1) return undefined
  bytes.set(family === familyIPv4 ? binary.subarray(0, 4) : binary, at)
  return bytes
}

/** Writes the port into a `sockaddr`, in network order. */
export function setPort(socketAddress: Uint8Array, port: number): void {
  socketAddress[portAt] = port >>> 8
  socketAddress[portAt + 1] = port & 0xff
}

/** Reads the port of a `sockaddr`. */
export function portOf(socketAddress: Uint8Array): number {
  return ((socketAddress[portAt] ?? 0) << 8) | (socketAddress[portAt + 1] ?? 0)
}
