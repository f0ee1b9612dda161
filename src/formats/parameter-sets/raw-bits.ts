import { BitReader } from '../codecs/bit-reader.ts'

/**
 * Reading of parameter sets of H.264 and H.265: the bytes that only keep start codes out of the data are taken away, and
 * numbers are variable in length. As with `BitReader`, reading past the end gives zeros and shows at the end.
 */

/** A parameter set is a few hundred bytes at most; what lies behind is not needed for anything that is read here. */
const maxBytes = 4096

/** A reader of the data of a NAL unit behind its header, without emulation prevention (ITU-T H.264 section 7.4.1). */
export function rawBits(nalUnit: Uint8Array, headerBytes: number): BitReader {
  const raw = new Uint8Array(Math.min(nalUnit.length, maxBytes))
  let length = 0
  let zeros = 0
  for (let at = headerBytes; at < raw.length; at++) {
    const byte = nalUnit[at] ?? 0
    if (zeros >= 2 && byte === 3) {
      zeros = 0
      continue
    }
    zeros = byte === 0 ? zeros + 1 : 0
    raw[length++] = byte
  }
  return new BitReader(raw.subarray(0, length))
}

/** ue(v), ITU-T H.264 section 9.1: 0..2^32-2; anything longer comes out as 2^32-1. */
export function readUnsigned(bits: BitReader): number {
  let zeros = 0
  while (bits.read(1) === 0) {
    zeros++
    if (zeros >= 32) return 0xffff_ffff
  }
  return 2 ** zeros - 1 + bits.read(zeros)
}

/** se(v), ITU-T H.264 section 9.1.1. */
export function readSigned(bits: BitReader): number {
  const value = readUnsigned(bits)
  return value % 2 === 1 ? (value + 1) / 2 : -value / 2
}

/** 32 bits as an unsigned number. */
export function readUint32Bits(bits: BitReader): number {
  return bits.read(16) * 0x1_0000 + bits.read(16)
}

/** Skips as many bits. */
export function skipBits(bits: BitReader, count: number): void {
  for (let left = count; left > 0; left -= 31) bits.read(Math.min(left, 31))
}
