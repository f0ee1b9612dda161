/**
 * Serves files as live streams: in real time, over and over, to any number of readers.
 *
 *     node examples/serve-file.ts movie.mp4 [more files] [--port 8554] [--rtp-port 8000]
 *     ffplay -rtsp_transport tcp rtsp://localhost:8554/movie.mp4
 *
 * H.264, H.265, AAC and Opus out of MP4, MOV, MPEG-TS and Matroska. Nothing is encoded: pictures and sound go out as they
 * are in the file. At its end it begins again, and to a reader the stream just goes on: timestamps and sequence numbers
 * never go back.
 *
 * Needs `npm install rxrtsp rxjs mediabunny`. mediabunny reads the containers: it is maintained (a release every few weeks),
 * written in TypeScript without dependencies at run time, needs no WebCodecs for this, and reads all of these containers
 * packet by packet. mp4box.js and mux.js each know one family of them; ffmpeg as a child process knows them all, but then
 * there would be no need for this program. Its licence is MPL-2.0: use it as it is, publish what you change in its files.
 */

import { basename } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createPacketizer, createRtspServer, respond, type ServerStream } from 'rxrtsp'
import { fail } from './support/fail.ts'
import { MediaFile, type FilePacket } from './support/media-file.ts'

const { values, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '8554' }, 'rtp-port': { type: 'string', default: '8000' } },
})
if (paths.length === 0) {
  console.error('usage: serve-file FILE... [--port 8554] [--rtp-port 8000]')
  process.exit(2)
}

const streams = new Map<string, ServerStream>()
const server = createRtspServer({
  listen: { port: Number(values.port) },
  udp: { rtpPort: Number(values['rtp-port']) },
  // New readers begin at once, with the latest key picture.
  gopCache: true,
  handlers: {
    describe: ({ path }) => streams.get(path) ?? respond.notFound(),
    setup: ({ path }) => streams.get(path) ?? respond.notFound(),
    play: () => respond.ok(),
  },
})
const files: { readonly name: string; readonly path: string; readonly file: MediaFile }[] = []
for (const path of paths) {
  const name = basename(path)
  if (files.some((other) => other.name === name)) fail(path, `there is a ${name} already: rename one of them`)
  files.push({ name, path, file: await MediaFile.open(path, name).catch((error: unknown) => fail(path, error)) })
}
await server.listen().catch((error: unknown) => fail('cannot listen', error))

const ending = new AbortController()
for (const { name, path, file } of files) {
  const stream = server.createStream(file.description)
  streams.set(`/${name}`, stream)
  for (const warning of file.warnings) console.warn(`${path}: ${warning}`)
  const codecs = file.formats.map(({ codec }) => codec).join(' and ')
  console.log(`serving ${path} (${codecs}) at rtsp://localhost:${values.port}/${encodeURIComponent(name)}`)
  play(file, stream, ending.signal).catch((error: unknown) => {
    if (!ending.signal.aborted) console.error(`${path}: ${String(error)}`)
    stream.close()
  })
}

console.log('ready; Ctrl-C ends it')

process.once('SIGINT', () => {
  ending.abort()
  void server.close()
})

/** Writes the packets of the file to the stream, each when it is due. Ends by the signal or an error of the file. */
async function play(file: MediaFile, stream: ServerStream, signal: AbortSignal): Promise<void> {
  const tracks = file.formats.map((format) => ({
    clockRateHz: format.clockRateHz,
    packetizer: createPacketizer(format, { ssrc: 0, initialSequenceNumber: 0 }),
  }))
  /** On the clock of `performance.now()`, the time 0 of the file. */
  let zeroMs: number | undefined
  for await (const packet of endlessly(file)) {
    zeroMs ??= performance.now() - packet.dueSeconds * 1000
    const waitMs = zeroMs + packet.dueSeconds * 1000 - performance.now()
    if (waitMs > 0) await pause(waitMs, undefined, { signal })
    // The machine was asleep, or its disk was: rather go on from here than hurry after the time that was lost.
    else if (waitMs < -1000) zeroMs -= waitMs

    const track = tracks[packet.track]
    const timestamp = Math.round(packet.startSeconds * (track?.clockRateHz ?? 0))
    const unit = file.unitOf(packet, modulo32(timestamp))
    if (track === undefined || unit === undefined) continue
    const ntp = performance.timeOrigin + zeroMs + packet.startSeconds * 1000
    for (const rtp of track.packetizer.packetize(unit)) stream.writeRtp(packet.track, rtp, { ntp })
  }
}

/** A picture without a duration is all that some files have: it is sent again after this, and not at once. */
const leastRoundSeconds = 0.04

/** The file again and again. The next time begins where the latest track has ended, so that no time comes twice. */
async function* endlessly(file: MediaFile): AsyncGenerator<FilePacket> {
  for (let shift = 0; ;) {
    let start = Infinity
    let end = -Infinity
    for await (const packet of file.packets()) {
      start = Math.min(start, packet.startSeconds)
      end = Math.max(end, packet.endSeconds)
      const startSeconds = packet.startSeconds + shift
      yield { ...packet, startSeconds, endSeconds: packet.endSeconds + shift, dueSeconds: packet.dueSeconds + shift }
    }
    shift += Math.max(end - start, leastRoundSeconds)
  }
}

/** RTP timestamps have 32 bits; the first ones may be negative (AAC begins before its first sound). */
function modulo32(value: number): number {
  return ((value % 2 ** 32) + 2 ** 32) % 2 ** 32
}
