import type { SessionEntry } from '../actors/runtime.ts'
import type { UnixMillis } from '../contracts/units.ts'
import type { Media } from '../formats/description.ts'
import type { Format } from '../formats/format.ts'
import type { InboundFormatStats, InboundMediaStats } from '../media/inbound/inbound-stats.ts'
import type { DirectMediaStats } from '../media/outbound/direct-writer.ts'
import type { ReaderFormatStats, ReaderMediaStats } from '../media/outbound/reader-options.ts'
import { unixMillisFromNanos } from '../wire/ntp.ts'

/**
 * Statistics of a session. The data plane counts where packets pass; here the parts are put together when somebody
 * asks. Nothing is forgotten by PAUSE or by the end, so the numbers only grow and can be read at any time.
 */

/** What the client sent, in one format, one media or altogether. */
export interface InboundCounts {
  /** RTP packets delivered, after reordering. */
  readonly inboundRtpPackets: number
  /** RTP packets that never came. */
  readonly inboundRtpPacketsLost: number
}

/** What the client was sent, in one format, one media or altogether. */
export interface OutboundCounts {
  /** RTP packets sent to it, of the stream and written to the session alone. */
  readonly outboundRtpPackets: number
  /** RTP packets left out because it was too slow. */
  readonly outboundRtpPacketsDropped: number
  /** RTP packets that it last reported as lost, from the start (RFC 3550 section 6.4.1). */
  readonly outboundRtpPacketsReportedLost: number
}

/** Bytes and RTCP, of one media or altogether. */
export interface TransportCounts {
  /** RTP and RTCP as they arrived, encrypted and erroneous ones included, without interleaved and UDP headers. */
  readonly inboundBytes: number
  /** RTP packets that could not be used; each was told as `decode.error`. */
  readonly inboundRtpPacketsInError: number
  /** RTCP packets; those in a compound count one by one. */
  readonly inboundRtcpPackets: number
  /** RTCP datagrams or frames that could not be read. */
  readonly inboundRtcpPacketsInError: number
  /** RTP and RTCP, without interleaved and UDP headers. Packets that were left out do not count. */
  readonly outboundBytes: number
  /** RTCP packets or compounds, sender and receiver reports of the server included. */
  readonly outboundRtcpPackets: number
  /** RTCP packets left out because the client was too slow. */
  readonly outboundRtcpPacketsDropped: number
}

/** One format of one media. */
export interface SessionFormatStats extends InboundCounts, OutboundCounts {
  readonly format: Format
  /** Interarrival jitter in ticks of the format's clock, with a fraction (RFC 3550 A.8). */
  readonly inboundJitterTicks: number
  /** 0..65535; `null` before the first packet. */
  readonly inboundLastSequenceNumber: number | null
  /** RTP time of the last packet whose presentation time is its decoding time; `null` before the first packet. */
  readonly inboundLastRtpTime: number | null
  /** Wall time of that packet by the client's clock; `null` without a sender report. */
  readonly inboundLastNtpMs: UnixMillis | null
  /** 0..65535; `null` before the first packet. */
  readonly outboundLastSequenceNumber: number | null
  /** RTP time of the last packet whose presentation time is its decoding time; `null` before the first one. */
  readonly outboundLastRtpTime: number | null
  /** Wall time of that packet; `null` before the first one. */
  readonly outboundLastNtpMs: UnixMillis | null
  /** Our source: of the packets that are sent, or of the reports about those that are received. */
  readonly localSsrc: number
  /** The client's source; `null` before its first packet. */
  readonly remoteSsrc: number | null
}

/** One media that was set up. */
export interface SessionMediaStats extends InboundCounts, OutboundCounts, TransportCounts {
  readonly media: Media
  readonly formats: readonly SessionFormatStats[]
}

/** Everything of a session; a snapshot that does not change any more. Multicast packets are not in it. */
export interface SessionStats extends InboundCounts, OutboundCounts, TransportCounts {
  /** Mean jitter of the formats that have received packets, in their ticks; 0 if there are none. */
  readonly inboundJitterTicks: number
  /** In the order of the SETUPs. */
  readonly medias: readonly SessionMediaStats[]
}

