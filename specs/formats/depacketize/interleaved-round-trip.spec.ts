/** The whole way of a unit over TCP: packets, interleaved frames, a byte stream cut anywhere, and the unit again. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { createDepacketizer } from '../../../src/formats/depacketize/create-depacketizer.ts'
import type { Format } from '../../../src/formats/format.ts'
import { createPacketizer } from '../../../src/formats/packetize/create-packetizer.ts'
import type { OutgoingUnit, Unit } from '../../../src/formats/units.ts'
import { parseRtp } from '../../../src/wire/rtp/rtp-packet.ts'
import { RtspFramer } from '../../../src/wire/rtsp/framer.ts'
import { encodeInterleavedFrame } from '../../../src/wire/rtsp/interleaved-frame.ts'
import { hex, joined } from '../packetize/rtp-packets.ts'
import { audioSamples } from './audio-samples.ts'
import { partsOf, videoSamples } from './video-samples.ts'

/** What of a unit is compared; its codec does not matter here. */
type Content = Parameters<typeof partsOf>[0]

const samples: readonly { readonly name: string; readonly format: Format; readonly content: fc.Arbitrary<Content> }[] =
  [
    ...videoSamples.map(({ format, content }) => ({ name: format.codec, format, content })),
    ...audioSamples.map(({ name, format, data }) => ({
      name,
      format,
      content: data.map((bytes): Content => {
        return format.codec === 'ONVIFMetadata'
          ? ({ codec: format.codec, document: bytes } as Content)
          : ({ codec: format.codec, data: bytes } as Content)
      }),
    })),
  ]

const contentOf = (unit: Content | Unit) => hex(joined('document' in unit ? [unit.document] : partsOf(unit)))

describe.each(samples)('$name', ({ format, content }) => {
  it('comes back from a byte stream, wherever that is cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 20 })
    const units = fc.array(content, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(units, fc.integer({ min: 188, max: 1460 }), cuts, (sent, maxPayloadBytes, sizes) => {
        const packetizer = createPacketizer(format, { ssrc: 1, initialSequenceNumber: 65_530, maxPayloadBytes })
        const stream = joined(
          sent.flatMap((unit, index) =>
            packetizer
              .packetize({ ...unit, timestamp: index * 90_000 } as OutgoingUnit<Unit>)
              .map((packet) => encodeInterleavedFrame(4, packet)),
          ),
        )
        const depacketizer = createDepacketizer(format)
        const received: Unit[] = []
        const framer = new RtspFramer({
          onRequest: () => undefined,
          onResponse: () => undefined,
          onFailure: (failure) => expect(failure).toBeUndefined(),
          onFrame: (channel, bytes) => {
            expect(channel).toBe(4)
            const packet = parseRtp(bytes)
            if (!isFailure(packet)) received.push(...depacketizer.push(packet))
          },
        })
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          const chunk = stream.slice(at, at + size)
          framer.push(chunk)
          // What was read may lie in a buffer that is used again.
          chunk.fill(0xee)
          at += size
        }
        expect(depacketizer.problemCount).toBe(0)
        expect(received.some((unit) => unit.corrupted)).toBe(false)
        expect(received.map(contentOf).join('')).toBe(sent.map(contentOf).join(''))
      }),
      { numRuns: 20 },
    )
  })
})
