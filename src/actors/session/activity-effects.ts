import type { Runtime, SessionEntry } from '../runtime.ts'
import type { ActivityLimits } from './protocol.ts'

/**
 * The coarse check of all sessions whose packets flow. One timer of the server's actor does for all of them, and a
 * session has a turn only when there is something to decide.
 */

/** The session flows from here on. */
export function watchActivity({ server }: Runtime, entry: SessionEntry, limits: ActivityLimits): void {
  entry.activityLimits = limits
  if (!server.state.isWatching) server.tell({ type: 'flow.began' })
}

/** Looks at every session that flows, tells those whose limits are reached, and counts them all. */
export function sampleActivity({ clock, sessions }: Runtime): number {
  const now = clock.now()
  let flowingCount = 0
  for (const entry of sessions.values()) {
    const limits = entry.activityLimits
    if (limits === null) continue
    flowingCount += 1
    // Always asked: a peer is stalled since the first look that found it so.
    const stalledMs = (entry.reader ?? entry.writer)?.stalledMs(now) ?? 0
    const lastPacketAt = entry.tracks?.lastPacketAt ?? 0
    const isSilent = limits.maxSilentMs !== null && now - lastPacketAt >= limits.maxSilentMs
    if (isSilent || stalledMs >= limits.maxStalledMs) {
      entry.ref.tell({ type: 'activity.sampled', lastPacketAt, stalledMs })
    }
  }
  return flowingCount
}
