import type { Media, SessionDescription } from '../formats/description.ts'
import type { Format } from '../formats/format.ts'
import type { StreamStats as HubStats } from '../media/outbound/reader-options.ts'

/**
 * Statistics of a stream, counted per recipient: a packet that goes to three readers counts three times, one that nobody
 * has set up does not count. Reports that the server makes and what is written to single sessions are not in it.
 */

/** One format of one media. */
export interface StreamFormatStats {
  readonly format: Format
  /** RTP packets times recipients; those that a slow reader missed included. */
  readonly outboundRtpPackets: number
  /** SSRC of the packets. */
  readonly localSsrc: number
}

/** One media. */
export interface StreamMediaStats {
  readonly media: Media
  /** RTP and RTCP, without interleaved and UDP headers, times recipients. */
  readonly outboundBytes: number
  /** RTP packets times recipients. */
  readonly outboundRtpPackets: number
  /** RTCP packets times recipients. */
  readonly outboundRtcpPackets: number
  readonly formats: readonly StreamFormatStats[]
}

/** Everything of a stream; a snapshot that does not change any more. */
export interface StreamStats {
  /** RTP and RTCP, without interleaved and UDP headers, times recipients. */
  readonly outboundBytes: number
  /** RTP packets times recipients. */
  readonly outboundRtpPackets: number
  /** RTCP packets times recipients. */
  readonly outboundRtcpPackets: number
  /** In the order of the description. */
  readonly medias: readonly StreamMediaStats[]
}

/** The numbers of a hub with the names of its description. */
export function streamStats(hub: HubStats, description: SessionDescription): StreamStats {
  const medias = description.medias.map((media, mediaIndex): StreamMediaStats => {
    const counted = hub.medias[mediaIndex]
    const formats = media.formats.map((format, formatIndex): StreamFormatStats => {
      const { packets = 0, localSsrc = 0 } = counted?.formats[formatIndex] ?? {}
      return { format, outboundRtpPackets: packets, localSsrc }
    })
    return {
      media,
      outboundBytes: counted?.bytes ?? 0,
      outboundRtpPackets: formats.reduce((sum, format) => sum + format.outboundRtpPackets, 0),
      outboundRtcpPackets: counted?.rtcpPackets ?? 0,
      formats,
    }
  })
  const { bytes, rtpPackets, rtcpPackets } = hub
  return { outboundBytes: bytes, outboundRtpPackets: rtpPackets, outboundRtcpPackets: rtcpPackets, medias }
}
