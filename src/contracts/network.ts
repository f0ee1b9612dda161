/**
 * The network as it comes into the library. `io` implements these ports on `node:net` and `node:dgram`, `testing`
 * implements them in memory. Callbacks are never called from inside the method that registers them.
 */

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
}

/** A bound UDP socket. */
export interface DatagramSocket {
  readonly local: Endpoint
  /** Registers the owner and starts receiving. Called exactly once. */
  open(handler: DatagramHandler): void
  /** Sends one datagram. The bytes must not be changed until `queuedDatagrams` has gone down. */
  send(bytes: Uint8Array, address: string, port: number): void
  /** Datagrams that were given to `send` and not yet to the operating system. */
  readonly queuedDatagrams: number
  close(): Promise<void>
}

/** How to listen for connections. */
export interface ListenOptions {
  /** Address or name to bind. Empty or `::` is dual stack, `0.0.0.0` is IPv4 only. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

/** How to bind a UDP socket. */
export interface DatagramOptions extends ListenOptions {
  /** SO_RCVBUF in bytes; 0 leaves the system's default. */
  readonly receiveBufferBytes: number
}

/** Everything the library asks of a network. Rejections carry Node's system error codes (`EADDRINUSE`, ...). */
export interface Network {
  listen(
    options: ListenOptions,
    onConnection: (duplex: ByteDuplex) => void,
    onError: (error: Error) => void,
  ): Promise<Listener>
  bindDatagram(options: DatagramOptions): Promise<DatagramSocket>
}
