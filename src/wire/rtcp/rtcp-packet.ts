import type { NtpTime } from '../ntp.ts'

/**
 * RTCP packets as plain data (RFC 3550 section 6, RFC 4585 section 6.1), one member of a union per kind. What nobody
 * here interprets (extended reports, the inside of feedback messages) keeps its bytes, so nothing is lost in relaying.
 *
 * Byte fields of parsed packets are views into the datagram and hold as long as it does.
 */

/** Packet types on the wire. */
export const rtcpPacketTypes = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  goodbye: 203,
  applicationDefined: 204,
  transportFeedback: 205,
  payloadFeedback: 206,
} as const

/** One report block: how one source is received (RFC 3550 section 6.4.1). */
export interface ReceptionReport {
  /** The source that is reported on. */
  readonly ssrc: number
  /** Lost since the previous report, in 1/256 of what was expected, 0..255. */
  readonly fractionLost: number
  /** Packets lost since the start, signed 24 bits: -8388608..8388607; negative when duplicates prevail. */
  readonly totalLost: number
  /** Wraps of the sequence number in the upper 16 bits, highest sequence number in the lower. */
  readonly extendedSequenceNumber: number
  /** Interarrival jitter in ticks. */
  readonly jitterTicks: number
  /** Middle 32 bits of the NTP time of the last sender report; 0 when there was none. */
  readonly lastSenderReport: number
  /** Time since that report in units of 1/65536 s; 0 when there was none. */
  readonly delaySinceLastSenderReport: number
}

/** Sender report (RFC 3550 section 6.4.1). */
export interface SenderReport {
  readonly type: 'senderReport'
  readonly ssrc: number
  readonly ntp: NtpTime
  /** The same instant on the media clock, in ticks. */
  readonly rtpTimestamp: number
  /** Packets sent since the start, modulo 2^32. */
  readonly packetCount: number
  /** Payload bytes sent since the start, modulo 2^32. */
  readonly octetCount: number
  readonly reports: readonly ReceptionReport[]
  /** The single packet, header included. */
  readonly bytes: Uint8Array
}

/** Receiver report (RFC 3550 section 6.4.2). */
export interface ReceiverReport {
  readonly type: 'receiverReport'
  /** Who reports. */
  readonly ssrc: number
  readonly reports: readonly ReceptionReport[]
  readonly bytes: Uint8Array
}

/** One item of a source description: 1 is CNAME, 2 NAME, 3 EMAIL, 6 TOOL, ... (RFC 3550 section 6.5). */
export interface SourceDescriptionItem {
  /** 1..255. */
  readonly itemType: number
  /** At most 255 bytes of UTF-8. What is not UTF-8 is read as U+FFFD. */
  readonly text: string
}

/** What one source says of itself. */
export interface SourceDescriptionChunk {
  readonly ssrc: number
  readonly items: readonly SourceDescriptionItem[]
}

/** Source description (RFC 3550 section 6.5). */
export interface SourceDescription {
  readonly type: 'sourceDescription'
  /** At most 31. */
  readonly chunks: readonly SourceDescriptionChunk[]
  readonly bytes: Uint8Array
}

/** Goodbye (RFC 3550 section 6.6). */
export interface Goodbye {
  readonly type: 'goodbye'
  /** At most 31. */
  readonly ssrcs: readonly number[]
  /** Why, `''` when it was not said. */
  readonly reason: string
  readonly bytes: Uint8Array
}

/** Application-defined packet (RFC 3550 section 6.7). */
export interface ApplicationDefined {
  readonly type: 'applicationDefined'
  /** 0..31. */
  readonly subtype: number
  readonly ssrc: number
  /** Four characters, one byte each. */
  readonly name: string
  /** A multiple of 4 bytes. */
  readonly data: Uint8Array
  readonly bytes: Uint8Array
}

/** Feedback message (RFC 4585 section 6.1): NACK, PLI, FIR, REMB, ... told apart by packet type and format. */
export interface FeedbackPacket {
  readonly type: 'feedback'
  /** 205: transport layer, 206: payload specific. */
  readonly packetType: 205 | 206
  /** FMT, 0..31. */
  readonly format: number
  readonly senderSsrc: number
  readonly mediaSsrc: number
  /** Feedback control information, not interpreted; a multiple of 4 bytes. */
  readonly fci: Uint8Array
  readonly bytes: Uint8Array
}

/** Any other packet, for instance an extended report (207, RFC 3611). */
export interface UnknownRtcp {
  readonly type: 'unknown'
  /** 0..255. */
  readonly packetType: number
  /** The five bits behind the P bit, 0..31. */
  readonly count: number
  /** All behind the 4-byte header, padding included; a multiple of 4 bytes. */
  readonly body: Uint8Array
  readonly bytes: Uint8Array
}

/** One packet of a compound, discriminated by `type`. */
export type RtcpPacket =
  SenderReport | ReceiverReport | SourceDescription | Goodbye | ApplicationDefined | FeedbackPacket | UnknownRtcp

type WithoutBytes<Packet> = Packet extends RtcpPacket ? Omit<Packet, 'bytes'> : never

/** What `encodeRtcp` takes: a packet without its bytes. A parsed packet will do as well; its bytes are not looked at. */
export type RtcpInput = WithoutBytes<RtcpPacket>
