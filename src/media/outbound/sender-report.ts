import type { Millis, UnixMillis } from '../../contracts/units.ts'
import { ntpFromUnixMillis } from '../../wire/ntp.ts'
import { writeUint32 } from './rtp-layout.ts'
import type { FormatTrack } from './stream-tracks.ts'

/**
 * Sender reports (RFC 3550 section 6.4.1) without report blocks. What RTP time belongs to what wall time is a matter
 * of the stream: it is carried on from the last packet whose PTS equals its DTS. The counts are the reader's own.
 *
 * ```
 * |V=2|P|  RC=0   |   PT=SR=200   |            length=6           |
 * |                            SSRC                               |
 * |              NTP timestamp, seconds since 1900                |
 * |              NTP timestamp, fraction of 2^32                  |
 * |                        RTP timestamp                          |
 * |                    sender's packet count                      |
 * |                     sender's octet count                      |
 * ```
 */

/** A packet whose PTS equals its DTS: which RTP time belongs to which wall time. */
export interface Anchor {
  readonly anchorTimestamp: number
  /** Wall time of the packet. */
  readonly anchorNtp: UnixMillis
  /** When it was written. */
  readonly anchorAt: Millis
}

/** Bytes of a sender report. */
export const senderReportBytes = 28

/**
 * The report of a format at `now`, carried on from an anchor. The format must have a clock rate. Counts are written
 * modulo 2^32. A fresh array, big endian.
 */
export function senderReport(
  track: FormatTrack,
  anchor: Anchor,
  now: Millis,
  packets: number,
  octets: number,
): Uint8Array {
  const elapsedMs = now - anchor.anchorAt
  const ntp = ntpFromUnixMillis(anchor.anchorNtp + elapsedMs)
  const elapsedTicks = Math.trunc((elapsedMs * track.format.clockRateHz) / 1000)
  const bytes = new Uint8Array(senderReportBytes)
  bytes[0] = 0x80
  bytes[1] = 200
  bytes[3] = 6
  writeUint32(bytes, 4, track.ssrc)
  writeUint32(bytes, 8, ntp.seconds)
  writeUint32(bytes, 12, ntp.fraction)
  writeUint32(bytes, 16, anchor.anchorTimestamp + elapsedTicks)
  writeUint32(bytes, 20, packets)
  writeUint32(bytes, 24, octets)
  return bytes
}
