import { describe, expect, it } from 'vitest'
import type { RtspServerOptions } from '../../src/api/options.ts'
import type { ReadingOptions } from '../../src/api/stream-options.ts'
import type { SlowReaderPolicy } from '../../src/media/outbound/reader-options.ts'
import { Film, gapProblems, sequenceNumbersOf, videoPacketBytes } from './film.ts'
import { framesOf, sequenceNumbers } from './packets.ts'
import { RecordingNetwork } from './recording-network.ts'
import { camera, Scene, type Client } from './scene.ts'

const limitBytes = 30_000

async function sceneWith(options: RtspServerOptions): Promise<{ scene: Scene; network: RecordingNetwork; film: Film }> {
  const network: RecordingNetwork = new RecordingNetwork(() => scene)
  const scene: Scene = new Scene({ network, maxQueuedBytes: limitBytes, maxQueuedPackets: 40, ...options })
  await scene.listen()
  return { scene, network, film: new Film(scene.cam, () => scene.settle()) }
}

const drops = (scene: Scene) =>
  scene.events.flatMap((event) =>
    event.type === 'stream.writeError'
      ? [event.phase === 'started' ? 'started' : `ended ${event.droppedPackets > 0 ? 'with' : 'without'} losses`]
      : [],
  )

const droppedInEvents = (scene: Scene) =>
  scene.events.reduce((sum, event) => sum + (event.type === 'stream.writeError' ? event.droppedPackets : 0), 0)

/** Sent and dropped packets of video and sound, as the session counts them. */
const counts = (scene: Scene, index = 0) =>
  scene.server.sessions[index]
    ?.stats()
    .medias.map((media) => [media.outboundRtpPackets, media.outboundRtpPacketsDropped])

const video = (scene: Scene, client: Client) => sequenceNumbers(framesOf(scene, client), 0)
const sound = (scene: Scene, client: Client) => sequenceNumbers(framesOf(scene, client), 2)

