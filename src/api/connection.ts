import { defaultIfEmpty, defer, map, of, take, type Observable } from 'rxjs'
import type { ConnectionEntry } from '../actors/runtime.ts'
import { Failure } from '../contracts/failure.ts'
import type { Endpoint } from '../contracts/network.ts'
import type { RtspError } from '../contracts/rtsp-error.ts'
import type { ConnectionId } from '../contracts/units.ts'
import { claimOf, isProven, verifyCredentials, type StoredCredentials } from '../wire/auth/verify-credentials.ts'
import type { RtspRequest } from '../wire/rtsp/message.ts'
import { CurrentValue } from './current-value.ts'
import { EndSignal } from './end-signal.ts'
import { observableOf, type HandlerResult } from './handlers.ts'
import type { ServerSession } from './session.ts'
import type { UserData } from './user-data.ts'

/** Bytes of a connection on the layer that carries RTSP, interleaved media included. */
export interface ConnectionStats {
  /** Bytes that were read. */
  readonly inboundBytes: number
  /** Bytes that the operating system has taken. */
  readonly outboundBytes: number
  /** Bytes that wait because the client is slow; 0 when the connection is gone. */
  readonly queuedBytes: number
}

/** How RTSP is carried. */
export interface ConnectionTransport {
  /** `none`: RTSP itself on the connection. A WebSocket begins as `none`. */
  readonly tunnel: 'none' | 'http' | 'websocket'
  /** Encrypted by TLS. */
  readonly secure: boolean
}

/** A connection of a client. */
export class ServerConnection<Data extends UserData = UserData> {
  /** Name in logs: `c1`, `c2`, ... */
  readonly id: ConnectionId
  /** Yours to use. */
  userData: Data['connection'] | undefined = undefined
  readonly #entry: ConnectionEntry
  readonly #sessionOf: (id: string) => ServerSession<Data> | null
  readonly #end = new EndSignal()
  readonly #session = new CurrentValue<ServerSession<Data> | null>(() => this.session)
  /** The session this connection speaks for and every change of it, `null` for none. Completes after `null` at the end. */
  readonly session$: Observable<ServerSession<Data> | null> = this.#session.value$
  /** Emits the reason when the connection is gone, then completes; late subscribers get it too. Never errors. */
  readonly closed$: Observable<RtspError> = this.#end.closed$

  /** @internal */
  constructor(entry: ConnectionEntry, sessionOf: (id: string) => ServerSession<Data> | null) {
    this.id = entry.id
    this.#entry = entry
    this.#sessionOf = sessionOf
  }

  /** How RTSP is carried. */
  get transport(): ConnectionTransport {
    const { tunnel, secure } = this.#entry.ref.state
    return { tunnel, secure }
  }

  /** Address and port of the client. */
  get remote(): Endpoint {
    return this.#entry.duplex.remote
  }

  /** Address and port of the server that the client connected to. */
  get local(): Endpoint {
    return this.#entry.duplex.local
  }

  /** The session this connection speaks for, `null` if none. */
  get session(): ServerSession<Data> | null {
    const { session } = this.#entry.ref.state
    return session === null ? null : this.#sessionOf(session.id)
  }

  /**
   * Whether a request of this connection is from this user and proves to know this password, by any of the methods in
   * the option `authMethods`. False if `user` is empty.
   *
   * ```ts
   * describe: ({ connection, request }) =>
   *   connection.verifyCredentials(request, 'me', 'secret') ? stream : respond.unauthorized()
   * ```
   */
  verifyCredentials(request: RtspRequest, user: string, password: string): boolean {
    return verifyCredentials(this.#entry.protection, request, user, password)
  }

  /**
   * Like `verifyCredentials`, for users that are kept elsewhere, and for Digest as well as Basic: `lookUp` tells what is
   * known of the user that the request names. That is the password, `{ password }` or `{ ha1 }` (hexadecimal hash of
   * `user:realm:password`; several if several digests are offered), as a value, a Promise or an Observable of which the
   * first value counts. `null`, `undefined` and an Observable without a value mean that there is no such user.
   *
   * Cold; emits one boolean and completes, without delay if `lookUp` answers without. `lookUp` is called once for each
   * subscription, and not at all for requests without credentials or with a digest that is not for this connection,
   * which are false at once. Errors with what `lookUp` throws or errors with: a store that is down is no wrong password.
   *
   * ```ts
   * describe: ({ connection, request }) =>
   *   connection
   *     .authenticate(request, (user) => database.findPassword(user))
   *     .pipe(map((isKnown) => (isKnown ? stream : respond.unauthorized())))
   * ```
   */
  authenticate(
    request: RtspRequest,
    lookUp: (user: string) => HandlerResult<StoredCredentials | null | undefined>,
  ): Observable<boolean> {
    return defer(() => {
      const { protection } = this.#entry
      const claim = claimOf(protection, request)
      if (claim === null) return of(false)
      return observableOf(lookUp(claim.username)).pipe(
        take(1),
        map((stored) => stored !== null && stored !== undefined && isProven(protection, request.method, claim, stored)),
        defaultIfEmpty(false),
      )
    })
  }

  /** Readable at any time, also after the close. */
  stats(): ConnectionStats {
    const { duplex, inboundBytes } = this.#entry
    return { inboundBytes, outboundBytes: duplex.flushedBytes, queuedBytes: duplex.queuedBytes }
  }

  /** Closes the connection at once; its session learns of it. Idempotent. */
  close(): void {
    this.#entry.ref.tell({ type: 'close.ordered', failure: new Failure('ERR_RTSP_TERMINATED') })
  }

  /** @internal The link to a session changed. */
  refresh(): void {
    this.#session.refresh()
  }

  /** @internal */
  end(failure: Failure): void {
    this.#session.end(null)
    this.#end.end(failure)
  }

  /** @internal The reason as `closed$` tells it. */
  reasonOf(failure: Failure): RtspError {
    return this.#end.reasonOf(failure)
  }
}
