/** MPEG-4 Visual, MPEG-1/2 video and transport streams, whose packets do not say where a frame begins. */
import { describe, expect, it } from 'vitest'
import { mpeg1VideoFormat, mpeg4VideoFormat, mpegTSFormat } from '../../../src/formats/create-format.ts'
import { createDepacketizer } from '../../../src/formats/depacketize/create-depacketizer.ts'
import type { Format } from '../../../src/formats/format.ts'
import { hex } from '../packetize/rtp-packets.ts'
import { pushSketches, type Sketch } from './push-all.ts'
import { partsOf } from './video-samples.ts'

function run(format: Format, sketches: readonly Sketch[], maxUnitBytes?: number) {
  const options = maxUnitBytes === undefined ? {} : { maxUnitBytes }
  const { units, problems } = pushSketches(createDepacketizer(format, options), sketches)
  const flags = ({ isRandomAccess, corrupted }: (typeof units)[0]) =>
    `${isRandomAccess ? ' I' : ''}${corrupted ? ' !' : ''}`
  return { units: units.map((unit) => `${unit.timestamp} ${partsOf(unit).map(hex).join(' ')}${flags(unit)}`), problems }
}

type Case = readonly [string, readonly Sketch[], readonly string[], readonly string[]]

const lost = 'packets are missing before this one'
const late = 'rest of a unit whose start came earlier'

describe('MPEG-4 Visual (RFC 6416 section 5)', () => {
  const [intra, inter] = ['000001b610', '000001b650']
  const sequence = `000001b001000001b509${intra}`
  const format = mpeg4VideoFormat({ payloadType: 96 })

  it.each<Case>([
    [
      'frames end with the marker',
      [
        [1, 9, 'M', intra],
        [2, 10, '-', inter],
        [3, 10, 'M', 'aabb'],
      ],
      [`9 ${intra} I`, `10 ${inter}aabb`],
      [],
    ],
    [
      'a new timestamp ends a frame, and nothing is late after a marker that was left out',
      [
        [1, 9, '-', intra],
        [2, 10, 'M', inter],
        [3, 11, 'M', inter],
      ],
      [`9 ${intra} I`, `10 ${inter}`, `11 ${inter}`],
      [],
    ],
    [
      'the rest of a broken frame is left out up to the marker, and what follows is whole',
      [
        [1, 9, '-', inter],
        [3, 9, '-', 'aa'],
        [4, 9, 'M', 'bb'],
        [5, 10, 'M', inter],
      ],
      [`10 ${inter}`],
      [lost],
    ],
    [
      'behind a loss a start code begins a frame that is flagged, the sequence header one that is not',
      [
        [1, 9, 'M', intra],
        [3, 10, 'M', inter],
        [5, 11, 'M', sequence],
      ],
      [`9 ${intra} I`, `10 ${inter} !`, `11 ${sequence} I`],
      [lost, lost],
    ],
    [
      'the rest of a frame that began before us is expected',
      [
        [1, 9, '-', 'aabb'],
        [2, 9, 'M', 'cc'],
        [3, 10, 'M', intra],
      ],
      [`10 ${intra} I`],
      [late],
    ],
    [
      'an empty payload drops the frame',
      [
        [1, 9, '-', intra],
        [2, 9, 'M', ''],
        [3, 10, 'M', inter],
      ],
      [`10 ${inter}`],
      ['payload is empty'],
    ],
  ])('%s', (_, packets, units, problems) => {
    expect(run(format, packets)).toEqual({ units, problems })
  })

  it('drops a frame that is too big to its end', () => {
    const packets: Sketch[] = [
      [1, 9, '-', `${inter}aaaa`],
      [2, 9, '-', inter],
      [3, 9, 'M', 'aa'],
      [4, 10, 'M', inter],
    ]
    expect(run(format, packets, 8)).toEqual({ units: [`10 ${inter}`], problems: ['unit is too big'] })
  })
})

