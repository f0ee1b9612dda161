/**
 * The network as it comes into the library. `io` implements these ports on `node:net` and `node:dgram`, `testing`
 * implements them in memory. Callbacks are never called from inside the method that registers them.
 */
import type { Millis } from './units.ts'

/** One end of a connection or socket. IPv4-mapped IPv6 addresses are written as IPv4, a zone is split off. */
export interface Endpoint {
  /** Literal address: `127.0.0.1`, `::1`. */
  readonly address: string
  readonly port: number
  /** Zone of a link-local IPv6 address (`eth0`), empty otherwise. */
  readonly zone: string
}

/** What a byte duplex tells its one owner. */
export interface ByteDuplexHandler {
  /** Bytes that arrived. The chunk belongs to the receiver, but views into it keep the whole chunk alive. */
  onBytes(chunk: Uint8Array): void
  /** Everything that was written has been handed to the operating system, after a time when it had not. */
  onDrained(): void
  /** The duplex is gone; nothing else is called after this. `null`: the peer ended it in good order. Exactly once. */
  onClosed(error: Error | null): void
}

/** A connection that carries bytes both ways: a TCP or TLS socket, or a tunnel that looks like one. */
export interface ByteDuplex {
  readonly remote: Endpoint
  readonly local: Endpoint
  /** Registers the owner and starts reading. Called exactly once. */
  open(handler: ByteDuplexHandler): void
  /** Queues bytes. They must not be changed afterwards. After a close it does nothing. */
  write(bytes: Uint8Array): void
  /** Bytes that were written but not yet accepted by the operating system. */
  readonly queuedBytes: number
  /** Bytes that the operating system accepted since the start: grows while the peer makes progress. */
  readonly flushedBytes: number
  /** Stops reading until `resume`. At most what is under way still arrives. */
  pause(): void
  resume(): void
  /** Writes what is queued, then closes. The owner bounds the wait with `destroy`. */
  end(): void
  /** Closes at once; what is queued is lost. */
  destroy(): void
}

/** What TLS needs of us. */
export interface TlsSettings {
  /**
   * The certificate and key for the connection that just came in: asked each time, so that they can be renewed while
   * connections stay. Networks with real TLS take a `SecureContext` of `node:tls`, others need not look at it.
   */
  secureContext(): object | PromiseLike<object>
  /** How long a client may take until encryption is agreed upon. */
  readonly handshakeTimeoutMs: Millis
}

/** A listening socket. */
export interface Listener {
  readonly local: Endpoint
  /** Stops accepting. Connections that were accepted stay. */
  close(): Promise<void>
}

/** What a datagram socket tells its one owner. */
export interface DatagramHandler {
  /** One datagram. The bytes belong to the receiver. */
  onDatagram(bytes: Uint8Array, address: string, port: number): void
  /** A send or receive failed. The socket goes on. */
  onError(error: Error): void
  /** The socket gave up batching for good and sends one by one from now on. At most once. */
  onBatchingEnded?(reason: string): void
}

/** Whether a socket hands several datagrams to the system in one call, or why it does not. */
export interface DatagramBatching {
  /** `gso`: UDP segmentation offload of Linux. */
  readonly mode: 'gso' | 'none'
  /** One clause for a log (`the package koffi is not installed`), empty when there is batching. */
  readonly reason: string
}

/** UDP payload bytes of a batch, altogether. */
export const maxBatchBytes = 65_507
/** UDP payload bytes of each datagram of a batch: what fits into an Ethernet frame over IPv4. */
export const maxBatchDatagramBytes = 1472

/** A bound UDP socket. */
export interface DatagramSocket {
  readonly local: Endpoint
  /** Registers the owner and starts receiving. Called exactly once. */
  open(handler: DatagramHandler): void
  /** Sends one datagram. The bytes must not be changed until `queuedDatagrams` has gone down. */
  send(bytes: Uint8Array, address: string, port: number): void
  /** Datagrams that were given to `send` and not yet to the operating system. */
  readonly queuedDatagrams: number
  /** Most datagrams of one batch; absent or 0 when the socket takes none. May become 0 at any moment, for good. */
  readonly maxBatchDatagrams?: number
  /** Whether it batches, for logs. Absent is `none`. */
  readonly batching?: DatagramBatching
  /**
   * Sends several datagrams to one destination at once, in order and in order with `send`. All have the same size but
   * the last, which may be shorter; at most `maxBatchDatagrams`, `maxBatchBytes`, and `maxBatchDatagramBytes` each.
   * Neither the array nor the bytes may be changed afterwards: a socket may recognise the array when it comes again
   * for the next destination. False: nothing was sent, now `send` them one by one.
   */
  sendBatch?(packets: readonly Uint8Array[], address: string, port: number): boolean
  close(): Promise<void>
}

/** How to listen for connections. */
export interface ListenOptions {
  /** Address or name to bind. Empty or `::` is dual stack, `0.0.0.0` is IPv4 only. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  /**
   * Connections only: they speak TLS. A connection is there from the start; one whose handshake fails is closed with
   * `ERR_RTSP_TLS`.
   */
  readonly tls?: TlsSettings
}

/** How to bind a UDP socket. */
export interface DatagramOptions extends ListenOptions {
  /** SO_RCVBUF in bytes, not less; 0 leaves the system's default. Absent: 2 MiB, or what the system grants of it. */
  readonly receiveBufferBytes?: number | undefined
  /** Send several datagrams in one system call where that can be done. Absent: where it can be done. */
  readonly batching?: boolean
}

/** How to take part in a multicast group. */
export interface MulticastOptions {
  /** IPv4 address of the group, 224.0.0.0 to 239.255.255.255. */
  readonly group: string
  /** 1..65535. Datagrams leave from this port as well where the system allows it: some clients look at it. */
  readonly port: number
  /** How many routers datagrams may pass, 1..255. */
  readonly ttl: number
  /** True: datagrams to the group are received too, our own among them. */
  readonly receives: boolean
  /** Names or IPv4 addresses of the network interfaces to use; empty means every one that can do multicast. */
  readonly interfaces: readonly string[]
}

/** Everything the library asks of a network. Rejections carry Node's system error codes (`EADDRINUSE`, ...). */
export interface Network {
  listen(
    options: ListenOptions,
    onConnection: (duplex: ByteDuplex) => void,
    onError: (error: Error) => void,
  ): Promise<Listener>
  bindDatagram(options: DatagramOptions): Promise<DatagramSocket>
  /**
   * Joins a multicast group with one sending socket per network interface: each datagram that is sent to the group
   * leaves through all of them, and sends that fail are told to nobody. Any number of sockets may use the same group
   * and port. Rejects when there is no interface to use.
   */
  bindMulticast(options: MulticastOptions): Promise<DatagramSocket>
}

/** The request with which a WebSocket begins (RFC 6455 section 4.1), already checked. */
export interface WebSocketRequest {
  /** Canonical names to values. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** The subprotocol to agree upon. */
  readonly protocol: string
}

/**
 * Answers the handshake on a connection whose request was read, and gives the bytes of its binary messages as a byte
 * duplex. Each element of RTSP that is written becomes a message. Its owner is told `ERR_RTSP_WEBSOCKET` when the peer
 * breaks the rules.
 */
export type AcceptWebSocket = (duplex: ByteDuplex, request: WebSocketRequest) => ByteDuplex