/** Puts the statistics of a session together. */
export function sessionStats(entry: SessionEntry): SessionStats {
  const { stream, announced, medias } = entry.ref.state
  const all = stream?.description.medias ?? announced?.medias ?? []
  const inbound = entry.tracks?.stats()
  const read = entry.reader?.stats().medias
  const written = entry.writer?.stats()
  const stats = medias.flatMap(({ mediaIndex }) => {
    const media = all[mediaIndex]
    const sent = [...(read ?? []), ...(written ?? [])].find((each) => each.mediaIndex === mediaIndex)
    return media === undefined ? [] : [mediaStats(media, inbound?.get(mediaIndex), sent)]
  })
  const jitters = stats
    .flatMap((media) => media.formats)
    .filter((format) => format.inboundRtpPackets > 0)
    .map((format) => format.inboundJitterTicks)
  return {
    ...sumOfFormats(stats),
    ...sumOfMedias(stats),
    inboundJitterTicks: jitters.length === 0 ? 0 : sum(jitters) / jitters.length,
    medias: stats,
  }
}

function mediaStats(
  media: Media,
  inbound: InboundMediaStats | undefined,
  sent: ReaderMediaStats | DirectMediaStats | undefined,
): SessionMediaStats {
  const sentFormats = sent !== undefined && 'formats' in sent ? sent.formats : []
  const formats = media.formats.map((format) =>
    formatStats(
      format,
      inbound?.formats.get(format.payloadType),
      sentFormats.find(({ payloadType }) => payloadType === format.payloadType),
    ),
  )
  return {
    media,
    inboundBytes: inbound?.inboundBytes ?? 0,
    inboundRtpPacketsInError: inbound?.rtpPacketsInError ?? 0,
    inboundRtcpPackets: inbound?.rtcpPackets ?? 0,
    inboundRtcpPacketsInError: inbound?.rtcpPacketsInError ?? 0,
    outboundBytes: sent?.bytes ?? 0,
    outboundRtcpPackets: sent?.rtcpPackets ?? 0,
    outboundRtcpPacketsDropped: sent?.droppedRtcpPackets ?? 0,
    ...sumOfFormats(formats),
    formats,
  }
}

function formatStats(
  format: Format,
  inbound: InboundFormatStats | undefined,
  sent: ReaderFormatStats | undefined,
): SessionFormatStats {
  // What has not begun has no last values.
  const received = inbound !== undefined && inbound.packets > 0 ? inbound : undefined
  return {
    format,
    inboundRtpPackets: inbound?.packets ?? 0,
    inboundRtpPacketsLost: inbound?.lost ?? 0,
    inboundJitterTicks: inbound?.jitterTicks ?? 0,
    inboundLastSequenceNumber: received?.lastSequenceNumber ?? null,
    inboundLastRtpTime: received?.lastRtp ?? null,
    inboundLastNtpMs: received?.lastNtp === undefined ? null : unixMillisFromNanos(received.lastNtp),
    outboundRtpPackets: sent?.packets ?? 0,
    outboundRtpPacketsDropped: sent?.droppedPackets ?? 0,
    outboundRtpPacketsReportedLost: inbound?.reportedLost ?? 0,
    outboundLastSequenceNumber: sent?.lastSequenceNumber ?? null,
    outboundLastRtpTime: sent?.lastRtp ?? null,
    outboundLastNtpMs: sent?.lastNtp ?? null,
    localSsrc: inbound?.localSsrc ?? sent?.localSsrc ?? 0,
    remoteSsrc: received?.remoteSsrc ?? null,
  }
}

function sumOfFormats(parts: readonly (InboundCounts & OutboundCounts)[]): InboundCounts & OutboundCounts {
  return {
    inboundRtpPackets: sum(parts.map((part) => part.inboundRtpPackets)),
    inboundRtpPacketsLost: sum(parts.map((part) => part.inboundRtpPacketsLost)),
    outboundRtpPackets: sum(parts.map((part) => part.outboundRtpPackets)),
    outboundRtpPacketsDropped: sum(parts.map((part) => part.outboundRtpPacketsDropped)),
    outboundRtpPacketsReportedLost: sum(parts.map((part) => part.outboundRtpPacketsReportedLost)),
  }
}

function sumOfMedias(medias: readonly TransportCounts[]): TransportCounts {
  return {
    inboundBytes: sum(medias.map((media) => media.inboundBytes)),
    inboundRtpPacketsInError: sum(medias.map((media) => media.inboundRtpPacketsInError)),
    inboundRtcpPackets: sum(medias.map((media) => media.inboundRtcpPackets)),
    inboundRtcpPacketsInError: sum(medias.map((media) => media.inboundRtcpPacketsInError)),
    outboundBytes: sum(medias.map((media) => media.outboundBytes)),
    outboundRtcpPackets: sum(medias.map((media) => media.outboundRtcpPackets)),
    outboundRtcpPacketsDropped: sum(medias.map((media) => media.outboundRtcpPacketsDropped)),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
