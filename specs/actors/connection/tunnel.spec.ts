import { describe, expect, it } from 'vitest'
import type { ConnectionMessage, ConnectionState } from '../../../src/actors/connection/protocol.ts'
import { initConnection, reduceConnection } from '../../../src/actors/connection/reducer.ts'
import { tunnelWaitMs } from '../../../src/actors/connection/tunnel.ts'
import { Failure } from '../../../src/contracts/failure.ts'
import { createHeaders, type HeadersInit } from '../../../src/wire/headers/header-map.ts'
import { configOf } from '../config-of.ts'

const opened = initConnection('c1', configOf()).state
const tunnelled = 'application/x-rtsp-tunnelled'

const http = (method: string, headers: HeadersInit): ConnectionMessage => ({
  type: 'http.received',
  head: { method, target: '/', minorVersion: 1, headers: createHeaders(headers) },
})
const get = http('GET', { Accept: tunnelled, 'X-Sessioncookie': 'c' })
const post = http('POST', { 'Content-Type': tunnelled, 'X-Sessioncookie': 'c' })

/** State and kinds of the effects of the last of these messages. */
function after(...messages: readonly ConnectionMessage[]): {
  readonly state: ConnectionState
  readonly kinds: string[]
} {
  let state: ConnectionState = opened
  let kinds: string[] = []
  for (const message of messages) {
    const step = reduceConnection(state, message, 0)
    state = step.state
    kinds = step.effects.map((effect) => ('timer' in effect ? `${effect.kind} ${effect.timer}` : effect.kind))
  }
  return { state, kinds }
}

describe('connection: HTTP tunnels (spec 8.2)', () => {
  it('a GET half is answered at once and waits, with a deadline of its own', () => {
    const step = reduceConnection(opened, get, 0)
    expect(step.effects).toMatchObject([
      { kind: 'cancelTimer', timer: 'read' },
      { kind: 'startTimer', timer: 'tunnel', delayMs: tunnelWaitMs },
      { kind: 'writeHttp', text: expect.stringContaining('HTTP/1.1 200 OK') as string },
      { kind: 'offerHalf', cookie: 'c' },
    ])
    expect(after(get, { type: 'timer.tunnel.fired' })).toMatchObject({
      state: { tag: 'closing', failure: { code: 'ERR_RTSP_TUNNEL_NO_POST' } },
    })
  })

  it('a POST half is answered before it is known whether it has another', () => {
    expect(after(post).kinds).toEqual(['writeHttp', 'claimHalf'])
    const refused = after(post, { type: 'half.refused', failure: new Failure('ERR_RTSP_TUNNEL_NO_GET') })
    expect(refused.kinds.at(-1)).toBe('endSocket')
    expect(refused.state).toMatchObject({ tag: 'closing', failure: { code: 'ERR_RTSP_TUNNEL_NO_GET' } })
  })

  it('halves that have met end without touching their sockets, and the last opens the tunnel before it is gone', () => {
    const first = after(get, { type: 'half.joined', opens: false })
    expect(first.kinds).toEqual(['publishClosed', 'stop'])
    const last = after(post, { type: 'half.joined', opens: true })
    expect(last.kinds).toEqual(['publishClosed', 'openTunnel', 'stop'])
    for (const { state } of [first, last]) {
      expect(state).toMatchObject({ tag: 'closed', failure: { code: 'ERR_RTSP_UPGRADED' } })
    }
  })

  it('a half that was closed before it learnt of the other ends with that reason, and opens nothing', () => {
    const failure = new Failure('ERR_RTSP_TERMINATED')
    for (const [half, opens] of [[get, false] as const, [post, true] as const]) {
      const { state, kinds } = after(half, { type: 'close.ordered', failure }, { type: 'half.joined', opens })
      expect(kinds).toEqual(['publishClosed', 'stop'])
      expect(state).toMatchObject({ tag: 'closed', failure })
    }
  })

  it('whatever comes after the end is ignored', () => {
    expect(after(get, { type: 'half.joined', opens: false }, { type: 'timer.tunnel.fired' }).kinds).toEqual([])
  })
})

describe('connection: WebSocket (spec 8.3)', () => {
  const webSocket = http('GET', {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Protocol': 'rtsp.onvif.org',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  })

  it('goes on as the same connection, with its deadline', () => {
    const { state, kinds } = after(webSocket)
    expect(kinds).toEqual(['openWebSocket'])
    expect(state).toMatchObject({ tag: 'open', tunnel: 'websocket', id: 'c1' })
  })
})

describe('connection: HTTP that is no tunnel', () => {
  it('is answered and closed', () => {
    const { state, kinds } = after(http('GET', {}))
    expect(kinds).toEqual(['writeHttp', 'cancelTimer read', 'startTimer linger', 'endSocket'])
    expect(state.failure?.code).toBe('ERR_RTSP_HTTP_REQUEST')
  })

  it('is closed without an answer where it cannot be read', () => {
    const failure = new Failure('ERR_RTSP_LIMIT', 'too long')
    const { state, kinds } = after({ type: 'opening.failed', failure })
    expect(kinds).toContain('destroySocket')
    expect(state.failure).toBe(failure)
  })
})
