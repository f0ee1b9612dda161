// Packets and descriptions without any network: RTP parsed, H264 taken apart and put into packets, SDP read. Beside it rtp.js
// (a development dependency) and, in the folder of node_modules that is named, werift-rtp: on the same packets in one run.
//
//   npm run build && node benchmarks/micro/codecs.js [folder of node_modules with werift-rtp]
//
// Times are processor time of this process, garbage collection included; ways are taken in turn, so that what else the machine
// does falls on all of them, and medians of the rounds are printed. Bytes are what a piece of work allocates: on the heap and
// in array buffers, counted by a process of its own whose young generation is so big that nothing is collected meanwhile.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median } from '../lib/statistics.js'

const dist = process.env.RXRTSP_DIST ?? resolve(import.meta.dirname, '../../dist')
const load = (/** @type {string} */ path) => import(pathToFileURL(resolve(dist, path)).href)
const { isFailure, parseRtp, parseSdp } = await load('wire/index.js')
const { createDepacketizer, createPacketizer, readDescription } = await load('index.js')
const { packets: rtpJs } = createRequire(import.meta.url)('rtp.js')

const rounds = 9
const roundMillis = 60

/**
 * One way of doing a piece of work. `run` does many pieces and says how many.
 * @typedef {{ what: string, piece: string, run: () => number }} Way
 */

/** Bytes that are no start code, the same for everybody. */
function noise(/** @type {number} */ length) {
  const bytes = new Uint8Array(length)
  for (let index = 0, state = 1; index < length; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[index] = 2 + ((state >>> 16) % 250)
  }
  return bytes
}

function nalu(/** @type {number} */ type, /** @type {number} */ length) {
  const bytes = noise(length)
  bytes[0] = 0x60 | type
  return bytes
}

/** A second of 4 Mbit/s: a key picture of 60 kB behind its parameter sets, and 29 pictures of 15 kB. */
const pictures = [[nalu(7, 24), nalu(8, 5), nalu(5, 60_000)], ...Array.from({ length: 29 }, () => [nalu(1, 15_000)])]
const sdp = new TextEncoder().encode(
  [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=camera', 'c=IN IP4 0.0.0.0', 't=0 0', 'a=control:*', 'a=range:npt=0-'],
    ...['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=control:trackID=0', 'a=framerate:30'],
    'a=fmtp:96 packetization-mode=1;profile-level-id=640028;sprop-parameter-sets=Z2QAKKy0A8ARPyo=,aO4Bniw=',
    ...['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 mpeg4-generic/48000/2', 'a=control:trackID=1'],
    'a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190',
    '',
  ].join('\r\n'),
)
const format = readDescription(sdp).medias[0].formats[0]
const options = { ssrc: 1, initialSequenceNumber: 0, maxPayloadBytes: 1188 }

/**
 * The packets of that second, by pictures; each lies in memory of its own, as datagrams do. Everybody gets them as they like
 * them best: we and our sockets plain arrays, rtp.js a DataView, werift-rtp a Buffer.
 */
const packetsByPicture = (() => {
  const packetizer = createPacketizer(format, options)
  return pictures.map((nalus, index) =>
    packetizer
      .packetize({ codec: 'H264', timestamp: index * 3000, nalus })
      .map((/** @type {Uint8Array} */ packet) => packet.slice()),
  )
})()
const packets = packetsByPicture.flat()
const views = packets.map((packet) => new DataView(packet.buffer, packet.byteOffset, packet.length))
const buffersByPicture = packetsByPicture.map((picture) => picture.map((packet) => Buffer.from(packet.buffer)))
const buffers = buffersByPicture.flat()

/** Where sums go, so that no work is for nothing. */
let sink = 0

/** @returns {Way[]} */
function ourWays() {
  const depacketizer = createDepacketizer(format)
  const packetizer = createPacketizer(format, options)
  let timestamp = 0
  return [
    {
      what: 'RTP packet parsed and read',
      piece: 'packet',
      run() {
        for (const packet of packets) {
          const parsed = parseRtp(packet)
          if (isFailure(parsed)) continue
          sink += parsed.sequenceNumber + parsed.timestamp + parsed.payload.length + (parsed.marker ? 1 : 0)
        }
        return packets.length
      },
    },
    {
      what: 'H264 parsed and depacketized',
      piece: 'packet',
      run() {
        for (const packet of packets) {
          const parsed = parseRtp(packet)
          if (isFailure(parsed)) continue
          for (const unit of depacketizer.push(parsed)) sink += unit.nalus.length
        }
        // The second goes on: the next packet does not follow this one in any other way.
        depacketizer.reset()
        return packets.length
      },
    },
    {
      what: 'H264 packetized',
      piece: 'packet',
      run() {
        let count = 0
        for (const nalus of pictures) {
          timestamp += 3000
          count += packetizer.packetize({ codec: 'H264', timestamp, nalus }).length
        }
        return count
      },
    },
    {
      what: 'SDP of two medias parsed',
      piece: 'description',
      run() {
        for (let index = 0; index < 20; index += 1) sink += parseSdp(sdp).medias.length
        return 20
      },
    },
    {
      what: 'SDP of two medias read into a description',
      piece: 'description',
      run() {
        for (let index = 0; index < 20; index += 1) sink += readDescription(sdp).medias.length
        return 20
      },
    },
  ]
}

