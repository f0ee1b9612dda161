import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAudioSpecificConfig } from '../../../src/formats/codecs/audio-specific-config.ts'
import { killEverything } from '../process.ts'
import { canRunCodecs } from './codec-tools.ts'
import { adtsFrame } from './adts.ts'
import type { CodecCase } from './codec-case.ts'
import { CodecServer } from './codec-server.ts'
import type { Reception } from './codec-server.ts'
import { bytesOf } from './elementary-stream.ts'
import { draftFile } from './ffmpeg.ts'
import { decodedFrames } from './frames.ts'
import { publishedWithGstreamer } from './gstreamer.ts'
import { jpeg422File, KLV_UNIT_BYTES, klvUnits, SAMPLES } from './made-files.ts'
import { expectSource } from './published.ts'
import { sourceOf } from './source.ts'
import { sounds } from './sounds.ts'
import { transportStreamFile } from './transport-stream.ts'

const rowOf = (name: string): CodecCase => {
  const row = sounds.find((sound) => sound.name === name)
  if (row === undefined) throw new Error(`there is no ${name}`)
  return row
}

/** What arrived, end to end, of a stream that nothing was wrong with. */
const bytesReceived = ({ units, problems }: Reception): Buffer => {
  expect(problems).toEqual([])
  expect(units.filter((unit) => unit.corrupted)).toEqual([])
  return Buffer.concat(units.map(bytesOf))
}

describe.skipIf(!canRunCodecs('codecs that GStreamer publishes', ['gstreamer']))(
  'GStreamer publishes and we take apart',
  { timeout: 40_000 },
  () => {
    const server = new CodecServer()
    const drafts: string[] = []
    beforeAll(() => server.start())
    afterAll(async () => {
      await server.stop()
      await killEverything()
      for (const draft of drafts) rmSync(draft, { force: true })
    })

    const fileOf = (bytes: Uint8Array): string => {
      const file = draftFile('source')
      drafts.push(file)
      writeFileSync(file, bytes)
      return file
    }

    // GStreamer counts in nanoseconds, hence times that are one tick off.
    describe.concurrent('what arrives is what was sent', () => {
      it('AC-3, which ffmpeg 5.1 cannot put into RTP', async () => {
        const row = rowOf('AC-3')
        const { packets } = await sourceOf(row)
        const file = fileOf(Buffer.concat(packets.map(({ bytes }) => bytes)))
        const elements = ['filesrc', `location=${file}`, '!', 'ac3parse']
        await expectSource(row, await publishedWithGstreamer(server, '/in/ac3', elements), 1)
      })

      it('AAC as LATM', async () => {
        const row = rowOf('AAC as LATM')
        const { packets } = await sourceOf(row)
        const audio = parseAudioSpecificConfig(Uint8Array.of(0x11, 0x90))
        if (audio === undefined) throw new Error('no config')
        const file = fileOf(Buffer.concat(packets.map(({ bytes }) => adtsFrame(audio, bytes))))
        const elements = ['filesrc', `location=${file}`, '!', 'aacparse']
        await expectSource(row, await publishedWithGstreamer(server, '/in/latm', elements), 1)
      })

      it('M-JPEG with 4:2:2', async () => {
        const file = await jpeg422File()
        const reception = await publishedWithGstreamer(server, '/in/jpeg', [
          ...['filesrc', `location=${file}`, '!', 'image/jpeg,framerate=25/1', '!', 'jpegparse'],
        ])
        const received = fileOf(bytesReceived(reception))
        const frames = await decodedFrames('video', ['-f', 'mjpeg', '-i', received])
        expect(frames).toHaveLength(50)
        expect(frames).toEqual(await decodedFrames('video', ['-f', 'mjpeg', '-i', file]))
      })

      it('MPEG-TS', async () => {
        const file = await transportStreamFile()
        const reception = await publishedWithGstreamer(server, '/in/ts', [
          ...['filesrc', `location=${file}`, '!', 'tsparse', 'alignment=7', '!', 'video/mpegts,packetsize=188'],
        ])
        expect(reception.format.codec).toBe('MPEGTS')
        const received = bytesReceived(reception)
        const sent = readFileSync(file)
        // tsparse keeps what does not fill a packet at the end.
        expect(sent.length - received.length).toBeLessThan(7 * 188)
        expect(received.equals(sent.subarray(0, received.length))).toBe(true)
      })

      it('L8', async () => {
        const reception = await publishedWithGstreamer(server, '/in/l8', [
          ...['filesrc', `location=${fileOf(SAMPLES)}`, '!', 'rawaudioparse', 'format=pcm', 'pcm-format=u8'],
          ...['sample-rate=8000', 'num-channels=1'],
        ])
        expect(reception.format).toMatchObject({ codec: 'LPCM', bitDepth: 8, sampleRateHz: 8000, channelCount: 1 })
        expect(bytesReceived(reception).equals(Buffer.from(SAMPLES))).toBe(true)
      })

      it('KLV', async () => {
        const reception = await publishedWithGstreamer(server, '/in/klv', [
          ...['filesrc', `location=${fileOf(Buffer.concat(klvUnits))}`, `blocksize=${KLV_UNIT_BYTES}`, '!'],
          // A file has no type of its own, and a type can only be changed once there is one.
          ...['application/octet-stream', '!', 'capssetter', 'caps=meta/x-klv,parsed=(boolean)true'],
          ...['join=false', 'replace=true'],
        ])
        expect(reception.format.codec).toBe('KLV')
        expect(reception.units.map((unit) => Buffer.from(bytesOf(unit)))).toEqual(klvUnits)
      })
    })
  },
)
