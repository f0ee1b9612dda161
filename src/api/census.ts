import type { Runtime } from '../actors/runtime.ts'
import type { Handles } from './handles.ts'
import type { UserData } from './user-data.ts'

/** How much of everything there is in a server: what specs prove with that nothing is left behind. @internal */
export interface Census {
  /** Living actors: the server, and each connection, session and stream. */
  readonly actors: number
  readonly connections: number
  readonly sessions: number
  /** Secret session ids by which a session can be found. */
  readonly tokens: number
  readonly streams: number
  /** Readers that streams know of. */
  readonly readers: number
  /** Sources of datagrams that are listened to. */
  readonly sources: number
  /** Public handles of connections and sessions. */
  readonly handles: number
}

/** Counts. @internal */
export function censusOf<Data extends UserData>(runtime: Runtime, handles: Handles<Data>): Census {
  const { udp } = runtime
  return {
    actors: runtime.system.actorCount,
    connections: runtime.connections.size,
    sessions: runtime.sessions.size,
    tokens: runtime.sessionsByToken.size,
    streams: runtime.streams.size,
    readers: [...runtime.streams.values()].reduce((sum, { ref }) => sum + ref.state.readers.length, 0),
    sources: udp === null ? 0 : udp.rtpRouter.size + udp.rtcpRouter.size,
    handles: handles.connections.length + handles.sessions.length,
  }
}
