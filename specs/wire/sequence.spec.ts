import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  readUint16,
  readUint24,
  readUint32,
  sequenceDelta,
  timestampDelta,
  toUint16,
  toUint32,
  writeUint16,
  writeUint32,
} from '../../src/wire/sequence.ts'

const uint16 = fc.integer({ min: 0, max: 0xffff })
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })

describe('modular arithmetic (RFC 1982)', () => {
  it('gives small signed sequence differences on both sides of the wrap', () => {
    expect(sequenceDelta(0, 0xffff)).toBe(1)
    expect(sequenceDelta(0xffff, 0)).toBe(-1)
    expect(sequenceDelta(0x8000, 0)).toBe(-0x8000)
    expect(sequenceDelta(0x7fff, 0)).toBe(0x7fff)
  })

  it('gives small signed timestamp differences on both sides of the wrap', () => {
    expect(timestampDelta(0, 0xffff_ffff)).toBe(1)
    expect(timestampDelta(0xffff_ffff, 0)).toBe(-1)
    expect(timestampDelta(0x8000_0000, 0)).toBe(-0x8000_0000)
  })

  it('undoes an addition modulo its width', () => {
    fc.assert(
      fc.property(uint16, fc.integer({ min: -0x8000, max: 0x7fff }), (start, step) => {
        expect(sequenceDelta(toUint16(start + step), start)).toBe(step)
      }),
    )
    fc.assert(
      fc.property(uint32, fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }), (start, step) => {
        expect(timestampDelta(toUint32(start + step), start)).toBe(step)
      }),
    )
  })
})

describe('byte accessors', () => {
  it('read what was written, big endian', () => {
    const bytes = new Uint8Array(8)
    writeUint16(bytes, 1, 0x1234)
    writeUint32(bytes, 4, 0xfedc_ba98)
    expect([...bytes]).toEqual([0, 0x12, 0x34, 0, 0xfe, 0xdc, 0xba, 0x98])
    expect(readUint16(bytes, 1)).toBe(0x1234)
    expect(readUint24(bytes, 4)).toBe(0xfe_dcba)
    expect(readUint32(bytes, 4)).toBe(0xfedc_ba98)
  })

  it('write integers modulo their width', () => {
    const bytes = new Uint8Array(6)
    writeUint16(bytes, 0, 0x1_0001)
    writeUint32(bytes, 2, 0x1_0000_0002)
    expect([...bytes]).toEqual([0, 1, 0, 0, 0, 2])
  })

  it('read bytes beyond the end as 0', () => {
    expect(readUint32(new Uint8Array([1, 2]), 0)).toBe(0x0102_0000)
  })
})
