// What a session costs the library itself: connect, OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN through a network that is a
// function call, so that neither the system nor the load generator has a part in it.
//
//   node [--cpu-prof] benchmarks/micro/sessions.js [cycles]
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median } from '../lib/statistics.js'

const dist = process.env.RXRTSP_DIST ?? resolve(import.meta.dirname, '../../dist')
const { createRtspServer, readDescription, respond } = await import(pathToFileURL(resolve(dist, 'index.js')).href)

const endpoint = { address: '127.0.0.1', port: 1, zone: '' }
const url = 'rtsp://127.0.0.1/cam'
const sdp = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=benchmark', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=video 0 RTP/AVP 96'],
  ...['a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1', 'a=control:trackID=0', ''],
].join('\r\n')

/** A network whose connections are made by calling `accept`. */
function callNetwork() {
  const network = {
    /** @type {(duplex: object) => void} */
    accept: () => undefined,
    listen(_options, onConnection) {
      network.accept = onConnection
      return Promise.resolve({ local: endpoint, close: () => Promise.resolve() })
    },
  }
  return network
}

/** The client's end of a connection: what was written last, and a way to push bytes at the server. */
class Client {
  remote = endpoint
  local = endpoint
  queuedBytes = 0
  flushedBytes = 0
  answer = ''
  handler

  open(handler) {
    this.handler = handler
  }
  write(bytes) {
    this.flushedBytes += bytes.length
    if (bytes[0] !== 0x24) this.answer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).latin1Slice()
  }
  pause() {}
  resume() {}
  end() {
    this.handler.onClosed(null)
  }
  destroy() {
    this.handler.onClosed(null)
  }
  ask(text) {
    this.answer = ''
    this.handler.onBytes(new Uint8Array(Buffer.from(text, 'latin1')))
    if (!this.answer.startsWith('RTSP/1.0 200')) throw new Error(`answered ${this.answer || 'nothing'} to ${text}`)
    return this.answer
  }
}

function cycle(network) {
  const client = new Client()
  network.accept(client)
  const common = 'User-Agent: benchmark\r\n'
  client.ask(`OPTIONS ${url} RTSP/1.0\r\nCSeq: 1\r\n${common}\r\n`)
  client.ask(`DESCRIBE ${url} RTSP/1.0\r\nCSeq: 2\r\n${common}Accept: application/sdp\r\n\r\n`)
  const transport = 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n'
  const setup = client.ask(`SETUP ${url}/trackID=0 RTSP/1.0\r\nCSeq: 3\r\n${common}${transport}\r\n`)
  const session = `Session: ${/Session: ([^;\r]+)/.exec(setup)?.[1]}\r\n`
  client.ask(`PLAY ${url}/ RTSP/1.0\r\nCSeq: 4\r\n${common}${session}Range: npt=0.000-\r\n\r\n`)
  client.ask(`TEARDOWN ${url}/ RTSP/1.0\r\nCSeq: 5\r\n${common}${session}\r\n`)
  client.handler.onClosed(null)
}

/** Microseconds of CPU per cycle: medians of rounds after a warm-up. */
export async function sessionMicros(cycles = 2000, rounds = 5) {
  const network = callNetwork()
  let stream
  const server = createRtspServer({
    network,
    handlers: { describe: () => stream, setup: () => stream, play: () => respond.ok() },
  })
  await server.listen()
  stream = server.createStream(readDescription(sdp))
  const times = []
  for (let round = -2; round < rounds; round += 1) {
    const before = process.cpuUsage()
    for (let index = 0; index < cycles; index += 1) {
      cycle(network)
      // The server ends things in turns of its own; it gets the event loop as it would between connections.
      if (index % 8 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const { user, system } = process.cpuUsage(before)
    if (round >= 0) times.push((user + system) / cycles)
  }
  await server.close()
  return median(times)
}

if (process.argv[1] === import.meta.filename) {
  console.log(`${(await sessionMicros(Number(process.argv[2] ?? 2000))).toFixed(0)} us of CPU per session`)
}
