import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { heavyClip, lightClip, otherClip } from './clip.ts'
import type { Clip } from './clip.ts'
import { expectCleanEnd, expectRun } from './matrix.ts'
import { publishWithFfmpeg, readWithFfmpeg } from './media-programs.ts'
import { eventually, killEverything, pause } from './process.ts'
import { connectRaw, untilPublished } from './raw-client.ts'
import { residentBytes, startServer } from './server-program.ts'
import type { ServerProgram } from './server-program.ts'
import { canRun } from './tools.ts'

/** What a stalled reader of a 60 Mbit/s stream may cost the server: a bounded queue and some slack for the heap. */
const ALLOWED_GROWTH_BYTES = 64 * 1024 * 1024

const announce = (port: number, path: string): string => {
  const body =
    'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=control:trackID=0\r\n'
  return (
    `ANNOUNCE rtsp://127.0.0.1:${port}/${path} RTSP/1.0\r\nCSeq: 1\r\nContent-Type: application/sdp\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  )
}

describe.skipIf(!canRun('readers and publishers that misbehave', ['ffmpeg']))(
  'readers and publishers that misbehave',
  { timeout: 120_000 },
  () => {
    let server: ServerProgram
    let clip: Clip

    beforeAll(async () => {
      clip = await lightClip()
      server = await startServer()
    }, 60_000)

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

    it.skipIf(process.platform !== 'linux')(
      'one reader killed and one stalled take nothing from the third, nor memory without bound from the server',
      async () => {
        const heavy = await heavyClip()
        const publisher = publishWithFfmpeg(server.url('heavy'), heavy, 'tcp')
        await untilPublished(server.port, 'heavy')
        const [killed, stalled, steady] = ['tcp', 'tcp', 'tcp'].map(() => readWithFfmpeg(server.url('heavy'), 'tcp'))
        if (killed === undefined || stalled === undefined || steady === undefined) throw new Error('three were started')
        await pause(2_000)
        const before = residentBytes(server.program.pid)
        killed.program.signal('SIGKILL')
        stalled.program.signal('SIGSTOP')
        await killed.program.ended
        killed.units()
        let peak = before
        while (!publisher.hasEnded()) {
          peak = Math.max(peak, residentBytes(server.program.pid))
          await pause(100)
        }
        await expectCleanEnd(publisher)
        stalled.program.signal('SIGKILL')
        await stalled.program.ended
        stalled.units()
        await eventually('the steady reader to end', () => (steady.program.hasEnded() ? true : undefined))
        const received = steady.units()
        expectRun('heavy video', heavy.units.video, received.video, 100)
        expectRun('heavy audio', heavy.units.audio, received.audio, 150)
        expect(peak - before, `bytes by which the server grew from ${before}`).toBeLessThan(ALLOWED_GROWTH_BYTES)
      },
    )

    it('a publisher that is killed takes its readers with it and frees its path', async () => {
      const publisher = publishWithFfmpeg(server.url('orphans'), clip, 'tcp')
      await untilPublished(server.port, 'orphans')
      const readers = [readWithFfmpeg(server.url('orphans'), 'tcp'), readWithFfmpeg(server.url('orphans'), 'udp')]
      await pause(1_500)
      publisher.signal('SIGKILL')
      for (const reader of readers) {
        await eventually('a reader to be closed', () => (reader.program.hasEnded() ? true : undefined))
        reader.units()
      }
      const heir = publishWithFfmpeg(server.url('orphans'), clip, 'tcp')
      await untilPublished(server.port, 'orphans')
      await heir.stop()
    })

    it('a busy path is refused with a status, and its publisher and reader notice nothing', async () => {
      const publisher = publishWithFfmpeg(server.url('busy'), clip, 'tcp')
      await untilPublished(server.port, 'busy')
      const reader = readWithFfmpeg(server.url('busy'), 'tcp')
      const rival = await connectRaw(server.port)
      rival.send(announce(server.port, 'busy'))
      expect(await rival.waitFor(/^RTSP\/1\.0 \d{3}/)).toMatch(/^RTSP\/1\.0 4\d\d$/)
      rival.close()
      const second = await publishWithFfmpeg(server.url('busy'), clip, 'tcp').ended
      expect(second.code).not.toBe(0)
      expect(second.stderr).toMatch(/4\d\d|4XX/)
      await expectCleanEnd(publisher)
      await eventually('the reader to end', () => (reader.program.hasEnded() ? true : undefined))
      expectRun('busy video', clip.units.video, reader.units().video, 50)
    })
  },
)

describe.skipIf(!canRun('taking a path over', ['ffmpeg']))('with --allow-takeover', { timeout: 60_000 }, () => {
  it('the newcomer wins the path, the old publisher and its reader are closed', async () => {
    const server = await startServer(['--allow-takeover'])
    const [clip, other] = [await lightClip(), await otherClip()]
    const old = publishWithFfmpeg(server.url('cam'), clip, 'tcp')
    await untilPublished(server.port, 'cam')
    const oldReader = readWithFfmpeg(server.url('cam'), 'tcp')
    await pause(1_500)
    const newcomer = publishWithFfmpeg(server.url('cam'), other, 'tcp')
    await eventually('the old publisher to be closed', () => (old.hasEnded() ? true : undefined))
    await eventually('its reader to be closed', () => (oldReader.program.hasEnded() ? true : undefined))
    oldReader.units()
    await untilPublished(server.port, 'cam')
    const reader = readWithFfmpeg(server.url('cam'), 'tcp')
    await expectCleanEnd(newcomer)
    await eventually('the new reader to end', () => (reader.program.hasEnded() ? true : undefined))
    expectRun('the newcomer’s video', other.units.video, reader.units().video, 25)
    await server.stop()
    await killEverything()
  })
})
