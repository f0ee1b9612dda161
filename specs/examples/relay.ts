import { createRtspServer, respond, type ServerStream } from 'rxrtsp'

const streams = new Map<string, ServerStream>()

const server = createRtspServer({
  listen: { port: 8554 },
  udp: { rtpPort: 8000 },
  handlers: {
    announce: ({ path }) => (streams.has(path) ? respond.forbidden() : respond.ok()),
    describe: ({ path }) => streams.get(path) ?? respond.notFound(),
    setup: ({ path, session }) =>
      session.announcedDescription ? respond.ok() : (streams.get(path) ?? respond.notFound()),
    play: () => respond.ok(),
    record: ({ path, session }) => {
      if (streams.has(path)) return respond.forbidden()
      const stream = server.createStream(session.announcedDescription!)
      streams.set(path, stream)
      session.rtp$.subscribe(stream)
      session.closed$.subscribe(() => streams.delete(path))
      return respond.ok()
    },
  },
})

server.events$.subscribe((event) => console.log(event.type))
await server.listen()
