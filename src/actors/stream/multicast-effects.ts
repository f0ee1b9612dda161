import { from } from 'rxjs'
import { Failure, isFailure } from '../../contracts/failure.ts'
import type { DatagramSocket } from '../../contracts/network.ts'
import type { SessionId } from '../../contracts/units.ts'
import type { ActorContext } from '../../kernel/behavior.ts'
import { MulticastGroup, type MulticastMedia } from '../../media/outbound/multicast-group.ts'
import { MulticastSources } from '../../media/multicast-sources.ts'
import type { MulticastRuntime, Runtime, StreamEntry } from '../runtime.ts'
import type { MulticastAddress, MulticastKind, StreamMessage, StreamState } from './protocol.ts'

/**
 * The sockets of a stream's multicast groups. A group is opened for every media of the stream, whether the reader wants
 * it or not: the next reader may, and the stream's addresses then stay what they were.
 */

/** The open groups of one stream. */
export interface MulticastLine {
  /** By media index: who hears what readers send to the group's RTCP port. */
  readonly sources: readonly MulticastSources[]
  readonly group: MulticastGroup
  /** Closes sockets and gives addresses back. Idempotent. */
  close(): void
}

type Self = ActorContext<StreamMessage, StreamState>

/** Opens all groups; the outcome comes as a message. A stream that has ended meanwhile leaves nothing open. */
export function openMulticast(runtime: Runtime, entry: StreamEntry, of: MulticastKind, self: Self): void {
  const opening = openLine(runtime, entry, of, self)
  keepUntilDone(runtime.multicast, opening)
  self.watch(`multicast ${of}`, from(opening))
}

/** Closes the groups; does nothing if there are none. */
export function closeMulticast(entry: StreamEntry, of: MulticastKind): void {
  entry.multicast.get(of)?.close()
  entry.multicast.delete(of)
}

async function openLine(runtime: Runtime, entry: StreamEntry, of: MulticastKind, self: Self): Promise<StreamMessage> {
  const { multicast } = runtime
  const failed = (failure: Failure): StreamMessage => ({ type: 'multicast.failed', of, failure })
  if (multicast === null) return failed(new Failure('ERR_RTSP_FAULT', 'multicast is off'))
  const groups = takeAddresses(multicast, entry, of)
  if (isFailure(groups)) return failed(groups)
  const giveBack = (): void => {
    if (entry.multicastAddresses === null) for (const { ip } of groups) multicast.addresses.free(ip)
  }
  const sockets = await bindAll(multicast, groups)
  if (isFailure(sockets) || entry.ref.isStopped || entry.hub.isClosed) {
    giveBack()
    if (isFailure(sockets)) return failed(sockets)
    closeAll(multicast, sockets)
    return failed(new Failure('ERR_RTSP_STREAM_CLOSED'))
  }
  const line = createLine(runtime, entry, of, groups, sockets, self, () => {
    closeAll(multicast, sockets)
    giveBack()
  })
  entry.multicast.set(of, line)
  return { type: 'multicast.opened', of, groups }
}

/** The addresses that the application chose for the stream, or free ones. */
function takeAddresses(
  multicast: MulticastRuntime,
  entry: StreamEntry,
  of: MulticastKind,
): readonly MulticastAddress[] | Failure {
  if (entry.multicastAddresses !== null) {
    const other = of === 'srtp' ? 'clear' : 'srtp'
    return entry.ref.state.multicast[other].tag === 'closed'
      ? entry.multicastAddresses
      : new Failure('ERR_RTSP_MULTICAST', `the groups that were chosen for the stream carry it as ${other}`)
  }
  const { rtpPort, rtcpPort } = multicast
  const groups: MulticastAddress[] = []
  while (groups.length < entry.description.medias.length) {
    const ip = multicast.addresses.take()
    if (ip === undefined) {
      for (const group of groups) multicast.addresses.free(group.ip)
      return new Failure('ERR_RTSP_MULTICAST_ADDRESSES', multicast.ipRange)
    }
    groups.push({ ip, rtpPort, rtcpPort })
  }
  return groups
}

