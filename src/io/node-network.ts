/** The real network: TCP listeners and UDP sockets of Node behind the port that the rest of the library knows. */
import type { Network } from '../contracts/network.ts'
import { bindMulticast } from './node-multicast.ts'
import { listenTcp } from './node-tcp.ts'
import { listenTls } from './node-tls.ts'
import { bindUdp } from './node-udp.ts'

/** A network on `node:net`, `node:tls` and `node:dgram`. Rejections are the system's errors, untouched. */
export function nodeNetwork(): Network {
  return {
    listen: (options, onConnection, onError) =>
      options.tls === undefined
        ? listenTcp(options, onConnection, onError)
        : listenTls(options, options.tls, onConnection, onError),
    bindDatagram: (options) => bindUdp(options),
    bindMulticast,
  }
}
