import { rtspError } from '../../contracts/rtsp-error.ts'
import { obuType, obuWithoutSize, temporalDelimiterType } from '../depacketize/obu.ts'

/**
 * The OBUs that are sent: without temporal delimiters and empty ones, and without size fields, which RTP makes superfluous
 * (RTP payload format for AV1, sections 4.4 and 5). An OBU whose size field is not true throws `ERR_RTSP_USAGE`.
 */
export function obusToSend(obus: readonly Uint8Array[]): Uint8Array[] {
  const sent: Uint8Array[] = []
  for (const obu of obus) {
    if (obu.length === 0 || obuType(obu[0] ?? 0) === temporalDelimiterType) continue
    const bare = obuWithoutSize(obu)
    if (bare === undefined) throw rtspError('ERR_RTSP_USAGE', 'an OBU of AV1 does not have the size that it says')
    sent.push(bare)
  }
  return sent
}
