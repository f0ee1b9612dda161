import { describe, expect, it } from 'vitest'
import { groupAccessUnits, isKeyAccessUnit, splitAnnexB } from '../../../src/cli/demo/annex-b.ts'

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}

function hex(units: readonly Uint8Array[]): string[] {
  return units.map((unit) => Buffer.from(unit).toString('hex'))
}

describe('splitAnnexB', () => {
  it.each([
    ['three-byte start codes', '000001 6701 000001 6802', ['6701', '6802']],
    ['four-byte start codes', '00000001 6701 00000001 6802', ['6701', '6802']],
    ['zeros behind a unit', '000001 6701 0000000000 000001 6802 0000', ['6701', '6802']],
    ['zeros inside a unit', '000001 65 0000 03 01 00 02', ['65000003010002']],
    ['bytes before the first start code', 'aabb 000001 6701', ['6701']],
    ['empty units', '000001 000001 6701 000001', ['6701']],
    ['no start code', '6701 6802', []],
    ['nothing', '', []],
  ])('copes with %s (H.264 annex B.1)', (_, stream, units) => {
    expect(hex(splitAnnexB(bytes(stream)))).toEqual(units)
  })
})

describe('groupAccessUnits', () => {
  it.each([
    ['a slice with first_mb_in_slice 0 begins a picture', '6588 4180 419a', ['6588', '4180', '419a']],
    ['a later slice stays in its picture', '6588 6540 6520 4180 4140', ['6588 6540 6520', '4180 4140']],
    ['parameter sets begin an access unit', '67aa 68bb 6588 67aa 68bb 6588', ['67aa 68bb 6588', '67aa 68bb 6588']],
    ['an SEI begins an access unit', '6588 06aa 4180', ['6588', '06aa 4180']],
    ['delimiters begin one and are left out', '0910 6588 0930 4180 4140', ['6588', '4180 4140']],
    ['what follows the last slice is kept', '6588 67aa', ['6588', '67aa']],
    ['nothing in, nothing out', '', []],
  ])('%s (H.264 section 7.4.1.2.3)', (_, units, groups) => {
    const words = (text: string) => text.split(' ').filter((word) => word !== '')
    expect(groupAccessUnits(words(units).map(bytes)).map(hex)).toEqual(groups.map(words))
  })
})

describe('isKeyAccessUnit', () => {
  it('asks for a slice of an IDR picture', () => {
    expect(isKeyAccessUnit([bytes('67aa'), bytes('6588')])).toBe(true)
    expect(isKeyAccessUnit([bytes('67aa'), bytes('4188')])).toBe(false)
    expect(isKeyAccessUnit([])).toBe(false)
  })
})
