import type { StreamId } from '../../contracts/units.ts'
import type { SessionDescription } from '../../formats/description.ts'
import type { ActorContext } from '../../kernel/behavior.ts'
import { StreamHub } from '../../media/outbound/stream-hub.ts'
import type { ReadingConfig, Runtime, StreamEntry } from '../runtime.ts'
import { closeMulticast, openMulticast } from './multicast-effects.ts'
import {
  multicastKinds,
  type MulticastAddress,
  type MulticastKind,
  type StreamEffect,
  type StreamMessage,
  type StreamState,
} from './protocol.ts'
import { initStream, reduceStream } from './reducer.ts'

/** The side of a stream that touches the world: its hub, and the sessions that read it. */

/** Starts the actor of a stream. `multicastAddresses` are groups that the application chose, by media index. */
export function openStream(
  runtime: Runtime,
  id: StreamId,
  description: SessionDescription,
  onReaders: (count: number) => void,
  multicastAddresses: readonly MulticastAddress[] | null = null,
  { slowReaders, gopCache }: ReadingConfig = runtime.config,
): StreamEntry {
  const hub = new StreamHub(description, {
    clock: runtime.clock,
    entropy: runtime.entropy,
    maxPacketBytes: runtime.config.maxPacketBytes,
    gopCache: gopCache ?? undefined,
    isProtectable: runtime.config.offersKeys,
  })
  const ref = runtime.system.spawn(`stream ${id}`, {
    init: initStream(id),
    reduce: reduceStream,
    interpret: (effect: StreamEffect, self: ActorContext<StreamMessage, StreamState>) =>
      interpret(runtime, entry, effect, self),
    onStopped: (state: StreamState, fault: unknown) => {
      runtime.streams.delete(id)
      for (const { ip } of multicastAddresses ?? []) runtime.multicast?.addresses.free(ip)
      for (const kind of multicastKinds) closeMulticast(entry, kind)
      if (fault === undefined) return
      hub.close()
      const waiting = multicastKinds.flatMap((of) => {
        const multicast = state.multicast[of]
        return multicast.tag === 'opening' ? multicast.waiting.map(({ reader }) => reader) : []
      })
      for (const reader of [...state.readers, ...waiting])
        runtime.sessions.get(reader.sessionId)?.ref.tell({ type: 'stream.ended' })
    },
  })
  const entry: StreamEntry = {
    id,
    ref,
    hub,
    description,
    slowReaders,
    onReaders,
    multicastAddresses,
    multicast: new Map(),
  }
  for (const { ip } of multicastAddresses ?? []) runtime.multicast?.addresses.reserve(ip)
  runtime.streams.set(id, entry)
  return entry
}

function interpret(
  runtime: Runtime,
  entry: StreamEntry,
  effect: StreamEffect,
  self: ActorContext<StreamMessage, StreamState>,
): void {
  switch (effect.kind) {
    case 'admitReader': {
      const { callId, groups } = effect
      return runtime.sessions.get(effect.sessionId)?.ref.tell({ type: 'stream.joined', callId, groups })
    }
    case 'refuseReader': {
      const { callId, failure } = effect
      return runtime.sessions.get(effect.sessionId)?.ref.tell({ type: 'stream.refused', callId, failure })
    }
    case 'publishReaders': {
      entry.onReaders(effect.count)
      return
    }
    case 'openMulticast': {
      openMulticast(runtime, entry, effect.of, self)
      return
    }
    case 'closeMulticast': {
      closeMulticast(entry, effect.of)
      return
    }
    case 'sendSenderReports':
      return entry.multicast.get(effect.of)?.group.sendReports(runtime.clock.now())
    case 'startReportTimer': {
      const { of } = effect
      const fired = { type: 'timer.senderReports.fired', of } as const
      self.startTimer(reportTimer(of), runtime.config.senderReportPeriodMs, fired)
      return
    }
    case 'cancelReportTimer': {
      self.cancelTimer(reportTimer(effect.of))
      return
    }
    case 'closeHub': {
      entry.hub.close()
      return
    }
    case 'endReaders':
      for (const id of effect.sessionIds) runtime.sessions.get(id)?.ref.tell({ type: 'stream.ended' })
      return
    case 'stop': {
      self.stop()
      return
    }
  }
}

const reportTimer = (of: MulticastKind): string => `senderReports ${of}`
