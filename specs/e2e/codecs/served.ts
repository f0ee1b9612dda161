// The way out: our packetizer serves the packets of a source, and ffmpeg decodes what it plays. ffmpeg warns about anything
// that it has to guess, repair or leave out, so its silence says that description, payloads, times and markers are right.
import { expect } from 'vitest'
import { runProgram } from '../process.ts'
import { tool } from '../tools.ts'
import type { Transport } from '../media-programs.ts'
import type { CodecCase } from './codec-case.ts'
import type { CodecServer, Programme } from './codec-server.ts'
import { digestArgs, takeDigests } from './frames.ts'
import { outgoingUnit } from './outgoing-units.ts'
import { draftFile } from './ffmpeg.ts'
import { sourceOf } from './source.ts'

/** What we serve of a case. */
export const programmeOf = async (row: CodecCase): Promise<Programme> => {
  const { input, packets } = await sourceOf(row)
  const format = await row.format(packets, input)
  const units = packets.map((packet) => ({ atMs: packet.seconds * 1000, unit: outgoingUnit(format, packet) }))
  return { type: row.kind, format, units }
}

/** Serves a case to ffmpeg and asserts that it decodes the frames of the source, from first to last, without a warning. */
export const expectServed = async (
  server: CodecServer,
  path: string,
  row: CodecCase,
  transport: Transport = 'tcp',
): Promise<void> => {
  server.offer(path, await programmeOf(row))
  const file = draftFile('md5')
  const end = await runProgram(tool('ffmpeg'), [
    ...['-v', 'warning', '-nostdin', '-y', '-rtsp_transport', transport, '-i', server.url(path)],
    ...digestArgs(row.kind, file),
  ])
  const wrote = end.stderr.split('\n').filter((line) => line !== '' && row.tolerated?.test(line) !== true)
  expect({ code: end.code, wrote }).toEqual({ code: 0, wrote: [] })
  expect(takeDigests(file)).toEqual((await sourceOf(row)).frames)
}
