import { readUint16 } from '../sequence.ts'
import type { RtpPacket } from './rtp-packet.ts'

/**
 * The elements of general header extensions (RFC 8285). Other extensions (ONVIF replay) are one opaque block, which
 * `RtpPacket.extension` gives. Walking is done in place: this runs for each packet of a camera that sends them.
 */

/** Profile of the one-byte form (RFC 8285 section 4.2). */
export const oneByteExtensionProfile = 0xbede
/** Profile of the two-byte form with all appbits 0 (RFC 8285 section 4.3). */
export const twoByteExtensionProfile = 0x1000

/**
 * False when an element reaches beyond the extension. `start` and `end` bound the content of the extension, without
 * its header, in bytes of the packet.
 */
export function isExtensionSound(bytes: Uint8Array, profile: number, start: number, end: number): boolean {
  return findElement(bytes, profile, start, end, noElement) !== malformed
}

/**
 * Content of the element with this id (1..14 in the one-byte form, 1..255 in the two-byte form) as a view; undefined
 * when there is none, or the extension is of another kind.
 */
export function extensionElement(packet: RtpPacket, id: number): Uint8Array | undefined {
  if (!packet.hasExtension || id < 1) return undefined
  const start = 16 + 4 * packet.csrcCount
  const profile = readUint16(packet.bytes, start - 4)
  const at = findElement(packet.bytes, profile, start, Math.min(packet.payloadOffset, packet.bytes.length), id)
  if (at < 0) return undefined
  const isShort = profile === oneByteExtensionProfile
  const elementBytes = isShort ? ((packet.bytes[at] ?? 0) & 0x0f) + 1 : (packet.bytes[at + 1] ?? 0)
  const content = at + (isShort ? 1 : 2)
  return packet.bytes.subarray(content, content + elementBytes)
}

const noElement = -1
const absent = -1
const malformed = -2

/** Offset of the element's own header, or `absent`, or `malformed`. An id of 15 ends the one-byte form. */
function findElement(bytes: Uint8Array, profile: number, start: number, end: number, id: number): number {
  const isShort = profile === oneByteExtensionProfile
  if (!isShort && profile !== twoByteExtensionProfile) return absent
  let at = start
  while (at < end) {
    const first = bytes[at] ?? 0
    if (first === 0) {
      at += 1
      continue
    }
    const elementId = isShort ? first >> 4 : first
    if (isShort && elementId === 15) return absent
    const headerBytes = isShort ? 1 : 2
    if (at + headerBytes > end) return malformed
    const next = at + headerBytes + (isShort ? (first & 0x0f) + 1 : (bytes[at + 1] ?? 0))
    if (next > end) return malformed
    if (elementId === id) return at
    at = next
  }
  return absent
}
