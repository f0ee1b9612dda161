// A server of the library in this process. What is published to it is taken apart and kept, what is played from it is
// packed from units that a spec gives: both are the ways that an application would go.
import { concatMap, filter, from, map, of, take, timer } from 'rxjs'
import { createDescription, createRtspServer, depacketize, packetize, respond } from '../../../src/index.ts'
import type { Format, OutgoingUnit, RtspServer, ServerSession, ServerStream, Unit } from '../../../src/index.ts'

/** Everything that came from one publisher. */
export type Reception = {
  readonly format: Format
  readonly units: readonly Unit[]
  /** What was wrong with packets, in words. */
  readonly problems: readonly string[]
}

/** A unit and its place on the time line. */
export type TimedUnit = { readonly atMs: number; readonly unit: OutgoingUnit<Unit> }

/** What a reader of a path gets: the type of the media, its format, and units in order of sending. */
export type Programme = { readonly type: string; readonly format: Format; readonly units: readonly TimedUnit[] }

/** A programme on its stream. */
type Offer = { readonly stream: ServerStream; readonly programme: Programme }

/** How many times faster than real time units are sent. */
const HASTE = 4

/**
 * Sequence numbers and timestamps pass the end of their range on the way; payloads are smaller than usual, so that even these
 * small pictures have to be cut.
 */
const NUMBERING = { initialSequenceNumber: 65_500, initialTimestamp: 2 ** 32 - 10_000, maxPayloadBytes: 700 }

/** One server for a file of specs; each spec has a path of its own. */
export class CodecServer {
  readonly #server: RtspServer
  readonly #receivers = new Map<string, (reception: Reception) => void>()
  readonly #begun = new Set<string>()
  readonly #programmes = new Map<string, Offer>()

  constructor() {
    this.#server = createRtspServer({
      listen: { host: '127.0.0.1', port: 0 },
      udp: { host: '127.0.0.1', rtpPort: 0 },
      handlers: {
        announce: ({ path }) => (this.#receivers.has(path) ? respond.ok() : respond.notFound()),
        record: ({ path, session }) => {
          this.#record(path, session)
          return respond.ok()
        },
        describe: ({ path }) => this.#programmes.get(path)?.stream ?? respond.notFound(),
        setup: ({ path, session }) =>
          session.announcedDescription === null
            ? (this.#programmes.get(path)?.stream ?? respond.notFound())
            : respond.ok(),
        play: ({ path, session }) => {
          this.#play(path, session)
          return respond.ok()
        },
      },
    })
  }

  async start(): Promise<void> {
    await this.#server.listen()
  }

  async stop(): Promise<void> {
    await this.#server.close()
  }

  /** URL of a path, which starts with a slash. */
  url(path: string): string {
    return `rtsp://127.0.0.1:${this.#server.address.port}${path}`
  }

  /** Lets one publisher come to `path`; what it sent is there when it has left. */
  reception(path: string): Promise<Reception> {
    return new Promise((resolve) => this.#receivers.set(path, resolve))
  }

  /** Whether anything came from the publisher of a path. */
  hasBegun(path: string): boolean {
    return this.#begun.has(path)
  }

  /** Lets one reader come to `path`. It gets everything from the first unit on; then the stream is closed. */
  offer(path: string, programme: Programme): void {
    const { type, format } = programme
    const description = createDescription({ medias: [{ type, formats: [format] }] })
    this.#programmes.set(path, { stream: this.#server.createStream(description), programme })
  }

  #record(path: string, session: ServerSession): void {
    const media = session.medias[0]
    const format = media?.formats[0]
    if (media === undefined || format === undefined) throw new Error('a publisher without a media')
    const units: Unit[] = []
    const problems: string[] = []
    session
      .rtp(media, format)
      .pipe(depacketize(format, { onProblem: ({ text }) => problems.push(text) }))
      .subscribe((unit) => {
        this.#begun.add(path)
        units.push(unit)
      })
    session.closed$.subscribe(() => this.#receivers.get(path)?.({ format, units, problems }))
  }

  #play(path: string, session: ServerSession): void {
    const entry = this.#programmes.get(path)
    if (entry === undefined) throw new Error('a reader without a programme')
    session.state$
      .pipe(
        filter((state) => state === 'play'),
        take(1),
      )
      .subscribe(() => send(entry))
  }
}

/** Sends units at their times, then closes the stream a little later. */
const send = ({ stream, programme: { format, units } }: Offer): void => {
  const start = performance.now()
  from(units)
    .pipe(
      concatMap(({ atMs, unit }) => {
        const waitMs = start + atMs / HASTE - performance.now()
        return waitMs > 2 ? timer(waitMs).pipe(map(() => unit)) : of(unit)
      }),
      packetize(format, NUMBERING),
    )
    .subscribe({
      next: (packet) => stream.writeRtp(0, packet),
      complete: () => setTimeout(() => stream.close(), 300),
    })
}
