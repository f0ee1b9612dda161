import { afterAll, beforeAll, describe, it } from 'vitest'
import { lightClip } from './clip.ts'
import type { Clip } from './clip.ts'
import { expectIntact } from './matrix.ts'
import { publishWithFfmpeg, readWithFfmpeg } from './media-programs.ts'
import type { Transport } from './media-programs.ts'
import { killEverything } from './process.ts'
import { startServer } from './server-program.ts'
import type { ServerProgram } from './server-program.ts'
import { canRun, tool, tools } from './tools.ts'

const TRANSPORTS: readonly Transport[] = ['tcp', 'udp']

describe.skipIf(!canRun('ffmpeg', ['ffmpeg']))('ffmpeg publishes and ffmpeg reads', { timeout: 60_000 }, () => {
  let server: ServerProgram
  let clip: Clip

  beforeAll(async () => {
    clip = await lightClip()
    server = await startServer()
  }, 60_000)

  afterAll(async () => {
    try {
      await server.stop()
    } finally {
      await killEverything()
    }
  }, 30_000)

  for (const from of TRANSPORTS) {
    describe.concurrent(`[64] published over ${from.toUpperCase()}`, () => {
      for (const to of TRANSPORTS) {
        it(`every packet of the overlap reaches a reader over ${to.toUpperCase()} bit for bit`, async () => {
          await expectIntact(server, {
            path: `ffmpeg-${from}-${to}`,
            clip,
            publish: (url) => publishWithFfmpeg(url, clip, from),
            read: (url) => readWithFfmpeg(url, to),
            endsAlone: true,
          })
        })
      }
    })
  }

  describe.concurrent('with a build of ffmpeg from 2018', () => {
    it.skipIf(tools.oldFfmpeg === undefined)('it publishes over UDP what today’s build reads over TCP', async () => {
      await expectIntact(server, {
        path: 'old/udp',
        clip,
        publish: (url) => publishWithFfmpeg(url, clip, 'udp', tool('oldFfmpeg')),
        read: (url) => readWithFfmpeg(url, 'tcp'),
        endsAlone: true,
      })
    })

    it.skipIf(tools.oldFfmpeg === undefined)('it reads over UDP what today’s build publishes over TCP', async () => {
      await expectIntact(server, {
        path: 'new/tcp?token=1',
        clip,
        publish: (url) => publishWithFfmpeg(url, clip, 'tcp'),
        read: (url) => readWithFfmpeg(url, 'udp', tool('oldFfmpeg')),
        endsAlone: true,
      })
    })
  })

  it('leaves the server alive with nothing on its mind', () => {
    server.expectAlive()
  })
})
