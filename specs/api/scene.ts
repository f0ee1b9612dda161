import { createRtspServer, type RtspServer } from '../../src/api/server.ts'
import type { RtspServerOptions } from '../../src/api/options.ts'
import type { ServerEvent } from '../../src/api/events.ts'
import { respond } from '../../src/api/respond.ts'
import type { ServerHandlers } from '../../src/api/handlers.ts'
import type { ServerStream } from '../../src/api/stream.ts'
import type { ServerSession } from '../../src/api/session.ts'
import { createDescription } from '../../src/formats/create-description.ts'
import { genericFormat, h264Format } from '../../src/formats/create-format.ts'
import { MemoryNetwork } from '../../src/testing/memory-network.ts'
import { seededEntropy } from '../../src/testing/seeded-entropy.ts'
import { TestClient, type TestFrame } from '../../src/testing/test-client.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import type { RtspResponse } from '../../src/wire/rtsp/message.ts'
import { createRtp } from '../../src/wire/rtp/rtp-packet.ts'

/** A whole server on the in-memory network and the virtual clock, with one stream at `/cam` and clients that talk RTSP. */

export const camera = createDescription({
  medias: [
    { type: 'video', formats: [h264Format({ payloadType: 96 })] },
    { type: 'audio', formats: [genericFormat({ payloadType: 97, rtpmap: 'private/90000', clockRateHz: 90_000 })] },
  ],
})

export class Scene {
  readonly clock = new VirtualClock()
  readonly network: MemoryNetwork
  readonly server: RtspServer
  readonly events: ServerEvent[] = []
  readonly streams = new Map<string, ServerStream>()
  readonly sessions: ServerSession[] = []

  constructor(options: RtspServerOptions = {}, handlers: ServerHandlers = {}) {
    this.network = new MemoryNetwork({ clock: this.clock, seed: 1 })
    this.server = createRtspServer({
      clock: this.clock,
      entropy: seededEntropy(7),
      network: this.network,
      listen: { port: 8554 },
      udp: { rtpPort: 8000 },
      ...options,
      handlers: { ...this.#relay(), ...handlers },
    })
    this.server.events$.subscribe((event) => this.events.push(event))
  }

  /** The relay that most applications are: who records is written into a stream, who plays reads it. */
  #relay(): ServerHandlers {
    return {
      describe: ({ path }) => this.streams.get(path) ?? respond.notFound(),
      announce: () => respond.ok(),
      setup: ({ path, session }) =>
        session.state === 'preRecord' ? respond.ok() : (this.streams.get(path) ?? respond.notFound()),
      play: ({ session }) => {
        this.sessions.push(session)
        return respond.ok()
      },
      record: ({ session, path }) => {
        this.sessions.push(session)
        const { announcedDescription } = session
        if (announcedDescription === null) return respond.badRequest()
        const stream = this.server.createStream(announcedDescription)
        this.streams.set(path, stream)
        session.rtp$.subscribe(stream)
        return respond.ok()
      },
      pause: () => respond.ok(),
    }
  }

  async listen(): Promise<this> {
    await this.server.listen()
    this.streams.set('/cam', this.server.createStream(camera))
    return this
  }

  get cam(): ServerStream {
    const stream = this.streams.get('/cam')
    if (stream === undefined) throw new Error('listen first')
    return stream
  }

  client(address = '10.0.0.1'): Client {
    return new Client({ network: this.network, clock: this.clock, address })
  }

  /** Everything that is on its way arrives; time does not move. */
  settle(): void {
    this.clock.settle()
  }

  /** Reasons of closed connections, in order. */
  get closeReasons(): readonly string[] {
    return this.events.filter((event) => event.type === 'connection.closed').map((event) => event.reason.message)
  }

  get sessionEnds(): readonly string[] {
    return this.events.filter((event) => event.type === 'session.closed').map((event) => event.reason.message)
  }
}

export type Frame = TestFrame

/** A client of the scene, with the requests that most specs need. */
export class Client extends TestClient {
  setup(track: number, transport: string): RtspResponse | undefined {
    return this.ask('SETUP', `rtsp://host:8554/cam/trackID=${track}`, { Transport: transport })
  }

  /** Both medias over TCP, and PLAY. */
  play(): RtspResponse | undefined {
    this.setup(0, 'RTP/AVP/TCP;unicast;interleaved=0-1')
    this.setup(1, 'RTP/AVP/TCP;unicast;interleaved=2-3')
    return this.ask('PLAY', 'rtsp://host:8554/cam/')
  }

  /** Announces and records two medias over TCP at the path. */
  record(path = '/pub'): RtspResponse | undefined {
    const url = `rtsp://host:8554${path}`
    this.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)
    this.ask('SETUP', `${url}/streamid=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record' })
    this.ask('SETUP', `${url}/streamid=1`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=2-3;mode=record' })
    return this.ask('RECORD', url)
  }
}

export const publisherSdp = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=pub',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1',
  'a=control:streamid=0',
  'm=audio 0 RTP/AVP 97',
  'a=rtpmap:97 private/90000',
  'a=control:streamid=1',
  '',
].join('\r\n')

/** A packet of a key picture. */
export function picture(sequenceNumber: number, timestamp = sequenceNumber * 3600, size = 4): Uint8Array {
  const payload = new Uint8Array(size).fill(7)
  payload[0] = 5
  return createRtp({ payloadType: 96, sequenceNumber, timestamp, ssrc: 0x38f27a2f, marker: true, payload }).bytes
}

export function sound(sequenceNumber: number): Uint8Array {
  const payload = Uint8Array.from([1, 2, 3])
  return createRtp({ payloadType: 97, sequenceNumber, timestamp: sequenceNumber * 960, ssrc: 9, payload }).bytes
}
