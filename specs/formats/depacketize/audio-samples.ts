import fc from 'fast-check'
import * as create from '../../../src/formats/create-format.ts'
import { createPacketizer } from '../../../src/formats/packetize/create-packetizer.ts'
import type { Format } from '../../../src/formats/format.ts'
import { MPEG4AudioUnitPacketizer } from '../../../src/formats/packetize/mpeg4-audio-unit-packetizer.ts'
import type { Packetizer } from '../../../src/formats/packetize/packetizer.ts'
import type { Unit } from '../../../src/formats/units.ts'
import { fromHex, joined } from '../packetize/rtp-packets.ts'

/** A format with what its units hold: any bytes, or what passes for a frame. */
export interface AudioSample {
  readonly name: string
  readonly format: Format
  readonly data: fc.Arbitrary<Uint8Array>
  /** Ticks from a unit to the next. */
  readonly ticks: number
  /** Fragments tell their own size instead of that of the unit, as servers of the gortsplib family have it. */
  readonly hasPartSizes?: boolean
}

/** As many bytes as often as few; drawn one by one they would nearly always be few, and nothing would be cut. */
const spread = (minLength: number, maxLength: number) =>
  fc
    .tuple(fc.integer({ min: minLength, max: maxLength }), fc.nat(0xffff))
    .map(([length, seed]) =>
      Uint8Array.from({ length }, (_, index) => (index * 31 + seed + (index >> 8) * seed) & 0xff),
    )

const anyBytes = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 40 }), spread(1, 4000))
const smallBytes = fc.uint8Array({ minLength: 1, maxLength: 64 })

const groups = (bytes: number) => spread(1, 900).map((data) => joined(Array.from({ length: bytes }, () => data)))

/** A frame with this header: the rest is arbitrary. */
const frame = (header: string, bytes: number) =>
  fc
    .uint8Array({ minLength: bytes - header.length / 2, maxLength: bytes - header.length / 2 })
    .map((data) => joined([fromHex(header), data]))

const text = fc
  .tuple(fc.string({ maxLength: 20 }), fc.nat(200))
  .map(([content, times]) => new TextEncoder().encode(`<tt>${content.repeat(times)}</tt>`))

