/**
 * Listening for TCP connections. Connections are accepted paused and with Nagle off: nothing is read before the owner
 * has opened the duplex, and a packet never waits for a later one to share its segment.
 */
import { createServer, type ListenOptions as NodeListenOptions, type Server } from 'node:net'
import type { ByteDuplex, Endpoint, Listener, ListenOptions } from '../contracts/network.ts'
import { endpointOf } from './endpoints.ts'
import { SocketDuplex } from './socket-duplex.ts'

/** Connections that wait in the system for us to accept them: a whole floor of recorders reconnects at once. */
const backlog = 1024

/** A peer that vanished without a word is found after about this long of silence, in milliseconds. */
const keepAliveAfterMs = 15_000

/** How sockets are accepted, here and under TLS. */
export const socketOptions = {
  allowHalfOpen: true,
  pauseOnConnect: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: keepAliveAfterMs,
} as const

/**
 * Listens for connections. Rejects with the system's error as it is (`EADDRINUSE`, `EACCES`, `ENOTFOUND`, ...).
 *
 * @param onConnection called for each connection; nothing is read before it calls `open`
 * @param onError a failed accept, after the listener came up
 */
export function listenTcp(
  options: ListenOptions,
  onConnection: (duplex: ByteDuplex) => void,
  onError: (error: Error) => void,
): Promise<Listener> {
  const server = createServer(socketOptions)
  server.on('connection', (socket) => {
    const duplex = new SocketDuplex(socket)
    // The peer was gone before we looked: there is nobody to talk to and no address to tell of.
    if (socket.remoteAddress === undefined) duplex.destroy()
    else onConnection(duplex)
  })
  return listenWith(server, options, onError)
}

/** Binds a server that hands its connections on by itself. */
export function listenWith(server: Server, options: ListenOptions, onError: (error: Error) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(nodeListenOptions(options), () => {
      server.off('error', reject)
      server.on('error', onError)
      resolve({ local: localOf(server), close: () => stop(server) })
    })
  })
}

/** Without a host Node binds `::` for both families, and `0.0.0.0` where the system has no IPv6. */
function nodeListenOptions({ host, port }: ListenOptions): NodeListenOptions {
  return host === '' || host === '::' ? { port, backlog } : { host, port, backlog }
}

function localOf(server: Server): Endpoint {
  const address = server.address()
  return address === null || typeof address === 'string' ? endpointOf('', 0) : endpointOf(address.address, address.port)
}

/** The port is free when this resolves. Node's own callback would wait for the last connection to go. */
function stop(server: Server): Promise<void> {
  if (server.listening) server.close()
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
