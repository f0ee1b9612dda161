import { describe, expect, it } from 'vitest'
import { createRtspServer, type RtspServer } from '../../src/api/server.ts'
import { Logger } from '../../src/cli/logger.ts'
import { Relay } from '../../src/cli/relay.ts'
import { MemoryNetwork } from '../../src/testing/memory-network.ts'
import { seededEntropy } from '../../src/testing/seeded-entropy.ts'
import { TestClient } from '../../src/testing/test-client.ts'
import { VirtualClock } from '../../src/testing/virtual-clock.ts'
import { picture, publisherSdp } from '../api/scene.ts'

/** The program's application on the in-memory network, and what it logs at `info` and above. */
class Program {
  readonly clock = new VirtualClock()
  readonly network = new MemoryNetwork({ clock: this.clock, seed: 1 })
  readonly lines: string[] = []
  readonly relay: Relay
  readonly server: RtspServer

  constructor(allowsTakeover = false) {
    const output = { write: (line: string) => this.lines.push(line.slice(25).trim()) }
    const logger = new Logger({ level: 'info', wallNow: () => 0, output, errorOutput: output, environment: {} })
    this.relay = new Relay({ allowsTakeover, logger, server: () => this.server })
    this.server = createRtspServer({
      ...{ clock: this.clock, network: this.network, entropy: seededEntropy(1), udp: { rtpPort: 8000 } },
      handlers: this.relay.handlers,
    })
    this.server.events$.subscribe((event) => this.relay.onEvent(event))
  }

  client(address = '10.0.0.1'): TestClient {
    return new TestClient({ network: this.network, clock: this.clock, address })
  }

  publish(client: TestClient, protocol: 'tcp' | 'udp' = 'tcp', path = '/cam'): readonly (number | undefined)[] {
    const url = `rtsp://host${path}`
    const transport = (track: number): string =>
      protocol === 'tcp'
        ? `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1};mode=record`
        : `RTP/AVP;unicast;client_port=${5000 + track * 2}-${5001 + track * 2};mode=record`
    return [
      client.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, publisherSdp)?.statusCode,
      client.ask('SETUP', `${url}/streamid=0`, { Transport: transport(0) })?.statusCode,
      client.ask('SETUP', `${url}/streamid=1`, { Transport: transport(1) })?.statusCode,
      client.ask('RECORD', url)?.statusCode,
    ]
  }

  read(client: TestClient, path = '/cam'): number | undefined {
    client.ask('SETUP', `rtsp://host${path}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' })
    return client.ask('PLAY', `rtsp://host${path}/`)?.statusCode
  }
}

async function listening(allowsTakeover = false): Promise<Program> {
  const program = new Program(allowsTakeover)
  await program.server.listen()
  return program
}

