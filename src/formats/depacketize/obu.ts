import { readLeb128, sizeOfLeb128 } from './leb128.ts'

/** Header bits of an OBU, AV1 specification section 5.3.2: `|F|  type   |X|S|-|`, X: another byte, S: a size follows. */
const extensionBit = 0x04
const sizeBit = 0x02

/** OBU types of the AV1 specification, section 6.2.2. */
export const sequenceHeaderType = 1
export const temporalDelimiterType = 2

/** Type of the OBU with this first byte. */
export function obuType(firstByte: number): number {
  return (firstByte >> 3) & 0x0f
}

/**
 * The OBU without its size field, which RTP makes superfluous: itself when it has none, a copy otherwise. Undefined when the
 * size is not that of the bytes.
 */
export function obuWithoutSize(obu: Uint8Array): Uint8Array | undefined {
  const first = obu[0] ?? 0
  if ((first & sizeBit) === 0) return obu
  const headerBytes = (first & extensionBit) === 0 ? 1 : 2
  const dataStart = headerBytes + sizeOfLeb128(obu, headerBytes)
  const dataBytes = readLeb128(obu, headerBytes)
  if (dataBytes < 0 || dataStart + dataBytes !== obu.length) return undefined
  const bare = new Uint8Array(headerBytes + dataBytes)
  bare.set(obu.subarray(0, headerBytes))
  bare[0] = first & ~sizeBit
  bare.set(obu.subarray(dataStart), headerBytes)
  return bare
}
