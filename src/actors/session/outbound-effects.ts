import { Failure } from '../../contracts/failure.ts'
import type { ConnectionId } from '../../contracts/units.ts'
import type { ActorContext } from '../../kernel/behavior.ts'
import type { ReaderMedia, ReaderTarget } from '../../media/outbound/reader-options.ts'
import type { SessionTransport } from '../handler-call.ts'
import type { Runtime, SessionEntry } from '../runtime.ts'
import type { SessionEffect, SessionMedia, SessionMessage, SessionState, TrackCursor } from './protocol.ts'

/** What sends packets to a peer: the reader of a stream, its gate, and where it writes to. */

/** Where packets for the peer go; `null` when the connection or the sockets are gone. */
export function readerTarget(
  runtime: Runtime,
  transport: SessionTransport,
  connectionId: ConnectionId,
  address: string,
): ReaderTarget | null {
  if (transport.protocol === 'tcp') {
    const connection = runtime.connections.get(connectionId)
    return connection === undefined ? null : { protocol: 'tcp', duplex: connection.duplex }
  }
  const { udp } = runtime
  return udp === null ? null : { protocol: 'udp', rtp: udp.rtp, rtcp: udp.rtcp, address }
}

/** The medias of a session as the data plane wants them. */
export function readerMedias(medias: readonly SessionMedia[]): readonly ReaderMedia[] {
  return medias.map(({ mediaIndex, rtpChannel, clientRtpPort, clientRtcpPort, receivesRtp }) => ({
    mediaIndex,
    rtpChannel,
    rtcpChannel: rtpChannel + 1,
    rtpPort: clientRtpPort,
    rtcpPort: clientRtcpPort,
    receives: !receivesRtp,
  }))
}

/** Makes the reader, arms all its gates in one step, and tells where the stream stands at that moment. */
export function armReader(
  runtime: Runtime,
  entry: SessionEntry,
  effect: SessionEffect & { readonly kind: 'armReader' },
  self: ActorContext<SessionMessage, SessionState>,
): void {
  const { callId, medias } = effect
  const stream = runtime.streams.get(effect.streamId)
  const target = readerTarget(runtime, effect.transport, effect.connectionId, effect.address)
  if (stream === undefined || target === null) {
    const failure = new Failure(stream === undefined ? 'ERR_RTSP_STREAM_CLOSED' : 'ERR_RTSP_TERMINATED')
    self.tell({ type: 'gates.failed', callId, failure })
    return
  }
  const { maxQueuedBytes, maxQueuedPackets, senderReports } = runtime.config
  const sessionId = entry.id
  const full = new Failure('ERR_RTSP_WRITE_QUEUE_FULL')
  const reader = stream.hub.createReader({
    target,
    medias: readerMedias(medias),
    limits: { maxQueuedBytes, maxQueuedPackets },
    policy: 'drop-to-random-access',
    senderReports,
    hooks: {
      onFirstReport: () => self.tell({ type: 'reports.started' }),
      onDropStart: () => undefined,
      onDropEnd: (droppedPackets) =>
        runtime.application.publish({ type: 'stream.writeError', sessionId, failure: full, droppedPackets }),
    },
  })
  entry.reader?.close()
  entry.reader = reader
  reader.arm()
  const now = runtime.clock.wallNow()
  const cursors: TrackCursor[] = []
  for (const { mediaIndex } of medias) {
    const cursor = stream.hub.cursor(mediaIndex, now)
    if (cursor !== undefined) cursors.push({ mediaIndex, ...cursor })
  }
  self.tell({ type: 'gates.armed', callId, cursors })
}

/** Nothing leaves after this; what was written before still does. */
export function closeReader(entry: SessionEntry): void {
  entry.reader?.close()
  entry.reader = null
}
