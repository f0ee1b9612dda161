// Sessions that come and go while a stream is on: connect, OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, again and again.
import { churn, publish } from '../lib/load.js'

/**
 * A server with a stream, warmed up for long enough that what compiles code while it runs has compiled it: a session
 * runs through a lot of code once, so that takes thousands of them.
 *
 * @param {import('../contenders.js').Contender} contender
 * @param {number} warmupSeconds
 */
export async function startChurn(contender, warmupSeconds) {
  const server = await contender.start()
  try {
    const publisher = await publish(server.publishUrl('churn'), 'tcp')
    const url = server.readUrl('churn')
    const serverPid = server.pid
    await churn(url, { atOnce: 8, seconds: warmupSeconds, serverPid })
    return {
      name: contender.name,
      window: (/** @type {number} */ atOnce, /** @type {number} */ seconds) =>
        churn(url, { atOnce, seconds, serverPid }),
      async stop() {
        await publisher.stop()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}
