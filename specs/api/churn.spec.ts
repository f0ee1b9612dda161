import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { encodeInterleavedFrame } from '../../src/wire/rtsp/framer.ts'
import { picture, publisherSdp, Scene, type Client } from './scene.ts'

/** Sessions come and go in every state; after each round nothing of them is left, and after all of them no memory. */

const rounds = 50
const sessionsPerRound = 200

/** Brings a session into a state. The index makes ports and paths its own. */
type Opening = (client: Client, index: number, scene: Scene) => void

const ports = (index: number): string => `${10_000 + index * 4}-${10_001 + index * 4}`

function announce(client: Client, index: number): string {
  const url = `rtsp://host:8554/pub${index}`
  client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
  return url
}

function setUpUdpPublisher(client: Client, index: number): string {
  const url = announce(client, index)
  for (const [track, pair] of [ports(index), ports(index + 5_000)].entries()) {
    const transport = `RTP/AVP;unicast;client_port=${pair};mode=record`
    client.ask('SETUP', `${url}/streamid=${track}`, { Transport: transport })
  }
  return url
}

const openings: Readonly<Record<string, Opening>> = {
  'nothing but a connection': () => undefined,
  'half a request': (client) => client.write('SETUP rtsp://host:8554/cam/tra'),
  initial: (client) => void client.ask('SETUP', 'rtsp://host:8554/nowhere/trackID=0', { Transport: 'RTP/AVP/TCP' }),
  'prePlay, TCP': (client) => void client.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1'),
  'prePlay, UDP': (client, index) => void client.setup(0, `RTP/AVP;unicast;client_port=${ports(index)}`),
  'play, TCP': (client) => void client.play(),
  'play, UDP': (client, index) => {
    client.setup(0, `RTP/AVP;unicast;client_port=${ports(index)}`)
    client.ask('PLAY', 'rtsp://host:8554/cam/')
  },
  'paused after play': (client) => {
    client.play()
    client.ask('PAUSE', 'rtsp://host:8554/cam/')
  },
  preRecord: (client, index) => void announce(client, index),
  'record, TCP': (client, index, scene) => {
    client.record(`/pub${index}`)
    client.write(encodeInterleavedFrame(0, picture(index)))
    scene.settle()
  },
  'record, UDP': (client, index) => {
    client.ask('RECORD', setUpUdpPublisher(client, index))
  },
  'paused after record': (client, index) => {
    const url = setUpUdpPublisher(client, index)
    client.ask('RECORD', url)
    client.ask('PAUSE', url)
  },
}

/** How a session ends. Sessions over UDP live on without their connection; they end when nothing is heard of them. */
const endings: readonly ((client: Client) => void)[] = [
  (client) => client.peer.end(),
  (client) => client.peer.reset(),
  (client) => client.peer.destroy(),
  (client) => {
    client.ask('TEARDOWN', 'rtsp://host:8554/cam')
    client.peer.end()
  },
]

function churn(scene: Scene, round: number): void {
  const ways = Object.values(openings)
  const clients: Client[] = []
  for (let index = 0; index < sessionsPerRound; index++) {
    const client = scene.client(`10.0.${index >> 8}.${index & 255}`)
    clients.push(client)
    ways[index % ways.length]?.(client, index, scene)
  }
  scene.cam.writeRtp(0, picture(round))
  scene.settle()
  for (const [index, client] of clients.entries()) endings[(index + round) % endings.length]?.(client)
  scene.settle()
  // The longest of all timeouts, and the tick that finds out.
  scene.clock.advance(15_000)
  // Like an application that forgets a stream when its publisher is gone.
  for (const [path, stream] of scene.streams) if (stream.isClosed) scene.streams.delete(path)
  scene.events.length = 0
  scene.sessions.length = 0
}

function collectGarbage(): number {
  setFlagsFromString('--expose_gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}

describe('sessions that come and go', { timeout: 120_000 }, () => {
  it.each(Object.entries(openings))('leave nothing behind when they are dropped in: %s', async (_, open) => {
    for (const end of endings) {
      const scene = await new Scene({ idleTimeoutMs: 8_000, readTimeoutMs: 4_000 }).listen()
      const before = { ...scene.server.census, timers: scene.clock.pendingTimers }
      const client = scene.client()
      open(client, 1, scene)
      scene.settle()
      expect(scene.server.census.connections).toBe(1)
      end(client)
      scene.settle()
      scene.clock.advance(15_000)
      expect({ ...scene.server.census, timers: scene.clock.pendingTimers }).toEqual(before)
    }
  })

  it(`leave nothing behind: ${rounds} rounds of ${sessionsPerRound} in every state, and the heap stays flat`, async () => {
    const scene = await new Scene({ idleTimeoutMs: 8_000, readTimeoutMs: 4_000 }).listen()
    const before = { ...scene.server.census, timers: scene.clock.pendingTimers }
    let settledBytes = 0
    for (let round = 0; round < rounds; round++) {
      churn(scene, round)
      expect({ ...scene.server.census, timers: scene.clock.pendingTimers }).toEqual(before)
      if (round === 9) settledBytes = collectGarbage()
    }
    // Forty rounds are 8,000 sessions; one forgotten object of 1 kB in each would be 8 MB.
    expect(collectGarbage() - settledBytes).toBeLessThan(6_000_000)
    await scene.server.close()
  })
})
