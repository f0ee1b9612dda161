import { afterAll, beforeAll, describe, it } from 'vitest'
import { BUILD_LIMIT_MS, buildGortsplibClient, expectHandedOn } from './gortsplib-client.ts'
import type { Route } from './gortsplib-client.ts'
import { killEverything } from './process.ts'
import { startSecureServer } from './secure-server.ts'
import type { SecureServer } from './secure-server.ts'
import { canRun } from './tools.ts'

// gortsplib's client on both sides: every way in and every way out that it knows. The two rows of the matrix that end in
// multicast are in multicast.spec.ts, where there is a route for it.

type Way = readonly [scheme: 'rtsp' | 'rtsps', over: Route['over'], tunnel?: Route['tunnel']]

/** Publisher, reader, and how their packets must travel. Under TLS media over UDP is encrypted, and what we describe is SAVP. */
const rows: readonly (readonly [title: string, from: Way, to: Way, agreed: readonly [string, string]])[] = [
  ['[63] UDP to UDP', ['rtsp', 'udp'], ['rtsp', 'udp'], ['UDP AVP', 'UDP AVP']],
  ['[63] TCP to UDP', ['rtsp', 'tcp'], ['rtsp', 'udp'], ['TCP AVP', 'UDP AVP']],
  ['[63] TCP to TCP', ['rtsp', 'tcp'], ['rtsp', 'tcp'], ['TCP AVP', 'TCP AVP']],
  ['[63] UDP to TCP', ['rtsp', 'udp'], ['rtsp', 'tcp'], ['UDP AVP', 'TCP AVP']],
  ['[63] TLS to TLS', ['rtsps', 'tcp'], ['rtsps', 'tcp'], ['TCP AVP', 'TCP SAVP']],
  ['[63] SRTP over UDP to TLS', ['rtsps', 'udp'], ['rtsps', 'tcp'], ['UDP SAVP', 'TCP SAVP']],
  ['SRTP over UDP to SRTP over UDP', ['rtsps', 'udp'], ['rtsps', 'udp'], ['UDP SAVP', 'UDP SAVP']],
  ['[63] HTTP to UDP', ['rtsp', 'tcp', 'http'], ['rtsp', 'udp'], ['TCP AVP', 'UDP AVP']],
  ['[63] TCP to HTTP', ['rtsp', 'tcp'], ['rtsp', 'tcp', 'http'], ['TCP AVP', 'TCP AVP']],
  ['[63] TLS to HTTPS', ['rtsps', 'tcp'], ['rtsps', 'tcp', 'http'], ['TCP AVP', 'TCP SAVP']],
  ['[63] WebSocket to UDP', ['rtsp', 'tcp', 'websocket'], ['rtsp', 'udp'], ['TCP AVP', 'UDP AVP']],
  ['[63] TCP to WebSocket', ['rtsp', 'tcp'], ['rtsp', 'tcp', 'websocket'], ['TCP AVP', 'TCP AVP']],
  ['[63] TLS to WebSocket under TLS', ['rtsps', 'tcp'], ['rtsps', 'tcp', 'websocket'], ['TCP AVP', 'TCP SAVP']],
]

describe.skipIf(!canRun('gortsplib', ['go']))('gortsplib publishes and gortsplib reads', { timeout: 60_000 }, () => {
  let server: SecureServer
  let binary = ''

  beforeAll(async () => {
    binary = await buildGortsplibClient()
    server = await startSecureServer()
  }, BUILD_LIMIT_MS + 30_000)

  afterAll(async () => {
    try {
      await server.stop()
    } finally {
      await killEverything()
    }
  }, 30_000)

  describe.concurrent('each packet arrives once, in order and unchanged', () => {
    it.each(rows)('%s', async (title, from, to, agreed) => {
      const path = title.replace(/\W+/gu, '-').toLowerCase()
      const route = ([scheme, over, tunnel]: Way): Route => ({
        url: server.at(scheme, path),
        over,
        tunnel,
        isSecure: scheme === 'rtsps' && over !== 'tcp',
      })
      await expectHandedOn(binary, server, { path, from: route(from), to: route(to), agreed })
    })
  })
})
