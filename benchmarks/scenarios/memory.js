// What a reader costs in memory, a stalled one too, and whether memory stays where it is.
import { readFileSync } from 'node:fs'
import { read, withStream } from '../lib/load.js'
import { playPlainly } from '../lib/plain-reader.js'
import { sleep } from '../lib/pinned.js'

/** Resident memory of a process in kB. Buffers of sockets are the system's and not in it. */
export function residentKilobytes(/** @type {number} */ pid) {
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1])
}

/** Slow, so that thousands of readers fit a core: what is asked here does not depend on it. */
const bitrate = 100_000

/**
 * Resident memory with N readers over TCP, after a window with the most of them has let the heap grow to what it needs
 * and they have gone again.
 *
 * @param {import('../contenders.js').Contender} contender
 * @param {{ readerCounts: readonly number[], seconds: number }} plan
 */
export function memoryPerReader(contender, { readerCounts, seconds }) {
  return withStream(contender, { path: 'memory', transport: 'tcp', bitrate }, async (server, url) => {
    const common = { transport: /** @type {const} */ ('tcp'), serverPid: server.pid, seconds }
    await read(url, { ...common, readers: 200 })
    await sleep(1000)
    const baseKilobytes = residentKilobytes(server.pid)
    const rows = []
    for (const readers of readerCounts) {
      const { residentMegabytes } = await read(url, { ...common, readers })
      const kilobytes = residentMegabytes * 1024
      rows.push({ readers, kilobytes, perReader: (kilobytes - baseKilobytes) / readers })
    }
    return { baseKilobytes, rows }
  })
}

/** Fast, so that what the system buffers for a connection is soon full. */
const fastBitrate = 16_000_000

/**
 * Readers that play and then read nothing, beside one that goes on: what they cost at most until the server gives them
 * up.
 *
 * @param {import('../contenders.js').Contender} contender
 * @param {{ readers: number, seconds: number }} plan
 */
export function stalledReaders(contender, { readers, seconds }) {
  return withStream(contender, { path: 'stall', transport: 'tcp', bitrate: fastBitrate }, async (server, url) => {
    const sockets = []
    try {
      await read(url, { readers: 20, transport: 'tcp', serverPid: server.pid, seconds: 3 })
      for (let index = 0; index < readers; index += 1) sockets.push(await playPlainly(url, () => undefined))
      await sleep(1000)
      const beforeKilobytes = residentKilobytes(server.pid)
      for (const socket of sockets) socket.pause()
      let mostKilobytes = 0
      for (let step = 0; step < seconds * 5; step += 1) {
        await sleep(200)
        mostKilobytes = Math.max(mostKilobytes, residentKilobytes(server.pid))
      }
      return { perReader: (mostKilobytes - beforeKilobytes) / readers }
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  })
}

/**
 * Resident memory once a second while readers play: where it began, where it ended, and its slope by least squares,
 * the first fifth left out.
 *
 * @param {import('../contenders.js').Contender} contender
 * @param {{ readers: number, minutes: number }} plan
 */
export function soak(contender, { readers, minutes }) {
  const seconds = minutes * 60
  const stream = /** @type {const} */ ({ path: 'soak', transport: 'tcp', bitrate: 1_000_000 })
  return withStream(contender, { ...stream, seconds: seconds + 120 }, async (server, url) => {
    const plan = { readers, transport: /** @type {const} */ ('tcp'), serverPid: server.pid, seconds }
    const window = read(url, { ...plan, mostSeconds: seconds + 120 })
    const samples = []
    for (let second = 0; second < seconds; second += 1) {
      await sleep(1000)
      samples.push(residentKilobytes(server.pid))
    }
    const { lost } = await window
    const steady = samples.slice(Math.floor(samples.length / 5))
    return {
      firstKilobytes: steady[0] ?? NaN,
      lastKilobytes: steady.at(-1) ?? NaN,
      perMinute: slope(steady) * 60,
      lost,
    }
  })
}

function slope(/** @type {readonly number[]} */ values) {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let products = 0
  let squares = 0
  for (const [index, value] of values.entries()) {
    products += (index - middle) * (value - mean)
    squares += (index - middle) ** 2
  }
  return products / squares
}
