/**
 * NAL units of H.264 and H.265 as files have them: with start codes in MPEG-TS (Annex B of both standards), with lengths in
 * MP4, and parameter sets in the records that MP4 keeps beside them (ISO/IEC 14496-15). RTP has the bare units.
 */

export type VideoCodec = 'H264' | 'H265'

/** Types of NAL units: table 7-1 of both standards. */
const nalTypes = {
  H264: { sps: 7, pps: 8, delimiter: 9 },
  H265: { vps: 32, sps: 33, pps: 34, delimiter: 35 },
}

/** Parameter sets in the order in which a decoder wants them; several of a kind are allowed. */
export interface ParameterSets {
  readonly vps: readonly Uint8Array[]
  readonly sps: readonly Uint8Array[]
  readonly pps: readonly Uint8Array[]
}

/** The parameter sets among `nalus`. */
export function parameterSetsOf(codec: VideoCodec, nalus: readonly Uint8Array[]): ParameterSets {
  const ofType = (type: number) => nalus.filter((nalu) => nalTypeOf(codec, nalu) === type)
  const { sps, pps } = nalTypes[codec]
  return { vps: codec === 'H265' ? ofType(nalTypes.H265.vps) : [], sps: ofType(sps), pps: ofType(pps) }
}

/** True for an access unit delimiter: RTP has the marker and the timestamp for that. */
export function isDelimiter(codec: VideoCodec, nalu: Uint8Array): boolean {
  return nalTypeOf(codec, nalu) === nalTypes[codec].delimiter
}

function nalTypeOf(codec: VideoCodec, nalu: Uint8Array): number {
  const first = nalu[0] ?? 0
  return codec === 'H264' ? first & 0x1f : (first >> 1) & 0x3f
}

/** Units between start codes. The zeros in front of a start code belong to it: no unit ends with one. */
export function splitAnnexB(bytes: Uint8Array): Uint8Array[] {
  const nalus: Uint8Array[] = []
  let start = -1
  const finish = (end: number): void => {
    let last = end
    while (last > start && bytes[last - 1] === 0) last--
    if (start >= 0 && last > start) nalus.push(bytes.subarray(start, last))
  }
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1) continue
    finish(at)
    start = at + 3
    at += 2
  }
  finish(bytes.length)
  return nalus
}

/** Units behind lengths of `lengthBytes` bytes each; a length that reaches beyond the end ends the reading. */
export function splitLengthPrefixed(bytes: Uint8Array, lengthBytes: number): Uint8Array[] {
  const nalus: Uint8Array[] = []
  for (let at = 0; at + lengthBytes <= bytes.length;) {
    let length = 0
    for (let index = 0; index < lengthBytes; index++) length = length * 256 + (bytes[at + index] ?? 0)
    at += lengthBytes
    if (length > bytes.length - at) break
    if (length > 0) nalus.push(bytes.subarray(at, at + length))
    at += length
  }
  return nalus
}

/** What MP4 keeps beside the pictures. */
export interface DecoderRecord {
  readonly lengthBytes: number
  readonly nalus: readonly Uint8Array[]
}

/** `avcC` (ISO/IEC 14496-15 section 5.3.3.1) or `hvcC` (section 8.3.3.1). What is cut off is left out. */
export function readDecoderRecord(codec: VideoCodec, record: Uint8Array): DecoderRecord {
  const lengthBytes = ((record[codec === 'H264' ? 4 : 21] ?? 3) & 3) + 1
  const nalus: Uint8Array[] = []
  let at = codec === 'H264' ? 5 : 22
  const byte = (): number => record[at++] ?? 0
  const readUnits = (count: number): void => {
    for (let index = 0; index < count && at + 2 <= record.length; index++) {
      const length = byte() * 256 + byte()
      nalus.push(record.subarray(at, at + length))
      at += length
    }
  }
  if (codec === 'H264') {
    readUnits(byte() & 0x1f)
    readUnits(byte())
  } else {
    for (let arrays = byte(); arrays > 0 && at + 3 <= record.length; arrays--) {
      at++
      readUnits(byte() * 256 + byte())
    }
  }
  return { lengthBytes, nalus: nalus.filter((nalu) => nalu.length > 0) }
}
