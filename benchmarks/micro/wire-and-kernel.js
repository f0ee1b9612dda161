// Costs inside of the process, without any system call: the framer, RTCP, an actor's turn. Times are of this process, medians
// of runs after one that does not count. Packets and descriptions are in codecs.js.
//
//   node benchmarks/micro/wire-and-kernel.js
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median } from '../lib/statistics.js'

const dist = process.env.RXRTSP_DIST ?? resolve(import.meta.dirname, '../../dist')
const load = (/** @type {string} */ path) => import(pathToFileURL(resolve(dist, path)).href)
const wire = await load('wire/index.js')
const { encodeInterleavedFrame, parseRtcp, RtspFramer, encodeRequest, createRequest } = wire
const { ActorSystem } = await load('kernel/actor-system.js')
const { createNodeClock } = await load('io/node-clock.js')

/**
 * Nanoseconds per piece of `work`, which says how many pieces it has done.
 * @param {() => number} work
 */
function nanosPer(work, runs = 7) {
  work()
  const times = []
  for (let run = 0; run < runs; run += 1) {
    const startedAt = performance.now()
    const pieces = work()
    times.push(((performance.now() - startedAt) * 1e6) / pieces)
  }
  return median(times)
}

const packet = new Uint8Array(1200)
packet[0] = 0x80
packet[1] = 96

/** A framer that reads frames and messages and forgets them. */
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

/**
 * Nanoseconds per frame of `count` frames that arrive in chunks of `chunkBytes`.
 */
export function framerNanos(count = 56 * 200, chunkBytes = 65_536) {
  const frame = encodeInterleavedFrame(0, packet)
  const bytes = new Uint8Array(frame.length * count)
  for (let index = 0; index < count; index += 1) bytes.set(frame, index * frame.length)
  const framer = idleFramer()
  return nanosPer(() => {
    for (let at = 0; at < bytes.length; at += chunkBytes) framer.push(bytes.subarray(at, at + chunkBytes))
    return count
  })
}

/** Nanoseconds per request with the usual headers. */
export function requestNanos(count = 2000) {
  const headers = { CSeq: '7', 'User-Agent': 'benchmark', Session: '0123456789abcdef' }
  const request = encodeRequest(createRequest('GET_PARAMETER', 'rtsp://127.0.0.1:8554/cam', headers))
  const framer = idleFramer()
  return nanosPer(() => {
    for (let index = 0; index < count; index += 1) framer.push(request)
    return count
  })
}

/** Nanoseconds per message to an actor: told, reduced, one effect carried out. */
export function turnNanos(count = 100_000) {
  const system = new ActorSystem({ clock: createNodeClock() })
  let effects = 0
  const actor = system.spawn('benchmark', {
    init: { state: { count: 0 }, effects: [] },
    reduce: (state) => ({ state: { count: state.count + 1 }, effects: [{ kind: 'count' }] }),
    interpret: () => {
      effects += 1
    },
  })
  const message = { type: 'counted' }
  const nanos = nanosPer(() => {
    const before = effects
    for (let index = 0; index < count; index += 1) actor.tell(message)
    return effects - before
  })
  actor.stop()
  return nanos
}

/** Nanoseconds per compound of a sender report, as publishers send it. */
export function rtcpNanos(count = 50_000) {
  const report = new Uint8Array(28)
  report.set([0x80, 200, 0, 6, 0, 0, 0, 1])
  return nanosPer(() => {
    for (let index = 0; index < count; index += 1) parseRtcp(report)
    return count
  })
}

/** All of them, as rows of a table. */
export function microResults() {
  return [
    { what: 'framer, frame of 1,200 bytes in chunks of 64 KiB', nanos: framerNanos() },
    { what: 'framer, frame of 1,200 bytes in chunks of 1,448', nanos: framerNanos(56 * 200, 1448) },
    { what: 'framer, request of four lines', nanos: requestNanos() },
    { what: 'RTCP sender report parsed', nanos: rtcpNanos() },
    { what: 'turn of an actor with one effect', nanos: turnNanos() },
  ]
}

if (process.argv[1] === import.meta.filename) {
  for (const { what, nanos } of microResults()) console.log(`${what.padEnd(52)} ${nanos.toFixed(0).padStart(8)} ns`)
}
