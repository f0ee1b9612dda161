/**
 * Where the payload of an RTP packet lies. The hub asks it for every packet that is written, so these are functions
 * over bytes that allocate nothing; a packet object would cost more than the copy of the packet does.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           synchronization source (SSRC) identifier            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */

/** Offset of the payload: behind header, CSRCs and extension. -1 when the packet is too short for what it announces. */
export function payloadStart(rtp: Uint8Array): number {
  if (rtp.length < 12) return -1
  const first = rtp[0] ?? 0
  let at = 12 + (first & 0x0f) * 4
  if ((first & 0x10) !== 0) {
    if (at + 4 > rtp.length) return -1
    at += 4 + (((rtp[at + 2] ?? 0) << 8) | (rtp[at + 3] ?? 0)) * 4
  }
  return at <= rtp.length ? at : -1
}

/**
 * End of the payload: in front of the padding (RFC 3550 section 5.1). A padding count of 0 means none. -1 when the
 * count reaches beyond the payload, which begins at `start`.
 */
export function payloadEnd(rtp: Uint8Array, start: number): number {
  if (((rtp[0] ?? 0) & 0x20) === 0) return rtp.length
  if (start >= rtp.length) return -1
  const end = rtp.length - (rtp[rtp.length - 1] ?? 0)
  return end >= start ? end : -1
}

/** Unsigned 16 bits, big endian. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

/** Unsigned 32 bits, big endian. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  )
}

/** Writes the low 32 bits of `value`, big endian. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/** A copy of an RTP packet with another SSRC. */
export function withSsrc(rtp: Uint8Array, ssrc: number): Uint8Array {
  const copy = rtp.slice()
  writeUint32(copy, 8, ssrc)
  return copy
}

/** Writes the header of an interleaved frame: `$`, channel, length (RFC 2326 section 10.12). */
export function writeFrameHeader(bytes: Uint8Array, at: number, channel: number, length: number): void {
  bytes[at] = 0x24
  bytes[at + 1] = channel
  bytes[at + 2] = length >>> 8
  bytes[at + 3] = length
}

/** Bytes of that header. */
export const frameHeaderBytes = 4
