// The examples as a user runs them: by their command, with real publishers and readers. A clip with B frames, whose pictures
// are decoded in another order than they are shown, is the hard case for both.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratch } from './clip.ts'
import { audioUnits, contiguousRun, videoUnits } from './elementary-streams.ts'
import type { MediaUnits } from './elementary-streams.ts'
import { publishWithGstreamer, readWithGstreamer } from './media-programs.ts'
import { eventually, killEverything, pause, runProgram, startProgram } from './process.ts'
import type { RunningProgram } from './process.ts'
import { freeTcpPort, freeUdpPortPair, ROOT } from './server-program.ts'
import { canRun, tool } from './tools.ts'

/** 3 s with three B frames between two others, a key picture each second. */
const SOURCES = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25']
const SOUND = ['-f', 'lavfi', '-i', 'aevalsrc=0.4*sin(2*PI*(300+70*t)*t):s=48000', '-t', '3']
const B_FRAMES = [
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-g',
  '25',
  '-bf',
  '3',
  '-b_strategy',
  '0',
  '-pix_fmt',
  'yuv420p',
]
const H265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error:keyint=25:bframes=3']
const CLIPS = {
  'b-frames.mp4': [...B_FRAMES, '-c:a', 'aac'],
  'b-frames.ts': [...B_FRAMES, '-c:a', 'aac'],
  'h265.mp4': [...H265, '-tag:v', 'hvc1', '-c:a', 'aac'],
  'h265-open-gop.ts': [...H265.map((each) => each.replace('keyint', 'open-gop=1:keyint')), '-c:a', 'aac'],
  'opus.mp4': [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-g',
    '25',
    '-bf',
    '0',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'libopus',
  ],
}
type ClipName = keyof typeof CLIPS

const folder = join(scratch(), 'examples')

/** One picture or frame of sound: when, and the digest of its content. */
type Frame = { readonly time: number; readonly digest: string }

/** Frames of the first stream of a kind: pictures decoded, with times in 1/90000 s; sound as it is in the file. */
const framesOf = async (file: string, kind: 'v' | 'a'): Promise<readonly Frame[]> => {
  const sound = ['-c', 'copy', ...(file.endsWith('.ts') ? ['-bsf:a', 'aac_adtstoasc'] : [])]
  const how = kind === 'v' ? ['-enc_time_base', '1:90000', '-fps_mode', 'passthrough'] : sound
  return framesIn(await ffmpeg(['-i', file, '-map', `0:${kind}`, ...how, '-f', 'framemd5', '-']))
}

const framesIn = (report: string): readonly Frame[] =>
  report
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').map((field) => field.trim()))
    .map((fields) => ({ time: Number(fields[2]), digest: fields[5] ?? '' }))

const digests = (frames: readonly Frame[]): readonly string[] => frames.map(({ digest }) => digest)

/** Runs ffmpeg, which must not have anything to complain about. */
const ffmpeg = async (args: readonly string[]): Promise<string> => {
  const end = await runProgram(tool('ffmpeg'), ['-v', 'warning', '-nostdin', '-y', ...args], { limitMs: 60_000 })
  expect({ code: end.code, stderr: end.stderr }, `ffmpeg ${args.join(' ')}`).toEqual({ code: 0, stderr: '' })
  return end.stdout
}

const makeClip = async (name: ClipName): Promise<void> => {
  if (existsSync(join(folder, name))) return
  const draft = join(folder, `${process.pid}-${name}`)
  await ffmpeg([...SOURCES, ...SOUND, ...CLIPS[name], '-b:a', '64k', draft])
  renameSync(draft, join(folder, name))
}

type Example = {
  readonly program: RunningProgram
  readonly url: (path: string) => string
  /** Ctrl-C, which has to end it well. */
  readonly stop: () => Promise<string>
}

const startExample = async (name: string, args: readonly string[]): Promise<Example> => {
  const port = await freeTcpPort()
  const ports = ['--port', String(port), '--rtp-port', String(await freeUdpPortPair())]
  const program = startProgram(process.execPath, ['.config/example.js', name, ...args, ...ports], {
    workingDirectory: ROOT,
    limitMs: 120_000,
  })
  await eventually(
    `${name} to be ready`,
    () => {
      expect(program.hasEnded(), program.stderr()).toBe(false)
      return program.stdout().includes('ready') ? true : undefined
    },
    30_000,
  )
  return {
    program,
    url: (path) => `rtsp://127.0.0.1:${port}/${path}`,
    stop: async () => {
      const end = await program.stop()
      expect({ code: end.code, stderr: end.stderr }).toEqual({ code: 0, stderr: '' })
      return end.stdout
    },
  }
}

const hasGstreamer = canRun('the examples with GStreamer', ['ffmpeg', 'gstreamer'])