/** RTP and RTCP sockets of each media, in turn. RTP is only sent: nothing of readers is expected there. */
async function bindAll(
  multicast: MulticastRuntime,
  groups: readonly MulticastAddress[],
): Promise<readonly DatagramSocket[] | Failure> {
  const { ttl, interfaces } = multicast
  const outcomes = await Promise.allSettled(
    groups.flatMap(({ ip, rtpPort, rtcpPort }) => [
      multicast.bind({ group: ip, port: rtpPort, ttl, interfaces, receives: false }),
      multicast.bind({ group: ip, port: rtcpPort, ttl, interfaces, receives: true }),
    ]),
  )
  const sockets = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const rejected = outcomes.find((outcome) => outcome.status === 'rejected')
  if (rejected === undefined) return sockets
  closeAll(multicast, sockets)
  const reason: unknown = rejected.reason
  return new Failure('ERR_RTSP_MULTICAST', reason instanceof Error ? reason.message : String(reason))
}

function createLine(
  runtime: Runtime,
  entry: StreamEntry,
  of: MulticastKind,
  groups: readonly MulticastAddress[],
  sockets: readonly DatagramSocket[],
  self: Self,
  onClose: () => void,
): MulticastLine {
  const { maxQueuedBytes, maxQueuedPackets, senderReports } = runtime.config
  const sources: MulticastSources[] = []
  const medias: MulticastMedia[] = []
  for (const [mediaIndex, media] of entry.description.medias.entries()) {
    const address = groups[mediaIndex]
    const [rtp, rtcp] = [sockets[mediaIndex * 2], sockets[mediaIndex * 2 + 1]]
    if (address === undefined || rtp === undefined || rtcp === undefined) continue
    const { ip, rtpPort, rtcpPort } = address
    const ssrcs = media.formats.map(({ payloadType }) => entry.hub.ssrc(mediaIndex, payloadType) ?? 0)
    const source = new MulticastSources(rtcpPort, ssrcs)
    sources.push(source)
    medias.push({ mediaIndex, address: ip, rtpPort, rtcpPort, rtp, rtcp, receives: !media.isBackChannel })
    rtp.open({ onDatagram: () => undefined, onError: () => undefined })
    rtcp.open({
      onDatagram: (bytes, from, port) => source.route(bytes, from, port),
      // What one network interface refuses says nothing about the others; a reader that hears nothing leaves.
      onError: () => undefined,
    })
  }
  const group = new MulticastGroup(entry.hub, medias, {
    limits: { maxQueuedBytes, maxQueuedPackets },
    policy: entry.slowReaders,
    senderReports,
    isProtected: of === 'srtp',
    onFirstReport: () => self.tell({ type: 'reports.started', of }),
    onDropStart: () => tellDrop(runtime, entry, of, 'started', 0),
    onDropEnd: (droppedPackets) => tellDrop(runtime, entry, of, 'ended', droppedPackets),
    onExhausted: () => endListeners(runtime, entry, of),
  })
  let isClosed = false
  return {
    sources,
    group,
    close: () => {
      if (isClosed) return
      isClosed = true
      group.close()
      onClose()
    },
  }
}

/** Every session that listens misses the packets. */
function tellDrop(
  runtime: Runtime,
  entry: StreamEntry,
  of: MulticastKind,
  phase: 'started' | 'ended',
  droppedPackets: number,
): void {
  const failure = new Failure('ERR_RTSP_WRITE_QUEUE_FULL')
  for (const sessionId of listenersOf(entry, of)) {
    runtime.application.publish({ type: 'stream.writeError', sessionId, failure, phase, droppedPackets })
  }
}

/** No packet can be encrypted for the group any more. */
function endListeners(runtime: Runtime, entry: StreamEntry, of: MulticastKind): void {
  const failure = new Failure('ERR_RTSP_SRTP_EXHAUSTED')
  for (const sessionId of listenersOf(entry, of))
    runtime.sessions.get(sessionId)?.ref.tell({ type: 'resource.failed', failure })
}

function listenersOf(entry: StreamEntry, of: MulticastKind): readonly SessionId[] {
  return entry.ref.state.readers.filter(({ multicast }) => multicast === of).map(({ sessionId }) => sessionId)
}

function closeAll(multicast: MulticastRuntime, sockets: readonly DatagramSocket[]): void {
  for (const socket of sockets) keepUntilDone(multicast, socket.close())
}

/** Who closes the server waits for it. */
function keepUntilDone(multicast: MulticastRuntime | null, work: Promise<unknown>): void {
  if (multicast === null) return
  multicast.underWay.add(work)
  const forget = (): void => void multicast.underWay.delete(work)
  void work.then(forget, forget)
}
