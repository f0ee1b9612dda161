import { Failure } from '../../contracts/failure.ts'
import type { ConnectionId, StreamId } from '../../contracts/units.ts'
import type { ActorContext } from '../../kernel/behavior.ts'
import { DirectWriter, type DirectWriterOptions } from '../../media/outbound/direct-writer.ts'
import type { HubReader } from '../../media/outbound/hub-reader.ts'
import type { ReaderMedia, ReaderOptions, ReaderTarget } from '../../media/outbound/reader-options.ts'
import type { SessionTransport } from '../handler-call.ts'
import type { Runtime, SessionEntry } from '../runtime.ts'
import type { SessionEffect, SessionMedia, SessionMessage, SessionState, TrackCursor } from './protocol.ts'

/** What sends packets to a peer: the reader of a stream, its gate, and where it writes to. */

type Effect<Kind extends SessionEffect['kind']> = SessionEffect & { readonly kind: Kind }

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
export function readerMedias(entry: SessionEntry, medias: readonly SessionMedia[]): readonly ReaderMedia[] {
  return medias.map(({ mediaIndex, rtpChannel, clientRtpPort, clientRtcpPort, receivesRtp }) => ({
    mediaIndex,
    rtpChannel,
    rtcpChannel: rtpChannel + 1,
    rtpPort: clientRtpPort,
    rtcpPort: clientRtcpPort,
    receives: !receivesRtp,
    protection: entry.protections.get(mediaIndex)?.own?.sender,
    rollovers: entry.protections.get(mediaIndex)?.told,
  }))
}

/** PLAY or RECORD, before the handler is asked: from here on what is written to the session is kept for it. */
export function prepareSending(
  runtime: Runtime,
  entry: SessionEntry,
  effect: Effect<'prepareSending'>,
  self: ActorContext<SessionMessage, SessionState>,
): void {
  const { streamId, transport, connectionId, address } = effect
  const target = readerTarget(runtime, transport, connectionId, address)
  if (target === null) return
  const medias = readerMedias(entry, effect.medias)
  const isProtected = transport.profile === 'SAVP'
  if (streamId === null) prepareWriter(runtime, entry, { target, medias, isProtected })
  else prepareReader(runtime, entry, streamId, { target, medias, isProtected }, self)
}

function prepareReader(
  runtime: Runtime,
  entry: SessionEntry,
  streamId: StreamId,
  readout: Required<Pick<ReaderOptions, 'target' | 'medias' | 'isProtected'>>,
  self: ActorContext<SessionMessage, SessionState>,
): void {
  const stream = runtime.streams.get(streamId)
  if (stream === undefined || stream.hub.isClosed) return
  const { maxQueuedBytes, maxQueuedPackets, senderReports } = runtime.config
  const sessionId = entry.id
  const failure = new Failure('ERR_RTSP_WRITE_QUEUE_FULL')
  const type = 'stream.writeError'
  const policy = stream.slowReaders
  entry.reader?.close()
  entry.reader = stream.hub.createReader(
    {
      target: readout.target,
      medias: readout.medias,
      isProtected: readout.isProtected,
      limits: { maxQueuedBytes, maxQueuedPackets },
      policy,
      startsFromCache: true,
      senderReports,
      hooks: {
        onFirstReport: () => self.tell({ type: 'reports.started' }),
        onDropStart: () => {
          runtime.application.publish({ type, sessionId, failure, phase: 'started', droppedPackets: 0 })
          if (policy === 'close') self.tell({ type: 'resource.failed', failure })
        },
        onDropEnd: (droppedPackets) =>
          runtime.application.publish({ type, sessionId, failure, phase: 'ended', droppedPackets }),
        onExhausted: () => self.tell({ type: 'resource.failed', failure: new Failure('ERR_RTSP_SRTP_EXHAUSTED') }),
      },
    },
    entry.reader ?? undefined,
  )
  entry.reader.prepare()
}

/** A publisher is written to as well: RTCP, our reports and what the application sends it. */
function prepareWriter(
  runtime: Runtime,
  entry: SessionEntry,
  sending: Pick<DirectWriterOptions, 'target' | 'medias' | 'isProtected'>,
): void {
  const { maxQueuedBytes, maxPacketBytes } = runtime.config
  const limits = { maxQueuedBytes, maxQueuedPackets: recordingQueuePackets }
  const previous = entry.writer === null ? {} : { previous: entry.writer }
  entry.writer?.close()
  entry.writer = new DirectWriter({ ...sending, limits, maxPacketBytes, ...previous })
  entry.writer.arm()
}

/** A publisher is sent nothing but RTCP: a short queue does. */
const recordingQueuePackets = 8

/** PLAY or RECORD came to nothing. The counts of what went out before stay. */
export function discardPrepared(entry: SessionEntry): void {
  entry.reader?.discard()
  entry.writer?.close()
}

/** Arms all gates of the reader in one step, and tells where the stream stands at that moment. */
export function armReader(
  runtime: Runtime,
  entry: SessionEntry,
  effect: Effect<'armReader'>,
  self: ActorContext<SessionMessage, SessionState>,
): void {
  const { callId } = effect
  const { reader } = entry
  const stream = runtime.streams.get(effect.streamId)
  const isStreamGone = stream === undefined || stream.hub.isClosed
  if (isStreamGone || reader?.gate !== 'prepared') {
    const failure = new Failure(isStreamGone ? 'ERR_RTSP_STREAM_CLOSED' : 'ERR_RTSP_TERMINATED')
    self.tell({ type: 'gates.failed', callId, failure })
    return
  }
  reader.arm()
  tellCursors(runtime, effect, self, reader)
}

/** Tells where the stream stands, for the reader if there is one: it may begin before now. */
export function tellCursors(
  runtime: Runtime,
  effect: Effect<'armReader' | 'readCursors'>,
  self: ActorContext<SessionMessage, SessionState>,
  reader?: HubReader,
): void {
  const { callId, medias } = effect
  const stream = runtime.streams.get(effect.streamId)
  if (stream === undefined || stream.hub.isClosed) {
    self.tell({ type: 'gates.failed', callId, failure: new Failure('ERR_RTSP_STREAM_CLOSED') })
    return
  }
  const now = runtime.clock.wallNow()
  const cursors: TrackCursor[] = []
  for (const { mediaIndex } of medias) {
    const cursor = (reader ?? stream.hub).cursor(mediaIndex, now)
    if (cursor !== undefined) cursors.push({ mediaIndex, ...cursor })
  }
  self.tell({ type: 'gates.armed', callId, cursors })
}

/** Nothing leaves after this; what was written before still does. The counts stay readable, and go on with the next PLAY. */
export function closeSending(entry: SessionEntry): void {
  entry.reader?.close()
  entry.writer?.close()
}
