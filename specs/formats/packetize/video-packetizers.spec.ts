/**
 * What the packetizers of video and data write, byte by byte. Payloads are put together by hand from the layouts of the RFCs;
 * each table is read back by the depacketizer as well, so that it holds for both.
 */
import { describe, expect, it } from 'vitest'
import * as create from '../../../src/formats/create-format.ts'
import { createDepacketizer } from '../../../src/formats/depacketize/create-depacketizer.ts'
import type { Format } from '../../../src/formats/format.ts'
import { createPacketizer } from '../../../src/formats/packetize/create-packetizer.ts'
import { VP9Packetizer } from '../../../src/formats/packetize/vp9-packetizer.ts'
import { pushAll, received } from '../depacketize/push-all.ts'
import { partsOf, type Content } from '../depacketize/video-samples.ts'
import { filled, fromHex, hex, joined, readPacket } from './rtp-packets.ts'

/** Name, format, most bytes of a payload, the unit, the payloads. */
type Row = readonly [string, Format, number, Content, readonly Uint8Array[]]

const ssrc = 0x9dbb_7812
const initialSequenceNumber = 0x44ed

/** Bytes from hexadecimal digits and other bytes, in order. */
const bytes = (...parts: readonly (string | Uint8Array)[]) =>
  joined(parts.map((part) => (typeof part === 'string' ? fromHex(part) : part)))

/** No zeros and no ones, so that nothing looks like a start code. */
const noise = (count: number, seed = 0) => Uint8Array.from({ length: count }, (_, index) => 2 + ((seed + index) % 250))

const h265 = create.h265Format({ payloadType: 96 })
const longNalu = bytes('2601', noise(2500, 128))
const limitNalu = bytes('2601', noise(998, 128))
const overNalu = bytes('2601', noise(999, 128))
const h265Rows: readonly Row[] = [
  ['a NAL unit by itself', h265, 1000, { codec: 'H265', nalus: [bytes('2601aabb')] }, [bytes('2601aabb')]],
  [
    'small ones together, behind the lowest layer and temporal id (section 4.4.2)',
    h265,
    1000,
    { codec: 'H265', nalus: [bytes('4001aa'), bytes('4201bb'), bytes('4401cccc')] },
    [bytes('6001 0003 4001aa 0003 4201bb 0004 4401cccc')],
  ],
  [
    'layers beyond 31 keep their highest bit',
    h265,
    1000,
    // Layers 33 and 40, temporal ids 3 and 2.
    { codec: 'H265', nalus: [bytes('030baa'), bytes('0342bb')] },
    [bytes('610a 0003 030baa 0003 0342bb')],
  ],
  [
    'a long one in fragments (section 4.4.3)',
    h265,
    1000,
    { codec: 'H265', nalus: [longNalu] },
    [
      bytes('620193', longNalu.subarray(2, 999)),
      bytes('620113', longNalu.subarray(999, 1996)),
      bytes('620153', longNalu.subarray(1996)),
    ],
  ],
  ['one that fits exactly', h265, 1000, { codec: 'H265', nalus: [limitNalu] }, [limitNalu]],
  [
    'one that is a byte too long',
    h265,
    1000,
    { codec: 'H265', nalus: [overNalu] },
    [bytes('620193', overNalu.subarray(2, 999)), bytes('620153', overNalu.subarray(999))],
  ],
]

const av1 = create.av1Format({ payloadType: 96 })
const longObu = bytes('30', noise(1999))
const av1Rows: readonly Row[] = [
  ['an OBU by itself', av1, 1000, { codec: 'AV1', obus: [bytes('300102')] }, [bytes('10 300102')]],
  [
    'with a sequence header (N), the last without a length',
    av1,
    1000,
    { codec: 'AV1', obus: [bytes('08aa'), bytes('3002')] },
    [bytes('28 02 08aa 3002')],
  ],
  [
    'four, which are too many to be counted (W is 0)',
    av1,
    1000,
    { codec: 'AV1', obus: [bytes('08'), bytes('28aa'), bytes('30'), bytes('30bbbb')] },
    [bytes('08 01 08 02 28aa 01 30 03 30bbbb')],
  ],
  [
    'a long one in fragments (Y, then Z)',
    av1,
    1000,
    { codec: 'AV1', obus: [longObu] },
    [
      bytes('50', longObu.subarray(0, 999)),
      bytes('d0', longObu.subarray(999, 1998)),
      bytes('90', longObu.subarray(1998)),
    ],
  ],
  [
    'a short one and the start of a long one',
    av1,
    1000,
    { codec: 'AV1', obus: [filled(0x30, 10), longObu.subarray(0, 1200)] },
    [bytes('60 0a', filled(0x30, 10), longObu.subarray(0, 988)), bytes('90', longObu.subarray(988, 1200))],
  ],
]

