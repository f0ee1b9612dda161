/**
 * The tables that JPEG over RTP leaves out. Huffman tables are always those of ITU T.81 annex K, which every encoder that
 * does not optimise uses; quantization tables follow from a quality number where they are not sent.
 */

import { decodeHex } from '../codecs/values.ts'

/** Bytes of one quantization table of 8-bit values. */
export const quantizationTableBytes = 64

/** Symbols of the two AC tables, T.81 tables K.5 and K.6, in the order of their codes. */
const lumaAcSymbols =
  '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a4344' +
  '45464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4' +
  'b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa'
const chromaAcSymbols =
  '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a43' +
  '4445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2' +
  'b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa'
const dcSymbols = '000102030405060708090a0b'

/** A Huffman table as a DHT segment has it: class and destination, how many codes of each length, the symbols. */
export interface HuffmanTable {
  /** The class (0: DC, 1: AC) in the upper four bits, the destination (0: luma, 1: chroma) in the lower. */
  readonly id: number
  /** 16 counts, then the symbols. */
  readonly content: Uint8Array
}

/** The four tables of T.81 annex K.3.3. */
export const standardHuffmanTables: readonly HuffmanTable[] = [
  table(0x00, '00010501010101010100000000000000', dcSymbols),
  table(0x10, '0002010303020403050504040000017d', lumaAcSymbols),
  table(0x01, '00030101010101010101010000000000', dcSymbols),
  table(0x11, '00020102040403040705040400010277', chromaAcSymbols),
]

function table(id: number, counts: string, symbols: string): HuffmanTable {
  return { id, content: decodeHex(counts + symbols) ?? new Uint8Array(0) }
}

/** T.81 tables K.1 (luma) and K.2 (chroma) in zigzag order. */
const baseTables: readonly (readonly number[])[] = [
  [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
    60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
    121, 112, 100, 120, 92, 101, 103, 99,
  ],
  [
    17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99,
  ],
]

/** Luma and chroma table of a quality of 1..99, one after the other, in zigzag order. RFC 2435 appendix A. */
export function quantizationTablesOf(quality: number): Uint8Array {
  const factor = quality < 50 ? Math.trunc(5000 / quality) : 200 - quality * 2
  return Uint8Array.from(
    baseTables.flatMap((values) =>
      values.map((value) => Math.min(255, Math.max(1, Math.trunc((value * factor + 50) / 100)))),
    ),
  )
}
