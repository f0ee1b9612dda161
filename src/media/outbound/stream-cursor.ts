import type { Millis, UnixMillis } from '../../contracts/units.ts'
import { formatFields, type FormatTrack, packetsField, type StreamTracks } from './stream-tracks.ts'

/** What `RTP-Info` tells of a media (RFC 2326 section 12.33). */
export interface StreamCursor {
  /** Sequence number of the next packet, 0..65535. */
  readonly sequenceNumber: number
  /** RTP time of the moment at which playing starts, 0..4294967295. */
  readonly rtpTime: number
}

/**
 * A source that hands in wall times of its own may have its clock set wrong; when two wall times are further apart than
 * this, they are not compared.
 */
export const maxClockSkewMs: Millis = 10_000

/**
 * The format of a media that `RTP-Info` can speak of: the only one, with a clock rate. Undefined for all others, because
 * an entry has room for one sequence number.
 */
export function informedTrack(tracks: StreamTracks, mediaIndex: number): FormatTrack | undefined {
  const formats = tracks.medias[mediaIndex]?.formats ?? []
  const track = formats[0]
  return track === undefined || formats.length !== 1 || track.format.clockRateHz <= 0 ? undefined : track
}

/** How far before now RTP-Info goes for live packets, so that no decoding time lies behind it. */
const leadMs: Millis = 100

/** Where a media stands for a reader that begins with the next packet; `now` is wall time. See `streamCursor`. */
export function liveCursor(tracks: StreamTracks, mediaIndex: number, now: UnixMillis): StreamCursor | undefined {
  return streamCursor(tracks, mediaIndex, now - leadMs)
}

/**
 * Where a media stands: the sequence number that the first packet to a reader armed at this moment has, and the RTP time
 * of `at`. Undefined for a media with several formats or no clock rate, and before its first packet.
 */
export function streamCursor(tracks: StreamTracks, mediaIndex: number, at: UnixMillis): StreamCursor | undefined {
  const track = informedTrack(tracks, mediaIndex)
  if (track === undefined || tracks.totals[track.index * formatFields + packetsField] === 0) return undefined
  const isSkewed = Math.abs(track.ntp - track.writtenAt) > maxClockSkewMs
  const elapsedMs = at - (isSkewed ? track.writtenAt : track.ntp)
  const ticks = Math.trunc((elapsedMs * track.format.clockRateHz) / 1000)
  return { sequenceNumber: (track.sequenceNumber + 1) & 0xffff, rtpTime: (track.timestamp + ticks) >>> 0 }
}
