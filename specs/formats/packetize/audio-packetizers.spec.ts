import { describe, expect, it } from 'vitest'
import * as create from '../../../src/formats/create-format.ts'
import { AC3Packetizer } from '../../../src/formats/packetize/ac3-packetizer.ts'
import { MPEG4AudioLATMPacketizer } from '../../../src/formats/packetize/latm-packetizer.ts'
import { MPEG1AudioPacketizer } from '../../../src/formats/packetize/mpeg1-audio-packetizer.ts'
import { MPEG4AudioUnitPacketizer } from '../../../src/formats/packetize/mpeg4-audio-unit-packetizer.ts'
import { ONVIFMetadataPacketizer } from '../../../src/formats/packetize/onvif-metadata-packetizer.ts'
import { PayloadPacketizer } from '../../../src/formats/packetize/payload-packetizer.ts'
import { SamplePacketizer } from '../../../src/formats/packetize/sample-packetizer.ts'
import { VorbisPacketizer } from '../../../src/formats/packetize/vorbis-packetizer.ts'
import { filled, fromHex, hex, joined, readPacket } from './rtp-packets.ts'

const base = { payloadType: 96, ssrc: 0x9dbb7812, initialSequenceNumber: 0xffff, maxPayloadBytes: 64 }
const timestamp = 0xffff_ffff

/** Sequence number, timestamp, marker and payload of each packet. */
const sketch = (packets: readonly Uint8Array[]) =>
  packets.map((bytes) => {
    const packet = readPacket(bytes)
    expect(packet).toMatchObject({ payloadType: 96, ssrc: base.ssrc })
    return [packet.sequenceNumber, packet.timestamp, packet.marker, hex(packet.payload)]
  })

describe('PayloadPacketizer', () => {
  it('sends a unit as it is, without the marker (RFC 7587 section 4.2)', () => {
    const packetizer = new PayloadPacketizer<'Opus'>(base)
    const send = (data: Uint8Array) => sketch(packetizer.packetize({ codec: 'Opus', timestamp, data }))
    expect(send(fromHex('aabb'))).toEqual([[0xffff, timestamp, false, 'aabb']])
    expect(send(fromHex('cc'))).toEqual([[0, timestamp, false, 'cc']])
    expect(send(new Uint8Array(0))).toEqual([])
    expect(send(filled(1, 64))).toHaveLength(1)
    expect(() => send(filled(1, 65))).toThrow('a unit of 65 bytes does not fit a payload of 64')
  })
})

describe('SamplePacketizer', () => {
  it('cuts between samples of all channels and counts the time on (RFC 3190 section 4)', () => {
    const format = create.lpcmFormat({ payloadType: 96, bitDepth: 24, sampleRateHz: 48_000, channelCount: 2 })
    const packetizer = new SamplePacketizer(format, base)
    const data = filled(1, 126)
    expect(sketch(packetizer.packetize({ codec: 'LPCM', timestamp, data }))).toEqual([
      [0xffff, timestamp, false, hex(data.subarray(0, 60))],
      [0, 9, false, hex(data.subarray(60, 120))],
      [1, 19, false, hex(data.subarray(120))],
    ])
    expect(packetizer.packetize({ codec: 'LPCM', timestamp, data: new Uint8Array(0) })).toEqual([])
    expect(() => packetizer.packetize({ codec: 'LPCM', timestamp, data: filled(1, 7) })).toThrow('no whole number')
  })

  it.each([
    { format: create.g711Format({ payloadType: 96, isMuLaw: true, channelCount: 2 }), bytes: 64, ticks: 32 },
    { format: create.g722Format({ payloadType: 96 }), bytes: 64, ticks: 64 },
    { format: create.g726Format({ payloadType: 96, bitrateKbps: 16 }), bytes: 64, ticks: 256 },
    { format: create.g726Format({ payloadType: 96, bitrateKbps: 24 }), bytes: 63, ticks: 168 },
    { format: create.g726Format({ payloadType: 96, bitrateKbps: 32 }), bytes: 64, ticks: 128 },
    { format: create.g726Format({ payloadType: 96, bitrateKbps: 40 }), bytes: 60, ticks: 96 },
  ])('puts $bytes bytes of $format.codec into a packet, which last $ticks ticks', ({ format, bytes, ticks }) => {
    const packetizer = new SamplePacketizer(format, base)
    const packets = sketch(packetizer.packetize({ codec: format.codec, timestamp: 0, data: filled(1, bytes * 2) }))
    expect(packets.map(([, time]) => time)).toEqual([0, ticks])
  })

  it('refuses samples that are bigger than a packet', () => {
    const format = create.lpcmFormat({ payloadType: 96, bitDepth: 24, sampleRateHz: 48_000, channelCount: 22 })
    expect(() => new SamplePacketizer(format, base)).toThrow('smaller than one sample')
  })
})