const vp8 = create.vp8Format({ payloadType: 96 })
const vp8Rows: readonly Row[] = [
  ['a frame in a packet', vp8, 500, { codec: 'VP8', frame: bytes('0102') }, [bytes('10 0102')]],
  [
    'a frame in parts',
    vp8,
    500,
    { codec: 'VP8', frame: noise(1000) },
    [bytes('10', noise(499)), bytes('00', noise(499, 499)), bytes('00', noise(2, 998))],
  ],
]

const mpeg1 = create.mpeg1VideoFormat()
/** Sequence and group headers, a picture of type I with temporal reference 5. */
const headers = bytes('000001b3 14f0b423 000001b8 08090706 00000100 014ffff8')
const slice = (code: number, count: number) => bytes('000001', Uint8Array.of(code), noise(count))
const mpeg1Rows: readonly Row[] = [
  [
    'an I picture with its headers in a packet (S, B, E)',
    mpeg1,
    1000,
    { codec: 'MPEG1Video', frame: bytes(headers, slice(1, 20)) },
    [bytes('0005 39 00', headers, slice(1, 20))],
  ],
  [
    // Temporal reference 6, type P, a forward vector of full_pel 0 and f_code 3.
    'a P picture, with its vectors',
    mpeg1,
    1000,
    { codec: 'MPEG1Video', frame: bytes('00000100 0197fff980', slice(1, 20)) },
    [bytes('0006 1a 03 00000100 0197fff980', slice(1, 20))],
  ],
  [
    'slices that share packets as whole pieces',
    mpeg1,
    1000,
    { codec: 'MPEG1Video', frame: bytes(headers, slice(1, 600), slice(2, 600), slice(3, 300)) },
    [bytes('0005 39 00', headers, slice(1, 600)), bytes('0005 19 00', slice(2, 600), slice(3, 300))],
  ],
  [
    'a slice in parts: B on the first, E on the last',
    mpeg1,
    1000,
    { codec: 'MPEG1Video', frame: bytes(headers, slice(1, 2000)) },
    [
      bytes('0005 39 00', headers),
      bytes('0005 11 00', slice(1, 992)),
      bytes('0005 01 00', noise(996, 992)),
      bytes('0005 09 00', noise(12, 1988)),
    ],
  ],
]

const mpeg4 = create.mpeg4VideoFormat({ payloadType: 96 })
const vop = bytes('000001b650', noise(245))
const klv = create.klvFormat({ payloadType: 96 })
const label = '060e2b34020b01010e01030101000000'
const klvUnit = bytes(label, '8201bd', noise(445))
const transport = (count: number) => joined(Array.from({ length: count }, (_, index) => bytes('47', noise(187, index))))
const mpegTS = create.mpegTSFormat()
const slicedRows: readonly Row[] = [
  ['MPEG-4 Visual that fits', mpeg4, 100, { codec: 'MPEG4Video', frame: vop.subarray(0, 100) }, [vop.subarray(0, 100)]],
  [
    'MPEG-4 Visual in slices',
    mpeg4,
    100,
    { codec: 'MPEG4Video', frame: vop },
    [vop.subarray(0, 100), vop.subarray(100, 200), vop.subarray(200)],
  ],
  ['KLV that fits', klv, 200, { codec: 'KLV', data: bytes(label, '02aabb') }, [bytes(label, '02aabb')]],
  [
    'KLV in slices',
    klv,
    200,
    { codec: 'KLV', data: klvUnit },
    [klvUnit.subarray(0, 200), klvUnit.subarray(200, 400), klvUnit.subarray(400)],
  ],
]

function packetsOf(format: Format, maxPayloadBytes: number, content: Content) {
  const packetizer = createPacketizer(format, { ssrc, initialSequenceNumber, maxPayloadBytes })
  return packetizer.packetize({ ...content, timestamp: 90_000 })
}

const rows = [...h265Rows, ...av1Rows, ...vp8Rows, ...mpeg1Rows, ...slicedRows]

