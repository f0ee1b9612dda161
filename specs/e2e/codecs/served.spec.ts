import { afterAll, beforeAll, describe, it } from 'vitest'
import { killEverything } from '../process.ts'
import { canRunCodecs } from './codec-tools.ts'
import { CodecServer } from './codec-server.ts'
import { pictures } from './pictures.ts'
import { expectServed } from './served.ts'
import { sounds } from './sounds.ts'

const cases = [...pictures, ...sounds]

describe.skipIf(!canRunCodecs('codecs that ffmpeg plays'))('we serve and ffmpeg plays', () => {
  const server = new CodecServer()
  beforeAll(() => server.start())
  afterAll(async () => {
    await server.stop()
    await killEverything()
  })

  describe.concurrent('every frame of the source, without a warning', () => {
    it.for(cases)('$name', { timeout: 30_000 }, async (row) => {
      await expectServed(server, `/out/${cases.indexOf(row)}`, row)
    })
  })
})
