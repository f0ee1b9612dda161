// The command lines of the real publishers and readers. Nothing is encoded or decoded on the way: what a reader writes
// must be what the publisher sent. A reader writes elementary streams, which every generation of ffmpeg and GStreamer
// can do, rather than checksums of packets, whose framing differs between them.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { scratch } from './clip.ts'
import type { Clip } from './clip.ts'
import { audioUnits, videoUnits } from './elementary-streams.ts'
import type { MediaUnits } from './elementary-streams.ts'
import { runProgram, startProgram } from './process.ts'
import type { RunningProgram } from './process.ts'
import { tool } from './tools.ts'

/** How RTP travels between a program and the server. */
export type Transport = 'tcp' | 'udp'

/** The ways in which ffmpeg may ask to read: tunnels are a transport to it. */
export type FfmpegTransport = Transport | 'udp_multicast' | 'http' | 'https'

/**
 * A reader and what it has written, for when the program has ended: `pictures` decodes the video and counts what comes out;
 * `units` gives what was coded and removes the files, so it comes last.
 */
export type Reader = { readonly program: RunningProgram } & Recording

type Recording = { readonly pictures: () => Promise<number>; readonly units: () => MediaUnits }

/** Publishes `clip` at its own speed with ffmpeg. */
export const publishWithFfmpeg = (
  url: string,
  clip: Clip,
  transport: Transport,
  ffmpeg = tool('ffmpeg'),
): RunningProgram =>
  startProgram(ffmpeg, [
    ...['-v', 'error', '-nostdin', '-re', '-i', clip.file, '-c', 'copy'],
    ...['-f', 'rtsp', '-rtsp_transport', transport, url],
  ])

/** Reads video and audio with ffmpeg until the server ends it. */
export const readWithFfmpeg = (url: string, transport: FfmpegTransport, ffmpeg = tool('ffmpeg')): Reader => {
  const files = recording()
  const program = startProgram(ffmpeg, [
    ...['-v', 'error', '-nostdin', '-y', '-rtsp_transport', transport, '-i', url],
    // Flushed, because an ffmpeg that has to be interrupted twice throws its buffers away; with the parameter sets of the
    // description, which a decoder needs.
    ...['-map', '0:v', '-c', 'copy', '-bsf:v', 'dump_extra', '-flush_packets', '1', '-f', 'h264', files.video],
    ...['-map', '0:a', '-c', 'copy', '-flush_packets', '1', '-f', 'adts', files.audio],
  ])
  return { program, pictures: files.pictures, units: files.units }
}

/**
 * Publishes `clip` with GStreamer, which pays AAC as MP4A-LATM (RFC 6416). A clip takes 6 s: the limit is for a stall.
 * GStreamer has to be told to encrypt media (`savp`); its reader does what the description says.
 */
export const publishWithGstreamer = (
  url: string,
  clip: Clip,
  transport: Transport,
  profile: 'avp' | 'savp' = 'avp',
): RunningProgram =>
  startProgram(
    tool('gstreamer'),
    [
      ...['-q', 'filesrc', `location=${clip.file}`, '!', 'qtdemux', 'name=demux'],
      ...['rtspclientsink', 'name=sink', `location=${url}`, `protocols=${transport}`, ...trustOf(url)],
      `profiles=${profile}`,
      ...['demux.video_0', '!', 'queue', '!', 'h264parse', 'config-interval=-1', '!', 'sink.sink_0'],
      ...['demux.audio_0', '!', 'queue', '!', 'aacparse', '!', 'sink.sink_1'],
    ],
    { limitMs: 12_000 },
  )

/** Reads video and audio with GStreamer; `audioDepay` is the element that fits what the publisher announced. */
export const readWithGstreamer = (
  url: string,
  transport: Transport | 'udp-mcast',
  audioDepay: 'rtpmp4gdepay' | 'rtpmp4adepay',
): Reader => {
  const files = recording()
  const program = startProgram(tool('gstreamer'), [
    ...['-q', 'rtspsrc', `location=${url}`, `protocols=${transport}`, 'latency=500', ...trustOf(url)],
    'name=source',
    ...['source.', '!', 'application/x-rtp,media=video', '!', 'rtph264depay', '!', 'h264parse', '!'],
    // Unbuffered, because a GStreamer that has to be interrupted twice throws its buffers away.
    ...['video/x-h264,stream-format=byte-stream,alignment=au', '!', 'filesink', `location=${files.video}`],
    'buffer-mode=unbuffered',
    ...['source.', '!', 'application/x-rtp,media=audio', '!', audioDepay, '!', 'aacparse', '!'],
    ...['audio/mpeg,stream-format=adts', '!', 'filesink', `location=${files.audio}`],
    'buffer-mode=unbuffered',
  ])
  return { program, pictures: files.pictures, units: files.units }
}

/** Lets GStreamer trust a certificate that nobody has signed; ffmpeg asks for no proof anyway. */
const trustOf = (url: string): readonly string[] => (/^rtspsh?:/u.test(url) ? ['tls-validation-flags=0'] : [])

let recordings = 0

const recording = (): Recording & { readonly video: string; readonly audio: string } => {
  recordings++
  const name = join(scratch(), `recording-${process.pid}-${recordings}`)
  const video = `${name}.h264`
  const audio = `${name}.aac`
  return {
    video,
    audio,
    pictures: async () => {
      const args = ['-v', 'error', '-nostdin', '-f', 'h264', '-i', video, '-f', 'null', '-progress', 'pipe:1', '-']
      const { stdout } = await runProgram(tool('ffmpeg'), args)
      return Number([...stdout.matchAll(/^frame=\s*(\d+)$/gmu)].at(-1)?.[1] ?? 0)
    },
    units: () => {
      const units = {
        video: existsSync(video) ? videoUnits(video) : [],
        audio: existsSync(audio) ? audioUnits(audio) : [],
      }
      rmSync(video, { force: true })
      rmSync(audio, { force: true })
      return units
    },
  }
}
