import { describe, expect, it } from 'vitest'
import { noUnits } from '../../../src/formats/depacketize/depacketizer.ts'
import { H264Depacketizer } from '../../../src/formats/depacketize/h264-depacketizer.ts'
import type { DepacketizeOptions } from '../../../src/formats/depacketize/limits.ts'
import { filled, hex } from '../packetize/rtp-packets.ts'
import { pushSketches, sketched, type Sketch } from './push-all.ts'

function run(sketches: readonly Sketch[], options?: DepacketizeOptions) {
  const { units, problems } = pushSketches(new H264Depacketizer(options), sketches)
  return {
    units: units.map((unit) => `${unit.timestamp} ${unit.nalus.map(hex).join(' ')}${unit.corrupted ? ' !' : ''}`),
    problems,
  }
}

/** packets | units, with ! where flagged | problems */
const cases: readonly (readonly [string, readonly Sketch[], readonly string[], readonly string[]])[] = [
  [
    'single NAL units (section 5.6)',
    [
      [1, 9, '-', '6701'],
      [2, 9, '-', '6802'],
      [3, 9, 'M', '6583'],
    ],
    ['9 6701 6802 6583'],
    [],
  ],
  ['a STAP-A (section 5.7.1)', [[1, 9, 'M', '18 0002 6701 0001 68 0003 658203']], ['9 6701 68 658203'], []],
  ['padding behind a STAP-A', [[1, 9, 'M', '18 0002 6701 0000 00']], ['9 6701'], []],
  [
    'a STAP-A with bytes behind a size of 0',
    [[1, 9, 'M', '18 0002 6701 0000 01']],
    ['9 6701 !'],
    ['aggregation packet is invalid'],
  ],
  [
    'a STAP-A whose size goes too far',
    [[1, 9, 'M', '18 0002 6701 0009 01']],
    ['9 6701 !'],
    ['aggregation packet is invalid'],
  ],
  [
    'a STAP-A of nothing',
    [
      [1, 9, 'M', '18'],
      [2, 9, 'M', '18 0000'],
    ],
    [],
    ['aggregation packet is empty', 'aggregation packet is empty'],
  ],
  [
    'an FU-A (section 5.8), whose F bit is 0 whatever was sent',
    [
      [1, 9, '-', 'fc 85 81'],
      [2, 9, '-', '7c 05 02'],
      [3, 9, 'M', '7c 45 03'],
    ],
    ['9 65810203'],
    [],
  ],
  ['start and end in one fragment (CostarHD)', [[1, 9, 'M', '3c c1 8102']], ['9 218102'], []],
  [
    'a start in place of an end drops what was begun',
    [
      [1, 9, '-', '7c 85 01'],
      [2, 9, '-', '7c 81 02'],
      [3, 9, 'M', '7c 41 03'],
    ],
    ['9 610203 !'],
    [],
  ],
  [
    'several NAL units in one FU-A (Amatek)',
    [
      [1, 9, '-', '7c 87 01 00000001 68'],
      [2, 9, '-', '7c 07 02 0000'],
      [3, 9, 'M', '7c 47 01 65 00000001'],
    ],
    ['9 6701 6802 65'],
    [],
  ],
  [
    'a fragment of start codes only gives nothing',
    [
      [1, 9, '-', '1c 80 00'],
      [2, 9, 'M', '1c 40 01'],
    ],
    [],
    [],
  ],
  ['Annex B in packets (gortsplib#199)', [[1, 9, 'M', '6701 00000001 6802 000001 6583']], ['9 6701 6802 6583'], []],
  [
    'Annex B, once seen, is expected from then on',
    [
      [1, 9, 'M', '00000001 6701'],
      [2, 10, 'M', '41 000001 42 000001'],
      [3, 11, 'M', '00000001'],
    ],
    ['9 6701', '10 41 42'],
    [],
  ],
  ['a start code of three bytes alone proves nothing', [[1, 9, 'M', '06 000001 05']], ['9 0600000105'], []],
  [
    'the marker ends a unit, also between equal timestamps',
    [
      [1, 9, 'M', '67'],
      [2, 9, 'M', '65'],
    ],
    ['9 67', '9 65'],
    [],
  ],
  [
    'a new timestamp ends a unit (FLIR M400 never sets the marker)',
    [
      [1, 9, '-', '65'],
      [2, 10, '-', '41'],
      [3, 11, '-', '42'],
    ],
    ['9 65', '10 41'],
    [],
  ],
  [
    'after a marker that was left out nothing is late',
    [
      [1, 9, '-', '65'],
      [2, 10, 'M', '41'],
      [3, 11, 'M', '42'],
    ],
    ['9 65', '10 41', '11 42'],
    [],
  ],
  [
    'both units around a loss are flagged',
    [
      [1, 9, '-', '6501'],
      [3, 10, '-', '4102'],
      [4, 10, 'M', '4103'],
      [5, 11, 'M', '41'],
    ],
    ['9 6501 !', '10 4102 4103 !', '11 41'],
    ['packets are missing before this one'],
  ],
  [
    'a delimiter proves that a unit is whole',
    [
      [1, 9, '-', '6501'],
      [3, 10, '-', '09f0'],
      [4, 10, 'M', '4103'],
    ],
    ['9 6501 !', '10 09f0 4103'],
    ['packets are missing before this one'],
  ],
  [
    'a delimiter in a STAP-A as well, but not behind something else',
    [
      [1, 9, 'M', '65'],
      [3, 10, 'M', '18 0002 09f0 0002 4101'],
      [5, 11, 'M', '18 0001 06 0002 09f0'],
    ],
    ['9 65', '10 09f0 4101', '11 06 09f0 !'],
    ['packets are missing before this one', 'packets are missing before this one'],
  ],
  [
    'a delimiter in a STAP-A does not hide that a NAL unit of the same unit is cut off',
    [
      [1, 9, '-', '7c 85 01'],
      [2, 9, 'M', '18 0002 09f0 0002 4101'],
    ],
    ['9 09f0 4101 !'],
    [],
  ],
  [
    'a fragment that is missing takes its NAL unit along, and flags the others',
    [
      [1, 9, '-', '6701'],
      [2, 9, '-', '7c 85 01'],
      [4, 9, '-', '7c 45 03'],
      [5, 9, 'M', '6102'],
    ],
    ['9 6701 6102 !'],
    ['fragment without a start'],
  ],
  [
    'a unit of which only rests came is left out, and the next is whole',
    [
      [1, 9, 'M', '65'],
      [3, 10, 'M', '7c 45 03'],
      [4, 11, 'M', '41'],
    ],
    ['9 65', '11 41'],
    ['fragment without a start'],
  ],
  [
    'the rest of a unit that began before us is expected',
    [
      [1, 9, '-', '7c 05 01'],
      [2, 9, 'M', '7c 45 03'],
      [3, 10, 'M', '65'],
    ],
    ['10 65'],
    ['rest of a unit whose start came earlier', 'rest of a unit whose start came earlier'],
  ],
  [
    'a picture that is joined at a later slice is flagged (section 7.3.3 of H.264), and only the first may be',
    [
      [1, 9, '-', '6501'],
      [2, 9, 'M', '6502'],
      [3, 10, 'M', '4101'],
    ],
    ['9 6501 6502 !', '10 4101'],
    [],
  ],
  [
    'a fragment that another timestamp cuts off',
    [
      [1, 9, '-', '7c 85 01'],
      [2, 10, 'M', '41'],
    ],
    ['10 41'],
    [],
  ],
  [
    'a marker in the middle of a fragment ends nothing',
    [
      [1, 9, 'M', '7c 85 81'],
      [2, 9, 'M', '7c 45 02'],
    ],
    ['9 658102'],
    [],
  ],
  [
    'what is not H264 or not supported (sections 5.7.2, 5.7.3 and 5.8)',
    [
      [1, 9, '-', ''],
      [2, 9, '-', '7c'],
      [3, 9, '-', '1d 80'],
      [4, 9, '-', '19 00'],
      [5, 9, 'M', '41'],
    ],
    ['9 41 !'],
    [
      'payload is empty',
      'payload is shorter than its header',
      'packet type is not supported',
      'packet type is not supported',
    ],
  ],
  ['a packet of type 0 is a NAL unit', [[1, 9, 'M', '00']], ['9 00'], []],
]

