/**
 * Listening for connections under TLS. The certificate is asked for anew with each connection, so renewing it needs no
 * restart; Node's own TLS server has one for its lifetime. A connection is handed on before its handshake, because a
 * peer that never finishes it must count as a connection, be seen, and be closed with a reason like any other.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls'
import type { ByteDuplex, Listener, ListenOptions, TlsSettings } from '../contracts/network.ts'
import { rtspError } from '../contracts/rtsp-error.ts'
import type { Millis } from '../contracts/units.ts'
import { listenWith, socketOptions } from './node-tcp.ts'
import { SocketDuplex } from './socket-duplex.ts'

export type { SecureContext } from 'node:tls'

/** Connections that may wait for a certificate that is fetched from elsewhere. */
const maxWaiting = 1024

/** A key and its certificate, as PEM. */
export interface TlsKeyPair {
  readonly key: string | Uint8Array
  readonly cert: string | Uint8Array
  /** Of the key, if it is encrypted. */
  readonly passphrase?: string
}

/** What TLS sockets are made with. Throws what Node throws for PEM that cannot be read or does not fit together. */
export function createKeyPairContext({ key, cert, passphrase }: TlsKeyPair): SecureContext {
  return createSecureContext({
    key: typeof key === 'string' ? key : Buffer.from(key),
    cert: typeof cert === 'string' ? cert : Buffer.from(cert),
    ...(passphrase === undefined ? {} : { passphrase }),
  })
}

/** As `listenTcp`, with TLS on each connection. */
export function listenTls(
  options: ListenOptions,
  tls: TlsSettings,
  onConnection: (duplex: ByteDuplex) => void,
  onError: (error: Error) => void,
): Promise<Listener> {
  let waitingCount = 0
  const encrypt = (socket: Socket, context: object): void => {
    // A peer that left meanwhile has no address any more.
    if (socket.remoteAddress === undefined || socket.destroyed) socket.destroy()
    else onConnection(encrypted(socket, context, tls.handshakeTimeoutMs))
  }
  const refuse = (socket: Socket, cause: unknown): void => {
    const duplex = new SocketDuplex(socket)
    socket.destroy(
      rtspError('ERR_RTSP_TLS', `no certificate: ${cause instanceof Error ? cause.message : String(cause)}`),
    )
    onConnection(duplex)
  }
  const accept = (socket: Socket): void => {
    let context: object
    try {
      context = tls.secureContext()
    } catch (cause) {
      refuse(socket, cause)
      return
    }
    if (!isPromiseLike(context)) {
      encrypt(socket, context)
      return
    }
    if (waitingCount >= maxWaiting) {
      socket.destroy()
      return
    }
    waitingCount += 1
    const onSocketError = (): void => undefined
    const deadline = setTimeout(() => socket.destroy(), tls.handshakeTimeoutMs).unref()
    socket.on('error', onSocketError)
    const settled = (act: () => void): void => {
      waitingCount -= 1
      clearTimeout(deadline)
      socket.off('error', onSocketError)
      act()
    }
    context.then(
      (awaited) => settled(() => encrypt(socket, awaited)),
      (cause: unknown) => settled(() => refuse(socket, cause)),
    )
  }
  const server: Server = createServer(socketOptions)
  server.on('connection', accept)
  return listenWith(server, options, onError)
}

/** A socket under TLS whose handshake has a deadline and, if it fails, a reason that can be read. */
function encrypted(socket: Socket, context: object, handshakeTimeoutMs: Millis): ByteDuplex {
  if (!isSecureContext(context)) {
    const duplex = new SocketDuplex(socket)
    socket.destroy(rtspError('ERR_RTSP_TLS', 'no certificate: secureContext gave something else'))
    return duplex
  }
  const secured = new TLSSocket(socket, { isServer: true, secureContext: context })
  const isLate = rtspError('ERR_RTSP_TLS', `not finished within ${handshakeTimeoutMs} ms`)
  const deadline = setTimeout(() => secured.destroy(isLate), handshakeTimeoutMs).unref()
  let reason = (error: Error): Error => rtspError('ERR_RTSP_TLS', shortReason(error), { cause: error })
  secured.once('secure', () => {
    clearTimeout(deadline)
    reason = (error) => error
  })
  secured.once('close', () => clearTimeout(deadline))
  return new SocketDuplex(secured, (error) => (error === isLate ? error : reason(error)))
}

/** OpenSSL's errors are a line of numbers with the reason in it; Node puts it aside. */
function shortReason(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
}

function isPromiseLike(value: object): value is PromiseLike<object> {
  return 'then' in value && typeof value.then === 'function'
}

function isSecureContext(value: object): value is SecureContext {
  return 'context' in value
}
