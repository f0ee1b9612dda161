// The way in: ffmpeg publishes a source as it is, our depacketizer takes it apart, and what we write of it must decode to
// the source's frames.
import { rmSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Transport } from '../media-programs.ts'
import { runProgram } from '../process.ts'
import { tool } from '../tools.ts'
import type { CodecCase } from './codec-case.ts'
import type { CodecServer, Reception } from './codec-server.ts'
import { elementaryStream } from './elementary-stream.ts'
import { decodedFrames } from './frames.ts'
import { draftFile } from './ffmpeg.ts'
import { firstFrames, sourceOf } from './source.ts'
import { expectTicks } from './timing.ts'

/** Has ffmpeg publish the source of a case and gives what came out of the depacketizer. */
export const publishedWithFfmpeg = async (
  server: CodecServer,
  path: string,
  row: CodecCase,
  transport: Transport = 'tcp',
): Promise<Reception> => {
  const { input } = await sourceOf(row)
  const reception = server.reception(path)
  const end = await runProgram(tool('ffmpeg'), [
    // Over TCP as fast as it goes; nothing would hold datagrams back.
    ...['-v', 'error', '-nostdin', ...(transport === 'udp' ? ['-re'] : []), ...input, '-c', 'copy'],
    ...[...(row.publish ?? []), '-f', 'rtsp', '-rtsp_transport', transport, server.url(path)],
  ])
  expect({ code: end.code, wrote: end.stderr }).toEqual({ code: 0, wrote: '' })
  return await reception
}

/**
 * Asserts that a reception is the source of its case: nothing wrong on the way, the time of everything unchanged, and the
 * same frames for a decoder. `toleratedTicks`: how far a publisher that rounds may be off.
 */
export const expectSource = async (
  row: CodecCase,
  { format, units, problems }: Reception,
  toleratedTicks = 0,
): Promise<void> => {
  expect(format.codec).toBe(row.codec)
  expect(problems).toEqual([])
  expect(units.filter((unit) => unit.corrupted)).toEqual([])
  const { packets, frames } = await sourceOf(row)
  const heldBack = packets.length - units.length
  const isCut = row.heldBack !== undefined && heldBack > 0 && heldBack <= row.heldBack
  expectTicks(format, units, isCut ? packets.slice(0, units.length) : packets, toleratedTicks)
  const stream = elementaryStream(format, units)
  const file = draftFile('es')
  writeFileSync(file, stream.bytes)
  const decoded = await decodedFrames(row.kind, [...(row.decode ?? []), ...stream.input, '-i', file])
  rmSync(file)
  expect(decoded.length).toBeGreaterThanOrEqual(15)
  expect(decoded).toEqual(isCut ? await firstFrames(row, units.length) : frames)
}
