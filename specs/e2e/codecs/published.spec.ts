import { afterAll, beforeAll, describe, it } from 'vitest'
import { killEverything } from '../process.ts'
import { canRunCodecs } from './codec-tools.ts'
import { CodecServer } from './codec-server.ts'
import { pictures } from './pictures.ts'
import { expectSource, publishedWithFfmpeg } from './published.ts'
import { sounds } from './sounds.ts'

const cases = [...pictures, ...sounds].filter((row) => row.publish !== null)

describe.skipIf(!canRunCodecs('codecs that ffmpeg publishes'))('ffmpeg publishes and we take apart', () => {
  const server = new CodecServer()
  beforeAll(() => server.start())
  afterAll(async () => {
    await server.stop()
    await killEverything()
  })

  describe.concurrent('what we write decodes to the frames of the source', () => {
    it.for(cases)('$name', { timeout: 30_000 }, async (row) => {
      await expectSource(row, await publishedWithFfmpeg(server, `/in/${cases.indexOf(row)}`, row))
    })
  })
})
