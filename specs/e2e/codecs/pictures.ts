// The codecs of pictures.
import {
  h264Format,
  h265Format,
  mjpegFormat,
  mpeg1VideoFormat,
  mpeg4VideoFormat,
  vp8Format,
  vp9Format,
} from '../../../src/formats/create-format.ts'
import { splitAnnexB } from '../elementary-streams.ts'
import type { CodecCase } from './codec-case.ts'
import type { SourcePacket } from './source.ts'

/** Fifty small pictures of ffmpeg's test source, one key picture in ten. */
const picture = (pixels: string, ...encoder: readonly string[]): readonly string[] => [
  ...['-f', 'lavfi', '-i', 'testsrc2=size=192x144:rate=25', '-t', '2', '-pix_fmt', pixels, '-threads', '1'],
  ...['-g', '10', ...encoder],
]

/** The first NAL unit for which `is` holds, of the first picture. */
const parameterSet = (packets: readonly SourcePacket[], is: (first: number) => boolean): Uint8Array => {
  const nalus = splitAnnexB(Buffer.from(packets[0]?.bytes ?? []))
  const found = nalus.find((nalu) => is(nalu[0] ?? 0))
  if (found === undefined) throw new Error('the first picture has no parameter sets')
  return found
}

const h264Set = (packets: readonly SourcePacket[], type: number) =>
  parameterSet(packets, (first) => (first & 31) === type)
const h265Set = (packets: readonly SourcePacket[], type: number) =>
  parameterSet(packets, (first) => first >> 1 === type)

/** What precedes the first group of pictures: sequence, object and layer headers (ISO 14496-2 section 6.2). */
const mpeg4Config = (packets: readonly SourcePacket[]): Uint8Array => {
  const first = Buffer.from(packets[0]?.bytes ?? [])
  const starts = [0xb3, 0xb6].map((code) => first.indexOf(Buffer.from([0, 0, 1, code]))).filter((at) => at > 0)
  return first.subarray(0, Math.min(...starts))
}

/**
 * RTP has no decoding times, and the ones that ffmpeg makes up for the first pictures after a reordering disagree: these two
 * lines appear just so when one ffmpeg sends to another without any server in between.
 */
const MADE_UP_TIMES = /Non-monotonous DTS in output stream 0:0; previous: 0, current: -[12]; changing to 0\./u

export const pictures: readonly CodecCase[] = [
  {
    name: 'H264',
    kind: 'video',
    codec: 'H264',
    encode: picture('yuv420p', '-c:v', 'libx264', '-profile:v', 'baseline', '-b:v', '400k'),
    filters: ['-bsf:v', 'dump_extra'],
    format: (packets) => h264Format({ payloadType: 96, sps: h264Set(packets, 7), pps: h264Set(packets, 8) }),
  },
  {
    name: 'H264 with B pictures and several slices',
    kind: 'video',
    codec: 'H264',
    encode: picture('yuv420p', '-c:v', 'libx264', '-bf', '2', '-slices', '3', '-sc_threshold', '0', '-b:v', '400k'),
    filters: ['-bsf:v', 'dump_extra'],
    tolerated: MADE_UP_TIMES,
    format: (packets) => h264Format({ payloadType: 96, sps: h264Set(packets, 7), pps: h264Set(packets, 8) }),
  },
  {
    name: 'H265 with B pictures',
    kind: 'video',
    codec: 'H265',
    encode: picture(
      ...(['yuv420p', '-c:v', 'libx265', '-preset', 'ultrafast', '-b:v', '400k'] as const),
      ...['-x265-params', 'log-level=error:keyint=10:min-keyint=10:scenecut=0:bframes=2:pools=none:repeat-headers=1'],
    ),
    filters: ['-bsf:v', 'dump_extra'],
    tolerated: MADE_UP_TIMES,
    format: (packets) =>
      h265Format({
        payloadType: 96,
        vps: h265Set(packets, 32),
        sps: h265Set(packets, 33),
        pps: h265Set(packets, 34),
      }),
  },
  {
    name: 'VP8',
    kind: 'video',
    codec: 'VP8',
    encode: picture('yuv420p', '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '400k'),
    format: () => vp8Format({ payloadType: 96 }),
  },
  {
    name: 'VP9',
    kind: 'video',
    codec: 'VP9',
    encode: picture('yuv420p', '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '400k'),
    // What ffmpeg 5.1 calls experimental is its own packetizer and depacketizer.
    publish: ['-strict', 'experimental'],
    tolerated: /RTP\/VP9 support is still experimental/u,
    format: () => vp9Format({ payloadType: 96 }),
  },
  {
    name: 'M-JPEG',
    kind: 'video',
    codec: 'MJPEG',
    encode: picture('yuvj420p', '-c:v', 'mjpeg', '-huffman', 'default', '-q:v', '5'),
    format: () => mjpegFormat(),
  },
  {
    name: 'MPEG-1 video with B pictures',
    kind: 'video',
    codec: 'MPEG1Video',
    encode: picture('yuv420p', '-c:v', 'mpeg1video', '-bf', '2', '-b:v', '600k'),
    format: () => mpeg1VideoFormat(),
  },
  {
    name: 'MPEG-2 video with B pictures',
    kind: 'video',
    codec: 'MPEG1Video',
    encode: picture('yuv420p', '-c:v', 'mpeg2video', '-bf', '2', '-b:v', '600k'),
    format: () => mpeg1VideoFormat(),
  },
  {
    name: 'MPEG-4 Visual with B pictures',
    kind: 'video',
    codec: 'MPEG4Video',
    encode: picture('yuv420p', '-c:v', 'mpeg4', '-bf', '2', '-b:v', '600k'),
    filters: ['-bsf:v', 'dump_extra'],
    format: (packets) => mpeg4VideoFormat({ payloadType: 96, config: mpeg4Config(packets) }),
  },
]
