import { isFailure } from '../../contracts/failure.ts'
import { InboundTracks } from '../../media/inbound/inbound-tracks.ts'
import type { DatagramReceiver } from '../../media/udp-router.ts'
import type { FrameReceiver, Runtime, SessionEntry } from '../runtime.ts'
import { protectMedia } from './key-effects.ts'
import type { SessionEffect, SessionMedia } from './protocol.ts'
import { multicastKindOf } from './setup.ts'

/** What lets packets of a peer in: tracks, interleaved channels, UDP sources. */

type Effect<Kind extends SessionEffect['kind']> = SessionEffect & { readonly kind: Kind }

/** SETUP of one media: its receiving half exists from here on, closed. */
export function prepareTrack(runtime: Runtime, entry: SessionEntry, effect: Effect<'addTrack'>): void {
  const { mediaIndex, receivesRtp } = effect.media
  const media = effect.description.medias[mediaIndex]
  if (media === undefined) return
  const sessionId = entry.id
  entry.tracks ??= new InboundTracks([], {
    reliable: effect.reliable,
    maxReorderDelayMs: runtime.config.maxReorderDelayMs,
    clock: runtime.clock,
    hooks: {
      onPacketsLost: (count, lostMedia, format) =>
        runtime.application.publish({ type: 'packets.lost', sessionId, count, media: lostMedia, format }),
      onDecodeError: (failure, badMedia) =>
        runtime.application.publish({ type: 'decode.error', sessionId, failure, media: badMedia }),
      onSubscriberError: (error) => runtime.application.publish({ type: 'subscriber.error', sessionId, error }),
    },
  })
  const localSsrcs = new Map<number, number>()
  for (const [index, format] of media.formats.entries()) {
    localSsrcs.set(format.payloadType, effect.ssrcs[index] ?? unusedSsrc(runtime, entry))
  }
  for (const ssrc of localSsrcs.values()) entry.localSsrcs.add(ssrc)
  const protection = protectMedia(runtime, entry, effect, [...localSsrcs.values()])?.receiver
  // The connection is gone, and its keys with it: nobody will send, and nothing in clear may be taken instead.
  if (effect.keysFrom !== null && protection === undefined) return
  entry.tracks.add({ mediaIndex, media, receivesRtp, localSsrcs, ...(protection === undefined ? {} : { protection }) })
}

/** Random, not 0 and unique in the session (RFC 3550 section 8.1). */
function unusedSsrc(runtime: Runtime, entry: SessionEntry): number {
  let ssrc = runtime.entropy.uint32() >>> 0
  while (ssrc === 0 || entry.localSsrcs.has(ssrc)) ssrc = (ssrc + 1) >>> 0
  entry.localSsrcs.add(ssrc)
  return ssrc
}

/** PLAY or RECORD: from here on packets of the peer are taken. */
export function openInbound(runtime: Runtime, entry: SessionEntry, effect: Effect<'openInbound'>): void {
  const { tracks } = entry
  if (tracks === null) return
  closeInbound(entry)
  tracks.open()
  switch (effect.transport.protocol) {
    case 'tcp': {
      entry.frames = frameReceiver(tracks, effect.medias)
      return
    }
    case 'udp': {
      entry.releaseSources = registerSources(runtime, tracks, effect)
      return
    }
    case 'udp-multicast': {
      entry.releaseSources = registerMulticastSources(runtime, tracks, effect)
      return
    }
  }
}

/** Channel of an interleaved frame to media index and kind; a flat table, one look-up per frame. */
function frameReceiver(tracks: InboundTracks, medias: readonly SessionMedia[]): FrameReceiver {
  const table = new Int16Array(256).fill(-1)
  for (const { mediaIndex, rtpChannel } of medias) {
    table[rtpChannel] = mediaIndex * 2
    table[rtpChannel + 1] = mediaIndex * 2 + 1
  }
  return (channel, payload) => {
    const entry = table[channel] ?? -1
    // Channels that nobody set up are dropped in silence (spec 3.6).
    if (entry < 0) return
    if ((entry & 1) === 0) tracks.receiveRtp(entry >> 1, payload)
    else tracks.receiveRtcp(entry >> 1, payload)
  }
}

