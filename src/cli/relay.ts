import { Subscription } from 'rxjs'
import {
  respond,
  type ErrorCode,
  type HandlerResponse,
  type RtspError,
  type RtspServer,
  type ServerEvent,
  type ServerHandlers,
  type ServerSession,
  type ServerStream,
  type SessionDescription,
} from '../index.ts'
import type { Logger } from './logger.ts'
import { PathRegistry } from './path-registry.ts'

/**
 * The application that the program runs on the library: whoever publishes a path is relayed to whoever reads it. When
 * the publisher leaves, its readers are closed. A busy path is refused, or taken over if that is allowed.
 */
export interface RelayOptions {
  readonly allowsTakeover: boolean
  readonly logger: Logger
  /** The server the handlers belong to; asked for only once requests arrive. */
  readonly server: () => RtspServer
}

/** Ends that need no explanation, or get one with their session. All others are mistakes that somebody may be looking for. */
const ordinaryEnds: ReadonlySet<ErrorCode> = new Set([
  'ERR_RTSP_CONNECTION_CLOSED',
  'ERR_RTSP_CONNECTION_FAILED',
  'ERR_RTSP_SESSION_NOT_IN_USE',
  'ERR_RTSP_SESSION_TIMED_OUT',
  'ERR_RTSP_SESSION_TORN_DOWN',
  'ERR_RTSP_TERMINATED',
  'ERR_RTSP_UPGRADED',
  'ERR_RTSP_WRITE_TIMED_OUT',
] as const)

/** Who has a path: a session that publishes, or the program itself with its demo. */
interface Publication {
  readonly path: string
  readonly session: ServerSession | null
  /** Exists from RECORD on. */
  stream: ServerStream | null
  readonly subscription: Subscription
}

export class Relay {
  readonly #options: RelayOptions
  readonly #registry: PathRegistry<Publication>
  readonly #publications = new WeakMap<ServerSession, Publication>()
  readonly #readers = new WeakSet<ServerSession>()
  /** Set when the program ends, so that the log can say why everybody leaves. */
  isClosing = false

  constructor(options: RelayOptions) {
    this.#options = options
    this.#registry = new PathRegistry({ allowsTakeover: options.allowsTakeover })
  }

  readonly handlers: ServerHandlers = {
    describe: ({ path, connection }) => {
      const stream = this.#streamAt(path)
      if (stream === null) this.#options.logger.info('nobody publishes', { path, from: peer(connection.remote) })
      return stream ?? respond.notFound()
    },
    announce: ({ session, path, description }) => {
      const refusal = this.#claim(path, session)
      if (refusal !== null) return refusal
      this.#options.logger.debug('announced', { session: session.id, path, medias: summary(description) })
      return respond.ok()
    },
    setup: ({ path, session }) => {
      if (session.state === 'preRecord') return respond.ok()
      return this.#streamAt(path) ?? respond.notFound()
    },
    play: ({ session, path, connection }) => {
      if (session.state === 'prePlay') {
        this.#readers.add(session)
        const over = session.transport?.protocol
        this.#options.logger.info('reading', { session: session.id, path, over, from: peer(connection.remote) })
      }
      return respond.ok()
    },
    record: ({ session, path }) => this.#record(session, path),
    pause: ({ session, path }) => {
      if (session.state === 'play' || session.state === 'record') {
        this.#options.logger.info('paused', { session: session.id, path })
      }
      return respond.ok()
    },
    setParameter: () => respond.ok(),
  }

  /** Serves a stream of the program itself at a path that nobody can take. */
  reserve(path: string, stream: ServerStream): void {
    this.#registry.reserve(path, { path, session: null, stream, subscription: new Subscription() })
  }

