// The server under test: the library as an application uses it, with everything that is on by default (sender reports,
// statistics, bounded queues). It relays whoever publishes a path to whoever reads it, and nothing else, so that its
// CPU time is the library's.
//
//   node benchmarks/server.js <RTSP port> <RTP port, even, the next one is RTCP>
//
// RXRTSP_DIST names another build (a directory like `dist`), so that two versions can run beside each other.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const dist = process.env.RXRTSP_DIST ?? resolve(import.meta.dirname, '../dist')
const { createRtspServer, respond } = await import(pathToFileURL(resolve(dist, 'index.js')).href)

const [port = 8554, rtpPort = 8000] = process.argv.slice(2).map(Number)

/** The stream of each path, from ANNOUNCE's RECORD to the end of the session. */
const streams = new Map()

const server = createRtspServer({
  listen: { host: '127.0.0.1', port },
  udp: { host: '127.0.0.1', rtpPort, receiveBufferBytes: 4 << 20 },
  maxConnections: 20_000,
  maxSessions: 20_000,
  handlers: {
    describe: ({ path }) => streams.get(path) ?? respond.notFound(),
    announce: ({ path }) => (streams.has(path) ? respond.forbidden() : respond.ok()),
    setup: ({ path, session }) =>
      session.state === 'preRecord' ? respond.ok() : (streams.get(path) ?? respond.notFound()),
    play: () => respond.ok(),
    record: ({ path, session }) => {
      const stream = server.createStream(session.announcedDescription)
      streams.set(path, stream)
      session.rtp$.subscribe(stream)
      const end = () => {
        streams.delete(path)
        stream.close()
      }
      session.closed$.subscribe({ complete: end, error: end })
      return respond.ok()
    },
  },
})

await server.listen()
process.stdout.write('listening\n')
process.once('SIGTERM', () => {
  void server.close().then(() => process.exit(0))
})