describe.each(rows)('%s', (_, format, maxPayloadBytes, content, payloads) => {
  it(`is sent as ${format.codec} in these packets`, () => {
    const packets = packetsOf(format, maxPayloadBytes, content).map(readPacket)
    expect(packets.map(({ payload }) => hex(payload))).toEqual(payloads.map(hex))
    packets.forEach((packet, index) => {
      expect(packet).toMatchObject({
        payloadType: format.payloadType,
        sequenceNumber: initialSequenceNumber + index,
        timestamp: 90_000,
        ssrc,
        marker: index === packets.length - 1,
      })
    })
  })

  it('is what is read out of them', () => {
    const packets = received(packetsOf(format, maxPayloadBytes, content))
    const { units, problems } = pushAll(createDepacketizer(format), packets)
    expect(problems).toEqual([])
    expect(units.map((unit) => partsOf(unit).map(hex))).toEqual([partsOf(content).map(hex)])
    expect(units[0]).toMatchObject({ timestamp: 90_000, corrupted: false })
  })
})

describe('MPEG-TS (RFC 2250 section 2)', () => {
  it.each([
    [1, [1]],
    [4, [4]],
    [9, [4, 4, 1]],
  ])('%d transport packets go into payloads of %j, none marked', (count, expected) => {
    const packets = packetsOf(mpegTS, 800, { codec: 'MPEGTS', data: transport(count) })
    expect(packets.map(readPacket).map(({ payload, marker }) => [payload.length / 188, marker])).toEqual(
      expected.map((size) => [size, false]),
    )
    const { units } = pushAll(createDepacketizer(mpegTS), received(packets))
    expect(hex(joined(units.flatMap(partsOf)))).toBe(hex(transport(count)))
  })

  it('seven of them fill a packet unless told otherwise', () => {
    const packetizer = createPacketizer(mpegTS, { ssrc, initialSequenceNumber })
    const sizes = packetizer.packetize({ codec: 'MPEGTS', timestamp: 0, data: transport(8) }).map((one) => one.length)
    expect(sizes).toEqual([12 + 1316, 12 + 188])
  })

  it.each(['', '47', `48${'00'.repeat(187)}`, `47${'00'.repeat(187)}47`])('refuses %j', (data) => {
    expect(() => packetsOf(mpegTS, 800, { codec: 'MPEGTS', data: fromHex(data) })).toThrow('transport stream packets')
  })
})

describe('VP9 (RFC 9628)', () => {
  /** Frame marker, profile 0, shown key frame, sync code, colour space 0, 320x240. */
  const key = bytes('82498342 0013f00ef0', noise(30))
  const inter = bytes('86', noise(999))
  const packetizer = () =>
    new VP9Packetizer({ payloadType: 96, ssrc, initialSequenceNumber, maxPayloadBytes: 500, initialPictureId: 0x7fff })

  it('has the size in front of a key frame, and a picture id that wraps', () => {
    const one = packetizer()
    const payloads = [key, inter].flatMap((frame) =>
      one.packetize({ codec: 'VP9', timestamp: 0, frame }).map((packet) => hex(readPacket(packet).payload)),
    )
    expect(payloads).toEqual([
      hex(bytes('8f ffff 18 0140 00f0 01 14 01', key)),
      hex(bytes('c9 8000', inter.subarray(0, 497))),
      hex(bytes('c1 8000', inter.subarray(497, 994))),
      hex(bytes('c5 8000', inter.subarray(994))),
    ])
  })

  it('is refused when it is none, instead of being left out', () => {
    for (const frame of ['', '00', '42ff', '8249834300']) {
      expect(() => packetizer().packetize({ codec: 'VP9', timestamp: 0, frame: fromHex(frame) })).toThrow('not VP9')
    }
  })
})

describe('what receivers could not read is refused', () => {
  it.each<[string, Format, Content]>([
    ['a NAL unit without a whole header', h265, { codec: 'H265', nalus: [bytes('26')] }],
    ['an OBU with a wrong size field', av1, { codec: 'AV1', obus: [bytes('3205aa')] }],
    ['a picture without a header', mpeg1, { codec: 'MPEG1Video', frame: slice(1, 9) }],
    ['a frame without a start code', mpeg4, { codec: 'MPEG4Video', frame: noise(9) }],
    ['KLV without a universal label', klv, { codec: 'KLV', data: noise(20) }],
  ])('%s', (_, format, content) => {
    expect(() => packetsOf(format, 1000, content)).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })

  it('and empty units give no packets', () => {
    expect(packetsOf(h265, 1000, { codec: 'H265', nalus: [] })).toEqual([])
    // A temporal delimiter is not sent (RTP payload format for AV1, section 5).
    expect(packetsOf(av1, 1000, { codec: 'AV1', obus: [bytes('1200')] })).toEqual([])
    expect(packetsOf(vp8, 1000, { codec: 'VP8', frame: new Uint8Array(0) })).toEqual([])
  })
})