  /** Tells people what happens, one line per event, and lets go of what has ended. */
  readonly onEvent = (event: ServerEvent): void => {
    const { logger } = this.#options
    switch (event.type) {
      case 'connection.opened': {
        logger.debug('connected', { connection: event.connection.id, from: peer(event.connection.remote) })
        return
      }
      case 'connection.closed': {
        const { connection, reason } = event
        const facts = { connection: connection.id, from: peer(connection.remote), why: reason.message }
        if (ordinaryEnds.has(reason.code)) logger.debug('disconnected', facts)
        else logger.info('connection closed', facts)
        return
      }
      case 'session.opened': {
        logger.debug('session opened', { session: event.session.id, from: peer(event.connection.remote) })
        return
      }
      case 'session.closed': {
        this.#ended(event.session, event.reason)
        return
      }
      case 'request': {
        const { method, url } = event.request
        logger.debug('request', { connection: event.connection.id, method, path: url?.path })
        return
      }
      case 'response': {
        this.#responded(event)
        return
      }
      case 'packets.lost': {
        logger.warn('packets lost', { session: event.session.id, path: event.session.path, count: event.count })
        return
      }
      case 'decode.error': {
        logger.debug('bad packet', { session: event.session.id, why: event.error.message })
        return
      }
      case 'stream.writeError': {
        const { session, droppedPackets } = event
        const facts = { session: session.id, path: session.path }
        if (event.phase === 'started') logger.warn('reader too slow', facts)
        // Also when the reader has gone: then it never caught up.
        else logger.warn('packets were left out', { ...facts, droppedPackets })
        return
      }
      case 'udp.batchingEnded': {
        logger.info('UDP batching ended', { why: event.reason })
        return
      }
      case 'handler.error':
      case 'subscriber.error':
      case 'fault': {
        logger.error('internal error', { kind: event.type, why: String(event.error) })
        return
      }
    }
  }

  #streamAt(path: string): ServerStream | null {
    return this.#registry.publisherOf(path)?.stream ?? null
  }

  #claim(path: string, session: ServerSession): HandlerResponse | null {
    const { logger } = this.#options
    this.#clearOrphan(path)
    const publication: Publication = { path, session, stream: null, subscription: new Subscription() }
    const claim = this.#registry.claim(path, publication)
    if (claim.kind === 'refused') {
      logger.warn('refused to publish', { session: session.id, path, from: addressesOf(session), why: claim.message })
      // Clients print the phrase: their users read what is wrong.
      return respond.forbidden({ reasonPhrase: claim.message })
    }
    if (claim.replaced !== undefined) {
      logger.info('taken over', { path, by: session.id, from: claim.replaced.session?.id })
      this.#finish(claim.replaced)
      claim.replaced.session?.close()
    }
    this.#publications.set(session, publication)
    return null
  }

  #record(session: ServerSession, path: string): HandlerResponse {
    const publication = this.#registry.publisherOf(path)
    const { announcedDescription } = session
    if (publication?.session !== session || announcedDescription === null) return respond.forbidden()
    // RECORD after PAUSE goes on with the stream that readers already have.
    if (publication.stream === null) {
      const stream = this.#options.server().createStream(announcedDescription)
      publication.stream = stream
      publication.subscription.add(session.rtp$.subscribe(stream))
      this.#options.logger.info('publishing', {
        session: session.id,
        path,
        over: session.transport?.protocol,
        from: addressesOf(session),
        medias: summary(announcedDescription),
      })
    }
    return respond.ok()
  }

  #responded(event: ServerEvent & { readonly type: 'response' }): void {
    const { logger } = this.#options
    const { statusCode, reasonPhrase } = event.response
    logger.debug('response', { connection: event.connection.id, status: statusCode, reason: reasonPhrase || undefined })
  }

  /** A publisher over UDP that crashed leaves its session until it times out; who publishes anew need not wait for that. */
  #clearOrphan(path: string): void {
    const publication = this.#registry.publisherOf(path)
    const { session } = publication ?? {}
    if (publication === undefined || !session || session.connections.length > 0) return
    this.#options.logger.info('publisher has no connection, replaced', { session: session.id, path })
    this.#finish(publication)
    session.close()
  }

  #ended(session: ServerSession, reason: RtspError): void {
    const { logger } = this.#options
    const publication = this.#publications.get(session)
    const details = { session: session.id, path: session.path, why: this.#why(session, reason) }
    if (publication !== undefined) {
      this.#finish(publication)
      logger.info('publisher left', details)
    } else if (this.#readers.has(session)) logger.info('reader left', details)
    else logger.debug('session closed', details)
  }

  /** `terminated` and `not in use` alone do not say who did it. */
  #why(session: ServerSession, reason: RtspError): string {
    if (reason.code === 'ERR_RTSP_SESSION_NOT_IN_USE') return 'its connection is gone, without a TEARDOWN'
    if (reason.code !== 'ERR_RTSP_TERMINATED') return reason.message
    if (this.isClosing) return 'the server is closing'
    return this.#readers.has(session) ? 'the stream has ended' : reason.message
  }

  #finish(publication: Publication): void {
    this.#registry.release(publication.path, publication)
    publication.subscription.unsubscribe()
    publication.stream?.close()
  }
}

function peer({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function addressesOf({ connections }: ServerSession): string | undefined {
  return connections.map(({ remote }) => peer(remote)).join(', ') || undefined
}

function summary(description: SessionDescription): string {
  return description.medias.map((media) => media.formats.map((format) => format.codec).join('+')).join(', ')
}
