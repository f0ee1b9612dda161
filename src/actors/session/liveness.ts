import { Failure } from '../../contracts/failure.ts'
import type { Millis } from '../../contracts/units.ts'
import { closeSession } from './ending.ts'
import type { ActivityLimits, SessionMessage, SessionState, SessionStep } from './protocol.ts'
import { isActive } from './transitions.ts'

/**
 * The coarse look at a flowing session (spec 5.2): a publisher over UDP must send packets, a reader over UDP must show
 * a sign of life by a request or RTCP, and a peer that takes nothing of what is written is given up. Over TCP the
 * connection's own deadline watches the peer's silence.
 *
 * The look itself is the server's, once a period for all sessions together (`activity-effects.ts`): a timer and two turns per
 * session and second were a twelfth of what a fan-out costs. A session hears of it when one of its limits is reached.
 */

/** What a session that begins to flow wants to hear of. */
export function activityLimits({ tag, transport, config }: SessionState): ActivityLimits {
  const silentMs = tag === 'record' ? config.readTimeoutMs : config.idleTimeoutMs
  return { maxStalledMs: config.writeTimeoutMs, maxSilentMs: transport?.protocol === 'tcp' ? null : silentMs }
}

/** A limit is reached; whether that is the end is decided with what else the session knows. */
export function checkActivity(
  state: SessionState,
  sample: SessionMessage & { readonly type: 'activity.sampled' },
  at: Millis,
): SessionStep {
  if (!isActive(state.tag)) return { state, effects: [] }
  const { config } = state
  if (sample.stalledMs >= config.writeTimeoutMs) {
    return closeSession(state, new Failure('ERR_RTSP_WRITE_TIMED_OUT', String(config.writeTimeoutMs)))
  }
  if (state.transport?.protocol !== 'tcp') {
    const packetAgeMs = at - sample.lastPacketAt
    const requestAgeMs = at - state.lastRequestAt
    const isDead =
      state.tag === 'record'
        ? packetAgeMs >= config.readTimeoutMs
        : Math.min(packetAgeMs, requestAgeMs) >= config.idleTimeoutMs
    if (isDead) return closeSession(state, new Failure('ERR_RTSP_SESSION_TIMED_OUT'))
  }
  return { state, effects: [] }
}
