/**
 * Records whoever publishes, each publisher to files of its own: FOLDER/<path>-<time>.mp4.
 *
 *     node examples/record-to-file.ts [FOLDER] [--port 8554] [--rtp-port 8000] [--minutes 15]
 *     ffmpeg -re -i movie.mp4 -c copy -f rtsp -rtsp_transport tcp rtsp://localhost:8554/cam
 *
 * H.264 or H.265, with AAC or Opus; nothing is encoded. The files are fragmented MP4: what is on the disk can be played at
 * any moment, whatever becomes of this program. After `--minutes` a new file begins, without a gap in the pictures.
 *
 * Needs `npm install rxrtsp rxjs mediabunny`. mediabunny writes the MP4: it is maintained (a release every few weeks), written
 * in TypeScript without dependencies at run time, takes packets that are encoded already, works out times of decoding from
 * the times of presentation that RTP has, and waits for the disk. Its MPEG-TS is not used, because that has no clock
 * reference and times of decoding that lie behind those of presentation; mp4-muxer is its deprecated predecessor, mp4box.js
 * and mux.js want the times of decoding from their caller. The licence is MPL-2.0.
 */

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  createRtspServer,
  depacketize,
  findFormat,
  respond,
  toAnnexB,
  withNtp,
  withPts,
  type Format,
  type ServerSession,
} from 'rxrtsp'
import { fail } from './support/fail.ts'
import { frameOfLatm, withoutLatm } from './support/latm.ts'
import type { RecordedFormat } from './support/recorded-track.ts'
import { Recorder } from './support/recorder.ts'

const videoCodecs = ['H264', 'H265'] as const
const audioCodecs = ['MPEG4Audio', 'MPEG4AudioLATM', 'Opus'] as const

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    port: { type: 'string', default: '8554' },
    'rtp-port': { type: 'string', default: '8000' },
    minutes: { type: 'string', default: '15' },
  },
})
const folder = positionals[0] ?? '.'
mkdirSync(folder, { recursive: true })

const server = createRtspServer({
  listen: { port: Number(values.port) },
  udp: { rtpPort: Number(values['rtp-port']) },
  handlers: {
    announce: ({ description }) =>
      findFormat(description, ...videoCodecs, ...audioCodecs) === undefined ? respond.status(415) : respond.ok(),
    setup: ({ session }) => (session.announcedDescription === null ? respond.notFound() : respond.ok()),
    record: ({ session, path }) => {
      // A publisher that pauses and goes on has its recorder already.
      session.userData ??= record(session, path)
      return respond.ok()
    },
  },
})
await server.listen().catch((error: unknown) => fail('cannot listen', error))
console.log(`ready: whoever publishes to rtsp://localhost:${values.port}/NAME is recorded to ${resolve(folder)}`)

// Closing the server ends the sessions, and with them the recordings; the process ends when the last file is closed.
process.once('SIGINT', () => {
  console.log('closing the files')
  void server.close()
})

function record(session: ServerSession, path: string): Recorder {
  const name = fileName(path)
  const log = (line: string): void => console.log(`${new Date().toISOString()} ${name} (${session.id}): ${line}`)
  const video = findFormat(session, ...videoCodecs)
  const audio = findFormat(session, ...audioCodecs)
  const audioFormat = audio?.format.codec === 'MPEG4AudioLATM' ? withoutLatm(audio.format) : audio?.format
  for (const { formats: all } of session.medias) {
    const codecs = all
      .filter((format) => format !== video?.format && format !== audio?.format)
      .map(({ codec }) => codec)
    if (codecs.length > 0) log(`left out: ${codecs.join(', ')}`)
  }
  const formats: RecordedFormat[] = [video?.format, audioFormat].filter((format) => format !== undefined)
  const recorder = new Recorder({
    formats,
    nextPath: () => join(folder, `${name}-${timeName(new Date())}.mp4`),
    mostFileSeconds: Number(values.minutes) * 60,
    log,
  })
  if (video !== undefined) {
    session
      .rtp(video.media, video.format)
      .pipe(depacketize(video.format), withPts(session, { skipUnknown: true }), withNtp(session), toAnnexB())
      .subscribe((unit) => recorder.take({ ...unit, track: 0, ...secondsOf(unit) }))
  }
  if (audio !== undefined && audioFormat !== undefined) {
    session
      .rtp(audio.media, audio.format)
      .pipe(depacketize(audio.format), withPts(session, { skipUnknown: true }), withNtp(session))
      .subscribe((unit) => {
        const data = unit.codec === 'MPEG4AudioLATM' ? frameOfLatm(unit.data) : unit.data
        recorder.take({ ...unit, data, track: formats.length - 1, ...secondsOf(unit) })
      })
  }
  session.closed$.subscribe(({ message }) => {
    log(`the publisher has left: ${message}`)
    recorder.end()
  })
  return recorder
}

/** A path comes from a peer: what is not plain is replaced, so that it names a file in the folder and nothing else. */
function fileName(path: string): string {
  return (
    path
      .replace(/^\/+|\/+$/gu, '')
      .replaceAll(/[^\w-]+/gu, '_')
      .slice(0, 100) || 'stream'
  )
}

/** UTC without the characters that some file systems do not have: `2026-01-31T12-00-00.000Z`. */
function timeName(time: Date): string {
  return time.toISOString().replaceAll(':', '-')
}

/** Times of a unit in seconds, by arrival and by the publisher's clock. */
function secondsOf(unit: { readonly format: Format; readonly pts: number; readonly ntp: bigint | undefined }) {
  return {
    seconds: unit.pts / unit.format.clockRateHz,
    ntpSeconds: unit.ntp === undefined ? undefined : Number(unit.ntp) / 1e9,
  }
}
