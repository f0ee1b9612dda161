import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { klvFormat, lpcmFormat, mjpegFormat } from '../../../src/formats/create-format.ts'
import { killEverything } from '../process.ts'
import { canRun } from '../tools.ts'
import { CodecServer } from './codec-server.ts'
import { draftFile } from './ffmpeg.ts'
import { decodedFrames } from './frames.ts'
import { playedWithGstreamer } from './gstreamer.ts'
import { jpeg422File, klvUnits, SAMPLES } from './made-files.ts'
import { packetsOf } from './source.ts'

describe.skipIf(!canRun('codecs that GStreamer plays', ['ffmpeg', 'gstreamer']))(
  'we serve and GStreamer plays',
  { timeout: 40_000 },
  () => {
    const server = new CodecServer()
    beforeAll(() => server.start())
    afterAll(async () => {
      await server.stop()
      await killEverything()
    })

    describe.concurrent('what it takes out of RTP is what was sent', () => {
      it('L8, which ffmpeg 5.1 does not know', async () => {
        const format = lpcmFormat({ payloadType: 96, bitDepth: 8, sampleRateHz: 8000, channelCount: 1 })
        const units = Array.from({ length: 20 }, (_, index) => {
          const data = SAMPLES.subarray(index * 800, (index + 1) * 800)
          return { atMs: index * 100, unit: { codec: 'LPCM', timestamp: index * 800 + 1, data } } as const
        })
        server.offer('/out/l8', { type: 'audio', format, units })
        const played = await playedWithGstreamer(server.url('/out/l8'), ['rtpL8depay'])
        expect(played.equals(Buffer.from(SAMPLES))).toBe(true)
      })

      it('KLV', async () => {
        const units = klvUnits.map((data, index) => {
          return { atMs: index * 100, unit: { codec: 'KLV', timestamp: index * 9000 + 1, data } } as const
        })
        server.offer('/out/klv', { type: 'application', format: klvFormat({ payloadType: 96 }), units })
        const played = await playedWithGstreamer(server.url('/out/klv'), ['rtpklvdepay'])
        expect(played.equals(Buffer.concat(klvUnits))).toBe(true)
      })

      it('M-JPEG with 4:2:2', async () => {
        const source = ['-f', 'mjpeg', '-i', await jpeg422File()]
        const units = (await packetsOf(source)).map(({ bytes, seconds }) => {
          const timestamp = Math.round(seconds * 90_000) + 1
          return { atMs: seconds * 1000, unit: { codec: 'MJPEG', timestamp, image: bytes } } as const
        })
        server.offer('/out/jpeg', { type: 'video', format: mjpegFormat(), units })
        const file = draftFile('mjpeg')
        writeFileSync(file, await playedWithGstreamer(server.url('/out/jpeg'), ['rtpjpegdepay']))
        const frames = await decodedFrames('video', ['-f', 'mjpeg', '-i', file])
        expect(readFileSync(file).length).toBeGreaterThan(0)
        rmSync(file)
        expect(frames).toHaveLength(50)
        expect(frames).toEqual(await decodedFrames('video', source))
      })
    })
  },
)
