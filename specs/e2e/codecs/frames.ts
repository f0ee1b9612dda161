// What a decoder makes of a stream: one digest per picture, or per 1,024 samples of sound however the packets were cut.
import { readFileSync, rmSync } from 'node:fs'
import { draftFile, ffmpegMust } from './ffmpeg.ts'

/** Arguments that make ffmpeg write one digest per decoded frame to `file`, each frame once and none made up. */
export const digestArgs = (kind: 'video' | 'audio', file: string): readonly string[] => [
  ...(kind === 'video'
    ? ['-map', '0:v:0', '-fps_mode', 'passthrough']
    : ['-map', '0:a:0', '-af', 'asetnsamples=n=1024:p=0']),
  ...['-f', 'framemd5', file],
]

/** Reads what `digestArgs` made ffmpeg write, and removes it: `size:digest` of each frame, in order of presentation. */
export const takeDigests = (file: string): string[] => {
  const text = readFileSync(file, 'utf8')
  rmSync(file)
  return text
    .split('\n')
    .filter((line) => /^\d/u.test(line))
    .map((line) => line.split(',').slice(4).join(':').replaceAll(' ', ''))
}

/** Decodes a file and gives the digests of its frames. */
export const decodedFrames = async (kind: 'video' | 'audio', input: readonly string[]): Promise<string[]> => {
  const file = draftFile('md5')
  await ffmpegMust([...input, ...digestArgs(kind, file)])
  return takeDigests(file)
}
