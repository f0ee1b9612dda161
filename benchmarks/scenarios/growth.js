// Does a packet cost more where there are more readers or more streams? At 1 Mbit/s, so that 2,000 readers fit a core.
import { publish, read } from '../lib/load.js'
import { cpuSeconds } from '../lib/process-time.js'
import { sleep } from '../lib/pinned.js'

const bitrate = 1_000_000

/**
 * Cost per delivered packet, and how much of it is delivery: what the same publishers cost while nobody reads is
 * measured right before and taken off.
 *
 * @param {import('../contenders.js').Contender} contender
 * @param {{ readers: number, streams: number, seconds: number, warmupSeconds: number }} plan
 */
export async function growth(contender, { readers, streams, seconds, warmupSeconds }) {
  const server = await contender.start()
  const publishers = []
  try {
    for (let index = 0; index < streams; index += 1) {
      publishers.push(await publish(server.publishUrl(`growth${index}`), 'tcp', { bitrate }))
    }
    const common = { readers, transport: /** @type {const} */ ('tcp'), serverPid: server.pid, urls: streams }
    const url = server.readUrl('growth%d')
    await read(url, { ...common, seconds: warmupSeconds })
    await sleep(500)
    const before = cpuSeconds(server.pid)
    await sleep(seconds * 1000)
    const ingestShare = (cpuSeconds(server.pid) - before) / seconds
    const result = await read(url, { ...common, seconds, warmupSeconds: 2 })
    const deliveryShare = result.cpuSeconds / result.windowSeconds - ingestShare
    const deliveryMicros = (deliveryShare * 1e6) / (result.packets / result.windowSeconds)
    return { ...result, ingestShare, deliveryMicros }
  } finally {
    await Promise.all(publishers.map((publisher) => publisher.stop()))
    await server.stop()
  }
}
