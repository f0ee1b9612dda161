/**
 * Whether batches of datagrams work here, found out once for the whole process by sending one. Asking the kernel for
 * its version or for the option would not do: there are imitations of it that accept the option and send one long
 * datagram, and that has to be noticed before a peer does.
 */
import { loadUdpCalls, type UdpCalls } from './udp-calls.ts'
import { familyIPv4, portOf } from './udp-destinations.ts'
import { UdpDirectSender } from './udp-direct-sender.ts'
import { openNativeSocket } from './udp-native-socket.ts'

/** Calls that work, or the reason why there is no batching. */
export type UdpBatchingSupport = UdpCalls | string

let found: Promise<UdpBatchingSupport> | undefined

/** Loads what is needed and tries it, the first time. */
export function udpBatchingSupport(): Promise<UdpBatchingSupport> {
  return (found ??= findUdpBatching(loadUdpCalls))
}

/** The same without memory. */
export async function findUdpBatching(load: () => Promise<UdpCalls | string>): Promise<UdpBatchingSupport> {
  const calls = await load()
  if (typeof calls === 'string') return calls
  try {
    return tryUdpBatching(calls) ?? calls
  } catch (cause) {
    return `the attempt to send a batch failed: ${cause instanceof Error ? cause.message : String(cause)}`
  }
}

/** Bytes of the datagrams of the attempt. */
const sizes = [120, 120, 50]

/** Sends a batch to itself over the loopback interface. What it returns is what went wrong. */
function tryUdpBatching(calls: UdpCalls): string | undefined {
  const fd = openNativeSocket(calls, familyIPv4, '127.0.0.1', 0)
  if (fd === undefined) return 'no socket can be made for an attempt'
  try {
    const name = new Uint8Array(16)
    if (calls.getsockname(fd, name, Uint8Array.of(name.length, 0, 0, 0)) < 0) return 'the system does not tell ports'
    const refused: Uint8Array[] = []
    const sender = new UdpDirectSender(calls, fd, familyIPv4, {
      isClear: () => refused.length === 0,
      onUnsent: (bytes) => refused.push(bytes),
      onEnded: () => undefined,
    })
    const packets = sizes.map((size, index) => new Uint8Array(size).fill(index + 1))
    sender.sendBatch(packets, '127.0.0.1', portOf(name))
    sender.flush()
    if (refused.length > 0) return 'the kernel refuses to send a batch'
    return packets.every((packet) => arrives(calls, fd, packet)) ? undefined : 'the kernel does not cut batches'
  } finally {
    calls.close(fd)
  }
}

/** Loopback delivers within the sending call; the wait is for a machine that is out of breath. */
const arrivalMs = 50
const pollIn = 1
const dontWait = 0x40

function arrives(calls: UdpCalls, fd: number, packet: Uint8Array): boolean {
  const descriptor = Uint8Array.of(fd & 0xff, (fd >>> 8) & 0xff, (fd >>> 16) & 0xff, fd >>> 24, pollIn, 0, 0, 0)
  if (calls.poll(descriptor, 1, arrivalMs) !== 1) return false
  const bytes = new Uint8Array(2048)
  return calls.recv(fd, bytes, bytes.length, dontWait) === packet.length && bytes[0] === packet[0]
}
