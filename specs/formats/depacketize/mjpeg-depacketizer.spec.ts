import { describe, expect, it } from 'vitest'
import { mjpegFormat } from '../../../src/formats/create-format.ts'
import { jpegHeader } from '../../../src/formats/depacketize/jpeg-header.ts'
import { quantizationTablesOf } from '../../../src/formats/depacketize/jpeg-tables.ts'
import type { DepacketizeOptions } from '../../../src/formats/depacketize/limits.ts'
import { MJPEGDepacketizer } from '../../../src/formats/depacketize/mjpeg-depacketizer.ts'
import { createPacketizer } from '../../../src/formats/packetize/create-packetizer.ts'
import { fromHex, hex, joined, readPacket } from '../packetize/rtp-packets.ts'
import { pushAll, pushSketches, received, type Sketch } from './push-all.ts'

const luma = new Uint8Array(64).fill(3)
const both = joined([luma, new Uint8Array(64).fill(5)])
const inBand = (tables: Uint8Array) => `0000${tables.length.toString(16).padStart(4, '0')}${hex(tables)}`

/** A payload: type, Q, offset, what follows the main header. 320x240. */
const payload = (type: number, quality: number, offset: number, rest: string) =>
  hex(Uint8Array.of(0, offset >> 16, offset >> 8, offset, type, quality, 40, 30)) + rest

interface Pictured {
  readonly tables: Uint8Array
  readonly scan: string
  readonly isChromaHalfHeight?: boolean
  readonly restartInterval?: number
}

/** The file that such an image is, with an end marker. */
function file({ tables, scan, isChromaHalfHeight = false, restartInterval = 0 }: Pictured): string {
  const header = { width: 320, height: 240, isChromaHalfHeight, quantizationTables: tables, restartInterval }
  return `${hex(jpegHeader(header))}${scan}ffd9`
}

function run(sketches: readonly Sketch[], options?: DepacketizeOptions) {
  const { units, problems } = pushSketches(new MJPEGDepacketizer(options), sketches)
  return { units: units.map(({ timestamp, image }) => `${timestamp} ${hex(image)}`), problems }
}

