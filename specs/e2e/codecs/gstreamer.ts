// GStreamer as a publisher and as a player, for what ffmpeg 5.1 cannot put into RTP or take out of it, and where a second
// opinion is worth having. It publishes at the speed of the source.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { expect } from 'vitest'
import { runProgram } from '../process.ts'
import { tool } from '../tools.ts'
import type { CodecServer, Reception } from './codec-server.ts'
import { draftFile } from './ffmpeg.ts'

/** rtspclientsink 1.22 may stall before its first packet, and does not always notice the end of its input (`matrix.ts`). */
const MOST_TRIES = 3
const LIMIT_MS = 8000

/** Has GStreamer publish what `elements` give and returns what came out of the depacketizer. */
export const publishedWithGstreamer = async (
  server: CodecServer,
  path: string,
  elements: readonly string[],
  tries = 1,
): Promise<Reception> => {
  const reception = server.reception(path)
  const sink = ['!', 'rtspclientsink', `location=${server.url(path)}`, 'protocols=tcp']
  const end = await runProgram(tool('gstreamer'), ['-q', ...elements, ...sink], { limitMs: LIMIT_MS })
  const hasBegun = server.hasBegun(path)
  if (!hasBegun && end.timedOut && tries < MOST_TRIES) {
    console.warn(`${path}: the publisher stalled before its first packet, starting it anew`)
    return await publishedWithGstreamer(server, `${path}-again`, elements, tries + 1)
  }
  expect(hasBegun, `the publisher wrote: ${end.stderr}`).toBe(true)
  return await reception
}

/** Plays a path with GStreamer; gives what the last of `elements` handed on until the server closed the stream. */
export const playedWithGstreamer = async (url: string, elements: readonly string[]): Promise<Buffer> => {
  const file = draftFile('gst')
  const source = ['rtspsrc', `location=${url}`, 'protocols=tcp', 'latency=100']
  const end = await runProgram(
    tool('gstreamer'),
    ['-q', ...source, '!', ...elements, '!', 'filesink', `location=${file}`],
    { limitMs: 15_000 },
  )
  expect({ timedOut: end.timedOut, wrote: end.stderr }).toEqual({ timedOut: false, wrote: '' })
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  rmSync(file, { force: true })
  return bytes
}