export const audioSamples: readonly AudioSample[] = [
  {
    name: 'MPEG4Audio',
    format: create.mpeg4AudioFormat({ payloadType: 97, config: fromHex('1190') }),
    data: anyBytes,
    ticks: 1024,
  },
  {
    name: 'MPEG4Audio with other field widths',
    format: create.mpeg4AudioFormat({
      payloadType: 97,
      config: fromHex('1190'),
      sizeLength: 15,
      indexLength: 1,
      indexDeltaLength: 0,
    }),
    data: anyBytes,
    ticks: 1024,
  },
  {
    name: 'MPEG4Audio with sizes of fragments',
    format: create.mpeg4AudioFormat({ payloadType: 97, config: fromHex('1190') }),
    data: anyBytes,
    ticks: 1024,
    hasPartSizes: true,
  },
  {
    name: 'MPEG4Audio with SBR',
    format: create.mpeg4AudioFormat({ payloadType: 97, config: fromHex('2b118800') }),
    data: anyBytes,
    ticks: 2048,
  },
  { name: 'MPEG4AudioLATM', format: create.mpeg4AudioLATMFormat({ payloadType: 97 }), data: anyBytes, ticks: 1920 },
  {
    name: 'Vorbis',
    format: create.vorbisFormat({
      payloadType: 97,
      sampleRateHz: 48_000,
      channelCount: 2,
      configuration: fromHex('00000001abcdef'),
    }),
    data: anyBytes,
    ticks: 960,
  },
  {
    name: 'AC3',
    format: create.ac3Format({ payloadType: 97, sampleRateHz: 44_100, channelCount: 6 }),
    data: fc
      .constantFrom('0b77000054', '0b77000055')
      .chain((header) => frame(header, header.endsWith('4') ? 834 : 836)),
    ticks: 1536,
  },
  { name: 'MPEG1Audio', format: create.mpeg1AudioFormat(), data: frame('fffb9000', 417), ticks: 2351 },
  {
    name: 'MPEG1Audio of layer II',
    format: create.mpeg1AudioFormat(),
    data: frame('fffde404', 1152),
    ticks: 2160,
  },
  {
    name: 'MPEG1Audio of MPEG-2 layer III',
    format: create.mpeg1AudioFormat(),
    data: frame('fff38400', 192),
    ticks: 2160,
  },
  {
    name: 'ONVIFMetadata, compressed',
    format: create.onvifMetadataFormat({ payloadType: 97, encoding: 'gzip' }),
    data: anyBytes,
    ticks: 90_000,
  },
  { name: 'ONVIFMetadata', format: create.onvifMetadataFormat({ payloadType: 97 }), data: text, ticks: 90_000 },
  { name: 'Opus', format: create.opusFormat({ payloadType: 97, channelCount: 2 }), data: smallBytes, ticks: 960 },
  {
    name: 'Opus with six channels',
    format: create.opusFormat({ payloadType: 97, channelCount: 6 }),
    data: smallBytes,
    ticks: 960,
  },
  {
    name: 'Speex',
    format: create.speexFormat({ payloadType: 97, sampleRateHz: 16_000 }),
    data: smallBytes,
    ticks: 320,
  },
  { name: 'generic', format: create.genericFormat({ payloadType: 97 }), data: smallBytes, ticks: 1 },
  { name: 'G722', format: create.g722Format(), data: groups(1), ticks: 600 },
  {
    name: 'G711',
    format: create.g711Format({ payloadType: 97, isMuLaw: false, channelCount: 2 }),
    data: groups(2),
    ticks: 600,
  },
  ...([16, 24, 32, 40] as const).map((bitrateKbps) => ({
    name: `G726 of ${bitrateKbps} kbit/s`,
    format: create.g726Format({ payloadType: 97, bitrateKbps }),
    data: groups([1, 3, 1, 5][bitrateKbps / 8 - 2] ?? 1),
    ticks: 4800,
  })),
  {
    name: 'G711 of one channel',
    format: create.g711Format({ payloadType: 0, isMuLaw: true }),
    data: groups(1),
    ticks: 600,
  },
  ...([8, 16, 24] as const).flatMap((bitDepth) =>
    [1, 2, 6].map((channelCount) => ({
      name: `LPCM of ${bitDepth} bits and ${channelCount} channels`,
      format: create.lpcmFormat({ payloadType: 97, bitDepth, sampleRateHz: 48_000, channelCount }),
      data: groups((bitDepth / 8) * channelCount),
      ticks: 600,
    })),
  ),
]

/** Packetizes any audio data of a format. */
export function packetsOf(
  { format, hasPartSizes = false }: AudioSample,
  units: readonly Uint8Array[],
  ticks: number,
  maxPayloadBytes: number,
): Uint8Array[] {
  const options = { ssrc: 1, initialSequenceNumber: 65_530, maxPayloadBytes }
  const packetizer: Packetizer<Unit> =
    hasPartSizes && format.codec === 'MPEG4Audio'
      ? new MPEG4AudioUnitPacketizer(format, { ...options, payloadType: format.payloadType, fragmentSize: 'fragment' })
      : createPacketizer(format, options)
  return units.flatMap((data, index) => {
    const timestamp = (4_294_966_000 + index * ticks) % 2 ** 32
    return format.codec === 'ONVIFMetadata'
      ? packetizer.packetize({ codec: 'ONVIFMetadata', timestamp, document: data })
      : packetizer.packetize({ codec: format.codec, timestamp, data } as Parameters<typeof packetizer.packetize>[0])
  })
}
