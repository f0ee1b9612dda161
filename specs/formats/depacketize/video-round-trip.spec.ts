import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDepacketizer } from '../../../src/formats/depacketize/create-depacketizer.ts'
import { createPacketizer } from '../../../src/formats/packetize/create-packetizer.ts'
import type { Depacketizer } from '../../../src/formats/depacketize/depacketizer.ts'
import type { OutgoingUnit, Unit } from '../../../src/formats/units.ts'
import { createRtp, RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'
import { hex, joined } from '../packetize/rtp-packets.ts'
import { partsOf, videoSamples, type VideoSample } from './video-samples.ts'

const numRuns = 100

/** Packets of each unit; timestamps are 3000 apart and wrap. */
function packetsOf(
  sample: VideoSample,
  contents: readonly Omit<OutgoingUnit<Unit>, 'timestamp'>[],
  maxPayloadBytes: number,
) {
  const packetizer = createPacketizer(sample.format, { ssrc: 1, initialSequenceNumber: 65_530, maxPayloadBytes })
  return contents.map((content, index) => {
    const unit = { ...content, timestamp: timestampOf(index) } as OutgoingUnit<Unit>
    return packetizer.packetize(unit).map((bytes) => new RtpPacket(bytes))
  })
}

/** Pushes a packet and overwrites it afterwards, as the owner of a receive buffer does. */
function lend(depacketizer: Depacketizer<Unit>, packet: RtpPacket): readonly Unit[] {
  const lent = packet.clone()
  const units = depacketizer.push(lent)
  lent.bytes.fill(0xee)
  return units
}

function timestampOf(index: number): number {
  return (0xffff_f000 + index * 3000) >>> 0
}

/** Of parts some may be missing, of a single string its start. */
function isRestOf(parts: readonly string[], all: readonly string[]): boolean {
  if (all.length === 1) return all[0]!.endsWith(parts.join(''))
  let at = 0
  for (const part of all) if (part === parts[at]) at += 1
  return at === parts.length
}

function text(unit: Omit<OutgoingUnit<Unit>, 'timestamp'>): readonly string[] {
  return partsOf(unit).map(hex)
}

describe.each(videoSamples.map((sample) => [sample.format.codec, sample] as const))('%s', (_, sample) => {
  const contents = fc.array(sample.content, { minLength: 1, maxLength: 8, size: 'max' })
  const maxPayloadBytes = fc.integer({ min: sample.smallestPayload, max: 1460 })

  it('comes back as it was, at any payload size', () => {
    fc.assert(
      fc.property(contents, maxPayloadBytes, (units, size) => {
        const packets = packetsOf(sample, units, size)
        const depacketizer = createDepacketizer(sample.format)
        const received = packets.map((ofUnit) => ofUnit.flatMap((packet) => lend(depacketizer, packet)))
        for (const ofUnit of packets) {
          for (const packet of ofUnit) expect(packet.payload.length).toBeLessThanOrEqual(size)
        }
        expect(depacketizer.problemCount).toBe(0)
        expect(received.flat().some((unit) => unit.corrupted)).toBe(false)
        received.forEach((ofUnit, index) => {
          expect(ofUnit.every((unit) => unit.timestamp === timestampOf(index))).toBe(true)
          if (!sample.keepsUnits) expect(hex(joined(ofUnit.flatMap(partsOf)))).toBe(hex(joined(partsOf(units[index]!))))
          else expect(ofUnit.map(text)).toEqual([text(units[index]!)])
        })
      }),
      { numRuns },
    )
  })

  it('is right or flagged, whatever is lost, and units behind a known boundary are whole', () => {
    const losses = fc.array(fc.nat(5), { minLength: 40, maxLength: 40 })
    fc.assert(
      fc.property(contents, maxPayloadBytes, losses, (units, size, dice) => {
        if (!sample.keepsUnits) return
        const packets = packetsOf(sample, units, size)
        const depacketizer = createDepacketizer(sample.format)
        // What comes first is believed, so the first packet of all arrives.
        let index = -1
        const arrived = packets.map((ofUnit) => ofUnit.filter(() => ++index === 0 || dice[index % 40] !== 0))
        const received = arrived.flat().flatMap((packet) => lend(depacketizer, packet))
        for (const unit of received) {
          const sent = text(units[Math.round(((unit.timestamp - timestampOf(0)) >>> 0) / 3000)]!)
          if (unit.corrupted) expect(isRestOf(text(unit), sent)).toBe(true)
          else expect(text(unit)).toEqual(sent)
        }
        expect(new Set(received.map((unit) => unit.timestamp)).size).toBe(received.length)
        packets.forEach((ofUnit, at) => {
          const isBoundaryKnown = at === 0 || arrived[at - 1]?.at(-1) === packets[at - 1]?.at(-1)
          if (!isBoundaryKnown || arrived[at]?.length !== ofUnit.length) return
          expect(received.find((unit) => unit.timestamp === timestampOf(at))?.corrupted).toBe(false)
        })
      }),
      { numRuns },
    )
  })

  it('answers with a value for packets in any order, twice or not at all', () => {
    fc.assert(
      fc.property(contents, maxPayloadBytes, fc.array(fc.nat(200), { maxLength: 60 }), (units, size, order) => {
        const packets = packetsOf(sample, units, size).flat()
        const depacketizer = createDepacketizer(sample.format)
        for (const index of order) {
          const before = depacketizer.problemCount
          const received = lend(depacketizer, packets[index % packets.length]!)
          expect(depacketizer.problemCount - before).toBeLessThanOrEqual(1)
          for (const unit of received) expect(partsOf(unit).every((part) => part.length > 0)).toBe(true)
        }
      }),
      { numRuns },
    )
  })

  it('answers with a value for any payloads, and starts as new after a reset', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(sample.content, fc.nat(60)).map(([content, length]) => partsOf(content)[0]!.subarray(0, length)),
    )
    const packet = fc.record({
      payload,
      marker: fc.boolean(),
      timestamp: fc.constantFrom(0, 1),
      step: fc.constantFrom(1, 1, 1, 2),
    })
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 40 }), sample.content, (packets, content) => {
        const depacketizer = createDepacketizer(sample.format)
        let sequenceNumber = 0
        for (const { payload: bytes, marker, timestamp, step } of packets) {
          sequenceNumber += step
          const received = depacketizer.push(
            createRtp({ payloadType: 96, sequenceNumber, timestamp, ssrc: 1, marker, payload: bytes }),
          )
          for (const unit of received) expect(partsOf(unit).every((part) => part.length > 0)).toBe(true)
        }
        depacketizer.reset()
        expect(depacketizer.lastProblem).toBeNull()
        const received = packetsOf(sample, [content], 1400)
          .flat()
          .flatMap((one) => depacketizer.push(one))
        expect(received.flatMap(text).join('')).toBe(text(content).join(''))
      }),
      { numRuns: numRuns * 3 },
    )
  })
})
