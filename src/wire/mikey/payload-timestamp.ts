import { Failure } from '../../contracts/failure.ts'
import type { NtpTime } from '../ntp.ts'
import type { MikeyReader } from './mikey-reader.ts'
import type { MikeyWriter } from './mikey-writer.ts'

/** The timestamp payload, T (RFC 3830 section 6.6): `TS type 0 | NTP time 8`. It is what makes an old message useless. */

/** When the message was made. */
export interface MikeyTimestamp {
  readonly kind: 'timestamp'
  /** In UTC. */
  readonly time: NtpTime
}

const ntpUtc = 0

/** Reads what follows the next-payload byte. `ERR_RTSP_MIKEY_INVALID` unless it is NTP in UTC. */
export function parseTimestamp(reader: MikeyReader): MikeyTimestamp | Failure {
  const type = reader.uint8()
  if (type !== ntpUtc) return new Failure('ERR_RTSP_MIKEY_INVALID', `unsupported timestamp type: ${type}`)
  return { kind: 'timestamp', time: { seconds: reader.uint32(), fraction: reader.uint32() } }
}

/** Writes what follows the next-payload byte. */
export function writeTimestamp(writer: MikeyWriter, payload: MikeyTimestamp): void {
  writer.uint8(ntpUtc)
  writer.uint32(payload.time.seconds)
  writer.uint32(payload.time.fraction)
}
