import { describe, expect, it } from 'vitest'
import { AV1Depacketizer } from '../../../src/formats/depacketize/av1-depacketizer.ts'
import { leb128Bytes, readLeb128, sizeOfLeb128 } from '../../../src/formats/depacketize/leb128.ts'
import type { DepacketizeOptions } from '../../../src/formats/depacketize/limits.ts'
import { filled, fromHex, hex } from '../packetize/rtp-packets.ts'
import { pushSketches, type Sketch } from './push-all.ts'

function run(sketches: readonly Sketch[], options?: DepacketizeOptions) {
  const { units, problems } = pushSketches(new AV1Depacketizer(options), sketches)
  return {
    units: units.map((unit) => `${unit.timestamp} ${unit.obus.map(hex).join(' ')}${unit.corrupted ? ' !' : ''}`),
    problems,
  }
}

/** packets | units, with ! where flagged | problems. 0a: sequence header, 30: frame, 10: temporal delimiter */
const cases: readonly (readonly [string, readonly Sketch[], readonly string[], readonly string[]])[] = [
  ['one OBU, counted', [[1, 9, 'M', '10 3001']], ['9 3001'], []],
  ['three OBUs, the last without a length', [[1, 9, 'M', '30 02 0801 01 28 300102']], ['9 0801 28 300102'], []],
  ['OBUs that are not counted all have a length', [[1, 9, 'M', '00 01 08 02 2801 01 30']], ['9 08 2801 30'], []],
  ['temporal delimiters are left out', [[1, 9, 'M', '20 01 10 3001']], ['9 3001'], []],
  [
    'size fields are taken away (section 5), unless they say something else than the element',
    [[1, 9, 'M', '30 03 0a01aa 06 36c003010203 32051122']],
    ['9 08aa 34c0010203 32051122'],
    [],
  ],
  [
    'an OBU in fragments (Y, then Z)',
    [
      [1, 9, '-', '50 3001'],
      [2, 9, '-', 'd0 02'],
      [3, 9, 'M', 'a0 01 03 3004'],
    ],
    ['9 30010203 3004'],
    [],
  ],
  [
    'a fragment that is not continued is dropped and never joined to what follows (Z is 0)',
    [
      [1, 9, '-', '50 3001'],
      [2, 9, '-', '50 2802'],
      [3, 9, 'M', '90 03'],
    ],
    ['9 280203 !'],
    [],
  ],
  [
    'a missing fragment takes its OBU along, and the others stay',
    [
      [1, 9, '-', '60 01 08 3001'],
      [3, 9, 'M', 'a0 01 03 3004'],
    ],
    ['9 08 3004 !'],
    ['fragment without a start'],
  ],
  [
    'the rest of an OBU that began before us is expected, what comes behind it is kept',
    [
      [1, 9, '-', 'e0 01 03 30'],
      [2, 9, 'M', '90 04'],
    ],
    ['9 3004 !'],
    ['rest of a unit whose start came earlier'],
  ],
  [
    'N behind a loss proves that a unit is whole',
    [
      [1, 9, 'M', '10 30'],
      [3, 10, 'M', '18 0801'],
      [5, 11, 'M', '10 30'],
    ],
    ['9 30', '10 0801', '11 30 !'],
    ['packets are missing before this one', 'packets are missing before this one'],
  ],
  [
    'N does not hide that an OBU of the same unit is cut off',
    [
      [1, 9, '-', '50 3001'],
      [2, 9, 'M', '18 0801'],
    ],
    ['9 0801 !'],
    [],
  ],
  [
    'a new timestamp ends a unit, and nothing is late after a marker that was left out',
    [
      [1, 9, '-', '10 08'],
      [2, 10, 'M', '10 30'],
      [3, 11, 'M', '10 31'],
    ],
    ['9 08', '10 30', '11 31'],
    [],
  ],
  [
    'a fragment at the marker keeps the unit open',
    [
      [1, 9, 'M', '50 3001'],
      [2, 9, 'M', '90 02'],
    ],
    ['9 300102'],
    [],
  ],
  [
    'an empty payload',
    [
      [1, 9, '-', '10'],
      [2, 9, 'M', '10 30'],
    ],
    ['9 30 !'],
    ['payload is shorter than its header'],
  ],
  ['a length of 0', [[1, 9, 'M', '00 01 08 00 01 30']], ['9 08 !'], ['OBU element is invalid']],
  ['a length that goes too far', [[1, 9, 'M', '00 01 08 05 30']], ['9 08 !'], ['OBU element is invalid']],
  ['a length without an end', [[1, 9, 'M', '00 ffffffffffffffffffff']], [], ['OBU element is invalid']],
  ['fewer elements than were counted', [[1, 9, 'M', '30 01 08 01 30']], ['9 08 !'], ['OBU element is invalid']],
]

describe('AV1Depacketizer (RTP payload format for AV1)', () => {
  it.each(cases)('%s', (_, packets, units, problems) => {
    expect(run(packets)).toEqual({ units, problems })
  })

  it('begins with a sequence header', () => {
    const { units } = pushSketches(new AV1Depacketizer(), [
      [1, 9, 'M', '18 08'],
      [2, 10, 'M', '10 30'],
    ])
    expect(units.map((unit) => unit.isRandomAccess)).toEqual([true, false])
  })

  it('takes as many OBUs and bytes as it is told, and drops the rest of a unit that has more', () => {
    const ten: Sketch[] = Array.from({ length: 12 }, (_, index) => [index, 9, index === 11 ? 'M' : '-', '10 30'])
    expect(run(ten).units).toHaveLength(1)
    expect(run([...ten, [12, 10, 'M', '10 31']], { maxUnitParts: 10 })).toEqual({
      units: ['10 31'],
      problems: ['unit has too many parts'],
    })
    expect(
      run(
        [
          [1, 9, '-', filled(0x10, 200)],
          [2, 9, 'M', '10 30'],
          [3, 10, 'M', '10 31'],
        ],
        { maxUnitBytes: 99 },
      ),
    ).toEqual({
      units: ['10 31'],
      problems: ['unit is too big'],
    })
  })
})

describe('LEB128 (AV1 specification section 4.10.5)', () => {
  it.each([
    ['00', 0, 1],
    ['7f', 127, 1],
    ['8001', 128, 2],
    ['e58e26', 624_485, 3],
    ['ffffffff0f', 0xffff_ffff, 5],
    ['8080808010', -1, 5],
    ['80', -1, 1],
    ['8080808080808080', -1, 8],
  ])('%s', (text, value, size) => {
    expect(readLeb128(fromHex(text), 0)).toBe(value)
    if (value >= 0) expect([sizeOfLeb128(fromHex(text), 0), leb128Bytes(value)]).toEqual([size, size])
  })
})
