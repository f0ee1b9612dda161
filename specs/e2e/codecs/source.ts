// The sources of the codec specs: two seconds of ffmpeg's own test picture or of a tone that glides, encoded once per
// machine and recipe and kept in the temporary folder. Every frame differs from every other, so a frame that is lost,
// doubled or swapped shows. Several spec files may want one at once: each writes its own file and renames it, which is
// atomic.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import type { CodecCase } from './codec-case.ts'
import { digestArgs, takeDigests } from './frames.ts'
import { draftFile, ffmpegMust, keptFile } from './ffmpeg.ts'

/** One packet of a file, as ffmpeg's demuxer gives it. */
export type SourcePacket = { readonly seconds: number; readonly bytes: Uint8Array }

/** What there is to know of a source. */
export type Source = {
  /** What ffmpeg has to be told to read it. */
  readonly input: readonly string[]
  readonly packets: readonly SourcePacket[]
  /** Digests of its frames, as a receiver of RTP decodes them. */
  readonly frames: readonly string[]
}

const known = new Map<CodecCase, Promise<Source>>()

/** The source of a case. */
export const sourceOf = (row: CodecCase): Promise<Source> => {
  const source = known.get(row) ?? readSource(row)
  known.set(row, source)
  return source
}

const readSource = async (row: CodecCase): Promise<Source> => {
  const input = [...(row.input ?? []), '-i', await keptSource(row.encode, row.ending ?? 'nut')]
  const digests = draftFile('md5')
  const copies = packetCopies(row.filters)
  await ffmpegMust([...(row.decode ?? []), ...input, ...digestArgs(row.kind, digests), ...copies.args])
  return { input, packets: copies.take(), frames: takeDigests(digests) }
}

/** Digests of the frames in the first `packetCount` packets of the source of a case. */
export const firstFrames = async (row: CodecCase, packetCount: number): Promise<readonly string[]> => {
  const { input } = await sourceOf(row)
  const start = draftFile(row.ending ?? 'nut')
  const digests = draftFile('md5')
  await ffmpegMust([...input, '-c', 'copy', row.kind === 'video' ? '-frames:v' : '-frames:a', `${packetCount}`, start])
  await ffmpegMust([...(row.decode ?? []), ...(row.input ?? []), '-i', start, ...digestArgs(row.kind, digests)])
  rmSync(start)
  return takeDigests(digests)
}

/** The packets of the only stream of a file, after `filters` (arguments such as `-bsf:v ...`). */
export const packetsOf = async (input: readonly string[], filters: readonly string[] = []): Promise<SourcePacket[]> => {
  const copies = packetCopies(filters)
  await ffmpegMust([...input, ...copies.args])
  return copies.take()
}

/** The file of a recipe: `args` are inputs and encoder, the ending decides the container. Made when it is not there yet. */
export const keptSource = async (args: readonly string[], ending: string): Promise<string> => {
  const recipe = createHash('md5')
    .update([...args, ending].join(' '))
    .digest('hex')
    .slice(0, 12)
  const file = keptFile(`codec-${recipe}.${ending}`)
  if (existsSync(file)) return file
  const draft = draftFile(ending)
  await ffmpegMust([...args, draft])
  renameSync(draft, file)
  return file
}

/** Arguments that make ffmpeg write all packets end to end, and a table of them; `take` reads and removes both. */
const packetCopies = (filters: readonly string[] = []) => {
  const table = draftFile('txt')
  const data = draftFile('bin')
  const copy = ['-map', '0', '-c', 'copy', ...filters]
  return {
    args: [...copy, '-f', 'framemd5', table, ...copy, '-f', 'data', data],
    take: (): SourcePacket[] => {
      const packets = slicePackets(readFileSync(table, 'utf8'), readFileSync(data))
      rmSync(table)
      rmSync(data)
      return packets
    },
  }
}

/** The table has a line `stream, dts, pts, duration, size, hash` for each packet; the data has the packets end to end. */
const slicePackets = (table: string, data: Buffer): SourcePacket[] => {
  const [numerator = 0, denominator = 1] = (/^#tb 0: (\d+)\/(\d+)$/mu.exec(table)?.slice(1) ?? []).map(Number)
  let at = 0
  return table
    .split('\n')
    .filter((line) => /^\d/u.test(line))
    .map((line) => {
      const [, , pts = NaN, , size = NaN] = line.split(',').map((field) => Number.parseInt(field, 10))
      at += size
      return { seconds: (pts * numerator) / denominator, bytes: data.subarray(at - size, at) }
    })
}
