// The clip that travels: made with ffmpeg's own test sources, once per machine and recipe, kept in the temporary folder.
// Baseline H.264 has no reordering, one thread gives one slice per frame, a tone that glides makes every audio frame
// different from every other. Several spec files may want it at once: each writes its own file and renames it, which is
// atomic.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audioUnits, videoUnits } from './elementary-streams.ts'
import type { MediaUnits } from './elementary-streams.ts'
import { runProgram } from './process.ts'
import { tool } from './tools.ts'

/** A clip in an MP4 file and the digests of what it holds. */
export type Clip = { readonly file: string; readonly units: MediaUnits }

/** A folder for the files of these specs. */
export const scratch = (): string => {
  const folder = join(tmpdir(), 'rxrtsp-e2e')
  mkdirSync(folder, { recursive: true })
  return folder
}

const AUDIO = ['-f', 'lavfi', '-i', 'aevalsrc=0.4*sin(2*PI*(300+70*t)*t):s=44100']
const BASELINE = ['-c:v', 'libx264', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p', '-bf', '0', '-threads', '1']

/** 6 s of 320x240 at 25 frames per second with a key frame each second, about 0.5 Mbit/s, and AAC at 44.1 kHz. */
export const lightClip = (): Promise<Clip> =>
  clip([
    ...['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25', ...AUDIO, '-t', '6', ...BASELINE],
    ...['-preset', 'veryfast', '-g', '25', '-b:v', '400k', '-c:a', 'aac', '-b:a', '64k'],
  ])

/** The same six seconds upside down: another clip whose units all differ from those of `lightClip`. */
export const otherClip = (): Promise<Clip> =>
  clip([
    ...['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25', ...AUDIO, '-t', '6', '-vf', 'vflip', '-af', 'volume=0.5'],
    ...[...BASELINE, '-preset', 'veryfast', '-g', '25', '-b:v', '400k', '-c:a', 'aac', '-b:a', '64k'],
  ])

/** 8 s of noise at about 60 Mbit/s: more than the buffers of the kernel can hide from a server. */
export const heavyClip = (): Promise<Clip> =>
  clip([
    ...['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25', ...AUDIO, '-t', '8', '-vf', 'noise=alls=100:allf=t'],
    ...[...BASELINE, '-preset', 'ultrafast', '-g', '25', '-qp', '10', '-c:a', 'aac', '-b:a', '64k'],
  ])

const clip = async (recipe: readonly string[]): Promise<Clip> => {
  const name = createHash('md5').update(recipe.join(' ')).update(tool('ffmpeg')).digest('hex').slice(0, 12)
  const file = join(scratch(), `clip-${name}.mp4`)
  if (!existsSync(file)) {
    const draft = join(scratch(), `clip-${name}-${process.pid}.mp4`)
    await ffmpegMust(['-v', 'error', '-y', ...recipe, draft])
    renameSync(draft, file)
  }
  const video = join(scratch(), `clip-${name}-${process.pid}.h264`)
  const audio = join(scratch(), `clip-${name}-${process.pid}.aac`)
  await ffmpegMust([
    ...[
      '-v',
      'error',
      '-y',
      '-i',
      file,
      '-map',
      '0:v',
      '-c',
      'copy',
      '-bsf:v',
      'h264_mp4toannexb',
      '-f',
      'h264',
      video,
    ],
    ...['-map', '0:a', '-c', 'copy', '-f', 'adts', audio],
  ])
  const units = { video: videoUnits(video), audio: audioUnits(audio) }
  rmSync(video)
  rmSync(audio)
  return { file, units }
}

const ffmpegMust = async (args: readonly string[]): Promise<void> => {
  const end = await runProgram(tool('ffmpeg'), args, { limitMs: 120_000 })
  if (end.code !== 0) throw new Error(`ffmpeg ${args.join(' ')} failed: ${end.stderr}`)
}
