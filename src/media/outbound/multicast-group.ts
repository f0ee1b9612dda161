import type { DatagramSocket } from '../../contracts/network.ts'
import type { Millis } from '../../contracts/units.ts'
import type { HubReader } from './hub-reader.ts'
import type { QueueLimits, SlowReaderPolicy } from './reader-options.ts'
import type { StreamHub } from './stream-hub.ts'

/**
 * All the readers over multicast of a stream, as the hub sees them: one recipient per media, however many listen. Each
 * media has its own group, sockets and queue, so each is a reader of its own, with the same bound, the same sender
 * reports and the same way of leaving packets out as readers over unicast. Nobody answers a PLAY for it: it flows from
 * the moment it is made until it is closed.
 */

/** One media and the group it goes to. */
export interface MulticastMedia {
  /** Index in the stream's description. */
  readonly mediaIndex: number
  /** IPv4 address of the group. */
  readonly address: string
  readonly rtpPort: number
  readonly rtcpPort: number
  /** Sockets that RTP and RTCP leave from. They stay the caller's. */
  readonly rtp: DatagramSocket
  readonly rtcp: DatagramSocket
  /** False for back channels: nothing of the stream goes out on them. */
  readonly receives: boolean
}

/** How the packets of a group are queued and reported. */
export interface MulticastGroupOptions {
  readonly limits: QueueLimits
  /** There is nobody to be closed for being slow: `close` leaves out access units like the default. */
  readonly policy: SlowReaderPolicy
  readonly senderReports: boolean
  /** True: the group is of readers of SRTP. */
  readonly isProtected: boolean
  /** The first sender report of any media went out: the owner starts the timer of the periodic ones. At most once. */
  readonly onFirstReport: () => void
  /** The queue of a media is full: packets are left out from now on. */
  readonly onDropStart: () => void
  /** Packets of a media flow again; `droppedPackets` RTP packets were left out in between. As `ReaderHooks`. */
  readonly onDropEnd: (droppedPackets: number) => void
  /** Nothing more can be encrypted: the group is silent from now on. Once for each media. */
  readonly onExhausted: () => void
}

export class MulticastGroup {
  readonly #readers: readonly HubReader[]
  #hasReported = false

  /** Throws `ERR_RTSP_STREAM_CLOSED` on a closed hub. */
  constructor(hub: StreamHub, medias: readonly MulticastMedia[], options: MulticastGroupOptions) {
    const { limits, policy, senderReports, isProtected } = options
    const onFirstReport = (): void => {
      if (this.#hasReported) return
      this.#hasReported = true
      options.onFirstReport()
    }
    const { onDropStart, onDropEnd, onExhausted } = options
    const hooks = { onFirstReport, onDropStart, onDropEnd, onExhausted }
    this.#readers = medias.map(({ mediaIndex, address, rtpPort, rtcpPort, rtp, rtcp, receives }) =>
      hub.createReader({
        target: { protocol: 'udp', rtp, rtcp, address },
        medias: [{ mediaIndex, rtpChannel: 0, rtcpChannel: 1, rtpPort, rtcpPort, receives }],
        limits,
        policy: policy === 'close' ? 'drop-to-random-access' : policy,
        senderReports,
        isProtected,
        hooks,
      }),
    )
    for (const reader of this.#readers) {
      reader.arm()
      reader.release()
    }
  }

  /** Sends a sender report of every format that had its first one. */
  sendReports(now: Millis): void {
    for (const reader of this.#readers) reader.sendReports(now)
  }

  /** What was written before this goes out, nothing after it. */
  close(): void {
    for (const reader of this.#readers) reader.close()
  }
}
