/**
 * What the receiving half of a session has counted so far: plain values, a snapshot that does not change any more.
 */

/** One format of one media. All 0 before the first packet. */
export interface InboundFormatStats {
  /** RTP packets delivered, after reordering. */
  readonly packets: number
  /** RTP packets that never came. */
  readonly lost: number
  /** Interarrival jitter in ticks, with a fraction (RFC 3550 A.8). */
  readonly jitterTicks: number
  readonly lastSequenceNumber: number
  /** RTP timestamp of the last packet whose presentation time is its decoding time. */
  readonly lastRtp: number
  /** Wall time of `lastRtp` by the sender's clock, in nanoseconds since 1970; undefined without a sender report. */
  readonly lastNtp: bigint | undefined
  readonly remoteSsrc: number
  /** Our own source in this format: of reports about it, or of the packets that are sent to the peer. */
  readonly localSsrc: number
  /** What the peer last reported as lost of the packets that are sent to it, from the start. */
  readonly reportedLost: number
}

/** One media. */
export interface InboundMediaStats {
  /** RTP and RTCP as they arrived, encrypted or erroneous ones included, without interleaved or UDP headers. */
  readonly inboundBytes: number
  readonly rtpPacketsInError: number
  /** Single packets of compounds that could be read. */
  readonly rtcpPackets: number
  /** Datagrams or frames that could not be read. */
  readonly rtcpPacketsInError: number
  /** By payload type. */
  readonly formats: ReadonlyMap<number, InboundFormatStats>
}

/** By media index. */
export type InboundStats = ReadonlyMap<number, InboundMediaStats>
