/**
 * Units of each video codec for properties: valid as far as packetizers and depacketizers look, arbitrary beyond that. Bytes
 * are never 0 or 1 where a start code must not come about by chance.
 */
import fc from 'fast-check'
import * as create from '../../../src/formats/create-format.ts'
import type { Format } from '../../../src/formats/format.ts'
import type { OutgoingUnit, Unit } from '../../../src/formats/units.ts'
import { jpegHeader } from '../../../src/formats/depacketize/jpeg-header.ts'
import { joined } from '../packetize/rtp-packets.ts'

type WithoutTime<U> = U extends Unit ? Omit<OutgoingUnit<U>, 'timestamp'> : never
/** A unit of any codec without its timestamp. */
export type Content = WithoutTime<Unit>

/** A codec under test. */
export interface VideoSample {
  readonly format: Format
  /** Content of a unit, without its timestamp. */
  readonly content: fc.Arbitrary<Omit<OutgoingUnit<Unit>, 'timestamp'>>
  /** Smallest `maxPayloadBytes` that its packetizer takes. */
  readonly smallestPayload: number
  /** False: one unit is cut into several, as transport streams are. */
  readonly keepsUnits: boolean
}

/** Bytes without start codes, as many as often as few; drawn one by one they would nearly always be few. */
const plain = (minLength: number, maxLength: number) =>
  fc
    .tuple(fc.integer({ min: minLength, max: maxLength }), fc.nat(250))
    .map(([length, seed]) => Uint8Array.from({ length }, (_, index) => 2 + ((seed + index * 7) % 250)))

const startCode = (code: number): Uint8Array => Uint8Array.of(0, 0, 1, code)

/** As slices that begin a picture: the highest bit of the first byte is set (H.264 section 7.3.3, H.265 section 7.3.6.1). */
const firstSlice = (rest: Uint8Array): Uint8Array => rest.map((byte, index) => (index === 0 ? byte | 0x80 : byte))

/** Not 9: a delimiter in the middle of an access unit would be a contradiction. */
const h264Nalu = fc
  .tuple(fc.constantFrom(1, 5, 6, 7, 8, 14, 23), fc.integer({ min: 0, max: 3 }), plain(0, 900))
  .map(([type, importance, rest]) => joined([Uint8Array.of((importance << 5) | type), firstSlice(rest)]))

const h265Nalu = fc
  .tuple(
    fc.constantFrom(0, 1, 19, 21, 32, 33, 34, 39),
    fc.integer({ min: 0, max: 63 }),
    fc.integer({ min: 1, max: 7 }),
    plain(0, 900),
  )
  .map(([type, layer, temporal, rest]) =>
    joined([Uint8Array.of((type << 1) | (layer >> 5), ((layer & 0x1f) << 3) | temporal), firstSlice(rest)]),
  )

/** No temporal delimiter, no size field. */
const obu = fc
  .tuple(fc.constantFrom(1, 3, 4, 5, 6), plain(0, 900))
  .map(([type, rest]) => joined([Uint8Array.of(type << 3), rest]))

/** Profile 0: a key frame with its size, or an interframe. */
const vp9Frame = fc
  .tuple(fc.boolean(), plain(0, 3000))
  .map(([isKey, rest]) =>
    isKey
      ? joined([Uint8Array.of(0x82, 0x49, 0x83, 0x42, 0x00, 0x13, 0xf0, 0x0e, 0xf0), rest])
      : joined([Uint8Array.of(0x86), rest]),
  )

const mpeg4Frame = fc
  .tuple(fc.boolean(), fc.constantFrom(0x10, 0x50), plain(0, 3000))
  .map(([hasHeaders, vop, rest]) =>
    joined([
      ...(hasHeaders ? [startCode(0xb0), Uint8Array.of(1), startCode(0x00), startCode(0x20), Uint8Array.of(9)] : []),
      startCode(0xb6),
      Uint8Array.of(vop),
      rest,
    ]),
  )

const mpeg1Frame = fc
  .tuple(fc.boolean(), fc.integer({ min: 1, max: 3 }), fc.array(plain(1, 900), { minLength: 1, maxLength: 6 }))
  .map(([hasSequence, type, slices]) =>
    joined([
      ...(hasSequence ? [startCode(0xb3), Uint8Array.of(20, 15, 3), startCode(0xb8), Uint8Array.of(8, 9, 7, 6)] : []),
      startCode(0x00),
      Uint8Array.of(5, (type << 3) | 2, 255, 250, 130),
      ...slices.flatMap((slice, index) => [startCode(index + 1), slice]),
    ]),
  )

