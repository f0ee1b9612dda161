// Does the load generator count what is there? A reader written for Node, that shares no code with it, counts packets of
// the same stream at the same time, by sequence number.
import { playPlainly } from '../lib/plain-reader.js'
import { sleep } from '../lib/pinned.js'

/**
 * Reads a stream over TCP for a while and counts the packets of its first media.
 * @param {string} url
 * @param {number} seconds
 * @returns {Promise<{ packetsPerSecond: number, lost: number }>}
 */
export async function countPackets(url, seconds) {
  let packets = 0
  let lost = 0
  let lastSequence = -1
  const socket = await playPlainly(url, (packet) => {
    const sequence = packet.readUInt16BE(2)
    if (lastSequence >= 0) lost += (sequence - lastSequence - 1) & 0xffff
    lastSequence = sequence
    packets += 1
  })
  const startedAt = performance.now()
  packets = 0
  await sleep(seconds * 1000)
  const packetsPerSecond = packets / ((performance.now() - startedAt) / 1000)
  socket.destroy()
  return { packetsPerSecond, lost }
}
