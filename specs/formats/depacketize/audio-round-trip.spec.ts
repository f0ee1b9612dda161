import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDepacketizer } from '../../../src/formats/depacketize/create-depacketizer.ts'
import type { Unit } from '../../../src/formats/units.ts'
import { testRtp } from '../../../src/testing/builders.ts'
import { fromHex, hex, joined } from '../packetize/rtp-packets.ts'
import { audioSamples, packetsOf } from './audio-samples.ts'
import { pushAll, received } from './push-all.ts'

const mtu = fc.integer({ min: 100, max: 1460 })

function bytesOf(unit: Unit): Uint8Array {
  if ('data' in unit) return unit.data
  if ('document' in unit) return unit.document
  throw new Error(`${unit.codec} is not for this spec`)
}

describe.each(audioSamples)('$name', (sample) => {
  const { format, data, ticks } = sample
  /** Codecs of which a unit may come out in pieces: they are rows of samples. */
  const isSamples = ['G711', 'G722', 'G726', 'LPCM'].includes(format.codec)

  it('comes out as it went in, at any size of packets', () => {
    fc.assert(
      fc.property(fc.array(data, { maxLength: 4 }), mtu, (units, maxPayloadBytes) => {
        const packets = packetsOf(sample, units, ticks, maxPayloadBytes)
        for (const packet of packets) expect(packet.length - 12).toBeLessThanOrEqual(maxPayloadBytes)
        const pushed = pushAll(createDepacketizer(format), received(packets))
        expect(pushed.problems).toEqual([])
        if (isSamples) {
          expect(hex(joined(pushed.units.map(bytesOf)))).toBe(hex(joined(units)))
        } else {
          expect(pushed.units.map((unit) => hex(bytesOf(unit)))).toEqual(units.map(hex))
          expect(pushed.units.map((unit) => unit.timestamp)).toEqual(
            units.map((_, index) => (4_294_966_000 + index * ticks) % 2 ** 32),
          )
        }
        expect(pushed.units.some((unit) => unit.corrupted)).toBe(false)
      }),
      { numRuns: 40 },
    )
  })

  it('comes out right or flagged, whatever is lost behind the first packet', () => {
    const losses = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 })
    fc.assert(
      fc.property(fc.array(data, { minLength: 2, maxLength: 6 }), mtu, losses, (units, maxPayloadBytes, isLost) => {
        const packets = packetsOf(sample, units, ticks, maxPayloadBytes)
        const kept = packets.filter((_, index) => index === 0 || !(isLost[index % isLost.length] ?? false))
        const pushed = pushAll(createDepacketizer(format), received(kept))
        const sent = units.map(hex)
        for (const unit of pushed.units) {
          const bytes = hex(bytesOf(unit))
          const index = ((unit.timestamp - 4_294_966_000) >>> 0) / ticks
          if (isSamples) expect(sent.some((one) => one.includes(bytes))).toBe(true)
          // What is flagged lacks its start, and is true otherwise.
          else if (unit.corrupted) expect(sent[index]?.endsWith(bytes)).toBe(true)
          else expect(bytes).toBe(sent[index])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('survives any payload, any order, any marker, without a throw and without an empty unit', () => {
    const packet = fc.record({
      sequenceNumber: fc.integer({ min: 0, max: 5 }),
      timestamp: fc.integer({ min: 0, max: 3 }),
      marker: fc.boolean(),
      payload: fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 20 }).map((tail) => joined([fromHex('0010'), tail])),
        fc.uint8Array({ maxLength: 20 }).map((tail) => joined([fromHex('000000000b77'), tail])),
      ),
    })
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 30 }), (packets) => {
        const { units } = pushAll(createDepacketizer(format), packets.map(testRtp))
        for (const unit of units) expect(bytesOf(unit).length).toBeGreaterThan(0)
      }),
      { numRuns: 100 },
    )
  })
})
