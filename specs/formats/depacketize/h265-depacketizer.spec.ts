import { describe, expect, it } from 'vitest'
import { H265Depacketizer } from '../../../src/formats/depacketize/h265-depacketizer.ts'
import { hex } from '../packetize/rtp-packets.ts'
import { pushSketches, type Sketch } from './push-all.ts'

function run(sketches: readonly Sketch[]) {
  const { units, problems } = pushSketches(new H265Depacketizer({ maxDonDiff: 0 }), sketches)
  return {
    units: units.map((unit) => `${unit.timestamp} ${unit.nalus.map(hex).join(' ')}${unit.corrupted ? ' !' : ''}`),
    problems,
  }
}

/** packets | units, with ! where flagged | problems. 26: IDR, 02: slice, 40: VPS, 46: delimiter, 60: AP, 62: FU */
const cases: readonly (readonly [string, readonly Sketch[], readonly string[], readonly string[]])[] = [
  [
    'single NAL units (section 4.4.1)',
    [
      [1, 9, '-', '400101'],
      [2, 9, 'M', '260182'],
    ],
    ['9 400101 260182'],
    [],
  ],
  ['an aggregation packet (section 4.4.2)', [[1, 9, 'M', '6001 0003 400101 0002 2601']], ['9 400101 2601'], []],
  ['padding behind an aggregate', [[1, 9, 'M', '6001 0003 400101 0000']], ['9 400101'], []],
  [
    'an aggregate that is cut off',
    [[1, 9, 'M', '6001 0003 400101 0004 26']],
    ['9 400101 !'],
    ['aggregation packet is invalid'],
  ],
  ['an aggregate of nothing', [[1, 9, 'M', '6001']], [], ['aggregation packet is empty']],
  ['a member without a whole header is left out', [[1, 9, 'M', '6001 0001 40 0002 2601']], ['9 2601'], []],
  [
    'a fragmentation unit (section 4.4.3), layer and temporal id kept',
    [
      [1, 9, '-', '63 0b 93 81'],
      [2, 9, '-', '63 0b 13 02'],
      [3, 9, 'M', '63 0b 53 03'],
    ],
    ['9 270b810203'],
    [],
  ],
  ['start and end in one fragment', [[1, 9, 'M', '6201 d3 81']], ['9 260181'], []],
  [
    'several NAL units in one fragment',
    [
      [1, 9, '-', '6201 a0 01 00000001 42'],
      [2, 9, 'M', '6201 60 01 02'],
    ],
    ['9 400101 420102'],
    [],
  ],
  ['Annex B in packets', [[1, 9, 'M', '400101 00000001 420102 000001 260183']], ['9 400101 420102 260183'], []],
  [
    'a new timestamp ends a unit, and nothing is late after a marker that was left out',
    [
      [1, 9, '-', '260181'],
      [2, 10, 'M', '020101'],
      [3, 11, 'M', '020102'],
    ],
    ['9 260181', '10 020101', '11 020102'],
    [],
  ],
  [
    'a loss flags both units around it, unless the second begins with a delimiter',
    [
      [1, 9, '-', '260101'],
      [3, 10, '-', '020101'],
      [5, 11, '-', '460150'],
      [6, 11, 'M', '020101'],
    ],
    ['9 260101 !', '10 020101 !', '11 460150 020101'],
    ['packets are missing before this one', 'packets are missing before this one'],
  ],
  [
    'a picture that is joined at a later slice is flagged (H.265 section 7.3.6.1), and only the first may be',
    [
      [1, 9, 'M', '260101'],
      [2, 10, 'M', '020101'],
    ],
    ['9 260101 !', '10 020101'],
    [],
  ],
  [
    'a fragment that is missing takes its NAL unit along',
    [
      [1, 9, '-', '400101'],
      [2, 9, '-', '6201 93 01'],
      [4, 9, 'M', '6201 53 03'],
    ],
    ['9 400101 !'],
    ['fragment without a start'],
  ],
  [
    'what is cut off or not supported (section 4.4.4)',
    [
      [1, 9, '-', '40'],
      [2, 9, '-', '6201'],
      [3, 9, '-', '640100'],
      [4, 9, 'M', '0201'],
    ],
    ['9 0201 !'],
    ['payload is shorter than its header', 'payload is shorter than its header', 'packet type is not supported'],
  ],
]

describe('H265Depacketizer (RFC 7798)', () => {
  it.each(cases)('%s', (_, packets, units, problems) => {
    expect(run(packets)).toEqual({ units, problems })
  })

  it('begins with an intra picture, a VPS or an SPS (H.265 table 7-1)', () => {
    const first = ['0201', '2001', '2601', '2a01', '4001', '4201', '4401', '4e01']
    const sketches = first.map((payload, index): Sketch => [index, 9, 'M', payload])
    const { units } = pushSketches(new H265Depacketizer({ maxDonDiff: 0 }), sketches)
    expect(units.map((unit) => unit.isRandomAccess)).toEqual([false, true, true, true, true, true, false, false])
  })

  it('refuses formats with decoding order numbers as wrong use (section 7.1)', () => {
    expect(() => new H265Depacketizer({ maxDonDiff: 2 })).toThrow(expect.objectContaining({ code: 'ERR_RTSP_USAGE' }))
  })
})
