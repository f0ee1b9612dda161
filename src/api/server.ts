import { AsyncSubject, firstValueFrom, Subject, type Observable } from 'rxjs'
import type { Runtime, UdpPair } from '../actors/runtime.ts'
import { AcceptedSockets, spawnServer } from '../actors/server/interpreter.ts'
import { Failure } from '../contracts/failure.ts'
import type { DatagramBatching, DatagramSocket, Network } from '../contracts/network.ts'
import { Registry } from '../contracts/registry.ts'
import { RtspError, rtspError } from '../contracts/rtsp-error.ts'
import type { SessionDescription } from '../formats/description.ts'
import { createNodeClock } from '../io/node-clock.ts'
import { createNodeEntropy } from '../io/node-entropy.ts'
import { nodeNetwork } from '../io/node-network.ts'
import { acceptWebSocket } from '../io/websocket-duplex.ts'
import { ActorSystem } from '../kernel/actor-system.ts'
import { GuardedObservable } from '../media/inbound/guarded-observable.ts'
import { UdpRouter } from '../media/udp-router.ts'
import { HandlerApplication } from './application.ts'
import { censusOf, type Census } from './census.ts'
import type { ServerConnection } from './connection.ts'
import type { ServerEvent } from './events.ts'
import { Handles } from './handles.ts'
import { openListeners, type Listeners } from './listeners.ts'
import { checkMulticastAddresses, multicastRuntime, multicastSettled } from './multicast-options.ts'
import { resolveOptions, serverConfig, type ResolvedOptions, type RtspServerOptions } from './options.ts'
import type { ServerSession } from './session.ts'
import { ServerStream, type StreamOptions } from './stream.ts'
import { tlsSettings } from './tls-options.ts'
import type { UserData } from './user-data.ts'

/** Addresses a server is bound to. */
export interface ServerAddress {
  /** Of the listener in clear; of the one under TLS if it is the only one. */
  readonly host: string
  readonly port: number
  /** `null` where nobody listens under TLS. */
  readonly tls: { readonly host: string; readonly port: number } | null
  /** `null` when UDP is off. `batching` tells whether several datagrams leave in one system call, and if not, why. */
  readonly udp: { readonly rtpPort: number; readonly rtcpPort: number; readonly batching: DatagramBatching } | null
}

/**
 * An RTSP server (RFC 2326). Made by `createRtspServer`; nothing is opened before `listen`.
 */
export class RtspServer<Data extends UserData = UserData> {
  readonly #options: RtspServerOptions<Data>
  readonly #resolved: ResolvedOptions
  readonly #events = new Subject<ServerEvent<Data>>()
  #running: Running<Data> | null = null
  #state: 'new' | 'starting' | 'listening' | 'closing' | 'closed' = 'new'
  readonly #ended = new AsyncSubject<RtspError>()

  /**
   * Everything that happens, as one union discriminated by `type`. Hot; completes when the server is closed. A
   * subscriber that throws is unsubscribed, told about in a `subscriber.error` event, and hurts nobody else.
   */
  readonly events$: Observable<ServerEvent<Data>> = new GuardedObservable(
    (subscriber) => this.#events.subscribe(subscriber),
    (error) => this.#emit({ type: 'subscriber.error', session: null, error }),
  )

  /** @internal Use `createRtspServer`. */
  constructor(options: RtspServerOptions<Data>) {
    this.#options = options
    this.#resolved = resolveOptions(options)
  }

