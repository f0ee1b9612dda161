/**
 * Our RTP against that of rtp.js, which shares nothing with it, on random packets and in both directions. What rtp.js is known
 * to do otherwise is left out: it cannot read extensions of other profiles than those of RFC 8285, and refuses a P bit with
 * a count of 0 and versions other than 2.
 */
import fc from 'fast-check'
import { packets as rtpJs } from 'rtp.js'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { createRtp, parseRtp, rtpProblem, type RtpFields } from '../../../src/wire/rtp/rtp-packet.ts'
import {
  extensionElement,
  oneByteExtensionProfile,
  twoByteExtensionProfile,
} from '../../../src/wire/rtp/rtp-extension.ts'

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })

/** Elements by id, as both sides can write them. */
const shortElements = fc.dictionary(
  fc.integer({ min: 1, max: 14 }).map(String),
  fc.uint8Array({ minLength: 1, maxLength: 16 }),
  {
    maxKeys: 4,
  },
)
const longElements = fc.dictionary(fc.integer({ min: 1, max: 255 }).map(String), fc.uint8Array({ maxLength: 40 }), {
  maxKeys: 4,
})

const packet = fc.record({
  payloadType: fc.integer({ min: 0, max: 127 }),
  sequenceNumber: fc.integer({ min: 0, max: 0xffff }),
  timestamp: uint32,
  ssrc: uint32,
  marker: fc.boolean(),
  csrcs: fc.array(uint32, { maxLength: 15 }),
  padding: fc.integer({ min: 0, max: 255 }),
  payload: fc.uint8Array({ maxLength: 200 }),
  elements: fc.oneof(
    shortElements.map((content) => ({ isShort: true, content })),
    longElements.map((content) => ({ isShort: false, content })),
  ),
})

type Described = typeof packet extends fc.Arbitrary<infer Value> ? Value : never

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const bytesOf = (data: DataView) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
const list = (bytes: Uint8Array | undefined) => [...(bytes ?? [])]

/** The extension of RFC 8285 with these elements; none when there are none. */
function extensionOf({ isShort, content }: Described['elements']): RtpFields['extension'] {
  const bytes = Object.entries(content).flatMap(([id, value]) =>
    isShort ? [(Number(id) << 4) | (value.length - 1), ...value] : [Number(id), value.length, ...value],
  )
  if (bytes.length === 0) return undefined
  while (bytes.length % 4 !== 0) bytes.push(0)
  return { profile: isShort ? oneByteExtensionProfile : twoByteExtensionProfile, data: Uint8Array.from(bytes) }
}

function ours({ elements, ...fields }: Described): Uint8Array {
  const extension = extensionOf(elements)
  return createRtp({ ...fields, ...(extension !== undefined && { extension }) }).bytes
}

/** The same packet out of the other library, without padding, which it sets by itself only. */
function theirs({ elements, ...fields }: Described): Uint8Array {
  const written = new rtpJs.RtpPacket()
  written.setPayloadType(fields.payloadType)
  written.setSequenceNumber(fields.sequenceNumber)
  written.setTimestamp(fields.timestamp)
  written.setSsrc(fields.ssrc)
  written.setMarker(fields.marker)
  written.setCsrcs(fields.csrcs)
  if (elements.isShort) written.enableOneByteExtensions()
  else written.enableTwoBytesExtensions()
  for (const [id, value] of Object.entries(elements.content)) written.setExtension(Number(id), view(value))
  written.setPayload(view(fields.payload))
  written.serialize()
  return bytesOf(written.getView())
}

describe('RTP packets and rtp.js', () => {
  it('what we write, it reads', () => {
    fc.assert(
      fc.property(packet, (fields) => {
        const read = new rtpJs.RtpPacket(view(ours(fields)))
        expect(read.getPayloadType()).toBe(fields.payloadType)
        expect(read.getSequenceNumber()).toBe(fields.sequenceNumber)
        expect(read.getTimestamp()).toBe(fields.timestamp)
        expect(read.getSsrc()).toBe(fields.ssrc)
        expect(read.getMarker()).toBe(fields.marker)
        expect(read.getCsrcs()).toEqual(fields.csrcs)
        expect(read.getPadding()).toBe(fields.padding)
        expect(list(bytesOf(read.getPayload()))).toEqual(list(fields.payload))
        for (const [id, value] of Object.entries(fields.elements.content)) {
          expect(list(bytesOf(read.getExtension(Number(id))!))).toEqual(list(value))
        }
      }),
      { numRuns: 400 },
    )
  })

  it('what it writes, we read', () => {
    fc.assert(
      fc.property(packet, (fields) => {
        const read = parseRtp(theirs(fields))
        if (isFailure(read)) throw new Error(read.text)
        expect(read.version).toBe(2)
        expect(read.payloadType).toBe(fields.payloadType)
        expect(read.sequenceNumber).toBe(fields.sequenceNumber)
        expect(read.timestamp).toBe(fields.timestamp)
        expect(read.ssrc).toBe(fields.ssrc)
        expect(read.marker).toBe(fields.marker)
        expect(read.csrcs).toEqual(fields.csrcs)
        expect(list(read.payload)).toEqual(list(fields.payload))
        for (const [id, value] of Object.entries(fields.elements.content)) {
          expect(list(extensionElement(read, Number(id)))).toEqual(list(value))
        }
      }),
      { numRuns: 400 },
    )
  })

  it('bytes of both are the same where there is no extension, which may be laid out in several ways', () => {
    fc.assert(
      fc.property(packet, (fields) => {
        const plain = { ...fields, padding: 0, elements: { isShort: true, content: {} } }
        expect(list(ours(plain))).toEqual(list(theirs(plain)))
      }),
    )
  })

  it('damaged packets are refused by both, or read the same', () => {
    const change = fc.record({ at: fc.nat(40), value: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(packet, fc.array(change, { maxLength: 3 }), fc.nat(300), (fields, changes, size) => {
        // Elements that overrun their block are refused here alone.
        const damaged = ours({ ...fields, elements: { isShort: true, content: {} } }).slice(0, Math.max(12, size))
        // The first byte keeps its version; ours are told apart from RTCP elsewhere.
        for (const { at, value } of changes)
          if (at < damaged.length) damaged[at] = at === 0 ? (value & 0x3f) | 0x80 : value
        const first = damaged[0]!
        const isEmptyPadding = (first & 0x20) !== 0 && damaged.at(-1) === 0
        if (isEmptyPadding) return
        let read: rtpJs.RtpPacket | undefined
        try {
          read = new rtpJs.RtpPacket(view(damaged))
        } catch {
          read = undefined
        }
        const mine = parseRtp(damaged)
        expect(isFailure(mine), rtpProblem(damaged) ?? 'sound').toBe(read === undefined)
        if (isFailure(mine) || read === undefined) return
        expect(list(mine.payload)).toEqual(list(bytesOf(read.getPayload())))
        expect(mine.csrcs).toEqual(read.getCsrcs())
      }),
      { numRuns: 1000 },
    )
  })
})
