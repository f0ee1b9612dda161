// Does a packet cost more where there are more readers or more streams? At 1 Mbit/s, so that 2,000 readers fit a core.
import { publish, read } from '../lib/load.js'
import { cpuSeconds } from '../lib/process-time.js'
import { sleep } from '../lib/pinned.js'
import { median } from '../lib/statistics.js'

const bitrate = 1_000_000

/**
 * Cost per delivered packet, and how much of it is delivery: what the same publishers cost while nobody reads is
 * measured right before each window and taken off. Medians of the windows; `lost` is the sum of all.
 *
 * @param {import('../contenders.js').Contender} contender
 * @param {{ readers: number, streams: number, seconds: number, warmupSeconds: number, rounds: number }} plan
 */
export async function growth(contender, { readers, streams, seconds, warmupSeconds, rounds }) {
  const server = await contender.start()
  const publishers = []
  try {
    for (let index = 0; index < streams; index += 1) {
      publishers.push(await publish(server.publishUrl(`growth${index}`), 'tcp', { bitrate }))
    }
    const common = { readers, transport: /** @type {const} */ ('tcp'), serverPid: server.pid, urls: streams }
    const url = server.readUrl('growth%d')
    await read(url, { ...common, seconds: warmupSeconds })
    const windows = []
    for (let round = 0; round < rounds; round += 1) {
      await sleep(500)
      const before = cpuSeconds(server.pid)
      await sleep(seconds * 1000)
      const ingestShare = (cpuSeconds(server.pid) - before) / seconds
      const result = await read(url, { ...common, seconds, warmupSeconds: 2 })
      const coreShare = result.cpuSeconds / result.windowSeconds
      const { microsPerPacket, latencyP99Ms, lost } = result
      const deliveryMicros = ((coreShare - ingestShare) * 1e6) / (result.packets / result.windowSeconds)
      windows.push({ microsPerPacket, latencyP99Ms, lost, coreShare, ingestShare, deliveryMicros })
    }
    const middle = (/** @type {Exclude<keyof typeof windows[0], 'lost'>} */ key) =>
      median(windows.map((window) => window[key]))
    return {
      microsPerPacket: middle('microsPerPacket'),
      latencyP99Ms: middle('latencyP99Ms'),
      coreShare: middle('coreShare'),
      ingestShare: middle('ingestShare'),
      deliveryMicros: middle('deliveryMicros'),
      lost: windows.reduce((sum, window) => sum + window.lost, 0),
    }
  } finally {
    await Promise.all(publishers.map((publisher) => publisher.stop()))
    await server.stop()
  }
}