describe('slow readers over TCP', () => {
  it.each<[SlowReaderPolicy, number]>([
    ['drop-to-random-access', limitBytes * 2],
    // Reports of the server may go beyond the bound of what is dropped.
    ['drop-packets', limitBytes + 200],
    ['close', limitBytes * 2],
  ])('%s: a peer that stalls costs its bound and no more, and nobody else notices', async (slowReaders, bound) => {
    const { scene, network } = await sceneWith({ slowReaders })
    let most = 0
    const film = new Film(scene.cam, () => {
      scene.settle()
      most = Math.max(most, network.duplexes[0]?.queuedBytes ?? 0)
      expect(network.duplexes[1]?.queuedBytes).toBe(0)
    })
    const slow = scene.client('10.0.0.1')
    slow.play()
    const healthy = scene.client('10.0.0.2')
    healthy.play()
    slow.peer.stall()
    for (let count = 0; count < 8; count += 1) film.group()
    expect(most).toBeGreaterThan(limitBytes - videoPacketBytes * 6)
    expect(most).toBeLessThanOrEqual(bound)
    expect(video(scene, healthy)).toEqual(film.video.map(({ sequenceNumber }) => sequenceNumber))
    expect(sound(scene, healthy)).toHaveLength(film.soundPackets)
    expect(drops(scene)[0]).toBe('started')
  })

  it('come back with a key picture at the end of a picture, and every packet is accounted for', async () => {
    const { scene, film } = await sceneWith({})
    const client = scene.client()
    client.play()
    for (let round = 0; round < 4; round += 1) {
      client.peer.stall()
      for (let count = 0; count < 5; count += 1) film.group()
      client.peer.unstall()
      for (let count = 0; count < 5; count += 1) film.group()
    }
    const received = video(scene, client)
    expect(gapProblems(film, received)).toEqual([])
    expect(received.length).toBeLessThan(film.video.length)
    expect(received.at(-1)).toBe(film.video.at(-1)?.sequenceNumber)
    const heard = sound(scene, client)
    expect(counts(scene)).toEqual([
      [received.length, film.video.length - received.length],
      [heard.length, film.soundPackets - heard.length],
    ])
    expect(drops(scene)).toEqual(Array.from({ length: 4 }, () => ['started', 'ended with losses']).flat())
    expect(droppedInEvents(scene)).toBe(film.video.length - received.length + film.soundPackets - heard.length)
  })

  it('get packet by packet what fits, with drop-packets', async () => {
    const { scene, film } = await sceneWith({ slowReaders: 'drop-packets' })
    const client = scene.client()
    client.play()
    client.peer.stall()
    for (let count = 0; count < 5; count += 1) film.group()
    client.peer.unstall()
    scene.settle()
    film.picture('other')
    const received = video(scene, client)
    const heard = sound(scene, client)
    // No key picture is waited for.
    expect(received.slice(-5)).toEqual(film.video.slice(-5).map(({ sequenceNumber }) => sequenceNumber))
    expect(counts(scene)).toEqual([
      [received.length, film.video.length - received.length],
      [heard.length, film.soundPackets - heard.length],
    ])
    expect(drops(scene)).toEqual(['started', 'ended with losses'])
  })

  it('are closed as soon as their queue is full, with close', async () => {
    const { scene, film } = await sceneWith({ slowReaders: 'close' })
    const slow = scene.client('10.0.0.1')
    slow.play()
    const healthy = scene.client('10.0.0.2')
    healthy.play()
    slow.peer.stall()
    for (let count = 0; count < 5; count += 1) film.group()
    expect(scene.sessionEnds).toEqual(['write queue is full'])
    expect(scene.server.connections).toHaveLength(1)
    expect(drops(scene)).toEqual(['started', 'ended with losses'])
    expect(video(scene, healthy)).toHaveLength(film.video.length)
  })

  it('are treated as their stream says, whatever the server says', async () => {
    const { scene } = await sceneWith({ slowReaders: 'drop-packets' })
    scene.streams.set('/cam', scene.server.createStream(camera, { slowReaders: 'close' }))
    const film = new Film(scene.cam, () => scene.settle())
    const client = scene.client()
    client.play()
    client.peer.stall()
    for (let count = 0; count < 5; count += 1) film.group()
    expect(scene.sessionEnds).toEqual(['write queue is full'])
  })

  it('are closed after writeTimeoutMs without progress', async () => {
    const { scene, film } = await sceneWith({ idleTimeoutMs: 600_000 })
    const client = scene.client()
    client.play()
    client.peer.stall()
    for (let second = 0; second < 9; second += 1) {
      film.group()
      scene.clock.advance(1000)
    }
    expect(scene.sessionEnds).toEqual([])
    for (let second = 0; second < 4; second += 1) {
      film.group()
      scene.clock.advance(1000)
    }
    expect(scene.sessionEnds).toEqual(['no progress in writing to the peer for 10000 ms'])
    expect(scene.closeReasons).toEqual(['no progress in writing to the peer for 10000 ms'])
    expect(scene.server.sessions).toEqual([])
  })

  it('are kept while they take something now and then', async () => {
    const { scene, film } = await sceneWith({ idleTimeoutMs: 600_000 })
    const client = scene.client()
    client.play()
    for (let second = 0; second < 60; second += 1) {
      if (second % 8 === 0) client.peer.unstall()
      film.group()
      scene.clock.advance(1000)
      client.peer.stall()
    }
    expect(scene.sessionEnds).toEqual([])
    client.peer.unstall()
    expect(gapProblems(film, video(scene, client))).toEqual([])
  })

  it('get the sound alone when the video does not come back', async () => {
    const { scene, film } = await sceneWith({})
    const client = scene.client()
    client.play()
    client.peer.stall()
    for (let count = 0; count < 5; count += 1) film.group()
    client.peer.unstall()
    scene.settle()
    const before = sound(scene, client).length
    film.picture('other')
    for (let count = 0; count < 4; count += 1) {
      scene.clock.advance(1000)
      film.sound()
      scene.settle()
    }
    expect(sound(scene, client)).toHaveLength(before)
    scene.clock.advance(1000)
    film.sound()
    scene.clock.advance(1000)
    film.sound()
    expect(sound(scene, client)).toHaveLength(before + 2)
    expect(drops(scene)).toEqual(['started', 'ended with losses'])
    // A video that is there again still begins with a key picture.
    film.picture('other')
    film.picture('key')
    film.sound()
    expect(gapProblems(film, video(scene, client))).toEqual([])
    expect(video(scene, client).at(-1)).toBe(film.video.at(-1)?.sequenceNumber)
    expect(sound(scene, client)).toHaveLength(before + 3)
    expect(drops(scene)).toEqual(['started', 'ended with losses', 'started', 'ended with losses'])
  })
})

