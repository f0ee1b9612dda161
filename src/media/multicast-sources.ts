import { Registry } from '../contracts/registry.ts'
import type { DatagramReceiver } from './udp-router.ts'

/**
 * Who gets the RTCP that readers send to one multicast group. All of them send from the group's RTCP port, so it is the
 * address that tells them apart, and two readers of one host share it: each gets the packets of both, and a sign of life
 * of one keeps the other. The group carries our own packets as well: what bears an SSRC of the stream is our own report
 * come back (RFC 3550 section 8.2), and would keep a dead reader of this host for ever.
 */
export class MulticastSources {
  readonly #port: number
  readonly #ownSsrcs: ReadonlySet<number>
  readonly #receivers = new Registry<string, readonly DatagramReceiver[]>()
  /** Datagrams that came from nobody who reads, or from ourselves. */
  unroutedDatagrams = 0

  /** `ownSsrcs` are those that the stream sends reports of in this group. */
  constructor(port: number, ownSsrcs: readonly number[]) {
    this.#port = port
    this.#ownSsrcs = new Set(ownSsrcs)
  }

  /** From now on the receiver gets what comes from this address. */
  register(address: string, receiver: DatagramReceiver): void {
    this.#receivers.set(address, [...(this.#receivers.get(address) ?? []), receiver])
  }

  /** Takes it back. */
  unregister(address: string, receiver: DatagramReceiver): void {
    const left = (this.#receivers.get(address) ?? []).filter((other) => other !== receiver)
    if (left.length === 0) this.#receivers.delete(address)
    else this.#receivers.set(address, left)
  }

  /** Hands a datagram to whoever registered its source; others are dropped and counted. */
  route(bytes: Uint8Array, address: string, port: number): void {
    const receivers = port === this.#port ? this.#receivers.get(address) : undefined
    if (receivers === undefined || this.#ownSsrcs.has(senderSsrc(bytes))) {
      this.unroutedDatagrams += 1
      return
    }
    for (const receiver of receivers) receiver(bytes)
  }
}

/** SSRC of the packet's sender, the second word of any RTCP packet; -1 if the datagram is too short for it. */
function senderSsrc(bytes: Uint8Array): number {
  if (bytes.length < 8) return -1
  return (((bytes[4] ?? 0) << 24) | ((bytes[5] ?? 0) << 16) | ((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0)) >>> 0
}
