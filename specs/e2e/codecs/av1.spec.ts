import { existsSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { av1Format } from '../../../src/index.ts'
import { killEverything, runProgram } from '../process.ts'
import type { CodecCase } from './codec-case.ts'
import { CodecServer } from './codec-server.ts'
import { canRunCodecs } from './codec-tools.ts'
import { draftFile } from './ffmpeg.ts'
import { decodedFrames } from './frames.ts'
import { expectSource } from './published.ts'
import { hasPyav, pyav } from './pyav.ts'
import { programmeOf } from './served.ts'
import { sourceOf } from './source.ts'

const AV1: CodecCase = {
  name: 'AV1',
  kind: 'video',
  codec: 'AV1',
  encode: [
    ...['-f', 'lavfi', '-i', 'testsrc2=size=192x144:rate=25', '-t', '2', '-pix_fmt', 'yuv420p', '-g', '10'],
    ...['-c:v', 'libaom-av1', '-usage', 'realtime', '-cpu-used', '8', '-b:v', '400k'],
  ],
  format: () => av1Format({ payloadType: 96 }),
}

const canRunAv1 = hasPyav('AV1') && canRunCodecs('AV1')

describe.skipIf(!canRunAv1)('AV1', { timeout: 60_000 }, () => {
  const server = new CodecServer()
  beforeAll(() => server.start())
  afterAll(async () => {
    await server.stop()
    await killEverything()
  })

  it('published by libavformat, what we write decodes to the frames of the source', async () => {
    const { input } = await sourceOf(AV1)
    const reception = server.reception('/in/av1')
    const end = await runProgram(...pyav('publish', input.at(-1) ?? '', server.url('/in/av1')))
    expect({ code: end.code, wrote: end.stderr }).toEqual({ code: 0, wrote: '' })
    await expectSource(AV1, await reception)
  })

  it('served by us, what libavformat takes out of RTP decodes to the frames of the source', async () => {
    server.offer('/out/av1', await programmeOf(AV1))
    const file = draftFile('ivf')
    const end = await runProgram(...pyav('play', server.url('/out/av1'), file))
    expect({ code: end.code, wrote: end.stderr }).toEqual({ code: 0, wrote: '' })
    expect(existsSync(file)).toBe(true)
    const frames = await decodedFrames('video', ['-i', file])
    rmSync(file)
    expect(frames).toEqual((await sourceOf(AV1)).frames)
  })
})
