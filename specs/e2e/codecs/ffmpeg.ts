// ffmpeg as a tool of the specs themselves, and its files.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { scratch } from '../clip.ts'
import { runProgram } from '../process.ts'
import { tool } from '../tools.ts'

/** Runs ffmpeg to its end; throws with its messages when it fails or has an error to tell, such as a damaged frame. */
export const ffmpegMust = async (args: readonly string[]): Promise<void> => {
  const end = await runProgram(tool('ffmpeg'), ['-v', 'error', '-nostdin', '-y', ...args], { limitMs: 60_000 })
  if (end.code === 0 && end.stderr === '') return
  throw new Error(`ffmpeg ${args.join(' ')} ended with ${end.code}: ${end.stderr.slice(0, 2000)}`)
}

/** A file that outlives the run, for this build of ffmpeg. */
export const keptFile = (name: string): string => {
  const folder = join(scratch(), createHash('md5').update(tool('ffmpeg')).digest('hex').slice(0, 8))
  mkdirSync(folder, { recursive: true })
  return join(folder, name)
}

let drafts = 0

/** Name of a file that nobody else uses; whoever asks for it removes it. */
export const draftFile = (ending: string): string => join(scratch(), `draft-${process.pid}-${drafts++}.${ending}`)
