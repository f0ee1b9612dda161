import { Subject, type Observable } from 'rxjs'
import type { Failure } from '../../contracts/failure.ts'
import type { Media } from '../../formats/description.ts'
import type { Format } from '../../formats/format.ts'
import type { RtcpPacket } from '../../wire/rtcp/rtcp-packet.ts'
import type { RtpPacket } from '../../wire/rtp/rtp-packet.ts'
import { FormatReceiver } from './format-receiver.ts'
import { GuardedObservable } from './guarded-observable.ts'
import type { InboundMediaStats } from './inbound-stats.ts'
import type { ReorderBuffer } from './reorder-buffer.ts'

/**
 * One media of a receiving session: its formats by payload type, its RTCP, and its counters. Routing and checking are
 * done by `InboundTracks`, which owns it.
 */

/** Takes SRTP off packets of one media (RFC 3711). Both return plain bytes, or why they could not. */
export interface InboundProtection {
  unprotectRtp(bytes: Uint8Array): Uint8Array | Failure
  unprotectRtcp(bytes: Uint8Array): Uint8Array | Failure
}

/** A media that was set up. */
export interface InboundTrackOptions {
  /** Index of the media in the description. */
  readonly mediaIndex: number
  readonly media: Media
  /** True when the peer sends this media (record, back channel). Otherwise only RTCP is taken. */
  readonly receivesRtp: boolean
  /** SSRC that our receiver reports carry, or of the packets that the peer is sent, by payload type. */
  readonly localSsrcs: ReadonlyMap<number, number>
  /** Present when the media was set up as SAVP. */
  readonly protection?: InboundProtection
}

/** An RTP packet and where it belongs. */
export interface InboundRtp {
  readonly media: Media
  readonly format: Format
  /** Holds for the time of the delivery; `clone()` it to keep it. */
  readonly packet: RtpPacket
}

/** An RTCP packet and where it belongs. */
export interface InboundRtcp {
  readonly media: Media
  /** Its byte fields hold for the time of the delivery. */
  readonly packet: RtcpPacket
}

/** State of one media. */
export class InboundTrack {
  readonly options: InboundTrackOptions
  readonly media: Media
  readonly rtcp = new Subject<RtcpPacket>()
  readonly rtcp$: Observable<RtcpPacket>
  inboundBytes = 0
  rtpPacketsInError = 0
  rtcpPackets = 0
  rtcpPacketsInError = 0
  readonly receivers: readonly FormatReceiver[]
  readonly #byPayloadType = new Map<number, FormatReceiver>()

  /** `createReorderBuffer` is called once per format. */
  constructor(
    options: InboundTrackOptions,
    createReorderBuffer: () => ReorderBuffer | undefined,
    onSubscriberError: (error: unknown) => void,
  ) {
    this.options = options
    this.media = options.media
    this.rtcp$ = new GuardedObservable((subscriber) => this.rtcp.subscribe(subscriber), onSubscriberError)
    for (const format of options.media.formats) {
      // Two formats on one payload type cannot be told apart; the first one has it.
      if (this.#byPayloadType.has(format.payloadType)) continue
      const localSsrc = options.localSsrcs.get(format.payloadType) ?? 0
      this.#byPayloadType.set(
        format.payloadType,
        new FormatReceiver(format, localSsrc, createReorderBuffer(), onSubscriberError),
      )
    }
    this.receivers = [...this.#byPayloadType.values()]
  }

  /** Who receives this payload type, if anybody. */
  receiverOf(payloadType: number): FormatReceiver | undefined {
    return this.#byPayloadType.get(payloadType)
  }

  /** Completes what subscribers see. Counters stay. */
  complete(): void {
    for (const receiver of this.receivers) receiver.packets.complete()
    this.rtcp.complete()
  }

  /** A snapshot of the counters. */
  stats(): InboundMediaStats {
    return {
      inboundBytes: this.inboundBytes,
      rtpPacketsInError: this.rtpPacketsInError,
      rtcpPackets: this.rtcpPackets,
      rtcpPacketsInError: this.rtcpPacketsInError,
      formats: new Map(this.receivers.map((receiver) => [receiver.format.payloadType, receiver.stats()])),
    }
  }
}
