// What a packet costs that comes in and that nobody reads: many publishers, no readers.
import { publish } from '../lib/load.js'
import { cpuSeconds, lostDatagrams } from '../lib/process-time.js'
import { sleep } from '../lib/pinned.js'

/** Packets a second of one publisher at 4 Mbit/s and 30 pictures a second, in packets of 1,200 bytes. */
const packetsPerSecond = 30 * 14

/**
 * @param {import('../contenders.js').Contender} contender
 * @param {{ publishers: number, transport: 'tcp' | 'udp', seconds: number, warmupSeconds: number }} plan
 */
export async function ingest(contender, { publishers, transport, seconds, warmupSeconds }) {
  const server = await contender.start()
  const running = []
  try {
    for (let index = 0; index < publishers; index += 1) {
      running.push(await publish(server.publishUrl(`ingest${index}`), transport))
    }
    await sleep(warmupSeconds * 1000)
    const startedAt = performance.now()
    const before = cpuSeconds(server.pid)
    const lostBefore = lostDatagrams()
    await sleep(seconds * 1000)
    const cpu = cpuSeconds(server.pid) - before
    const sent = ((performance.now() - startedAt) / 1000) * publishers * packetsPerSecond
    // What did not fit the socket's buffer cost the server nothing and does not count.
    const lost = lostDatagrams() - lostBefore
    return { microsPerPacket: (cpu * 1e6) / (sent - lost), coreShare: cpu / seconds, lostShare: lost / sent }
  } finally {
    await Promise.all(running.map((publisher) => publisher.stop()))
    await server.stop()
  }
}
