/**
 * Sockets that are made by us and then handed to Node. Node tells nobody the descriptor of a socket of its own, but it
 * takes one over (`bind({ fd })`), and that is the public way to have both: Node's receiving and our sending.
 */
import type { UdpCalls } from './udp-calls.ts'
import { setPort, socketAddressOf } from './udp-destinations.ts'

/** `SOCK_DGRAM` that does not block and is closed when another program is started. */
const socketType = 2 | 0o4000 | 0o2000000
const solSocket = 1
const reuseAddress = 2

/** Makes and binds a socket; its descriptor, or nothing when the system refuses. Node's own way tells the error. */
export function openNativeSocket(calls: UdpCalls, family: number, address: string, port: number): number | undefined {
  const socketAddress = socketAddressOf(calls, family, address)
  if (socketAddress === undefined) return undefined
  setPort(socketAddress, port)
  const fd = calls.socket(family, socketType, 0)
  if (fd < 0) return undefined
  if (calls.bind(fd, socketAddress, socketAddress.length) >= 0) return fd
  calls.close(fd)
  return undefined
}

/**
 * Node marks what it takes over as shareable (`SO_REUSEADDR`), with which another program could bind the same port and
 * take our peers' packets. It marks no socket of its own like that, so neither shall this one be.
 */
export function keepPortToOurselves(calls: UdpCalls, fd: number): void {
  calls.setsockopt(fd, solSocket, reuseAddress, new Uint8Array(4), 4)
}