function registerSources(runtime: Runtime, tracks: InboundTracks, effect: Effect<'openInbound'>): (() => void) | null {
  const { udp } = runtime
  if (udp === null) return null
  const { address } = effect
  const releases = effect.medias.map(({ mediaIndex, clientRtpPort, clientRtcpPort, receivesRtp }) => {
    const onRtp: DatagramReceiver = (bytes) => tracks.receiveRtp(mediaIndex, bytes)
    const onRtcp: DatagramReceiver = (bytes) => tracks.receiveRtcp(mediaIndex, bytes)
    // A player's RTP port sends nothing but hole punching; its datagrams are no sign of life.
    if (receivesRtp) udp.rtpRouter.register(address, clientRtpPort, onRtp)
    udp.rtcpRouter.register(address, clientRtcpPort, onRtcp)
    return () => {
      udp.rtpRouter.unregister(address, clientRtpPort, onRtp)
      udp.rtcpRouter.unregister(address, clientRtcpPort, onRtcp)
    }
  })
  return () => {
    for (const release of releases) release()
  }
}

/** Readers over multicast send RTCP to the groups; RTP that anybody sends there is nobody's. */
function registerMulticastSources(
  runtime: Runtime,
  tracks: InboundTracks,
  { streamId, medias, address, transport }: Effect<'openInbound'>,
): (() => void) | null {
  const of = multicastKindOf(transport)
  if (streamId === null || of === null) return null
  const sources = runtime.streams.get(streamId)?.multicast.get(of)?.sources
  if (sources === undefined) return null
  const releases = medias.map(({ mediaIndex }) => {
    const onRtcp: DatagramReceiver = (bytes) => tracks.receiveRtcp(mediaIndex, bytes)
    sources[mediaIndex]?.register(address, onRtcp)
    return () => sources[mediaIndex]?.unregister(address, onRtcp)
  })
  return () => {
    for (const release of releases) release()
  }
}

/** PAUSE or the end: packets of the peer are no longer taken. */
export function closeInbound(entry: SessionEntry): void {
  entry.releaseSources?.()
  entry.releaseSources = null
  entry.frames = null
  entry.tracks?.close()
}

/** An RTP packet without payload and an empty receiver report: enough to open the way back through a firewall. */
const punchRtp = Uint8Array.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
const punchRtcp = Uint8Array.from([0x80, 0xc9, 0, 1, 0, 0, 0, 0])

/** RECORD over UDP: the peer's ports get a packet each (spec 4.9). */
export function punch(runtime: Runtime, entry: SessionEntry, effect: Effect<'punch'>): void {
  const { udp } = runtime
  if (udp === null) return
  for (const { mediaIndex, clientRtpPort, clientRtcpPort } of effect.medias) {
    const sender = entry.protections.get(mediaIndex)?.own?.sender
    const rtp = sender?.protectRtp(punchRtp) ?? punchRtp
    const rtcp = sender?.protectRtcp(punchRtcp) ?? punchRtcp
    if (!isFailure(rtp)) udp.rtp.send(rtp, effect.address, clientRtpPort)
    if (!isFailure(rtcp)) udp.rtcp.send(rtcp, effect.address, clientRtcpPort)
  }
}

/** Receiver reports of every track; over UDP only (spec 6.10). */
export function sendReceiverReports(runtime: Runtime, entry: SessionEntry): void {
  // A publisher has a writer, a reader with a back channel its reader of the stream.
  const sender = entry.writer ?? entry.reader
  if (entry.tracks === null || sender === null) return
  for (const { mediaIndex, bytes } of entry.tracks.receiverReports(runtime.clock.now())) {
    sender.writeRtcp(mediaIndex, bytes)
  }
}