describe('packets that only the marker ends', () => {
  const data = filled(1, 130)
  const slices = [
    [0xffff, timestamp, false, hex(data.subarray(0, 64))],
    [0, timestamp, false, hex(data.subarray(64, 128))],
    [1, timestamp, true, hex(data.subarray(128))],
  ]

  it('are cut from LATM (RFC 6416 section 6.1)', () => {
    const packetizer = new MPEG4AudioLATMPacketizer(base)
    expect(sketch(packetizer.packetize({ codec: 'MPEG4AudioLATM', timestamp, data }))).toEqual(slices)
    expect(packetizer.packetize({ codec: 'MPEG4AudioLATM', timestamp, data: new Uint8Array(0) })).toEqual([])
  })

  it('are cut from metadata', () => {
    const packetizer = new ONVIFMetadataPacketizer(base)
    expect(sketch(packetizer.packetize({ codec: 'ONVIFMetadata', timestamp, document: data }))).toEqual(slices)
  })
})

describe('AC3Packetizer (RFC 4184)', () => {
  const frame = joined([fromHex('0b77000000'), filled(1, 123)])
  const send = (maxPayloadBytes: number) =>
    sketch(new AC3Packetizer({ ...base, maxPayloadBytes }).packetize({ codec: 'AC3', timestamp, data: frame }))

  it('sends a frame that fits with its count', () => {
    expect(send(130)).toEqual([[0xffff, timestamp, true, `0001${hex(frame)}`]])
  })

  it('says with the first part whether five eighths of the frame are in it (section 4.1.1)', () => {
    expect(send(129).map(([, , marker, payload]) => [marker, String(payload).slice(0, 4)])).toEqual([
      [false, '0102'],
      [true, '0302'],
    ])
    expect(send(82)[0]?.[3]).toMatch(/^0102/)
    expect(send(81)[0]?.[3]).toMatch(/^0202/)
    expect(send(64).map(([, , , payload]) => String(payload).length / 2)).toEqual([64, 64, 6])
  })

  it('refuses what is not one frame', () => {
    const packetizer = new AC3Packetizer(base)
    for (const data of [new Uint8Array(0), frame.subarray(1), frame.subarray(0, 100), joined([frame, frame])]) {
      expect(() => packetizer.packetize({ codec: 'AC3', timestamp, data })).toThrow('not one AC-3 frame')
    }
  })
})

describe('MPEG1AudioPacketizer (RFC 2250 section 3)', () => {
  // MPEG-1 layer III, 32 kbit/s at 48 kHz: 96 bytes.
  const frame = joined([fromHex('fffb1400'), filled(1, 92)])

  it('sends a frame with its offset, every packet marked', () => {
    const send = (maxPayloadBytes: number) =>
      sketch(
        new MPEG1AudioPacketizer({ ...base, maxPayloadBytes }).packetize({
          codec: 'MPEG1Audio',
          timestamp,
          data: frame,
        }),
      )
    expect(send(100)).toEqual([[0xffff, timestamp, true, `00000000${hex(frame)}`]])
    expect(send(99)).toEqual([
      [0xffff, timestamp, true, `00000000${hex(frame.subarray(0, 95))}`],
      [0, timestamp, true, `0000005f${hex(frame.subarray(95))}`],
    ])
  })

  it('refuses what is not one frame', () => {
    const packetizer = new MPEG1AudioPacketizer(base)
    for (const data of [new Uint8Array(0), frame.subarray(1), frame.subarray(0, 95), joined([frame, frame])]) {
      expect(() => packetizer.packetize({ codec: 'MPEG1Audio', timestamp, data })).toThrow('not one frame')
    }
  })
})

describe('VorbisPacketizer (RFC 5215)', () => {
  it('sends a packet whole or in parts, never marked', () => {
    const packetizer = new VorbisPacketizer({ configuration: fromHex('00000001abcdef') }, base)
    const send = (data: Uint8Array) => sketch(packetizer.packetize({ codec: 'Vorbis', timestamp, data }))
    expect(send(fromHex('aabb'))).toEqual([[0xffff, timestamp, false, 'abcdef010002aabb']])
    const long = filled(1, 120)
    expect(send(long)).toEqual([
      [0, timestamp, false, `abcdef40003a${hex(long.subarray(0, 58))}`],
      [1, timestamp, false, `abcdef80003a${hex(long.subarray(58, 116))}`],
      [2, timestamp, false, `abcdefc00004${hex(long.subarray(116))}`],
    ])
    expect(send(new Uint8Array(0))).toEqual([])
  })

  it('needs to know its codebooks', () => {
    expect(() => new VorbisPacketizer({ configuration: fromHex('00000001abcd') }, base)).toThrow('no packed headers')
  })
})

describe('MPEG4AudioUnitPacketizer (RFC 3640)', () => {
  it('sends a unit at once, with the field widths of the format', () => {
    const packetizer = new MPEG4AudioUnitPacketizer({ sizeLength: 6, indexLength: 2, indexDeltaLength: 2 }, base)
    expect(sketch(packetizer.packetize({ codec: 'MPEG4Audio', timestamp, data: fromHex('aabb') }))).toEqual([
      [0xffff, timestamp, true, '000808aabb'],
    ])
    expect(() => packetizer.packetize({ codec: 'MPEG4Audio', timestamp, data: filled(1, 64) })).toThrow('does not fit')
  })
})

it.each([[{ payloadType: 128 }], [{ ssrc: -1 }], [{ initialSequenceNumber: 65_536 }], [{ maxPayloadBytes: 63 }]])(
  'options out of range are refused: %o',
  (wrong) => {
    expect(() => new PayloadPacketizer({ ...base, ...wrong })).toThrow('must be a whole number')
  },
)
