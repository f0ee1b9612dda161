// What the codec specs need of the tools beside their being there: an ffmpeg that is not older than the options they use,
// its encoders, and elements of GStreamer. The old build of ffmpeg that stands in where none is installed will not do.
import { spawnSync } from 'node:child_process'
import { canRun, skipLoudly, tool } from '../tools.ts'

const ENCODERS = [
  ...['libx264', 'libx265', 'libvpx', 'libvpx-vp9', 'libaom-av1', 'mjpeg', 'mpeg1video', 'mpeg2video', 'mpeg4'],
  ...['aac', 'libopus', 'libvorbis', 'libspeex', 'libmp3lame', 'mp2', 'ac3', 'g722', 'g726', 'g726le'],
]

const ELEMENTS = [
  ...['rtspclientsink', 'rtspsrc', 'ac3parse', 'aacparse', 'jpegenc', 'jpegparse', 'tsparse', 'rawaudioparse'],
  ...['rtpac3pay', 'rtpmp4apay', 'rtpjpegpay', 'rtpmp2tpay', 'rtpL8pay', 'rtpklvpay'],
  ...['rtpL8depay', 'rtpklvdepay', 'rtpjpegdepay', 'capssetter', 'rtpvp8depay', 'rtpvp9depay', 'rtpmpvdepay'],
  ...['rtpmp4vdepay', 'rtpmp4gdepay', 'rtpmp4adepay', 'rtpopusdepay', 'rtpmpadepay', 'rtpac3depay', 'rtppcmudepay'],
  ...['rtppcmadepay', 'rtpg722depay', 'rtpg726depay', 'rtpL16depay', 'rtpL24depay'],
]

const outputOf = (file: string, args: readonly string[]): string =>
  spawnSync(file, args, { encoding: 'utf8', timeout: 30_000, maxBuffer: 16 * 1024 * 1024 }).stdout

/** `-fps_mode` came with 5.1. Builds of a development version have no number and are new enough. */
const missingInFfmpeg = (): string[] => {
  const [, major, minor] = /^ffmpeg version (\d+)\.(\d+)/u.exec(outputOf(tool('ffmpeg'), ['-version'])) ?? []
  if (major !== undefined && Number(major) * 100 + Number(minor) < 501) return ['ffmpeg 5.1 or later']
  const encoders = outputOf(tool('ffmpeg'), ['-v', 'error', '-encoders']).split(/\s+/u)
  return ENCODERS.filter((name) => !encoders.includes(name)).map((name) => `${name} in ffmpeg`)
}

const missingInGstreamer = (): string[] => {
  const elements = outputOf('gst-inspect-1.0', []).split(/[\s:]+/u)
  return ELEMENTS.filter((name) => !elements.includes(name)).map((name) => `${name} in GStreamer`)
}

/** Like `canRun`, for a group of codec specs. All of them need ffmpeg, to make sources and to decode. */
export const canRunCodecs = (group: string, others: readonly 'gstreamer'[] = []): boolean => {
  if (!canRun(group, ['ffmpeg', ...others])) return false
  const missing = [...missingInFfmpeg(), ...(others.length > 0 ? missingInGstreamer() : [])]
  return missing.length === 0 || skipLoudly(group, missing, true)
}
