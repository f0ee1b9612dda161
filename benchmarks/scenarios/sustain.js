// How many readers one core serves without loss, each within half a second.
import { read, withStream } from '../lib/load.js'

/** What is tried: steps of a fifth, more or less. */
const readerCounts = [200, 300, 400, 500, 600, 700, 850, 1000, 1200, 1400, 1600, 1900, 2200, 2600, 3200, 3900]

/** Readers that are not all up and served within this time are too many. */
const mostSeconds = 25

/** Beyond this a reader is not served, it is queued for. */
const latestP99Ms = 500

/**
 * The most readers of one 4 Mbit/s stream that lose nothing. `isLoadLimit`: with more of them the generator had no time
 * left on its own core, so the server may have had more to give.
 *
 * @param {import('../contenders.js').Contender} contender
 * @param {{ transport: 'tcp' | 'udp', seconds: number }} plan
 */
export function sustain(contender, { transport, seconds }) {
  return withStream(contender, { path: transport, transport }, async (server, url) => {
    const common = { transport, serverPid: server.pid }
    await read(url, { ...common, readers: 200, seconds: 3 })
    let low = -1
    let high = readerCounts.length
    let best
    let isLoadLimit = false
    while (high - low > 1) {
      const middle = (low + high) >> 1
      const readers = readerCounts[middle] ?? 0
      const window = { ...common, readers, seconds, warmupSeconds: 2, mostSeconds }
      const result = await read(url, window).catch(() => undefined)
      process.stderr.write(
        `${contender.name} ${transport} ${readers}: lost ${result?.lost}, p99 ${result?.latencyP99Ms} ms, ` +
          `server ${result?.cpuSeconds} s, load ${result?.loadSeconds} s of ${result?.windowSeconds} s\n`,
      )
      if (result !== undefined && result.lost === 0 && result.latencyP99Ms <= latestP99Ms) {
        low = middle
        best = { readers, result }
      } else {
        high = middle
        isLoadLimit = result !== undefined && result.loadSeconds / result.windowSeconds > 0.97
      }
    }
    return { readers: best?.readers ?? 0, result: best?.result, isLoadLimit }
  })
}
