// AV1 over RTP is in no ffmpeg and no GStreamer of Debian 12. PyAV, libavformat for Python, brings a newer one with it: where
// `PYAV_PYTHON`, or the `python3` of the path, has it, it is the peer for AV1.
import { spawnSync } from 'node:child_process'
import { skipLoudly } from '../tools.ts'

/** A Python with PyAV on libavformat 62 (of FFmpeg 8) or later, which packs and unpacks AV1. */
const python = ((): string | undefined => {
  const named = process.env['PYAV_PYTHON']
  const check = 'import av; assert av.library_versions["libavformat"] >= (62,)'
  return [...(named === undefined || named === '' ? [] : [named]), 'python3'].find(
    (name) => spawnSync(name, ['-c', check], { stdio: 'ignore', timeout: 30_000 }).status === 0,
  )
})()

/** Whether there is PyAV for a group of specs. Nobody promises it for continuous integration, so it is never required. */
export const hasPyav = (group: string): boolean =>
  python !== undefined || skipLoudly(group, ['PyAV with libavformat 62 (set PYAV_PYTHON)'], false)

/** Publishes the packets of a file. */
const PUBLISH = `
import av, sys
source = av.open(sys.argv[1])
sink = av.open(sys.argv[2], 'w', format='rtsp', options={'rtsp_transport': 'tcp', 'strict': 'experimental'})
stream = sink.add_stream_from_template(source.streams.video[0], opaque=True)
for packet in source.demux(video=0):
    if packet.size > 0:
        packet.stream = stream
        sink.mux(packet)
sink.close()
`

/** Plays a URL to its end and writes its packets to an IVF file. */
const PLAY = `
import av, sys
source = av.open(sys.argv[1], options={'rtsp_transport': 'tcp'})
sink = av.open(sys.argv[2], 'w', format='ivf')
stream = sink.add_stream_from_template(source.streams.video[0], opaque=True)
for packet in source.demux(video=0):
    if packet.size > 0:
        packet.dts = packet.pts
        packet.stream = stream
        sink.mux(packet)
sink.close()
`

/** A command line of PyAV: program and arguments. */
export const pyav = (what: 'publish' | 'play', from: string, to: string): readonly [string, readonly string[]] => [
  python ?? 'python3',
  ['-c', what === 'publish' ? PUBLISH : PLAY, from, to],
]
