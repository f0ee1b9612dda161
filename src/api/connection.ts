import { ReplaySubject, type Observable } from 'rxjs'
import type { ConnectionEntry } from '../actors/runtime.ts'
import { Failure } from '../contracts/failure.ts'
import type { Endpoint } from '../contracts/network.ts'
import type { RtspError } from '../contracts/rtsp-error.ts'
import type { ConnectionId } from '../contracts/units.ts'
import type { ServerSession } from './session.ts'

/** Bytes of a connection on the layer that carries RTSP, interleaved media included. */
export interface ConnectionStats {
  readonly inboundBytes: number
  readonly outboundBytes: number
}

/** A connection of a client. */
export class ServerConnection {
  /** Name in logs: `c1`, `c2`, ... */
  readonly id: ConnectionId
  /** Yours to use. */
  userData: unknown = undefined
  readonly #entry: ConnectionEntry
  readonly #sessionOf: (id: string) => ServerSession | null
  readonly #closed = new ReplaySubject<RtspError>(1)
  /** Emits the reason when the connection is gone, then completes; late subscribers get it too. Never errors. */
  readonly closed$: Observable<RtspError> = this.#closed.asObservable()

  /** @internal */
  constructor(entry: ConnectionEntry, sessionOf: (id: string) => ServerSession | null) {
    this.id = entry.id
    this.#entry = entry
    this.#sessionOf = sessionOf
  }

  get remote(): Endpoint {
    return this.#entry.duplex.remote
  }

  get local(): Endpoint {
    return this.#entry.duplex.local
  }

  /** The session this connection speaks for, `null` if none. */
  get session(): ServerSession | null {
    const { session } = this.#entry.ref.state
    return session === null ? null : this.#sessionOf(session.id)
  }

  /** Readable at any time, also after the close. */
  stats(): ConnectionStats {
    const { duplex, inboundBytes } = this.#entry
    return { inboundBytes, outboundBytes: duplex.flushedBytes + duplex.queuedBytes }
  }

  /** Closes the connection at once; its session learns of it. Idempotent. */
  close(): void {
    this.#entry.ref.tell({ type: 'close.ordered', failure: new Failure('ERR_RTSP_TERMINATED') })
  }

  /** @internal */
  end(reason: RtspError): void {
    this.#closed.next(reason)
    this.#closed.complete()
  }
}
