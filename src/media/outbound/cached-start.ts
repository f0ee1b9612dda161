import type { UnixMillis } from '../../contracts/units.ts'
import type { Burst } from './burst.ts'
import type { GopCache } from './gop-cache.ts'
import type { ReaderCounters } from './reader-counters.ts'
import { frameHeaderBytes, readUint16, readUint32 } from './rtp-layout.ts'
import type { StartSink } from './start-sink.ts'
import { informedTrack, maxClockSkewMs, type StreamCursor, streamCursor } from './stream-cursor.ts'
import type { StreamTracks } from './stream-tracks.ts'

/**
 * The beginning of a reader that gets what the stream has kept: all of it or nothing, because a part of a group of
 * pictures cannot be decoded to the end. It comes before everything that is written to the stream from now on, so the
 * sequence numbers of every media run on from the cache into the live packets.
 */

/** What `RTP-Info` tells a reader that began with the cache, by media index. */
export type CachedStart = ReadonlyMap<number, StreamCursor>

/**
 * Gives the kept packets to a reader whose sink holds everything back, and counts them as sent to it. `receives` is 1
 * for the medias that it gets. `burst` is the cache as the reader gets it, in clear or encrypted. Undefined: there is no picture for it, it begins with live packets.
 */
export function startFromCache(
  cache: GopCache,
  burst: Burst,
  receives: Uint8Array,
  tracks: StreamTracks,
  sink: StartSink,
  counters: ReaderCounters,
): CachedStart | undefined {
  const from = cache.startFor(receives)
  if (from < 0) return undefined
  const startedAt = burst.ntps[from] ?? 0
  const cursors = new Map<number, StreamCursor>()
  let cost = 0
  const isForReader = (index: number): boolean => {
    const media = tracks.medias[burst.mediaIndexes[index] ?? 0]
    return media !== undefined && receives[media.index] === 1 && cache.isUseful(media, index)
  }
  let runStart = from
  for (let index = from; index < burst.count; index += 1) {
    const mediaIndex = burst.mediaIndexes[index] ?? 0
    // Packets of medias that were not set up are passed over by the sink itself: they need not end a run.
    if (receives[mediaIndex] !== 1) continue
    if (isForReader(index)) {
      cost += sink.costOf(burst, index)
      counters.noteCached(burst, index)
      tracks.countDelivered(burst.formatIndexes[index] ?? 0, mediaIndex, burst.sizes[index] ?? 0)
      if (!cursors.has(mediaIndex)) noteFirst(burst, index, tracks, startedAt, cursors)
      continue
    }
    if (index > runStart) sink.writeRange(burst, runStart, index, undefined)
    runStart = index + 1
  }
  if (burst.count > runStart) sink.writeRange(burst, runStart, burst.count, undefined)
  sink.exempt(cost)
  noteOthers(receives, tracks, startedAt, cursors)
  return cursors
}

/**
 * The RTP times of all medias are those of one moment, when the first packet was presented: clients align the medias by
 * them until the first sender reports have come.
 */
function noteFirst(
  burst: Burst,
  index: number,
  tracks: StreamTracks,
  startedAt: UnixMillis,
  cursors: Map<number, StreamCursor>,
): void {
  const mediaIndex = burst.mediaIndexes[index] ?? 0
  const track = informedTrack(tracks, mediaIndex)
  if (track === undefined) return
  const at = burst.start + (burst.offsets[index] ?? 0) + frameHeaderBytes
  const sinceStartMs = (burst.ntps[index] ?? 0) - startedAt
  const ticks =
    Math.abs(sinceStartMs) > maxClockSkewMs ? 0 : Math.trunc((sinceStartMs * track.format.clockRateHz) / 1000)
  cursors.set(mediaIndex, {
    sequenceNumber: readUint16(burst.slab.bytes, at + 2),
    rtpTime: (readUint32(burst.slab.bytes, at + 4) - ticks) >>> 0,
  })
}

/** Medias of which nothing was kept begin with their next packet, at the same moment. */
function noteOthers(
  receives: Uint8Array,
  tracks: StreamTracks,
  startedAt: UnixMillis,
  cursors: Map<number, StreamCursor>,
): void {
  for (const { index } of tracks.medias) {
    if (receives[index] !== 1 || cursors.has(index)) continue
    const cursor = streamCursor(tracks, index, startedAt)
    if (cursor !== undefined) cursors.set(index, cursor)
  }
}
