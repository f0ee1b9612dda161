import type { Depacketizer } from '../../../src/formats/depacketize/depacketizer.ts'
import type { UnitBase } from '../../../src/formats/units.ts'
import { RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'
import { testRtp } from '../../../src/testing/builders.ts'
import { fromHex } from '../packetize/rtp-packets.ts'

/** A packet in few words: sequence number, timestamp, marker, payload in hexadecimal digits (blanks allowed) or bytes. */
export type Sketch = readonly [
  sequenceNumber: number,
  timestamp: number,
  marker: 'M' | '-',
  payload: string | Uint8Array,
]

export function sketched([sequenceNumber, timestamp, mark, payload]: Sketch): RtpPacket {
  const bytes = typeof payload === 'string' ? fromHex(payload) : payload
  return testRtp({ sequenceNumber, timestamp, marker: mark === 'M', payload: bytes })
}

/** What pushes gave: the units in order, and the texts of the problems in order. */
export interface Pushed<U> {
  readonly units: readonly U[]
  readonly problems: readonly string[]
}

/** Pushes packets and overwrites each one afterwards, as the owner of a receive buffer does. */
export function pushAll<U extends UnitBase>(depacketizer: Depacketizer<U>, packets: readonly RtpPacket[]): Pushed<U> {
  const units: U[] = []
  const problems: string[] = []
  for (const packet of packets) {
    const lent = packet.clone()
    units.push(...depacketizer.push(lent))
    if (depacketizer.lastProblem !== null) problems.push(depacketizer.lastProblem.text)
    lent.bytes.fill(0xee)
  }
  return { units, problems }
}

export function pushSketches<U extends UnitBase>(
  depacketizer: Depacketizer<U>,
  sketches: readonly Sketch[],
): Pushed<U> {
  return pushAll(depacketizer, sketches.map(sketched))
}

/** The packets of a packetizer as a receiver gets them. */
export function received(packets: readonly Uint8Array[]): RtpPacket[] {
  return packets.map((bytes) => new RtpPacket(bytes))
}
