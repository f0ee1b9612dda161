/** The real network: TCP listeners and UDP sockets of Node behind the port that the rest of the library knows. */
import type { Network } from '../contracts/network.ts'
import { bindMulticast } from './node-multicast.ts'
import { listenTcp } from './node-tcp.ts'
import { bindUdp } from './node-udp.ts'

/** A network on `node:net` and `node:dgram`. Rejections are the system's errors, untouched. */
export function nodeNetwork(): Network {
  return { listen: listenTcp, bindDatagram: (options) => bindUdp(options), bindMulticast }
}
