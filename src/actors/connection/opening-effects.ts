import type { ByteDuplexHandler } from '../../contracts/network.ts'
import { Failure } from '../../contracts/failure.ts'
import type { ActorContext } from '../../kernel/behavior.ts'
import type { HttpRequestHead } from '../../wire/http/request-head.ts'
import { OpeningReader } from '../../wire/http/opening.ts'
import { webSocketProtocol } from '../../wire/http/tunnel-request.ts'
import { encodeText } from '../../wire/headers/text.ts'
import type { ConnectionEntry, Runtime } from '../runtime.ts'
import { HttpDuplex } from '../tunnel/http-duplex.ts'
import { Intake } from '../tunnel/intake.ts'
import type { ConnectionMessage, ConnectionState } from './protocol.ts'

/**
 * The beginning of a connection, which may be HTTP, and what becomes of its socket then. Until the first bytes have told,
 * they come here; RTSP is passed on as it came and costs one comparison.
 */

type Self = ActorContext<ConnectionMessage, ConnectionState>

/** GET halves of tunnels that may wait for their POST halves at a time, all clients together. */
export const maxWaitingHalves = 1024

/** Begins to read a connection of which nothing is known. `rtsp` gets what is RTSP, and the news of its end. */
export function openUnknown(entry: ConnectionEntry, rtsp: ByteDuplexHandler): void {
  const { duplex, ref } = entry
  const reader = new OpeningReader()
  const onDrained = (): void => undefined
  const onClosed = (error: Error | null): void => rtsp.onClosed(error)
  const early: Uint8Array[] = []
  const onBytes = (chunk: Uint8Array): void => {
    const opening = reader.push(chunk)
    if (opening === null) return
    if (opening.kind === 'rtsp') {
      intake.owner = rtsp
      entry.opening = null
      for (const each of opening.chunks) rtsp.onBytes(each)
      return
    }
    // What follows is for whoever opens the tunnel; until then it stays in the peer's own window, or here.
    intake.owner = { onBytes: (more) => void early.push(more), onDrained, onClosed }
    duplex.pause()
    if (opening.kind === 'failed') {
      ref.tell({ type: 'opening.failed', failure: opening.failure })
      return
    }
    if (opening.rest.length > 0) early.push(opening.rest)
    ref.tell({ type: 'http.received', head: opening.head })
  }
  const intake = new Intake(duplex, { onBytes, onDrained, onClosed })
  entry.opening = { intake, early, onClosed }
  duplex.open(intake)
}

/** An answer of HTTP. */
export function writeHttp(entry: ConnectionEntry, text: string): void {
  entry.duplex.write(encodeText(text))
}

/** Lets a GET half be found. Its client has nothing to say any more, but its end must be heard. */
export function offerHalf(runtime: Runtime, entry: ConnectionEntry, cookie: string, self: Self): void {
  const { opening, duplex } = entry
  if (opening === null) return
  if (runtime.waitingHalves.size >= maxWaitingHalves) {
    self.tell({ type: 'half.refused', failure: new Failure('ERR_RTSP_TUNNEL_LIMIT') })
    return
  }
  opening.early.length = 0
  opening.intake.owner = {
    onBytes: () => undefined,
    onDrained: () => undefined,
    onClosed: opening.onClosed,
  }
  entry.waitingAs = halfKey(entry, cookie)
  runtime.waitingHalves.set(entry.waitingAs, entry)
  duplex.resume()
}

/** The GET half is not to be found any more. */
export function withdrawHalf(runtime: Runtime, entry: ConnectionEntry): void {
  if (entry.waitingAs === null) return
  // A client that came back with the same cookie has taken the place.
  if (runtime.waitingHalves.get(entry.waitingAs) === entry) runtime.waitingHalves.delete(entry.waitingAs)
  entry.waitingAs = null
}

/** Joins a POST half with the GET half that waits for it. */
export function claimHalf(runtime: Runtime, entry: ConnectionEntry, cookie: string, self: Self): void {
  const { opening } = entry
  if (opening === null || opening.intake.isClosed) return
  const waiting = runtime.waitingHalves.get(halfKey(entry, cookie))
  if (waiting === undefined || waiting.opening === null || waiting.opening.intake.isClosed) {
    self.tell({ type: 'half.refused', failure: new Failure('ERR_RTSP_TUNNEL_NO_GET') })
    return
  }
  withdrawHalf(runtime, waiting)
  const get = waiting.opening.intake.handOver([], runtime.clock)
  const post = opening.intake.handOver(opening.early, runtime.clock)
  entry.unopenedTunnel = new HttpDuplex(get, post, runtime.clock)
  // The first to end is the GET half, whose place the tunnel takes.
  waiting.ref.tell({ type: 'half.joined', opens: false })
  self.tell({ type: 'half.joined', opens: true })
}

/** Gives the tunnel to the server, as one more connection. */
export function openTunnel(runtime: Runtime, entry: ConnectionEntry, self: Self): void {
  const duplex = entry.unopenedTunnel
  entry.unopenedTunnel = null
  if (duplex !== null) runtime.accept({ duplex, secure: self.state.secure, tunnel: 'http' })
}

/** From here on RTSP is in the messages of a WebSocket. */
export function openWebSocket(
  runtime: Runtime,
  entry: ConnectionEntry,
  { headers }: HttpRequestHead,
  rtsp: ByteDuplexHandler,
): void {
  const { opening } = entry
  if (opening === null || opening.intake.isClosed) return
  const rest = opening.intake.handOver(opening.early, runtime.clock)
  entry.opening = null
  entry.duplex = runtime.acceptWebSocket(rest, { headers, protocol: webSocketProtocol })
  entry.duplex.open(rtsp)
}

/** Halves belong together when client, cookie and encryption are the same (spec 8.2). */
function halfKey(entry: ConnectionEntry, cookie: string): string {
  return `${entry.ref.state.secure ? 'tls' : 'tcp'} ${entry.duplex.remote.address} ${cookie}`
}
