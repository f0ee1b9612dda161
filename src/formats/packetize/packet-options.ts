/**
 * What every packetizer is told, and the twelve bytes that every packet starts with. The header is written by shifts
 * into a buffer that the packetizer has sized beforehand, so that an access unit costs one allocation and not one per
 * packet. Checks happen once, in the constructor: a wrong number is a mistake of the caller and must not be found out
 * by a player.
 */

import { rtspError } from '../../contracts/rtsp-error.ts'

/** Options that all packetizers share. */
export interface PacketizerOptions {
  /** RTP payload type, 0 to 127. */
  readonly payloadType: number
  /** Synchronisation source, unsigned 32 bits. A stream of the server puts its own in place of it. */
  readonly ssrc: number
  /** Sequence number of the first packet, 0 to 65535. */
  readonly initialSequenceNumber: number
  /**
   * What is added to the timestamps of units, unsigned 32 bits. Default 0. For units that count from 0 it should be a random
   * number (RFC 3550 section 5.1): FFmpeg takes the second packet for the beginning when the first one has timestamp 0.
   */
  readonly initialTimestamp?: number
  /** Most bytes of payload in a packet, without the RTP header: 64 to 65523. Default 1450. */
  readonly maxPayloadBytes?: number
}

/** Bytes of an RTP header without contributing sources and extension, RFC 3550 section 5.1. */
export const rtpHeaderBytes = 12

/** Payload that fits an Ethernet frame with IPv6, UDP, RTP and an SRTP tag: 1500 - 20 - 8 - 12 - 10. */
export const defaultMaxPayloadBytes = 1450

/** Below this the payload headers of the formats would not leave room for data. */
const smallestMaxPayloadBytes = 64

/** An interleaved frame counts its length in 16 bits, RFC 2326 section 10.12. */
const largestMaxPayloadBytes = 65535 - rtpHeaderBytes

/**
 * Checks the shared options and returns the payload limit. Throws `ERR_RTSP_USAGE` when a number is out of range.
 */
export function checkPacketizerOptions(options: PacketizerOptions): number {
  const maxPayloadBytes = options.maxPayloadBytes ?? defaultMaxPayloadBytes
  requireRange('payloadType', options.payloadType, 0, 127)
  requireRange('ssrc', options.ssrc, 0, 0xffffffff)
  requireRange('initialSequenceNumber', options.initialSequenceNumber, 0, 0xffff)
  requireRange('initialTimestamp', options.initialTimestamp ?? 0, 0, 0xffffffff)
  requireRange('maxPayloadBytes', maxPayloadBytes, smallestMaxPayloadBytes, largestMaxPayloadBytes)
  return maxPayloadBytes
}

/** Throws `ERR_RTSP_USAGE` unless `value` is a whole number from `least` to `most`. */
export function requireRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw rtspError('ERR_RTSP_USAGE', `${name} must be a whole number from ${least} to ${most}, not ${value}`)
}

/**
 * Writes an RTP header at `offset` and returns the offset behind it. Version 2, no padding, no extension, no
 * contributing sources. `timestamp` is taken modulo 2^32, `sequenceNumber` modulo 2^16, both most significant byte
 * first. RFC 3550 section 5.1.
 */
export function writeRtpHeader(
  target: Uint8Array,
  offset: number,
  marker: boolean,
  payloadType: number,
  sequenceNumber: number,
  timestamp: number,
  ssrc: number,
): number {
  target[offset] = 0x80
  target[offset + 1] = (marker ? 0x80 : 0) | payloadType
  target[offset + 2] = sequenceNumber >>> 8
  target[offset + 3] = sequenceNumber
  target[offset + 4] = timestamp >>> 24
  target[offset + 5] = timestamp >>> 16
  target[offset + 6] = timestamp >>> 8
  target[offset + 7] = timestamp
  target[offset + 8] = ssrc >>> 24
  target[offset + 9] = ssrc >>> 16
  target[offset + 10] = ssrc >>> 8
  target[offset + 11] = ssrc
  return offset + rtpHeaderBytes
}
