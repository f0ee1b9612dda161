// Holds the ratios of budgets.json: what the library adds to a bare socket, and that costs are linear. Ratios of two
// things measured in turn in one process, so that a slow or busy machine is slow for both. A budget counts as broken
// only when every one of several attempts breaks it; a real regression does that, noise does not.
//
//   npm run build && node benchmarks/check-budgets.js
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median } from './lib/statistics.js'

const dist = process.env.RXRTSP_DIST ?? resolve(import.meta.dirname, '../dist')
const load = (/** @type {string} */ path) => import(pathToFileURL(resolve(dist, path)).href)
const { encodeInterleavedFrame, RtspFramer } = await load('wire/index.js')
const { readDescription } = await load('index.js')
const { StreamHub } = await load('media/outbound/stream-hub.js')
const { SocketDuplex } = await load('io/socket-duplex.js')
const { createNodeClock } = await load('io/node-clock.js')

const attempts = 5
const packetsPerBurst = 14
const packet = new Uint8Array(1200)
packet.set([0x80, 96])
packet[12] = 0x41

const description = readDescription(
  [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=budget', 't=0 0', 'm=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000'],
    ...['a=fmtp:96 packetization-mode=1', 'a=control:trackID=0', ''],
  ].join('\r\n'),
)

/** A hub with open readers on the given duplexes, and a way to send it one burst. */
function hubOf(/** @type {readonly object[]} */ duplexes) {
  let next = 1
  const entropy = { bytes: (count) => new Uint8Array(count), uint32: () => next++ }
  const hub = new StreamHub(description, { clock: createNodeClock(), entropy })
  const media = { mediaIndex: 0, rtpChannel: 0, rtcpChannel: 1, rtpPort: 0, rtcpPort: 0, receives: true }
  const nothing = () => undefined
  for (const duplex of duplexes) {
    const reader = hub.createReader({
      target: { protocol: 'tcp', duplex },
      medias: [media],
      limits: { maxQueuedBytes: 1 << 22, maxQueuedPackets: 1 << 16 },
      policy: 'drop-to-random-access',
      senderReports: true,
      hooks: { onFirstReport: nothing, onDropStart: nothing, onDropEnd: nothing },
    })
    reader.arm()
    reader.release()
  }
  let sequence = 0
  return () => {
    for (let index = 0; index < packetsPerBurst; index += 1) {
      sequence = (sequence + 1) & 0xffff
      packet[2] = sequence >> 8
      packet[3] = sequence & 0xff
      hub.writeRtp(0, packet)
    }
    hub.flush()
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Milliseconds of each of two pieces of work, done in turn. */
async function inTurn(first, second, rounds, between = settle) {
  const times = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    for (const [which, work] of [first, second].entries()) {
      const startedAt = performance.now()
      work()
      const took = performance.now() - startedAt
      if (round >= rounds / 4) times[which].push(took)
      await between()
    }
  }
  return times.map(median)
}

async function burstAgainstSockets() {
  const readers = 40
  let received = 0
  const sink = createServer((socket) => socket.on('data', (chunk) => (received += chunk.length)))
  sink.listen(0, '127.0.0.1')
  await once(sink, 'listening')
  const open = async () => {
    const sockets = []
    for (let index = 0; index < readers; index += 1) {
      const socket = connect({ port: sink.address().port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
      await once(socket, 'connect')
      sockets.push(socket)
    }
    return sockets
  }
  const bare = await open()
  const ours = await open()
  const burstBytes = packetsPerBurst * (packet.length + 4)
  const bytes = Buffer.alloc(burstBytes)
  const send = hubOf(
    ours.map((socket) => {
      const duplex = new SocketDuplex(socket)
      duplex.open({ onBytes: () => undefined, onDrained: () => undefined, onClosed: () => undefined })
      return duplex
    }),
  )
  let expected = 0
  const between = async () => {
    expected += readers * burstBytes
    while (received < expected) await settle()
  }
  const work = () => {
    for (const socket of bare) socket.write(bytes)
  }
  const [bareMs, oursMs] = await inTurn(work, send, 200, between)
  for (const socket of [...bare, ...ours]) socket.destroy()
  sink.close()
  return oursMs / bareMs
}

/** A duplex that takes everything and does nothing. */
const idleDuplex = () => ({ queuedBytes: 0, flushedBytes: 0, write: () => undefined })

async function readersAmongMany() {
  const few = hubOf(Array.from({ length: 500 }, idleDuplex))
  const many = hubOf(Array.from({ length: 2000 }, idleDuplex))
  const manyTimes = (work, times) => () => {
    for (let index = 0; index < times; index += 1) work()
  }
  const [fewMs, manyMs] = await inTurn(manyTimes(few, 20), manyTimes(many, 20), 60)
  return manyMs / 4 / fewMs
}

function idleFramer() {
  const framer = new RtspFramer({
    onRequest: () => framer.resume(),
    onResponse: () => undefined,
    onFrame: () => undefined,
    onFailure: (failure) => {
      throw new Error(String(failure))
    },
  })
  return framer
}

function frames(/** @type {number} */ count) {
  const frame = encodeInterleavedFrame(0, packet)
  const bytes = new Uint8Array(frame.length * count)
  for (let index = 0; index < count; index += 1) bytes.set(frame, index * frame.length)
  return bytes
}

async function framesGrow() {
  const framer = idleFramer()
  const [small, large] = [frames(1000), frames(4000)]
  // The small one four times, so that both are the same number of bytes.
  const four = () => {
    for (let index = 0; index < 4; index += 1) framer.push(small)
  }
  const [smallMs, largeMs] = await inTurn(four, () => framer.push(large), 40)
  return largeMs / smallMs
}

async function headGrows() {
  const framer = idleFramer()
  const request = (/** @type {number} */ length) =>
    Buffer.from(`OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX-Long: ${'x'.repeat(length)}\r\n\r\n`, 'latin1')
  const feed = (/** @type {Buffer} */ bytes, /** @type {number} */ times) => () => {
    for (let round = 0; round < times; round += 1) {
      for (let at = 0; at < bytes.length; at += 1) framer.push(bytes.subarray(at, at + 1))
    }
  }
  const [short, long] = [request(500), request(2000)]
  const [shortMs, longMs] = await inTurn(feed(short, 8), feed(long, 2), 40)
  return longMs / (2 * long.length) / (shortMs / (8 * short.length))
}

const measures = {
  'burst against bare socket writes of the same bytes': burstAgainstSockets,
  'a reader among 2,000 against one among 500': readersAmongMany,
  'framer, a byte of 4,000 frames against one of 1,000': framesGrow,
  'framer, a byte of a long head in chunks of one against a short one': headGrows,
}

/** @type {Record<string, number>} */
const budgets = JSON.parse(readFileSync(resolve(import.meta.dirname, 'budgets.json'), 'utf8'))
for (const [name, budget] of Object.entries(budgets)) {
  const measure = measures[name]
  if (measure === undefined) throw new Error(`nothing measures '${name}'`)
  let best = Infinity
  for (let attempt = 0; attempt < attempts && best > budget; attempt += 1) best = Math.min(best, await measure())
  const isKept = best <= budget
  console.log(`${isKept ? 'kept  ' : 'BROKEN'}  ${best.toFixed(2)} of ${budget.toFixed(2)}  ${name}`)
  if (!isKept) process.exitCode = 1
}