  /**
   * Binds the ports and starts to serve. Rejects with ERR_RTSP_LISTEN (its `cause` is the system's error, with `code`
   * `EADDRINUSE` and the like) and leaves nothing open then; ERR_RTSP_USAGE when called twice.
   */
  async listen(): Promise<ServerAddress> {
    if (this.#state !== 'new')
      throw rtspError('ERR_RTSP_USAGE', `listen() was called on a server that is ${this.#state}`)
    this.#state = 'starting'
    try {
      this.#running = await this.#start()
    } catch (error) {
      this.#state = 'new'
      throw error instanceof RtspError
        ? error
        : rtspError('ERR_RTSP_LISTEN', error instanceof Error ? error.message : String(error), { cause: error })
    }
    this.#state = 'listening'
    return this.address
  }

  /** Where the server listens. Throws ERR_RTSP_USAGE before `listen` has resolved. */
  get address(): ServerAddress {
    const { listeners, runtime } = this.#requireRunning()
    const { udp } = runtime
    const noBatching: DatagramBatching = { mode: 'none', reason: 'the network has none' }
    const { clear, tls } = listeners
    const first = (clear ?? tls)?.local
    return {
      host: first?.address ?? '',
      port: first?.port ?? 0,
      tls: tls === null ? null : { host: tls.local.address, port: tls.local.port },
      udp:
        udp === null
          ? null
          : {
              rtpPort: udp.rtp.local.port,
              rtcpPort: udp.rtcp.local.port,
              batching: udp.rtp.batching ?? noBatching,
            },
    }
  }

  /** Connections that are open now. */
  get connections(): readonly ServerConnection<Data>[] {
    return this.#running?.handles.connections ?? []
  }

  /** Sessions that live now. */
  get sessions(): readonly ServerSession<Data>[] {
    return this.#running?.handles.sessions ?? []
  }

  /** @internal How much of everything there is. Throws ERR_RTSP_USAGE before `listen`. */
  get census(): Census {
    const { runtime, handles } = this.#requireRunning()
    return censusOf(runtime, handles)
  }

  /**
   * A new stream for readers. Throws ERR_RTSP_USAGE before `listen` and for multicast groups that cannot be,
   * ERR_RTSP_H264_PACKETIZATION_MODE for H264 mode 0, ERR_RTSP_OPTIONS for options that cannot work.
   */
  createStream(description: SessionDescription, options: StreamOptions = {}): ServerStream {
    const { runtime, handles, nextStreamId } = this.#requireRunning()
    const groups =
      options.multicast === undefined
        ? null
        : checkMulticastAddresses(options.multicast, description.medias.length, runtime.multicast !== null)
    const stream = new ServerStream(runtime, nextStreamId(), description, groups, options)
    handles.addStream(stream)
    stream.readers$.subscribe({ complete: () => handles.forgetStream(stream.id), error: () => undefined })
    return stream
  }

  /** Resolves when the server has ended, with the reason: ERR_RTSP_TERMINATED after `close`. Never rejects. */
  get closed(): Promise<RtspError> {
    return firstValueFrom(this.#ended)
  }

  /**
   * Ends every session and connection, then the listeners; resolves when nothing is left. Idempotent. Their closing
   * events have been emitted by then.
   */
  async close(): Promise<void> {
    if (this.#state === 'new') {
      this.#state = 'closed'
      this.#events.complete()
      this.#end(new Failure('ERR_RTSP_TERMINATED'))
    }
    if (this.#state === 'listening') this.#shutDown(new Failure('ERR_RTSP_TERMINATED'))
    await this.closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #shutDown(failure: Failure): void {
    if (this.#state !== 'listening') return
    this.#state = 'closing'
    this.#running?.runtime.server.tell({ type: 'close.ordered', failure })
  }

  async #start(): Promise<Running<Data>> {
    const {
      clock = createNodeClock(),
      entropy = createNodeEntropy(),
      network = nodeNetwork(),
      handlers = {},
    } = this.#options
    const tls = tlsSettings(this.#resolved.tls, this.#resolved.handshakeTimeoutMs)
    const udp = await openUdp(network, this.#resolved)
    const ports = udp === null ? null : { rtpPort: udp.rtp.local.port, rtcpPort: udp.rtcp.local.port }
    const config = serverConfig(this.#resolved, handlers, ports)
    const sockets = new AcceptedSockets()
    const system = new ActorSystem({ clock, onFault: (actor, error) => this.#emit({ type: 'fault', actor, error }) })
    const handles = new Handles<Data>(
      () => runtime,
      (session, error) => this.#emit({ type: 'subscriber.error', session, error }),
    )
    const server = spawnServer(system, config, {
      runtimeOf: () => runtime,
      sockets,
      stopListening: () => void listeners.close(),
      onClosed: (failure) => void this.#finish(failure, listeners, udp),
    })
    const runtime: Runtime = {
      system,
      clock,
      entropy,
      config,
      application: new HandlerApplication<Data>(
        handlers,
        handles,
        (event) => this.#emit(event),
        () => this.#events.observed,
      ),
      server,
      connections: new Registry(),
      sessions: new Registry(),
      sessionsByToken: new Registry(),
      streams: new Registry(),
      udp,
      multicast: multicastRuntime(this.#resolved.multicast, network),
      waitingHalves: new Registry(),
      acceptWebSocket,
      accept: (connection) => server.tell({ type: 'connection.accepted', slot: sockets.put(connection) }),
    }
    let listeners: Listeners
    try {
      listeners = await openListeners(
        network,
        this.#resolved,
        tls,
        (duplex, secure) => runtime.accept({ duplex, secure, tunnel: 'none' }),
        (error) => this.#shutDown(new Failure('ERR_RTSP_SERVER_FAILED', error.message)),
      )
    } catch (error) {
      await Promise.all([udp?.rtp.close(), udp?.rtcp.close()])
      throw error
    }
    if (udp !== null) routeDatagrams(udp, (reason) => this.#emit({ type: 'udp.batchingEnded', reason }))
    let streamCount = 0
    return { runtime, listeners, handles, nextStreamId: () => `t${++streamCount}` }
  }

  async #finish(failure: Failure, listeners: Listeners, udp: UdpPair | null): Promise<void> {
    await Promise.allSettled([listeners.close(), udp?.rtp.close(), udp?.rtcp.close()])
    this.#running?.runtime.system.stopAll()
    await multicastSettled(this.#running?.runtime.multicast ?? null)
    this.#state = 'closed'
    this.#events.complete()
    this.#end(failure)
  }

  #end(failure: Failure): void {
    this.#ended.next(new RtspError(failure))
    this.#ended.complete()
  }

  #emit(event: ServerEvent<Data>): void {
    if (this.#events.observed) this.#events.next(event)
  }

  #requireRunning(): Running<Data> {
    if (this.#running === null || this.#state === 'closed') {
      throw rtspError('ERR_RTSP_USAGE', 'the server is not listening: await server.listen() first')
    }
    return this.#running
  }
}

/** What exists while a server runs. */
interface Running<Data extends UserData = UserData> {
  readonly runtime: Runtime
  readonly listeners: Listeners
  readonly handles: Handles<Data>
  readonly nextStreamId: () => string
}

/** Attempts to find a free even port with a free odd neighbour when the system chooses. */
const pairAttempts = 50

async function openUdp(network: Network, options: ResolvedOptions): Promise<UdpPair | null> {
  if (options.udp === false) return null
  const { host, rtpPort, receiveBufferBytes, batching } = options.udp
  for (let attempt = 1; ; attempt++) {
    const rtp = await network.bindDatagram({ host, port: rtpPort, receiveBufferBytes, batching })
    try {
      if (rtp.local.port % 2 !== 0) throw rtspError('ERR_RTSP_LISTEN', 'no even UDP port is free')
      const rtcp = await network.bindDatagram({ host, port: rtp.local.port + 1, receiveBufferBytes, batching })
      return { rtp, rtcp, rtpRouter: new UdpRouter(), rtcpRouter: new UdpRouter() }
    } catch (error) {
      await rtp.close()
      if (rtpPort !== 0 || attempt >= pairAttempts) throw error
    }
  }
}

function routeDatagrams(
  { rtp, rtcp, rtpRouter, rtcpRouter }: UdpPair,
  onBatchingEnded: (reason: string) => void,
): void {
  const listen = (socket: DatagramSocket, router: UdpRouter): void =>
    socket.open({
      onDatagram: (bytes, address, port) => router.route(bytes, address, port),
      // A send that one host refuses (an ICMP error) says nothing about the others; the session's own timers tell.
      onError: () => undefined,
      onBatchingEnded,
    })
  listen(rtp, rtpRouter)
  listen(rtcp, rtcpRouter)
}

/** Makes a server. Throws ERR_RTSP_OPTIONS for options that cannot work, with a sentence per mistake. */
export function createRtspServer<Data extends UserData = UserData>(
  options: RtspServerOptions<Data> = {},
): RtspServer<Data> {
  return new RtspServer<Data>(options)
}
