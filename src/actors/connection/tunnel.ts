import { Failure } from '../../contracts/failure.ts'
import type { Millis } from '../../contracts/units.ts'
import { tunnelRequestOf } from '../../wire/http/tunnel-request.ts'
import type { HttpRequestHead } from '../../wire/http/request-head.ts'
import { changed } from './changed.ts'
import { destroySocket, endSocket } from './closing.ts'
import type { ConnectionEffect, ConnectionState } from './protocol.ts'

/**
 * Connections that begin with HTTP (spec section 8). A WebSocket stays the connection it is. The halves of an HTTP tunnel
 * are connections of their own until they have found each other: then both end, their sockets stay, and a third
 * connection opens on the two. Pure.
 */

type Step = { readonly state: ConnectionState; readonly effects: readonly ConnectionEffect[] }

/** How long the GET request of a tunnel waits for its POST request. */
export const tunnelWaitMs: Millis = 5_000

/** A connection has sent the head of an HTTP request instead of RTSP. */
export function httpReceived(state: ConnectionState, head: HttpRequestHead): Step {
  const request = tunnelRequestOf(head)
  switch (request.kind) {
    case 'webSocket':
      return { state: changed(state, { tunnel: 'websocket' }), effects: [{ kind: 'openWebSocket', head }] }
    case 'get':
      return {
        state,
        effects: [
          { kind: 'cancelTimer', timer: 'read' },
          { kind: 'startTimer', timer: 'tunnel', delayMs: tunnelWaitMs },
          { kind: 'writeHttp', text: request.reply },
          { kind: 'offerHalf', cookie: request.cookie },
        ],
      }
    case 'post':
      return {
        state,
        effects: [
          { kind: 'writeHttp', text: request.reply },
          { kind: 'claimHalf', cookie: request.cookie },
        ],
      }
    case 'refused':
      return closeAfter(state, request.failure, [{ kind: 'writeHttp', text: request.reply }])
  }
}

/** The other half is not there, or may not wait. The answer was written before that was known. */
export function halfRefused(state: ConnectionState, failure: Failure): Step {
  return closeAfter(state, failure, [{ kind: 'cancelTimer', timer: 'tunnel' }])
}

/** No POST request came in time. */
export function halfTimedOut(state: ConnectionState): Step {
  return destroySocket(state, new Failure('ERR_RTSP_TUNNEL_NO_POST'))
}

/**
 * The halves belong to a tunnel now: this connection is over, with its socket left alone. Who came last opens the
 * tunnel, before its own place is given back, so that there is room for it.
 */
export function halfJoined(state: ConnectionState, opensTunnel: boolean): Step {
  const failure = state.failure ?? new Failure('ERR_RTSP_UPGRADED')
  const opens = opensTunnel && state.tag === 'open'
  return {
    state: changed(state, { tag: 'closed', pending: null, failure }),
    effects: [
      { kind: 'publishClosed', failure },
      ...(opens ? [{ kind: 'openTunnel' } as const] : []),
      { kind: 'stop' },
    ],
  }
}

function closeAfter(state: ConnectionState, failure: Failure, effects: readonly ConnectionEffect[]): Step {
  const step = endSocket(state, failure)
  return { state: step.state, effects: [...effects, ...step.effects] }
}
