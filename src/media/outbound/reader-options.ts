import type { ByteDuplex, DatagramSocket } from '../../contracts/network.ts'
import type { SrtpSender } from '../../wire/srtp/srtp-sender.ts'

/**
 * What a reader of a stream is made from and what it says about itself. Plain types, so that the session actor can
 * build the options from what SETUP negotiated without knowing the classes behind them.
 */

/** Where a reader's packets go: interleaved into a connection (RFC 2326 section 10.12), or as datagrams. */
export type ReaderTarget =
  | { readonly protocol: 'tcp'; readonly duplex: ByteDuplex }
  | {
      readonly protocol: 'udp'
      /** Socket that RTP leaves from; usually shared by all readers of the server. */
      readonly rtp: DatagramSocket
      /** Socket that RTCP leaves from. */
      readonly rtcp: DatagramSocket
      /** Literal address of the peer. */
      readonly address: string
    }

/** One media that was set up, and where it goes. Channels matter to TCP only, ports to UDP only. */
export interface ReaderMedia {
  /** Index of the media in the stream's description. */
  readonly mediaIndex: number
  /** 0..255. */
  readonly rtpChannel: number
  /** 0..255. */
  readonly rtcpChannel: number
  /** 1..65535. */
  readonly rtpPort: number
  /** 1..65535. */
  readonly rtcpPort: number
  /** False for back channels: the stream's packets of that media are not for this reader; RTCP may be written to it. */
  readonly receives: boolean
  /** SRTP with keys of this media and peer alone, for RTCP. Absent: in clear, or with the keys of the stream. */
  readonly protection?: SrtpSender | undefined
  /** SRTP with the keys of the stream: the rollover counters that the peer was told, by SSRC. */
  readonly rollovers?: ReadonlyMap<number, number> | undefined
}

/** What a gate lets through: nothing; what is written to this reader alone, but later; everything, but later; everything. */
export type Gate = 'closed' | 'prepared' | 'held' | 'open'

/** How much may wait for a slow peer. A whole access unit may run over, up to twice the limit; nothing beyond. A
 * limit below the size of a burst makes drops out of large pictures even for a fast peer. */
export interface QueueLimits {
  /** TCP: bytes that the operating system has not accepted. At least 1. */
  readonly maxQueuedBytes: number
  /** UDP: datagrams of this reader that the operating system has not accepted. At least 1. */
  readonly maxQueuedPackets: number
}

/** All policies for slow readers; see `SlowReaderPolicy`. */
export const slowReaderPolicies = ['drop-to-random-access', 'drop-packets', 'close'] as const

/**
 * What happens to a slow reader. `drop-to-random-access`: the access units in progress are finished, then nothing is
 * sent until half the queue is free and a picture begins that can be decoded alone; without video, or when the video
 * has been silent for five seconds, an access unit of any media does. `drop-packets`: what does not fit is left out,
 * packet by packet. `close`: nothing more is sent, and the owner closes the reader when it is told.
 */
export type SlowReaderPolicy = (typeof slowReaderPolicies)[number]

/**
 * What a reader tells its owner. Called at the end of a burst, when every reader has been served, never from inside
 * a loop over readers; a hook may close readers or write packets.
 */
export interface ReaderHooks {
  /** The first sender report went out: the owner starts the timer of the periodic ones. Once in a reader's life. */
  onFirstReport(): void
  /** The queue is full; packets are being left out from now on. */
  onDropStart(): void
  /** Packets flow again; `droppedPackets` RTP packets were left out in between. Also told when the reader closes. */
  onDropEnd(droppedPackets: number): void
  /** Nothing more can be encrypted for it, and the reader has been closed. At most once. */
  onExhausted(): void
}

/** Everything about a new reader. */
export interface ReaderOptions {
  readonly target: ReaderTarget
  /** The medias that were set up, each once. */
  readonly medias: readonly ReaderMedia[]
  readonly limits: QueueLimits
  readonly policy: SlowReaderPolicy
  /** Begin with what the stream has kept for new readers; it does not count against the limits. Absent: false. */
  readonly startsFromCache?: boolean
  /** True: packets are SRTP, with the keys of the stream. Absent: in clear. */
  readonly isProtected?: boolean
  /** False suppresses sender reports (RFC 3550 section 6.4.1). */
  readonly senderReports: boolean
  readonly hooks: ReaderHooks
}

/** What one reader was sent in one format. Dropped packets are not in `packets`, `octets` and `bytes`. */
export interface ReaderFormatStats {
  readonly payloadType: number
  readonly localSsrc: number
  /** RTP packets handed to the transport, or waiting in the burst that is being gathered. */
  readonly packets: number
  /** RTP payload without header and padding, as sender reports count it. */
  readonly octets: number
  /** Whole RTP packets, without interleaved header. */
  readonly bytes: number
  /** RTP packets left out because the reader was slow. */
  readonly droppedPackets: number
  /** Of the last packet; undefined before the first one. */
  readonly lastSequenceNumber: number | undefined
  /** RTP time stamp of the last packet whose PTS equals its DTS; undefined before the first one. */
  readonly lastRtp: number | undefined
  /** Wall time of that packet, Unix milliseconds; undefined before the first one. */
  readonly lastNtp: number | undefined
}

/** What one reader was sent in one media. */
export interface ReaderMediaStats {
  readonly mediaIndex: number
  /** RTP and RTCP, without interleaved headers. */
  readonly bytes: number
  /** Sender reports included. */
  readonly rtcpPackets: number
  readonly droppedRtcpPackets: number
  readonly formats: readonly ReaderFormatStats[]
}

/** What one reader was sent, per media in the order of SETUP. */
export interface ReaderStats {
  readonly medias: readonly ReaderMediaStats[]
}

/** What a stream sent in one format, counted per recipient. */
export interface StreamFormatStats {
  readonly payloadType: number
  readonly localSsrc: number
  readonly packets: number
}

/** What a stream sent in one media, counted per recipient. */
export interface StreamMediaStats {
  readonly mediaIndex: number
  /** RTP and RTCP, without interleaved headers. */
  readonly bytes: number
  readonly rtcpPackets: number
  readonly formats: readonly StreamFormatStats[]
}

/** What a stream sent to all its readers together. Sender reports and writes to a single reader are not in it. */
export interface StreamStats {
  readonly bytes: number
  readonly rtpPackets: number
  readonly rtcpPackets: number
  readonly medias: readonly StreamMediaStats[]
}