describe('slow readers over UDP', () => {
  const transport = (port: number) => `RTP/AVP;unicast;client_port=${port}-${port + 1}`

  async function stalled(slowReaders: SlowReaderPolicy) {
    const { scene, network, film } = await sceneWith({ slowReaders, senderReports: false })
    const sockets = [scene.network.socket(5000, '10.0.0.1'), scene.network.socket(5002, '10.0.0.1')]
    const client = scene.client('10.0.0.1')
    client.setup(0, transport(5000))
    client.setup(1, transport(5002))
    client.ask('PLAY', 'rtsp://host:8554/cam/')
    const healthy = scene.client('10.0.0.2')
    healthy.play()
    network.stall()
    let most = 0
    for (let count = 0; count < 5; count += 1) {
      film.group()
      scene.settle()
      most = Math.max(most, network.sockets[0]?.queuedDatagrams ?? 0)
    }
    return { scene, network, film, sockets, client, healthy, most }
  }

  const packetsAt = (socket: { received(): readonly { readonly bytes: Uint8Array }[] } | undefined) =>
    sequenceNumbersOf(socket?.received().map(({ bytes }) => bytes) ?? [])

  it.each<[SlowReaderPolicy, number]>([
    ['drop-to-random-access', 80],
    ['drop-packets', 40],
  ])(
    '%s: a socket that backs up costs its bound in datagrams, and readers over TCP do not notice',
    async (policy, bound) => {
      const { scene, network, film, sockets, healthy, most } = await stalled(policy)
      expect(most).toBeGreaterThan(30)
      expect(most).toBeLessThanOrEqual(bound)
      network.unstall()
      for (let count = 0; count < 2; count += 1) film.group()
      const received = packetsAt(sockets[0])
      const heard = packetsAt(sockets[1])
      if (policy === 'drop-to-random-access') expect(gapProblems(film, received)).toEqual([])
      expect(received.at(-1)).toBe(film.video.at(-1)?.sequenceNumber)
      expect(counts(scene)).toEqual([
        [received.length, film.video.length - received.length],
        [heard.length, film.soundPackets - heard.length],
      ])
      expect(drops(scene)).toEqual(['started', 'ended with losses'])
      expect(video(scene, healthy)).toHaveLength(film.video.length)
    },
  )

  it('close: the session ends', async () => {
    const { scene, film, healthy } = await stalled('close')
    expect(scene.sessionEnds).toEqual(['write queue is full'])
    expect(video(scene, healthy)).toHaveLength(film.video.length)
  })
})

describe('options of slow readers', () => {
  it('refuses a policy that there is not', async () => {
    const bad = { slowReaders: 'wait' } as unknown as ReadingOptions
    expect(() => new Scene(bad)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_OPTIONS' }))
    const scene = await new Scene().listen()
    expect(() => scene.server.createStream(camera, bad as never)).toThrow(
      expect.objectContaining({ code: 'ERR_RTSP_OPTIONS' }),
    )
  })
})
