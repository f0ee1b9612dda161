import type { EncodedPacket } from 'mediabunny'

/** A packet of a track and its times. */
export interface DuePacket {
  readonly encoded: EncodedPacket
  /** When it is shown or heard, and when that is over. */
  readonly startSeconds: number
  readonly endSeconds: number
  /** When a decoder wants it: in the order of the packets, and no later than it is shown. */
  readonly dueSeconds: number
}

/** H.264 and H.265 allow 16 pictures between a picture and its place in the order of showing. */
const deepestReorder = 16

/**
 * Packets come in the order of decoding and say when they are shown; with B frames that goes back and forth. They are due
 * in the order of decoding at the times of the order of showing, all of them earlier by the time that the worst of them
 * would else be late. A window of packets ahead is enough to know that.
 */
export async function* inDueOrder(packets: AsyncIterable<EncodedPacket>): AsyncGenerator<DuePacket> {
  const waiting: EncodedPacket[] = []
  const times: number[] = []
  let headStart = 0
  let last = -Infinity
  function* leave(most: number): Generator<DuePacket> {
    while (waiting.length > most) {
      for (const [index, { timestamp }] of waiting.slice(0, deepestReorder).entries()) {
        headStart = Math.max(headStart, (times[index] ?? timestamp) - timestamp)
      }
      const encoded = waiting.shift()
      const time = times.shift()
      if (encoded === undefined || time === undefined) return
      last = Math.max(last, time - headStart)
      const startSeconds = encoded.timestamp
      yield { encoded, startSeconds, endSeconds: startSeconds + encoded.duration, dueSeconds: last }
    }
  }
  for await (const packet of packets) {
    waiting.push(packet)
    const place = times.findLastIndex((time) => time <= packet.timestamp)
    times.splice(place + 1, 0, packet.timestamp)
    yield* leave(2 * deepestReorder)
  }
  yield* leave(0)
}
