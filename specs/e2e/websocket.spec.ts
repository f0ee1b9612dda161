import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { startBrowser } from './browser.ts'
import type { Browser } from './browser.ts'
import { playOverWebSocket } from './peers/websocket-player.ts'
import type { Played } from './peers/websocket-player.ts'
import { killEverything } from './process.ts'
import { startSecureServer } from './secure-server.ts'
import type { SecureServer } from './secure-server.ts'
import { canRun } from './tools.ts'

// RTSP over WebSocket as pages use it: the same player runs in a browser, which refuses a connection whose subprotocol is
// not echoed, and with the package `ws` in Node. What is played is the clip that the program brings along.

const PACKETS = 60

/** Some systems have a Node without a certificate store that knows ours; nobody has signed it anyway. */
class TrustingWebSocket extends WebSocket {
  constructor(url: string, protocol: string) {
    super(url, protocol, { rejectUnauthorized: false })
  }
}

const expectPlayed = (played: Played): void => {
  expect(played).toEqual({
    protocol: 'rtsp.onvif.org',
    // OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN.
    statuses: [200, 200, 200, 200, 200],
    medias: expect.any(Number) as number,
    packets: expect.any(Number) as number,
    gaps: 0,
    oddMessages: 0,
    closeCode: 1000,
  })
  expect(played.medias).toBeGreaterThan(0)
  expect(played.packets).toBeGreaterThanOrEqual(PACKETS)
}

describe('RTSP over WebSocket', { timeout: 60_000 }, () => {
  let server: SecureServer

  beforeAll(async () => {
    server = await startSecureServer()
  }, 30_000)

  afterEach(() => {
    server.expectAlive()
  })

  afterAll(async () => {
    try {
      await server.stop()
    } finally {
      await killEverything()
    }
  }, 30_000)

  it.each([['[25] ws'], ['[25] wss']])('%s: the package `ws` plays', async (title) => {
    const url = server.at(title.slice(5), 'demo')
    expectPlayed(await playOverWebSocket(TrustingWebSocket, url, PACKETS))
  })

  describe.skipIf(!canRun('WebSocket in a browser', ['chromium']))('in a browser', () => {
    let browser: Browser

    beforeAll(async () => {
      browser = await startBrowser()
    }, 60_000)

    afterAll(async () => {
      await browser.stop()
    }, 30_000)

    it.each([['[25] ws'], ['[25] wss']])('%s: a page plays', async (title) => {
      const url = server.at(title.slice(5), 'demo')
      const call = `(${playOverWebSocket.toString()})(WebSocket, ${JSON.stringify(url)}, ${String(PACKETS)})`
      expectPlayed(await browser.evaluate<Played>(call))
    })
  })
})