describe('H264Depacketizer (RFC 6184)', () => {
  it.each(cases)('%s', (_, packets, units, problems) => {
    expect(run(packets)).toEqual({ units, problems })
  })

  it('begins with an IDR or an SPS, not with a PPS alone (section 5.2)', () => {
    const { units } = pushSketches(new H264Depacketizer(), [
      [1, 9, 'M', '68'],
      [2, 9, 'M', '0601'],
      [3, 9, 'M', '67'],
      [4, 9, 'M', '18 0001 06 0001 65'],
      [5, 9, 'M', '7c c5 01'],
    ])
    expect(units.map((unit) => unit.isRandomAccess)).toEqual([false, false, true, true, true])
  })

  it('drops a unit that is too big to its end, and no more', () => {
    const packets: Sketch[] = [
      [1, 9, '-', filled(0x65, 60)],
      [2, 9, '-', filled(0x65, 60)],
      [3, 9, '-', '41'],
      [4, 9, 'M', '42'],
      [5, 10, 'M', '43'],
    ]
    expect(run(packets, { maxUnitBytes: 100 })).toEqual({ units: ['10 43'], problems: ['unit is too big'] })
  })

  it('drops a unit of too many NAL units to its end, and no more', () => {
    const packets: Sketch[] = [
      [1, 9, '-', '18 0001 41 0001 42 0001 43 0001 44'],
      [2, 9, '-', '7c c5 01'],
      [3, 9, 'M', '45'],
      [4, 10, 'M', '18 0001 41 0001 42 0001 43'],
    ]
    expect(run(packets, { maxUnitParts: 3 })).toEqual({ units: ['10 41 42 43'], problems: ['unit has too many parts'] })
  })

  it('gives one buffer per unit and nothing at all for a packet that completes nothing', () => {
    const depacketizer = new H264Depacketizer()
    expect(depacketizer.push(sketched([1, 9, '-', '6701']))).toBe(noUnits)
    const [unit] = depacketizer.push(sketched([2, 9, 'M', '7c c5 01']))
    expect(new Set(unit!.nalus.map((nalu) => nalu.buffer)).size).toBe(1)
  })

  it('counts packets with a problem once, and not those from before the start', () => {
    const depacketizer = new H264Depacketizer()
    pushSketches(depacketizer, [
      [1, 9, '-', '7c 05'],
      [2, 9, '-', ''],
      [9, 9, '-', ''],
      [10, 9, '-', '41'],
    ])
    expect(depacketizer.problemCount).toBe(2)
  })

  it('forgets what is unfinished at a reset, but not that the sender uses Annex B', () => {
    const depacketizer = new H264Depacketizer()
    pushSketches(depacketizer, [
      [1, 9, '-', '00000001 67'],
      [2, 9, '-', '7c 85 01'],
    ])
    depacketizer.reset()
    const { units, problems } = pushSketches(depacketizer, [[9, 9, 'M', '41 000001 42']])
    expect(units.map((unit) => unit.nalus.map(hex))).toEqual([['41', '42']])
    expect(problems).toEqual([])
  })
})
