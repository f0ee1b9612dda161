// A transport stream: pictures and sound in one media, in packets of 188 bytes.
import { readFileSync } from 'node:fs'
import { mpegTSFormat } from '../../../src/formats/create-format.ts'
import type { Programme } from './codec-server.ts'
import { keptSource } from './source.ts'

const TS_PACKET_BYTES = 188
const PACKETS_PER_UNIT = 7
const DURATION_MS = 2000

/** Two seconds of H264 and AAC. */
export const transportStreamFile = (): Promise<string> =>
  keptSource(
    [
      ...['-f', 'lavfi', '-i', 'testsrc2=size=192x144:rate=25', '-f', 'lavfi', '-i', 'aevalsrc=sin(900*t*t):s=48000'],
      ...['-t', '2', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-bf', '0', '-g', '10', '-b:v', '400k', '-c:a', 'aac'],
    ],
    'ts',
  )

/** The file in units of seven packets, spread over its duration. */
export const transportStreamProgramme = async (): Promise<Programme> => {
  const format = mpegTSFormat()
  const bytes = readFileSync(await transportStreamFile())
  const unitBytes = TS_PACKET_BYTES * PACKETS_PER_UNIT
  const units = Array.from({ length: Math.ceil(bytes.length / unitBytes) }, (_, index) => {
    const atMs = ((index * unitBytes) / bytes.length) * DURATION_MS
    const data = bytes.subarray(index * unitBytes, (index + 1) * unitBytes)
    return { atMs, unit: { codec: 'MPEGTS', timestamp: Math.round(atMs * 90), data } } as const
  })
  return { type: 'video', format, units }
}