const jpegImage = fc
  .record({
    width: fc.integer({ min: 1, max: 255 }).map((blocks) => blocks * 8),
    height: fc.integer({ min: 1, max: 255 }).map((blocks) => blocks * 8),
    isChromaHalfHeight: fc.boolean(),
    // An image with one table for both comes back with two that are the same.
    quantizationTables: plain(128, 128),
    restartInterval: fc.constantFrom(0, 1, 40),
    scan: plain(2, 4000),
  })
  .map(({ scan, ...header }) => joined([jpegHeader(header), scan, Uint8Array.of(0xff, 0xd9)]))

const transportStream = fc
  .array(plain(187, 187), { minLength: 1, maxLength: 12 })
  .map((packets) => joined(packets.flatMap((rest) => [Uint8Array.of(0x47), rest])))

const klvItem = (value: Uint8Array): Uint8Array =>
  joined([
    Uint8Array.of(0x06, 0x0e, 0x2b, 0x34, 2, 11, 1, 1, 14, 1, 3, 1, 1, 0, 0, 0),
    Uint8Array.of(0x82, value.length >> 8, value.length & 0xff),
    value,
  ])

/** One item, or several of which each may fill a packet exactly. */
const klvUnit = fc.oneof(
  plain(0, 3000).map(klvItem),
  fc.array(plain(0, 900).map(klvItem), { minLength: 2, maxLength: 4 }).map(joined),
  fc.array(plain(81, 81).map(klvItem), { minLength: 2, maxLength: 9 }).map(joined),
)

const list = (one: fc.Arbitrary<Uint8Array>) => fc.array(one, { minLength: 1, maxLength: 8, size: 'max' })

/** Some access units begin with a delimiter. */
const accessUnit = (one: fc.Arbitrary<Uint8Array>, delimiter: readonly number[]) =>
  fc
    .tuple(fc.boolean(), list(one))
    .map(([isDelimited, nalus]) => (isDelimited ? [Uint8Array.from(delimiter), ...nalus] : nalus))

/** Each video codec, and KLV. */
export const videoSamples: readonly VideoSample[] = [
  sample(
    create.h264Format({ payloadType: 96 }),
    accessUnit(h264Nalu, [0x09, 0xf0]).map((nalus) => ({ codec: 'H264', nalus })),
  ),
  sample(
    create.h265Format({ payloadType: 96 }),
    accessUnit(h265Nalu, [70, 1, 0x50]).map((nalus) => ({ codec: 'H265', nalus })),
  ),
  sample(
    create.av1Format({ payloadType: 96 }),
    // Tiles (4) have the header of their frame in front of them.
    list(obu).map((obus) => ({ codec: 'AV1', obus: [Uint8Array.of(3 << 3), ...obus] })),
  ),
  sample(
    create.vp8Format({ payloadType: 96 }),
    plain(1, 3000).map((frame) => ({ codec: 'VP8', frame })),
  ),
  sample(
    create.vp9Format({ payloadType: 96 }),
    vp9Frame.map((frame) => ({ codec: 'VP9', frame })),
  ),
  sample(
    create.mpeg4VideoFormat({ payloadType: 96 }),
    mpeg4Frame.map((frame) => ({ codec: 'MPEG4Video', frame })),
  ),
  sample(
    create.mpeg1VideoFormat(),
    mpeg1Frame.map((frame) => ({ codec: 'MPEG1Video', frame })),
  ),
  {
    ...sample(
      create.mjpegFormat(),
      jpegImage.map((image) => ({ codec: 'MJPEG', image })),
    ),
    smallestPayload: 160,
  },
  sample(
    create.klvFormat({ payloadType: 96 }),
    klvUnit.map((data) => ({ codec: 'KLV', data })),
  ),
  {
    ...sample(
      create.mpegTSFormat(),
      transportStream.map((data) => ({ codec: 'MPEGTS', data })),
    ),
    smallestPayload: 188,
    keepsUnits: false,
  },
]

function sample(format: Format, content: VideoSample['content']): VideoSample {
  return { format, content, smallestPayload: 100, keepsUnits: true }
}

/** The byte strings of a unit: NAL units, OBUs, or the one thing it is. */
export function partsOf(unit: Omit<OutgoingUnit<Unit>, 'timestamp'>): readonly Uint8Array[] {
  if ('nalus' in unit) return unit.nalus as readonly Uint8Array[]
  if ('obus' in unit) return unit.obus as readonly Uint8Array[]
  const { frame, image, data } = unit as { frame?: Uint8Array; image?: Uint8Array; data?: Uint8Array }
  return [frame ?? image ?? data ?? new Uint8Array(0)]
}
