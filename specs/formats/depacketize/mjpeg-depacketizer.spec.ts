import { describe, expect, it } from 'vitest'
import { quantizationTablesOf } from '../../../src/formats/depacketize/jpeg-tables.ts'
import type { DepacketizeOptions } from '../../../src/formats/depacketize/limits.ts'
import { MJPEGDepacketizer } from '../../../src/formats/depacketize/mjpeg-depacketizer.ts'
import { hex } from '../packetize/rtp-packets.ts'
import { both, file, inBand, luma, payload } from './jpeg-samples.ts'
import { pushSketches, type Sketch } from './push-all.ts'

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
    'without markers an image ends where the next one begins',
    [
      [1, 9, '-', payload(0, 50, 0, 'aabb')],
      [2, 9, '-', payload(0, 50, 2, 'cc')],
      [3, 10, '-', payload(0, 50, 0, 'ddee')],
      [4, 11, 'M', payload(0, 50, 0, 'ffff')],
    ],
    [
      `9 ${file({ tables: quantizationTablesOf(50), scan: 'aabbcc' })}`,
      `10 ${file({ tables: quantizationTablesOf(50), scan: 'ddee' })}`,
      `11 ${file({ tables: quantizationTablesOf(50), scan: 'ffff' })}`,
    ],
    [],
  ],
  [
    'without markers, behind a hole nobody knows where the image ended',
    [
      [1, 9, '-', payload(0, 50, 0, 'aabb')],
      [3, 10, '-', payload(0, 50, 0, 'ccdd')],
      [4, 11, '-', payload(0, 50, 0, 'eeff')],
    ],
    [`10 ${file({ tables: quantizationTablesOf(50), scan: 'ccdd' })}`],
    ['packets are missing before this one'],
  ],
  [
    'an image comes out although the packet that shows its end is broken',
    [
      [1, 9, '-', payload(0, 50, 0, 'aabb')],
      [2, 10, '-', payload(0, 0, 0, 'ccdd')],
    ],
    [`9 ${file({ tables: quantizationTablesOf(50), scan: 'aabb' })}`],
    ['quantization tables are invalid'],
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
