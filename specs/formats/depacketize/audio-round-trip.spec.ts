import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as create from '../../../src/formats/create-format.ts'
import { createDepacketizer } from '../../../src/formats/depacketize/create-depacketizer.ts'
import type { Format } from '../../../src/formats/format.ts'
import type { Unit } from '../../../src/formats/units.ts'
import { isFailure } from '../../../src/contracts/failure.ts'
import { parseRtp, type RtpPacket } from '../../../src/wire/rtp/rtp-packet.ts'
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
        const sent = new Set(units.map(hex))
        for (const unit of pushed.units.filter((each) => !each.corrupted)) {
          const bytes = hex(bytesOf(unit))
          expect(isSamples ? [...sent].some((one) => one.includes(bytes)) : sent.has(bytes)).toBe(true)
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

/** A corpus of hostile packets that may lie beside a checkout. It is not part of the repository. */
const corpusPath = fileURLToPath(new URL('../../../../shared/corpus/fuzz.json', import.meta.url))
const hasCorpus = existsSync(corpusPath)

describe.runIf(hasCorpus)('streams that broke others', () => {
  const formats: Readonly<Record<string, Format>> = {
    rtpac3: create.ac3Format({ payloadType: 96, sampleRateHz: 48_000, channelCount: 2 }),
    rtpfragmented: create.mpeg4AudioLATMFormat({ payloadType: 96 }),
    rtplpcm: create.lpcmFormat({ payloadType: 96, bitDepth: 16, sampleRateHz: 48_000, channelCount: 2 }),
    rtpmpeg1audio: create.mpeg1AudioFormat(),
    rtpmpeg4audio: create.mpeg4AudioFormat({ payloadType: 96, config: fromHex('1190') }),
  }
  const inputs = (
    hasCorpus
      ? (JSON.parse(readFileSync(corpusPath, 'utf8')) as { dir: string; file: string; args: { hex: string }[] }[])
      : []
  ).flatMap(({ dir, file, args }) => {
    const folder = dir.split('/')[2] ?? ''
    return folder in formats ? [{ folder, file, bytes: fromHex(args[0]?.hex ?? '') }] : []
  })

  it.each(inputs)('$folder $file', ({ folder, bytes }) => {
    const depacketizer = createDepacketizer(formats[folder]!)
    for (const packet of packetsIn(bytes)) {
      for (const unit of depacketizer.push(packet)) expect(bytesOf(unit).length).toBeGreaterThan(0)
    }
    expect(depacketizer.problemCount).toBeGreaterThanOrEqual(0)
  })
})

/** Packets behind their sizes, 32 bits with the least significant byte first. */
function packetsIn(stream: Uint8Array): RtpPacket[] {
  const packets: RtpPacket[] = []
  for (let at = 0; at + 4 <= stream.length;) {
    const size = new DataView(stream.buffer, stream.byteOffset + at, 4).getUint32(0, true)
    const packet = parseRtp(stream.subarray(at + 4, at + 4 + size))
    at += 4 + size
    if (at <= stream.length && !isFailure(packet)) packets.push(packet)
  }
  return packets
}
