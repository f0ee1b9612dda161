import { afterAll, beforeAll, describe, it } from 'vitest'
import { killEverything } from '../process.ts'
import { canRunCodecs } from './codec-tools.ts'
import { CodecServer } from './codec-server.ts'
import { pictures } from './pictures.ts'
import { expectSource, publishedWithFfmpeg } from './published.ts'
import { expectServed } from './served.ts'
import { sounds } from './sounds.ts'

/** One of each kind: NAL units, whole pictures in many packets, frames that share a packet, one frame per packet. */
const NAMES = ['H264 with B pictures and several slices', 'M-JPEG', 'AAC', 'Opus']
const cases = [...pictures, ...sounds].filter((row) => NAMES.includes(row.name))

// One after the other, and again when it fails: the kernel drops datagrams when this process gets no time for a while, and
// a gap is then what the depacketizers must tell.
describe.skipIf(!canRunCodecs('codecs over UDP'))('over UDP', { timeout: 40_000, retry: 2 }, () => {
  const server = new CodecServer()
  beforeAll(() => server.start())
  afterAll(async () => {
    await server.stop()
    await killEverything()
  })

  describe('ffmpeg publishes and we take apart', () => {
    it.for(cases)('$name', async (row) => {
      await expectSource(row, await publishedWithFfmpeg(server, `/in/${cases.indexOf(row)}`, row, 'udp'))
    })
  })

  describe('we serve and ffmpeg plays', () => {
    it.for(cases)('$name', async (row) => {
      await expectServed(server, `/out/${cases.indexOf(row)}`, row, 'udp')
    })
  })
})