describe.skipIf(!canRun('the examples', ['ffmpeg']))('the example', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true })
    for (const name of Object.keys(CLIPS) as ClipName[]) await makeClip(name)
  }, 120_000)

  afterAll(killEverything)

  describe('record-to-file', () => {
    let records: string
    beforeAll(() => {
      records = mkdtempSync(join(folder, 'records-'))
    })
    afterAll(() => rmSync(records, { recursive: true }))

    const publish = (url: string, clip: ClipName, transport: 'tcp' | 'udp'): RunningProgram =>
      startProgram(tool('ffmpeg'), [
        ...['-v', 'error', '-nostdin', '-re', '-i', join(folder, clip), '-c', 'copy', '-f', 'rtsp'],
        ...['-rtsp_transport', transport, url],
      ])
    const recordOf = (path: string): string => {
      const [name, ...others] = readdirSync(records).filter((each) => each.startsWith(`${path}-2`))
      expect(others).toEqual([])
      expect(name).toMatch(/-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.mp4$/)
      return join(records, name ?? '')
    }

    it('records several publishers at once: the same pictures at the same times, and the same sound', async () => {
      const example = await startExample('record-to-file', [records])
      const publishers = [
        publish(example.url('one/b-frames'), 'b-frames.mp4', 'tcp'),
        publish(example.url('two'), 'h265.mp4', 'udp'),
        publish(example.url('three'), 'opus.mp4', 'tcp'),
      ]
      for (const publisher of publishers) expect(await publisher.ended).toMatchObject({ code: 0, stderr: '' })
      const log = await example.stop()
      expect(log).toMatch(/one_b-frames \(s\d+\): recorded 3\.0 s, 75 units of H264, \d+ units of MPEG4Audio/)
      for (const [path, clip] of [
        ['one_b-frames', 'b-frames.mp4'],
        ['two', 'h265.mp4'],
        ['three', 'opus.mp4'],
      ] as const) {
        await expectSamePictures(recordOf(path), join(folder, clip))
        await expectSameSound(recordOf(path), join(folder, clip))
        await expectOrderOfDecoding(recordOf(path))
      }
      // Sound and pictures are together as in the source, where the first sound comes 312 samples before the first picture.
      const [picture] = await framesOf(recordOf('three'), 'v')
      expect(picture?.time).toBe((312 / 48_000) * 90_000)
    })

    it.skipIf(!hasGstreamer)('records GStreamer, which publishes AAC as LATM', async () => {
      const example = await startExample('record-to-file', [records])
      // By way of MPEG-TS the config of AAC loses its extension, which GStreamer would copy to where LATM has no place for it.
      const clip = { file: join(records, 'plain.mov'), units: { video: [], audio: [] } }
      await ffmpeg(['-i', join(folder, 'b-frames.ts'), '-c', 'copy', '-bsf:a', 'aac_adtstoasc', clip.file])
      const publisher = publishWithGstreamer(example.url('gst'), clip, 'tcp')
      // GStreamer does not always end by itself, nor always send its last pictures.
      await publisher.ended
      await example.stop()
      const [recorded, source] = [await framesOf(recordOf('gst'), 'v'), await framesOf(clip.file, 'v')]
      const { length } = contiguousRun('pictures', digests(source), digests(recorded))
      expect(length).toBeGreaterThanOrEqual(50)
      // Its sender reports come later than its packets: until then, tracks are together as they happened to arrive.
      await expectSameSound(recordOf('gst'), clip.file, 50, 25)
      await expectOrderOfDecoding(recordOf('gst'))
    })

    it('leaves a file that can be played when it crashes', async () => {
      const example = await startExample('record-to-file', [records])
      const publisher = publish(example.url('crash'), 'b-frames.mp4', 'tcp')
      await eventually('the recording to begin', () =>
        /crash .*recording to/.test(example.program.stdout()) ? true : undefined,
      )
      await pause(2_500)
      example.program.signal('SIGKILL')
      await Promise.all([example.program.ended, publisher.ended])
      const recorded = digests(await framesOf(recordOf('crash'), 'v'))
      expect(recorded.length).toBeGreaterThanOrEqual(25)
      const source = digests(await framesOf(join(folder, 'b-frames.mp4'), 'v'))
      expect(recorded).toEqual(source.slice(0, recorded.length))
    })

    const expectSamePictures = async (record: string, clip: string): Promise<void> => {
      const [recorded, source] = [await framesOf(record, 'v'), await framesOf(clip, 'v')]
      expect(digests(recorded)).toEqual(digests(source))
      const since = (frames: readonly Frame[]) => frames.map(({ time }) => time - (frames[0]?.time ?? 0))
      expect(since(recorded)).toEqual(since(source))
    }

    /** FFmpeg sends several frames of AAC in a packet, and does not send the last ones at its end. */
    const expectSameSound = async (record: string, clip: string, mostBefore = 5, mostMissing = 10): Promise<void> => {
      const [recorded, source] = [await framesOf(record, 'a'), await framesOf(clip, 'a')]
      const { start, missingAtEnd } = contiguousRun('sound', digests(source), digests(recorded))
      // FFmpeg moves each track so that its times of decoding begin at 0, pictures with B frames by two more than the sound:
      // so it says in its sender reports, and frames of sound that are over before the first picture are not recorded.
      expect(start).toBeLessThan(mostBefore)
      expect(missingAtEnd).toBeLessThan(mostMissing)
      const steps = recorded.slice(1).map(({ time }, index) => time - (recorded[index]?.time ?? 0))
      const samples = record.includes('three') ? 960 : 1024
      // GStreamer's source has times of MPEG-TS, in 1/90000 s.
      expect(steps.filter((step) => Math.abs(step - samples) > 1)).toEqual([])
    }

    /** Copied into a container that is strict about it, ffmpeg would warn of times of decoding that do not grow. */
    const expectOrderOfDecoding = async (record: string): Promise<void> => {
      await ffmpeg(['-i', record, '-map', '0:v', '-c', 'copy', '-f', 'mpegts', '/dev/null'])
    }
  })

  describe('serve-file', () => {
    const clips: readonly ClipName[] = ['b-frames.mp4', 'h265-open-gop.ts']
    let example: Example
    beforeAll(async () => {
      example = await startExample(
        'serve-file',
        [...clips, 'b-frames.ts', 'opus.mp4'].map((clip) => join(folder, clip)),
      )
    }, 40_000)
    afterAll(() => example.stop())

    const cyclicRun = (source: readonly string[], served: readonly string[]): readonly (string | undefined)[] => {
      const start = source.indexOf(served[0] ?? '')
      return served.map((_, index) => source[(start + index) % source.length])
    }

    for (const clip of clips) {
      for (const transport of ['tcp', 'udp'] as const) {
        it(`serves ${clip} over ${transport} to ffmpeg, across the end of the file`, async () => {
          const source = digests(await framesOf(join(folder, clip), 'v'))
          // The first picture that ffmpeg reads over RTSP has no time; with B frames it guesses, and guesses wrong.
          const input = ['-rtsp_transport', transport, '-i', example.url(clip), '-ss', '0.5', '-t', '7']
          const pictures = ['-map', '0:v', '-enc_time_base', '1:90000', '-fps_mode', 'passthrough']
          const served = framesIn(await ffmpeg([...input, ...pictures, '-f', 'framemd5', '-']))
          expect(served.length).toBeGreaterThan(150)
          expect(digests(served)).toEqual(cyclicRun(source, digests(served)))
          expect(served.every(({ time }, index) => index === 0 || time > (served[index - 1]?.time ?? 0))).toBe(true)
        })
      }
    }

    it.each(['opus.mp4', 'b-frames.ts'] as const)('serves the sound of %s, frame by frame', async (clip) => {
      const source = digests(await framesOf(join(folder, clip), 'a'))
      const input = ['-rtsp_transport', 'tcp', '-i', example.url(clip), '-t', '5', '-map', '0:a']
      const served = digests(framesIn(await ffmpeg([...input, '-c', 'copy', '-f', 'framemd5', '-'])))
      expect(served.length).toBeGreaterThan(source.length)
      expect(served).toEqual(cyclicRun(source, served))
    })

    it.skipIf(!hasGstreamer)('serves GStreamer, across the end of the file', async () => {
      const reader = readWithGstreamer(example.url('b-frames.mp4'), 'tcp', 'rtpmp4gdepay')
      await pause(6_000)
      await reader.program.stop()
      const served = reader.units()
      const source = await unitsOf('b-frames.mp4')
      expect(served.video.length).toBeGreaterThan(100)
      expect(served.video).toEqual(cyclicRun(source.video, served.video))
      expect(served.audio.length).toBeGreaterThan(150)
      expect(served.audio).toEqual(cyclicRun(source.audio, served.audio))
    })

    /** Slices and frames of a clip, without what containers put around them. */
    const unitsOf = async (clip: ClipName): Promise<MediaUnits> => {
      const [video, audio] = [join(folder, `${process.pid}.h264`), join(folder, `${process.pid}.aac`)]
      const pictures = ['-map', '0:v', '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', '-f', 'h264', video]
      await ffmpeg(['-i', join(folder, clip), ...pictures, '-map', '0:a', '-c', 'copy', '-f', 'adts', audio])
      const units = { video: videoUnits(video), audio: audioUnits(audio) }
      rmSync(video)
      rmSync(audio)
      return units
    }
  })
})
