// How many readers one core serves without loss, each within half a second.
import { read, withStream } from '../lib/load.js'

/** What is tried: steps of a fifth, more or less. */
const readerCounts = [200, 300, 400, 500, 600, 700, 850, 1000, 1200, 1400, 1600, 1900, 2200, 2600, 3200, 3900]

/** Readers that are not all up and served within this time are too many. */
const mostSeconds = 25

/** Beyond this a reader is not served, it is queued for. */
const latestP99Ms = 500

/**
 * The most readers of one 4 Mbit/s stream that lose nothing. Each size has a server of its own: readers that were too many
 * leave sessions behind that are still sent to. `isLoadLimit`: with more of them the generator had no time left on its own
 * core, so the server may have had more to give.
 *
 * @param {import('../contenders.js').Contender} contender
 * @param {{ transport: 'tcp' | 'udp', seconds: number }} plan
 */
export async function sustain(contender, { transport, seconds }) {
  let low = -1
  let high = readerCounts.length
  let best
  let isLoadLimit = false
  while (high - low > 1) {
    const middle = (low + high) >> 1
    const readers = readerCounts[middle] ?? 0
    const result = await serve(contender, transport, readers, seconds).catch((error) => {
      process.stderr.write(`${contender.name} ${transport} ${readers}: ${error.message}\n`)
    })
    if (result) {
      process.stderr.write(
        `${contender.name} ${transport} ${readers}: lost ${result.lost}, p99 ${result.latencyP99Ms} ms, ` +
          `server ${result.cpuSeconds} s, load ${result.loadSeconds} s of ${result.windowSeconds} s\n`,
      )
    }
    if (result && result.lost === 0 && result.latencyP99Ms <= latestP99Ms) {
      low = middle
      best = { readers, result }
    } else {
      high = middle
      isLoadLimit = result ? result.loadSeconds / result.windowSeconds > 0.97 : false
    }
  }
  return { readers: best?.readers ?? 0, result: best?.result, isLoadLimit }
}

/** One size, after a warm-up with 200 readers. Rejects if they do not all come up. */
function serve(
  /** @type {import('../contenders.js').Contender} */ contender,
  /** @type {'tcp' | 'udp'} */ transport,
  /** @type {number} */ readers,
  /** @type {number} */ seconds,
) {
  return withStream(contender, { path: transport, transport }, async (server, url) => {
    const common = { transport, serverPid: server.pid }
    await read(url, { ...common, readers: 200, seconds: 4 })
    return read(url, { ...common, readers, seconds, warmupSeconds: 2, mostSeconds })
  })
}