describe('relay of the program', () => {
  it('relays a publisher to its readers and closes them when it leaves', async () => {
    const program = await listening()
    const publisher = program.client()
    expect(program.publish(publisher)).toEqual([200, 200, 200, 200])
    const reader = program.client('10.0.0.2')
    expect(program.read(reader)).toBe(200)
    publisher.ask('TEARDOWN', 'rtsp://host/cam')
    program.clock.settle()
    expect(reader.peer.isClosed).toBe(true)
    expect(program.lines).toEqual([
      expect.stringMatching(
        /^INFO {2}publishing session=s1 path=\/cam over=tcp from=10\.0\.0\.1:\d+ medias="H264, generic"$/,
      ) as string,
      expect.stringContaining('INFO  reading session=s2 path=/cam over=tcp from=10.0.0.2:') as string,
      'INFO  publisher left session=s1 path=/cam why="torn down by 10.0.0.1"',
      'INFO  reader left session=s2 path=/cam why="the stream has ended"',
    ])
  })

  it('refuses a busy path with a phrase that people can read, and says nothing of a reader', async () => {
    const program = await listening()
    program.publish(program.client())
    program.lines.length = 0
    const second = program.client('10.0.0.2')
    second.ask('ANNOUNCE', 'rtsp://host/cam', { 'Content-Type': 'application/sdp' }, publisherSdp)
    expect(second.answers()[0]).toMatchObject({
      statusCode: 403,
      reasonPhrase: "path 'cam' is already being published",
    })
    second.peer.end()
    program.clock.settle()
    expect(program.lines).toEqual([
      expect.stringMatching(/^WARN {2}refused to publish session=s2 path=\/cam from=10\.0\.0\.2:\d+ why=/) as string,
    ])
  })

  it('lets the newcomer win when take-over is allowed', async () => {
    const program = await listening(true)
    const first = program.client()
    program.publish(first)
    const reader = program.client('10.0.0.3')
    program.read(reader)
    expect(program.publish(program.client('10.0.0.2'))).toEqual([200, 200, 200, 200])
    program.clock.settle()
    expect([first.peer.isClosed, reader.peer.isClosed]).toEqual([true, true])
    expect(program.read(program.client('10.0.0.4'))).toBe(200)
  })

  it('does not make a publisher wait for its own crashed session over UDP', async () => {
    const program = await listening()
    const crashed = program.client()
    program.publish(crashed, 'udp')
    const again = program.client()
    again.ask('ANNOUNCE', 'rtsp://host/cam', { 'Content-Type': 'application/sdp' }, publisherSdp)
    expect(again.answers()[0]?.statusCode).toBe(403)
    crashed.peer.reset()
    program.clock.settle()
    expect(program.publish(program.client(), 'udp')).toEqual([200, 200, 200, 200])
    // The datagrams of the new session arrive, although the old one had the same ports.
    const reader = program.client('10.0.0.2')
    program.read(reader)
    program.network.socket(5000, '10.0.0.1').send(picture(1), '127.0.0.1', 8000)
    program.clock.settle()
    reader.read()
    expect(reader.frames().some(({ channel }) => channel === 0)).toBe(true)
  })

  it('answers 404 for a path that nobody publishes, with the standard phrase', async () => {
    const program = await listening()
    const answer = program.client().ask('DESCRIBE', 'rtsp://host/nobody')
    expect(answer).toMatchObject({ statusCode: 404, reasonPhrase: 'Not Found' })
    expect(program.lines).toEqual([
      expect.stringMatching(/^INFO {2}nobody publishes path=\/nobody from=10\.0\.0\.1:\d+$/) as string,
    ])
  })

  it('tells of clients that are refused, and why, but not of those that just leave', async () => {
    const program = await listening()
    const [wrong, browser, polite] = [program.client(), program.client('10.0.0.2'), program.client('10.0.0.3')]
    wrong.peer.write('DESCRIBE what RTSP\r\n\r\n')
    browser.peer.write('GET / HTTP/1.1\r\nHost: host\r\n\r\n')
    polite.ask('OPTIONS', 'rtsp://host/cam')
    polite.peer.end()
    program.clock.settle()
    expect(program.lines).toEqual([
      expect.stringMatching(/^INFO {2}connection closed connection=\S+ from=10\.0\.0\.1:\d+ why="malformed/) as string,
      expect.stringMatching(
        /^INFO {2}connection closed \S+ from=10\.0\.0\.2:\d+ why="invalid HTTP request"$/,
      ) as string,
    ])
  })

  it('tells of clients that never said anything that could be understood', async () => {
    const program = await listening()
    program.client().peer.write('\u0016\u0003\u0001')
    program.clock.advance(61_000)
    expect(program.lines).toEqual([
      expect.stringMatching(
        /^INFO {2}connection closed \S+ from=10\.0\.0\.1:\d+ why="connection timed out: /,
      ) as string,
    ])
  })

  it('keeps the stream over PAUSE and RECORD', async () => {
    const program = await listening()
    const publisher = program.client()
    program.publish(publisher)
    const reader = program.client('10.0.0.2')
    program.read(reader)
    expect(publisher.ask('PAUSE', 'rtsp://host/cam')?.statusCode).toBe(200)
    expect(publisher.ask('RECORD', 'rtsp://host/cam')?.statusCode).toBe(200)
    expect(reader.peer.isClosed).toBe(false)
    expect(program.lines).toContain('INFO  paused session=s1 path=/cam')
  })
})
