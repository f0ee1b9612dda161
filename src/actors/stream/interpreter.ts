import type { StreamId } from '../../contracts/units.ts'
import type { SessionDescription } from '../../formats/description.ts'
import type { ActorContext } from '../../kernel/behavior.ts'
import { StreamHub } from '../../media/outbound/stream-hub.ts'
import type { Runtime, StreamEntry } from '../runtime.ts'
import type { StreamEffect, StreamMessage, StreamState } from './protocol.ts'
import { initStream, reduceStream } from './reducer.ts'

/** The side of a stream that touches the world: its hub, and the sessions that read it. */

/** Starts the actor of a stream. */
export function openStream(
  runtime: Runtime,
  id: StreamId,
  description: SessionDescription,
  onReaders: (count: number) => void,
): StreamEntry {
  const hub = new StreamHub(description, {
    clock: runtime.clock,
    entropy: runtime.entropy,
    maxPacketBytes: runtime.config.maxPacketBytes,
  })
  const ref = runtime.system.spawn(`stream ${id}`, {
    init: initStream(id),
    reduce: reduceStream,
    interpret: (effect: StreamEffect, self: ActorContext<StreamMessage, StreamState>) =>
      interpret(runtime, entry, effect, self),
    onStopped: (state: StreamState, fault: unknown) => {
      runtime.streams.delete(id)
      if (fault === undefined) return
      hub.close()
      for (const reader of state.readers) runtime.sessions.get(reader.sessionId)?.ref.tell({ type: 'stream.ended' })
    },
  })
  const entry: StreamEntry = { id, ref, hub, description, onReaders }
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
    case 'admitReader':
      return runtime.sessions.get(effect.sessionId)?.ref.tell({ type: 'stream.joined', callId: effect.callId })
    case 'refuseReader': {
      const { callId, failure } = effect
      return runtime.sessions.get(effect.sessionId)?.ref.tell({ type: 'stream.refused', callId, failure })
    }
    case 'publishReaders': {
      entry.onReaders(effect.count)
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
