// Sessions that come and go while a stream is on: connect, OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, again and again.
import { churn, publish } from '../lib/load.js'

/**
 * @param {import('../contenders.js').Contender} contender
 * @param {{ atOnce: number, seconds: number, warmupSeconds: number }} plan
 */
export async function sessionChurn(contender, { atOnce, seconds, warmupSeconds }) {
  const server = await contender.start()
  try {
    const publisher = await publish(server.publishUrl('churn'), 'tcp')
    try {
      const url = server.readUrl('churn')
      await churn(url, { atOnce, seconds: warmupSeconds, serverPid: server.pid })
      return await churn(url, { atOnce, seconds, serverPid: server.pid })
    } finally {
      await publisher.stop()
    }
  } finally {
    await server.stop()
  }
}