describe('MPEG-1 and MPEG-2 video (RFC 2250 section 3)', () => {
  const format = mpeg1VideoFormat()
  /** Pictures of type I and P; a sequence header in front of the former. */
  const [intra, inter] = ['00000100014ffff8', '000001000197fff980']
  const sequence = `000001b314f0b423${intra}`
  const [slice1, slice2] = ['00000101aaaa', '00000102bbbb']

  it.each<Case>([
    [
      'slices are put together up to the marker, whatever their bits say',
      [
        [1, 9, '-', `00053900${sequence}`],
        [2, 9, '-', `00051900${slice1}`],
        [3, 9, '-', `00051100${slice2.slice(0, 10)}`],
        [4, 9, 'M', `00050900${slice2.slice(10)}`],
        [5, 10, 'M', `00061a03${inter}${slice1}`],
      ],
      [`9 ${sequence}${slice1}${slice2} I`, `10 ${inter}${slice1}`],
      [],
    ],
    [
      'the MPEG-2 header extension is left out (T, section 3.4.1), with what D and E add',
      [
        [1, 9, 'M', `04053900 00000000 ${sequence}`],
        [2, 10, 'M', `04053900 00000001 00000000 ${sequence}`],
        [3, 11, 'M', `04053900 40000000 02aaaaaa aaaaaaaa ${sequence}`],
        [4, 12, 'M', `04053900 40000001 00000000 01aaaaaa ${sequence}`],
      ],
      [`9 ${sequence} I`, `10 ${sequence} I`, `11 ${sequence} I`, `12 ${sequence} I`],
      [],
    ],
    [
      'headers that go too far',
      [
        [1, 9, 'M', '00053900'],
        [2, 10, 'M', '0405390000000000'],
        [3, 11, 'M', '0405390040000000ffaaaaaa'],
      ],
      [],
      [
        'payload is shorter than its header',
        'payload is shorter than its header',
        'payload is shorter than its header',
      ],
    ],
    [
      'the middle of a picture begins nothing',
      [
        [1, 9, 'M', `00051900${slice1}`],
        [2, 10, 'M', `00061a03${inter}${slice1}`],
      ],
      [`10 ${inter}${slice1}`],
      [late],
    ],
    [
      'a hole drops the picture; behind it one is flagged unless it opens with a sequence header',
      [
        [1, 9, '-', `00053900${sequence}`],
        [3, 9, 'M', `00051900${slice2}`],
        [4, 10, '-', `00061a03${inter}`],
        [6, 11, 'M', `00061a03${inter}${slice1}`],
        [8, 12, 'M', `00053900${sequence}${slice1}`],
      ],
      [`11 ${inter}${slice1} !`, `12 ${sequence}${slice1} I`],
      [lost, lost, lost],
    ],
  ])('%s', (_, packets, units, problems) => {
    expect(run(format, packets)).toEqual({ units, problems })
  })
})

describe('MPEG-TS (RFC 2250 section 2)', () => {
  const packet = `47${'aa'.repeat(187)}`
  const invalid = 'payload is not made of transport stream packets'

  it.each<Case>([
    ['whole packets are a unit', [[1, 9, '-', packet + packet]], [`9 ${packet}${packet} I`], []],
    [
      'anything else is none',
      [
        [1, 9, '-', ''],
        [2, 9, '-', packet.slice(2)],
        [3, 9, '-', `48${packet.slice(2)}`],
        [4, 9, '-', `${packet}48${packet.slice(2)}`],
        [5, 9, '-', `${packet}47`],
        [6, 10, '-', packet],
      ],
      [`10 ${packet} I`],
      [invalid, invalid, invalid, invalid, invalid],
    ],
    [
      'a loss is told, and spoils nothing',
      [
        [1, 9, '-', packet],
        [3, 10, '-', packet],
      ],
      [`9 ${packet} I`, `10 ${packet} I`],
      [lost],
    ],
  ])('%s', (_, packets, units, problems) => {
    expect(run(mpegTSFormat(), packets)).toEqual({ units, problems })
  })
})
