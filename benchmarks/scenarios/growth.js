// Does a packet cost more where there are more readers or more streams? At 1 Mbit/s, so that 2,000 readers fit a core.
import { publish, read } from '../lib/load.js'

const bitrate = 1_000_000

/**
 * Cost per delivered packet of one stream with `readers` readers.
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
    return await read(server.readUrl('growth%d'), { ...common, seconds, warmupSeconds })
  } finally {
    await Promise.all(publishers.map((publisher) => publisher.stop()))
    await server.stop()
  }
}