/** packets | units | problems */
const cases: readonly (readonly [string, readonly Sketch[], readonly string[], readonly string[]])[] = [
  [
    'an image in a packet, with its tables',
    [[1, 9, 'M', payload(0, 255, 0, `${inBand(both)}aabb`)]],
    [`9 ${file({ tables: both, scan: 'aabb' })}`],
    [],
  ],
  [
    'one table for everything, 4:2:0',
    [[1, 9, 'M', payload(1, 255, 0, `${inBand(luma)}aabb`)]],
    [`9 ${file({ tables: luma, scan: 'aabb', isChromaHalfHeight: true })}`],
    [],
  ],
  [
    'an image in parts',
    [
      [1, 9, '-', payload(0, 255, 0, `${inBand(both)}aabb`)],
      [2, 9, '-', payload(0, 255, 2, 'cc')],
      [3, 9, 'M', payload(0, 255, 3, 'ddffd9')],
    ],
    [`9 ${file({ tables: both, scan: 'aabbccdd' })}`],
    [],
  ],
  [
    'restart intervals (types 64 and 65, section 3.1.7) become a DRI segment',
    [
      [1, 9, '-', payload(65, 255, 0, `0028ffff${inBand(both)}aabb`)],
      [2, 9, 'M', payload(65, 255, 2, '0028ffffffd0cc')],
    ],
    [`9 ${file({ tables: both, scan: 'aabbffd0cc', isChromaHalfHeight: true, restartInterval: 40 })}`],
    [],
  ],
  [
    'tables from a quality of 1 to 99 (section 4.2)',
    [[1, 9, 'M', payload(0, 50, 0, 'aabb')]],
    [`9 ${file({ tables: quantizationTablesOf(50), scan: 'aabb' })}`],
    [],
  ],
  [
    'tables of a quality from 128 to 254 are sent once and used again (section 3.1.8)',
    [
      [1, 9, 'M', payload(0, 200, 0, `${inBand(both)}aabb`)],
      [2, 10, 'M', payload(0, 201, 0, `${inBand(luma)}ccdd`)],
      [3, 11, 'M', payload(0, 200, 0, '00000000eeee')],
      [4, 12, 'M', payload(0, 202, 0, '00000000eeee')],
    ],
    [
      `9 ${file({ tables: both, scan: 'aabb' })}`,
      `10 ${file({ tables: luma, scan: 'ccdd' })}`,
      `11 ${file({ tables: both, scan: 'eeee' })}`,
    ],
    ['quantization tables were not received'],
  ],
  [
    'tables of quality 255 hold for one image (section 3.1.8)',
    [
      [1, 9, 'M', payload(0, 255, 0, `${inBand(both)}aabb`)],
      [2, 10, 'M', payload(0, 255, 0, '00000000ccdd')],
    ],
    [`9 ${file({ tables: both, scan: 'aabb' })}`],
    ['quantization tables were not received'],
  ],
  [
    'a hole drops the image, and the next one is whole',
    [
      [1, 9, '-', payload(0, 50, 0, 'aabb')],
      [3, 9, 'M', payload(0, 50, 4, 'ee')],
      [4, 10, 'M', payload(0, 50, 0, 'ccdd')],
    ],
    [`10 ${file({ tables: quantizationTablesOf(50), scan: 'ccdd' })}`],
    ['fragment without a start'],
  ],
  [
    'the rest of an image that began before us is expected',
    [[1, 9, 'M', payload(0, 50, 4, 'ee')]],
    [],
    ['rest of a unit whose start came earlier'],
  ],
  [
    'an offset that continues nothing',
    [
      [1, 9, '-', payload(0, 50, 0, 'aabb')],
      [2, 9, 'M', payload(0, 50, 3, 'cc')],
    ],
    [],
    ['fragment does not continue the one before it'],
  ],
  [
    'another time in the middle of an image',
    [
      [1, 9, '-', payload(0, 50, 0, 'aabb')],
      [2, 10, 'M', payload(0, 50, 2, 'cc')],
    ],
    [],
    ['timestamp changed in the middle of a unit'],
  ],
  ['too little of a header', [[1, 9, 'M', '0000000000']], [], ['payload is shorter than its header']],
  [
    'too little of a restart header',
    [[1, 9, 'M', payload(64, 50, 0, '0028')]],
    [],
    ['payload is shorter than its header'],
  ],
  [
    'tables that are cut off',
    [[1, 9, 'M', payload(0, 255, 0, '00000080aa')]],
    [],
    ['payload is shorter than its header'],
  ],
  [
    'tables of 16 bits or of another size',
    [
      [1, 9, 'M', payload(0, 255, 0, `00010080${hex(both)}aabb`)],
      [2, 10, 'M', payload(0, 255, 0, `00000040${hex(luma)}aabb`)],
      [3, 11, 'M', payload(0, 255, 0, `00000020${hex(luma)}aabb`)],
    ],
    [`10 ${file({ tables: luma, scan: 'aabb' })}`],
    ['quantization tables are invalid', 'quantization tables are invalid'],
  ],
  ['Q of 0', [[1, 9, 'M', payload(0, 0, 0, 'aabb')]], [], ['quantization tables are invalid']],
  ['Q of 100', [[1, 9, 'M', payload(0, 100, 0, 'aabb')]], [], ['quantization tables are invalid']],
  ['Q of 127', [[1, 9, 'M', payload(0, 127, 0, 'aabb')]], [], ['quantization tables are invalid']],
  ['types of others', [[1, 9, 'M', payload(2, 50, 0, 'aabb')]], [], ['type of the picture is not supported']],
  ['dynamic types', [[1, 9, 'M', payload(128, 50, 0, 'aabb')]], [], ['type of the picture is not supported']],
  ['no data', [[1, 9, 'M', payload(0, 50, 0, 'aa')]], [], ['picture is invalid']],
  ['no size', [[1, 9, 'M', '00000000 00 32 00 1e aabb']], [], ['picture is invalid']],
]

