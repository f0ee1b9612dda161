// What a packet costs on its way from one publisher to N readers, how late it comes, and whether any is lost.
import { publish, read } from '../lib/load.js'

/**
 * @typedef {object} Window
 * @property {string} contender
 * @property {'tcp' | 'udp'} transport
 * @property {number} readers
 * @property {Awaited<ReturnType<typeof read>>} result
 */

/**
 * One window of every reader count, in one process of the server. It is warmed up first by windows that do not count:
 * whatever compiles code while it runs would otherwise be charged for compiling.
 *
 * @param {import('../contenders.js').Contender} contender
 * @param {{ transports: readonly ('tcp' | 'udp')[], readerCounts: readonly number[], seconds: number, warmupSeconds: number }} plan
 * @param {(window: Window) => void} onWindow
 */
export async function fanOut(contender, { transports, readerCounts, seconds, warmupSeconds }, onWindow) {
  const server = await contender.start()
  try {
    for (const transport of transports.filter((one) => contender.transports.includes(one))) {
      const publisher = await publish(server.publishUrl(transport), transport)
      const url = server.readUrl(transport)
      try {
        const common = { transport, serverPid: server.pid }
        await read(url, { ...common, readers: Math.max(...readerCounts), seconds: warmupSeconds })
        for (const readers of readerCounts) {
          const result = await read(url, { ...common, readers, seconds })
          onWindow({ contender: contender.name, transport, readers, result })
        }
      } finally {
        await publisher.stop()
      }
    }
  } finally {
    await server.stop()
  }
}
