// Sources that are not ffmpeg's work: bytes that only have to arrive as they are, and pictures of a kind that ffmpeg's
// encoder does not make.
import { existsSync, renameSync } from 'node:fs'
import { runProgram } from '../process.ts'
import { tool } from '../tools.ts'
import { draftFile, keptFile } from './ffmpeg.ts'

/** Two seconds of unsigned samples of 8 bits at 8 kHz that do not repeat soon. */
export const SAMPLES = Uint8Array.from({ length: 16_000 }, (_, at) =>
  Math.round(128 + 100 * Math.sin((at * at) / 9000)),
)

/** Bytes of one unit of `klvUnits`. */
export const KLV_UNIT_BYTES = 3000

/** Ten units of KLV: a key of 16 bytes, a length in two bytes behind 82, the value (SMPTE 336M). */
export const klvUnits: readonly Buffer[] = Array.from({ length: 10 }, (_, unit) => {
  const valueBytes = KLV_UNIT_BYTES - 19
  const head = [...Buffer.from('060e2b34020b01010e01030101000000', 'hex'), 0x82, valueBytes >> 8, valueBytes & 0xff]
  return Buffer.from([...head, ...Array.from({ length: valueBytes }, (__, at) => (unit * 7 + at * 3) & 0xff)])
})

/** Two seconds of M-JPEG with chroma halved in width only (4:2:2), as GStreamer makes it; ffmpeg orders its blocks otherwise. */
export const jpeg422File = async (): Promise<string> => {
  const file = keptFile('moving-422.mjpeg')
  if (existsSync(file)) return file
  const draft = draftFile('mjpeg')
  const end = await runProgram(tool('gstreamer'), [
    ...['-q', 'videotestsrc', 'num-buffers=50', 'pattern=smpte75', 'horizontal-speed=3', '!'],
    ...['video/x-raw,format=Y42B,width=192,height=144,framerate=25/1', '!', 'jpegenc', '!'],
    ...['filesink', `location=${draft}`],
  ])
  if (end.code !== 0) throw new Error(`GStreamer wrote: ${end.stderr}`)
  renameSync(draft, file)
  return file
}
