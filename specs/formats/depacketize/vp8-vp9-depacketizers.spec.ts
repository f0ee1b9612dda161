import { describe, expect, it } from 'vitest'
import { VP8Depacketizer } from '../../../src/formats/depacketize/vp8-depacketizer.ts'
import { VP9Depacketizer } from '../../../src/formats/depacketize/vp9-depacketizer.ts'
import { filled, hex } from '../packetize/rtp-packets.ts'
import { pushSketches, type Sketch } from './push-all.ts'

type Case = readonly [string, readonly Sketch[], readonly string[], readonly string[]]

function run(depacketizer: VP8Depacketizer | VP9Depacketizer, sketches: readonly Sketch[]) {
  const { units, problems } = pushSketches<ReturnType<typeof depacketizer.push>[number]>(depacketizer, sketches)
  return {
    units: units.map((unit) => `${unit.timestamp} ${hex(unit.frame)}${unit.isRandomAccess ? ' *' : ''}`),
    problems,
  }
}

describe('VP8Depacketizer (RFC 7741)', () => {
  /** packets | frames, with * where decoding can start | problems */
  it.each<Case>([
    ['a frame in one packet', [[1, 9, 'M', '10 00aa']], ['9 00aa *'], []],
    [
      'a frame in packets',
      [
        [1, 9, '-', '10 01aa'],
        [2, 9, '-', '00 bb'],
        [3, 9, 'M', '00 cc'],
      ],
      ['9 01aabbcc'],
      [],
    ],
    [
      'partitions follow each other',
      [
        [1, 9, '-', '10 01aa'],
        [2, 9, '-', '11 bb'],
        [3, 9, 'M', '01 cc'],
      ],
      ['9 01aabbcc'],
      [],
    ],
    [
      'all optional fields of the descriptor (section 4.2)',
      [
        [1, 9, 'M', '90 80 11 01'],
        [2, 10, 'M', '90 f0 8111 22 33 01'],
        [3, 11, 'M', '90 40 22 01'],
        [4, 12, 'M', '90 10 33 01'],
      ],
      ['9 01', '10 01', '11 01', '12 01'],
      [],
    ],
    [
      'a start in the middle drops what was begun',
      [
        [1, 9, '-', '10 01aa'],
        [2, 9, 'M', '10 01bb'],
      ],
      ['9 01bb'],
      [],
    ],
    [
      'a start with another timestamp ends what has no marker',
      [
        [1, 9, '-', '10 01aa'],
        [2, 10, 'M', '10 01bb'],
      ],
      ['9 01aa', '10 01bb'],
      [],
    ],
    [
      'a missing packet takes its frame along',
      [
        [1, 9, '-', '10 01aa'],
        [3, 9, 'M', '00 cc'],
        [4, 10, 'M', '10 01'],
      ],
      ['10 01'],
      ['fragment without a start'],
    ],
    [
      'a frame whose end is missing is dropped, the next is whole',
      [
        [1, 9, '-', '10 01aa'],
        [3, 10, 'M', '10 01bb'],
      ],
      ['10 01bb'],
      ['packets are missing before this one'],
    ],
    [
      'a frame that began before us is expected',
      [
        [1, 9, 'M', '00 cc'],
        [2, 10, 'M', '10 01'],
      ],
      ['10 01'],
      ['rest of a unit whose start came earlier'],
    ],
    [
      'another timestamp in the middle',
      [
        [1, 9, '-', '10 01aa'],
        [2, 10, 'M', '00 bb'],
      ],
      [],
      ['timestamp changed in the middle of a unit'],
    ],
    [
      'payloads that are cut off',
      [
        [1, 9, 'M', ''],
        [2, 9, 'M', '10'],
        [3, 9, 'M', '90 80 81 11'],
      ],
      [],
      Array.from({ length: 3 }, () => 'payload is shorter than its header'),
    ],
  ])('%s', (_, packets, units, problems) => {
    expect(run(new VP8Depacketizer(), packets)).toEqual({ units, problems })
  })

  it('drops a frame that is too big, and no more', () => {
    const packets: Sketch[] = [
      [1, 9, '-', filled(0x10, 80)],
      [2, 9, 'M', '00 bb'],
      [3, 10, 'M', '10 01'],
    ]
    expect(run(new VP8Depacketizer({ maxUnitBytes: 70 }), packets)).toEqual({
      units: ['10 01'],
      problems: ['unit is too big', 'fragment without a start'],
    })
  })
})

describe('VP9Depacketizer (RFC 9628)', () => {
  it.each<Case>([
    ['a frame in one packet', [[1, 9, 'M', '0c aa']], ['9 aa *'], []],
    [
      'a frame in packets, ended by E',
      [
        [1, 9, '-', '48 aa'],
        [2, 9, '-', '40 bb'],
        [3, 9, '-', '44 cc'],
      ],
      ['9 aabbcc'],
      [],
    ],
    [
      'short and long picture ids',
      [
        [1, 9, 'M', 'cc 11 aa'],
        [2, 10, 'M', 'cc 8111 bb'],
      ],
      ['9 aa', '10 bb'],
      [],
    ],
    [
      'layers, with TL0PICIDX outside flexible mode only',
      [
        [1, 9, '-', '2c 00 07 aa'],
        [2, 9, 'M', '2c 02 07 bb'],
        [3, 10, 'M', '3c 00 cc'],
      ],
      ['9 aa *', '9 bb', '10 cc *'],
      [],
    ],
    [
      'references in flexible mode',
      [
        [1, 9, 'M', '5c 02 aa'],
        [2, 9, 'M', '5c 03 05 06 bb'],
      ],
      ['9 aa', '9 bb'],
      [],
    ],
    ['more references than there are', [[1, 9, 'M', '5c 03 05 07 02 bb']], [], ['payload descriptor is invalid']],
    [
      'the scalability structure with sizes and a group',
      [
        [1, 9, 'M', '0e 18 0140 00f0 01 14 01 aa'],
        [2, 9, 'M', '0e 38 00010002 00030004 02 00 18 0102 bb'],
        [3, 9, 'M', '0e 00 cc'],
      ],
      ['9 aa *', '9 bb *', '9 cc *'],
      [],
    ],
    ['a structure that is cut off', [[1, 9, 'M', '0e 18 0140 00f0 01 14']], [], ['payload descriptor is invalid']],
    ['an empty payload', [[1, 9, 'M', '']], [], ['payload descriptor is invalid']],
    [
      'a start in the middle drops what was begun',
      [
        [1, 9, '-', '08 aa'],
        [2, 9, 'M', '4c bb'],
      ],
      ['9 bb'],
      [],
    ],
    [
      'a missing packet takes its frame along',
      [
        [1, 9, '-', '08 aa'],
        [3, 9, 'M', '04 bb'],
        [4, 10, 'M', '4c cc'],
      ],
      ['10 cc'],
      ['fragment without a start'],
    ],
    [
      'another timestamp in the middle',
      [
        [1, 9, '-', '08 aa'],
        [2, 10, 'M', '04 bb'],
      ],
      [],
      ['timestamp changed in the middle of a unit'],
    ],
    ['a frame that began before us', [[1, 9, 'M', '04 bb']], [], ['rest of a unit whose start came earlier']],
  ])('%s', (_, packets, units, problems) => {
    expect(run(new VP9Depacketizer(), packets)).toEqual({ units, problems })
  })

  it('drops a frame that is too big', () => {
    expect(run(new VP9Depacketizer({ maxUnitBytes: 7 }), [[1, 9, 'M', filled(0x0c, 9)]])).toEqual({
      units: [],
      problems: ['unit is too big'],
    })
  })
})
