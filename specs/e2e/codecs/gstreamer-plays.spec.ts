import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { klvFormat, lpcmFormat, mjpegFormat } from '../../../src/formats/create-format.ts'
import { killEverything } from '../process.ts'
import { canRunCodecs } from './codec-tools.ts'
import { CodecServer } from './codec-server.ts'
import { draftFile } from './ffmpeg.ts'
import { decodedFrames } from './frames.ts'
import { playedWithGstreamer } from './gstreamer.ts'
import { jpeg422File, klvUnits, SAMPLES } from './made-files.ts'
import { pictures } from './pictures.ts'
import { programmeOf } from './served.ts'
import { sounds } from './sounds.ts'
import { packetsOf, sourceOf } from './source.ts'

/** What takes a codec out of RTP and hands on what was in the packets of the source, byte by byte. */
const DEPAYLOADERS: Readonly<Record<string, string>> = {
  VP8: 'rtpvp8depay',
  VP9: 'rtpvp9depay',
  'MPEG-2 video with B pictures': 'rtpmpvdepay',
  'MPEG-4 Visual with B pictures': 'rtpmp4vdepay',
  AAC: 'rtpmp4gdepay',
  'AAC as LATM': 'rtpmp4adepay',
  Opus: 'rtpopusdepay',
  MP3: 'rtpmpadepay',
  'AC-3': 'rtpac3depay',
  'G711 with mu-law': 'rtppcmudepay',
  'G711 with A-law': 'rtppcmadepay',
  G722: 'rtpg722depay',
  'AAL2-G726-32': 'rtpg726depay',
  L16: 'rtpL16depay',
  L24: 'rtpL24depay',
}

const cases = [...pictures, ...sounds].filter((row) => row.name in DEPAYLOADERS)

describe.skipIf(!canRunCodecs('codecs that GStreamer plays', ['gstreamer']))(
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
      it.for(cases)('$name', async (row) => {
        const path = `/out/${cases.indexOf(row)}`
        server.offer(path, await programmeOf(row))
        const played = await playedWithGstreamer(server.url(path), [DEPAYLOADERS[row.name] ?? ''])
        const { packets } = await sourceOf(row)
        // rtpmp4adepay 1.22 leaves the length byte of the first frame in front of it; the other frames are right.
        const surplus = row.codec === 'MPEG4AudioLATM' ? [Buffer.of(packets[0]?.bytes.length ?? 0)] : []
        const sent = Buffer.concat([...surplus, ...packets.map(({ bytes }) => bytes)])
        expect({ bytes: played.length, isSame: played.equals(sent) }).toEqual({ bytes: sent.length, isSame: true })
      })

      it('L8, which ffmpeg 5.1 does not know', async () => {
        const format = lpcmFormat({ payloadType: 96, bitDepth: 8, sampleRateHz: 8000, channelCount: 1 })
        const units = Array.from({ length: 20 }, (_, index) => {
          const data = SAMPLES.subarray(index * 800, (index + 1) * 800)
          return { atMs: index * 100, unit: { codec: 'LPCM', timestamp: index * 800, data } } as const
        })
        server.offer('/out/l8', { type: 'audio', format, units })
        const played = await playedWithGstreamer(server.url('/out/l8'), ['rtpL8depay'])
        expect(played.equals(Buffer.from(SAMPLES))).toBe(true)
      })

      it('KLV', async () => {
        const units = klvUnits.map((data, index) => {
          return { atMs: index * 100, unit: { codec: 'KLV', timestamp: index * 9000, data } } as const
        })
        server.offer('/out/klv', { type: 'application', format: klvFormat({ payloadType: 96 }), units })
        const played = await playedWithGstreamer(server.url('/out/klv'), ['rtpklvdepay'])
        expect(played.equals(Buffer.concat(klvUnits))).toBe(true)
      })

      it('M-JPEG with 4:2:2', async () => {
        const source = ['-f', 'mjpeg', '-i', await jpeg422File()]
        const units = (await packetsOf(source)).map(({ bytes, seconds }) => {
          const timestamp = Math.round(seconds * 90_000)
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
