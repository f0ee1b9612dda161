import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { lightClip } from './clip.ts'
import type { Clip } from './clip.ts'
import { expectCleanEnd, expectRun } from './matrix.ts'
import { publishWithFfmpeg, readWithFfmpeg } from './media-programs.ts'
import { eventually, killEverything } from './process.ts'
import { connectRaw, untilPublished } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'
import { residentBytes, startServer } from './server-program.ts'
import type { ServerProgram } from './server-program.ts'
import { canRun } from './tools.ts'

const MEBIBYTE = 1024 * 1024

/** Bytes that look random but are the same in each run (xorshift). */
const noise = (length: number, seed: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  let state = seed
  for (let index = 0; index < length; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[index] = state & 0xff
  }
  return bytes
}

describe.skipIf(!canRun('hostile peers', ['ffmpeg']))('hostile peers', { timeout: 60_000 }, () => {
  let server: ServerProgram
  let clip: Clip
  const peers: RawClient[] = []

  const peer = async (): Promise<RawClient> => {
    const client = await connectRaw(server.port)
    peers.push(client)
    return client
  }

  /** Sends a request as it stands and gives the status of the answer. */
  const ask = async (request: string): Promise<number> => {
    const client = await peer()
    client.send(request)
    return Number((await client.waitFor(/^RTSP\/1\.0 \d{3}/)).slice(9))
  }

  beforeAll(async () => {
    clip = await lightClip()
    server = await startServer()
  }, 60_000)

  afterEach(() => {
    server.expectAlive()
    for (const client of peers.splice(0)) client.close()
  })

  afterAll(async () => {
    try {
      await server.stop()
    } finally {
      await killEverything()
    }
  }, 30_000)

  it('random bytes end their own connection and nothing else', async () => {
    for (const seed of [1, 77, 4242, 987_654]) {
      const client = await peer()
      client.send(noise(64 * 1024, seed))
      await client.waitForClose()
    }
  })

  it('a header of 10 MB is cut off, and is not kept in memory', async () => {
    const before = residentBytesOrZero(server)
    const client = await peer()
    client.send(`OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX-Padding: ${'a'.repeat(10 * MEBIBYTE)}`)
    await client.waitForClose()
    expect(residentBytesOrZero(server) - before).toBeLessThan(64 * MEBIBYTE)
  })

  it('ten thousand short headers are too many', async () => {
    const client = await peer()
    client.send(`OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n${'X-A: b\r\n'.repeat(10_000)}`)
    await client.waitForClose()
  })

  it('a body longer than allowed ends the connection before it is read', async () => {
    const client = await peer()
    client.send(
      `ANNOUNCE rtsp://127.0.0.1:${server.port}/long RTSP/1.0\r\nCSeq: 1\r\nContent-Type: application/sdp\r\n` +
        'Content-Length: 999999999\r\n\r\nv=0\r\n',
    )
    await client.waitForClose()
  })

  it('a SETUP without Transport is answered with 400 (RFC 2326 section 12.39)', async () => {
    expect(await ask(`SETUP rtsp://127.0.0.1:${server.port}/x/trackID=0 RTSP/1.0\r\nCSeq: 1\r\n\r\n`)).toBe(400)
  })

  it('a method that the server does not know is answered with 501 (RFC 2326 section 7.1.1)', async () => {
    expect(await ask(`REDIRECT rtsp://127.0.0.1:${server.port}/x RTSP/1.0\r\nCSeq: 1\r\n\r\n`)).toBe(501)
  })

  it('a word that is no method of RTSP does not keep the server from the next peer', async () => {
    const client = await peer()
    client.send('MAKECOFFEE * RTSP/1.0\r\nCSeq: 1\r\n\r\n')
    expect(await ask('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n')).toBe(200)
  })

  it('interleaved frames before any SETUP harm nobody', async () => {
    const client = await peer()
    client.send(Uint8Array.from([0x24, 0, 0, 4, 0x80, 0x60, 0, 1, 0x24, 9, 0, 0]))
    client.send('OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n')
    await eventually('an answer or the end', () =>
      /CSeq: 7/i.test(client.received()) || client.isClosed() ? true : undefined,
    )
  })

  it('fifty peers that misbehave at once cost a reader not one packet', async () => {
    const publisher = publishWithFfmpeg(server.url('calm'), clip, 'tcp')
    await untilPublished(server.port, 'calm')
    const reader = readWithFfmpeg(server.url('calm'), 'tcp')
    const tricks: ((client: RawClient, index: number) => void)[] = [
      (client, index) => client.send(noise(200_000, index + 1)),
      (client) => client.send('DESCRIBE rtsp://127.0.0.1/calm RTSP/1.0\r\nCSe'),
      (client) => client.send(`GET_PARAMETER * RTSP/1.0\r\nX: ${'b'.repeat(MEBIBYTE)}`),
      (client) => client.send('$'.repeat(100_000)),
      (client) => client.send('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'.repeat(2_000)),
      (client) => client.send(`PLAY ${server.url('calm')} RTSP/1.0\r\nCSeq: 1\r\nSession: 12345678\r\n\r\n`),
      (client) => client.send('\r\n'.repeat(5_000)),
      (client) => client.send(`TEARDOWN ${server.url('calm')} RTSP/1.0\r\nCSeq: 1\r\nSession: \u0001\r\n\r\n`),
      (client) => {
        client.send(`DESCRIBE ${server.url('calm')} RTSP/1.0\r\nCSeq: 1\r\n\r\n`)
        client.close()
      },
      () => undefined,
    ]
    for (let index = 0; index < 50; index++) tricks[index % tricks.length]?.(await peer(), index)
    await expectCleanEnd(publisher)
    await eventually('the reader to end', () => (reader.program.hasEnded() ? true : undefined))
    const received = reader.units()
    expectRun('video', clip.units.video, received.video, 50)
    expectRun('audio', clip.units.audio, received.audio, 80)
  })
})

const residentBytesOrZero = (server: ServerProgram): number =>
  process.platform === 'linux' ? residentBytes(server.program.pid) : 0