describe('MJPEGDepacketizer (RFC 2435)', () => {
  it.each(cases)('%s', (_, packets, units, problems) => {
    expect(run(packets)).toEqual({ units, problems })
  })

  it('drops an image that is too big, and no more', () => {
    const packets: Sketch[] = [
      [1, 9, '-', payload(0, 50, 0, 'aa'.repeat(400))],
      [2, 9, 'M', payload(0, 50, 400, 'aa'.repeat(400))],
      [3, 10, 'M', payload(0, 50, 0, 'aabb')],
    ]
    expect(run(packets, { maxUnitBytes: 1100 })).toEqual({
      units: [`10 ${file({ tables: quantizationTablesOf(50), scan: 'aabb' })}`],
      problems: ['unit is too big'],
    })
  })
})

describe('tables of a quality (RFC 2435 appendix A)', () => {
  it.each([
    [1, [255, 255, 255], 255],
    [25, [32, 22, 24], 198],
    [50, [16, 11, 12], 99],
    [75, [8, 6, 6], 50],
    [99, [1, 1, 1], 2],
  ])('%d', (quality, first, last) => {
    const tables = quantizationTablesOf(quality)
    expect(tables).toHaveLength(128)
    expect([...tables.subarray(0, 3)]).toEqual(first)
    expect(tables[127]).toBe(last)
  })
})

describe('MJPEGPacketizer (RFC 2435)', () => {
  const send = (image: Uint8Array, maxPayloadBytes = 200) =>
    createPacketizer(mjpegFormat(), { ssrc: 1, initialSequenceNumber: 0, maxPayloadBytes }).packetize({
      codec: 'MJPEG',
      timestamp: 9,
      image,
    })
  const image = (restartInterval: number) =>
    fromHex(file({ tables: both, scan: 'ab'.repeat(100), isChromaHalfHeight: true, restartInterval }))

  it('sends tables in the first packet, and offsets in all', () => {
    const packets = send(image(0)).map(readPacket)
    expect(packets.map((packet) => hex(packet.payload))).toEqual([
      payload(1, 255, 0, inBand(both) + 'ab'.repeat(60)),
      payload(1, 255, 60, 'ab'.repeat(40)),
    ])
    expect(packets.map(({ payloadType, marker }) => [payloadType, marker])).toEqual([
      [26, false],
      [26, true],
    ])
  })

  it('sends a restart header in every packet of an image with restart intervals', () => {
    expect(send(image(40)).map((packet) => hex(readPacket(packet).payload))).toEqual([
      payload(65, 255, 0, `0028ffff${inBand(both)}${'ab'.repeat(56)}`),
      payload(65, 255, 56, `0028ffff${'ab'.repeat(44)}`),
    ])
    const { units } = pushAll(new MJPEGDepacketizer(), received(send(image(40))))
    expect(units.map((unit) => hex(unit.image))).toEqual([hex(image(40))])
  })

  const plain = hex(image(0))
  const frame = /ffc00011 ?08/u
  it.each<[string, string, RegExp]>([
    ['is no JPEG', '00', /does not start like a JPEG/u],
    ['is cut off', plain.slice(0, 40), /cut off/u],
    ['has no scan', 'ffd8ffe00002ffe00002', /no scan/u],
    ['is progressive', plain.replace('ffc0', 'ffc2'), /segment of type c2/u],
    ['has 12 bits', plain.replace(frame, 'ffc000110c'), /components of 8 bits/u],
    ['is not a multiple of 8 wide', plain.replace('00f00140', '00f00141'), /multiple of 8/u],
    ['is wider than 2040', plain.replace('00f00140', '00f00800'), /multiple of 8 up to 2040/u],
    ['is 4:4:4', plain.replace('012200', '011100'), /neither 4:2:0 nor 4:2:2/u],
    ['has other Huffman tables', plain.replace('ffc4001f00', 'ffc4001f01'), /standard Huffman tables/u],
    ['has 16-bit tables', plain.replace('ffdb008400', 'ffdb008410'), /not of 8 bits/u],
    ['has bytes between segments', plain.replace('ffc0', '00ffc0'), /between its segments/u],
    ['has two scans', plain.replace(/ffd9$/u, 'ffda000c'), /more than one scan/u],
  ])('refuses an image that %s', (_, text, message) => {
    expect(() => send(fromHex(text))).toThrow(message)
  })

  it('needs room for the tables', () => {
    expect(() => send(image(0), 159)).toThrow('maxPayloadBytes')
  })
})