/** @returns {Way[]} */
function waysOfRtpJs() {
  return [
    {
      what: 'RTP packet parsed and read, rtp.js',
      piece: 'packet',
      run() {
        for (const view of views) {
          const parsed = new rtpJs.RtpPacket(view)
          sink += parsed.getSequenceNumber() + parsed.getTimestamp() + parsed.getPayload().byteLength
          sink += parsed.getMarker() ? 1 : 0
        }
        return views.length
      },
    },
  ]
}

/** @returns {Way[]} */
function waysOfWerift(/** @type {string} */ folder) {
  const { dePacketizeRtpPackets, RtpPacket } = createRequire(join(resolve(folder), 'x.js'))('werift-rtp')
  return [
    {
      what: 'RTP packet parsed and read, werift-rtp',
      piece: 'packet',
      run() {
        for (const packet of buffers) {
          const { header, payload } = RtpPacket.deSerialize(packet)
          sink += header.sequenceNumber + header.timestamp + payload.length + (header.marker ? 1 : 0)
        }
        return buffers.length
      },
    },
    {
      what: 'H264 parsed and depacketized, werift-rtp',
      piece: 'packet',
      run() {
        // It takes the packets of a whole picture, so it is told what our depacketizer finds out.
        for (const picture of buffersByPicture) {
          const parsed = picture.map((packet) => RtpPacket.deSerialize(packet))
          sink += dePacketizeRtpPackets('MPEG4/ISO/AVC', parsed).data.length
        }
        return packets.length
      },
    },
  ]
}

/**
 * Puts werift-rtp into a folder of its own: it is not a dependency of ours. Its folder of node_modules; undefined when it
 * cannot be had.
 */
export function fetchWerift(/** @type {string} */ folder) {
  const install = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
  try {
    execFileSync('npm', [...install, 'werift-rtp@0.8.9'], { stdio: 'pipe' })
    return join(folder, 'node_modules')
  } catch (error) {
    console.error(`without werift-rtp: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`)
    return undefined
  }
}

function cpuMicros() {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Nanoseconds of processor time for a piece, of at least `roundMillis`. */
function nanosOf(/** @type {Way} */ way) {
  let pieces = 0
  const startedAt = cpuMicros()
  let micros = 0
  while (micros < roundMillis * 1000) {
    pieces += way.run()
    micros = cpuMicros() - startedAt
  }
  return (micros * 1000) / pieces
}

/** Bytes that a piece allocates. Nothing may be collected meanwhile, see `allocations`. */
function bytesOf(/** @type {Way} */ way) {
  for (let index = 0; index < 20; index += 1) way.run()
  global.gc()
  const before = process.memoryUsage()
  const pieces = way.run()
  const after = process.memoryUsage()
  return (after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers) / pieces
}

function allWays(/** @type {string | undefined} */ weriftFolder) {
  return [...ourWays(), ...waysOfRtpJs(), ...(weriftFolder === undefined ? [] : waysOfWerift(weriftFolder))]
}

/** @returns {number[]} bytes of each way, from a process of its own */
function allocations(/** @type {string | undefined} */ weriftFolder) {
  const flags = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512']
  const folder = weriftFolder === undefined ? [] : [weriftFolder]
  const output = execFileSync(process.execPath, [...flags, import.meta.filename, '--allocations', ...folder])
  return JSON.parse(output.toString())
}

/**
 * What each way costs: nanoseconds and allocated bytes for a piece.
 * @param {string} [weriftFolder] a folder of node_modules
 */
export function codecResults(weriftFolder) {
  const ways = allWays(weriftFolder)
  for (const way of ways) nanosOf(way)
  /** @type {number[][]} */
  const nanos = ways.map(() => [])
  for (let round = 0; round < rounds; round += 1) ways.forEach((way, index) => nanos[index]?.push(nanosOf(way)))
  const bytes = allocations(weriftFolder)
  if (sink < 0) throw new Error('nothing was read')
  return ways.map(({ what, piece }, index) => ({
    what,
    piece,
    nanos: median(nanos[index] ?? []),
    bytes: bytes[index] ?? Number.NaN,
  }))
}

if (process.argv[1] === import.meta.filename) {
  const [first, second] = process.argv.slice(2)
  if (first === '--allocations') {
    const ways = allWays(second)
    for (const way of ways) nanosOf(way)
    console.log(JSON.stringify(ways.map((way) => median([bytesOf(way), bytesOf(way), bytesOf(way)]))))
  } else {
    for (const { what, piece, nanos, bytes } of codecResults(first)) {
      console.log(
        `${what.padEnd(44)} ${nanos.toFixed(0).padStart(8)} ns ${bytes.toFixed(0).padStart(8)} bytes a ${piece}`,
      )
    }
  }
}
