import { rtspError } from '../../contracts/rtsp-error.ts'
import { readLeb128, sizeOfLeb128 } from '../depacketize/leb128.ts'

/** Header bits of an OBU, AV1 specification section 5.3.2: `|F|  type   |X|S|-|`, X: another byte, S: a size follows. */
const extensionBit = 0x04
const sizeBit = 0x02

/** OBU types of the AV1 specification, section 6.2.2. */
export const sequenceHeaderType = 1
const temporalDelimiterType = 2

/** Type of an OBU. */
export function obuType(obu: Uint8Array): number {
  return ((obu[0] ?? 0) >> 3) & 0x0f
}

/**
 * The OBUs that are sent: without temporal delimiters and empty ones, and without size fields, which RTP makes superfluous
 * (RTP payload format for AV1, sections 4.4 and 5). An OBU whose size field is not true throws `ERR_RTSP_USAGE`.
 */
export function obusToSend(obus: readonly Uint8Array[]): Uint8Array[] {
  const sent: Uint8Array[] = []
  for (const obu of obus) {
    if (obu.length === 0 || obuType(obu) === temporalDelimiterType) continue
    sent.push(((obu[0] ?? 0) & sizeBit) === 0 ? obu : withoutSize(obu))
  }
  return sent
}

function withoutSize(obu: Uint8Array): Uint8Array {
  const first = obu[0] ?? 0
  const headerBytes = (first & extensionBit) === 0 ? 1 : 2
  const dataStart = headerBytes + sizeOfLeb128(obu, headerBytes)
  const dataBytes = readLeb128(obu, headerBytes)
  if (dataBytes < 0 || dataStart + dataBytes !== obu.length) {
    throw rtspError('ERR_RTSP_USAGE', 'an OBU of AV1 does not have the size that it says')
  }
  const stripped = new Uint8Array(headerBytes + dataBytes)
  stripped.set(obu.subarray(0, headerBytes))
  stripped[0] = first & ~sizeBit
  stripped.set(obu.subarray(dataStart), headerBytes)
  return stripped
}
