import { describe, expect, it } from 'vitest'
import { KLVDepacketizer } from '../../../src/formats/depacketize/klv-depacketizer.ts'
import type { DepacketizeOptions } from '../../../src/formats/depacketize/limits.ts'
import { hex } from '../packetize/rtp-packets.ts'
import { pushSketches, type Sketch } from './push-all.ts'

/** A universal label, then lengths and values. */
const key = '060e2b34020b01010e01030101000000'
const [one, two, three] = [`${key}02aaaa`, `${key}02bbbb`, `${key}03cccccc`]
/** An item of 258 bytes whose length takes 3 bytes of BER. */
const long = `${key}820102${'dd'.repeat(258)}`

function run(sketches: readonly Sketch[], options?: DepacketizeOptions) {
  const { units, problems } = pushSketches(new KLVDepacketizer(options), sketches)
  return {
    units: units.map(({ timestamp, data, corrupted }) => `${timestamp} ${hex(data)}${corrupted ? ' !' : ''}`),
    problems,
  }
}

const lost = 'packets are missing before this one'
const noLabel = 'packet does not start a KLV unit'

/** packets | units, with ! where flagged | problems */
const cases: readonly (readonly [string, readonly Sketch[], readonly string[], readonly string[]])[] = [
  ['an item in a packet', [[1, 9, 'M', one]], [`9 ${one}`], []],
  ['several items in a packet are a unit', [[1, 9, 'M', one + two]], [`9 ${one}${two}`], []],
  [
    'an item in parts, its length among them',
    [
      [1, 9, '-', long.slice(0, 34)],
      [2, 9, '-', long.slice(34, 36)],
      [3, 9, 'M', long.slice(36)],
    ],
    [`9 ${long}`],
    [],
  ],
  [
    'a unit of two items that are cut exactly between',
    [
      [1, 9, '-', one],
      [2, 9, 'M', two],
      [3, 10, '-', three],
      [4, 10, 'M', one],
    ],
    [`9 ${one}${two}`, `10 ${three}${one}`],
    [],
  ],
  [
    'a sender without markers: the timestamp ends the first unit, lengths the next ones',
    [
      [1, 9, '-', one],
      [2, 10, '-', two],
      [3, 11, '-', long.slice(0, 100)],
      [4, 11, '-', long.slice(100)],
    ],
    [`9 ${one}`, `10 ${two}`, `11 ${long}`],
    [],
  ],
  [
    'a marker shows that the sender knows markers',
    [
      [1, 9, '-', one],
      [2, 10, 'M', two],
      [3, 11, '-', one],
      [4, 11, 'M', two],
    ],
    [`9 ${one}`, `10 ${two}`, `11 ${one}${two}`],
    [],
  ],
  [
    'a loss in the middle drops the unit, and flags what begins next',
    [
      [1, 9, '-', long.slice(0, 100)],
      [3, 9, 'M', long.slice(200)],
      [4, 10, 'M', one],
      [6, 11, 'M', two],
      [7, 12, 'M', three],
    ],
    [`10 ${one}`, `11 ${two} !`, `12 ${three}`],
    [noLabel, lost],
  ],
  [
    'the second item of a unit of which the first is lost is flagged',
    [
      [1, 9, 'M', one],
      [3, 10, 'M', two],
      [4, 11, 'M', three],
    ],
    [`9 ${one}`, `10 ${two} !`, `11 ${three}`],
    [lost],
  ],
  [
    'the rest of a unit that began before us, and an item of it',
    [
      [1, 9, '-', 'aabbcc'],
      [2, 9, 'M', two],
      [3, 10, 'M', one],
    ],
    [`9 ${two} !`, `10 ${one}`],
    [noLabel],
  ],
  [
    'a unit that is shorter than it says is flagged',
    [
      [1, 9, 'M', long.slice(0, 100)],
      [2, 10, 'M', key.slice(0, 20)],
    ],
    [`9 ${long.slice(0, 100)} !`, `10 ${key.slice(0, 20)} !`],
    [],
  ],
  [
    'an empty payload, whose marker counts',
    [
      [1, 9, '-', one],
      [2, 9, 'M', ''],
      [3, 10, 'M', ''],
    ],
    [`9 ${one}`],
    ['payload is empty', 'payload is empty'],
  ],
  [
    'a length without bytes, of too many, or beyond all bounds',
    [
      [1, 9, 'M', `${key}80`],
      [2, 10, 'M', `${key}89`],
      [3, 11, 'M', `${key}88ffffffffffffffff`],
      [4, 12, 'M', one],
    ],
    [`12 ${one}`],
    ['length of the KLV unit is invalid', 'length of the KLV unit is invalid', 'unit is too big'],
  ],
]

describe('KLVDepacketizer (RFC 6597)', () => {
  it.each(cases)('%s', (_, packets, units, problems) => {
    expect(run(packets)).toEqual({ units, problems })
  })

  it('gives units that the next one does not overwrite', () => {
    const depacketizer = new KLVDepacketizer()
    const first = pushSketches(depacketizer, [[1, 9, 'M', one]]).units[0]
    pushSketches(depacketizer, [[2, 10, 'M', two]])
    expect(hex(first?.data ?? new Uint8Array(0))).toBe(one)
  })

  it('keeps to its limit, by the length that is told and by the bytes that come', () => {
    const tooBig = 'unit is too big'
    expect(run([[1, 9, '-', long.slice(0, 100)]], { maxUnitBytes: 200 })).toEqual({ units: [], problems: [tooBig] })
    const many: Sketch[] = Array.from({ length: 12 }, (_, index) => [index, 9, index === 11 ? 'M' : '-', one])
    expect(run(many, { maxUnitBytes: 200 })).toEqual({
      units: [`9 ${one} !`],
      problems: [tooBig],
    })
  })
})
