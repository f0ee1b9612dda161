/**
 * What the start codes of MPEG-1, MPEG-2 and MPEG-4 video tell about a frame: whether it can begin here, and whether decoding
 * can. Both formats let encoders leave headers out, so an intra picture counts as a start as well.
 */

import { nextStartCode } from './part-collector.ts'

/** How sure it is that a frame begins with these bytes, when what was in front of them is not known. */
export type FrameStart = 'no' | 'maybe' | 'surely'

/** ISO 14496-2 table 6-3: B0 opens the headers in front of a frame; other start codes may have had some before them. */
export function mpeg4FrameStart(bytes: Uint8Array, at: number): FrameStart {
  const code = startCodeAt(bytes, at)
  return code < 0 ? 'no' : code === 0xb0 ? 'surely' : 'maybe'
}

/**
 * RFC 2250 section 3.1: a sequence header (B3) is always at the beginning of a packet, and of a frame; headers of groups (B8)
 * and pictures (00) may have had one in front of them. Anything else is the middle of a frame.
 */
export function mpeg1FrameStart(bytes: Uint8Array, at: number): FrameStart {
  const code = startCodeAt(bytes, at)
  return code === 0xb3 ? 'surely' : code === 0xb8 || code === 0x00 ? 'maybe' : 'no'
}

/** The byte behind 00 00 01, or -1. */
function startCodeAt(bytes: Uint8Array, at: number): number {
  return bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1 ? (bytes[at + 3] ?? -1) : -1
}

/** ISO 14496-2 section 6.2.5: the first VOP (B6) is intra coded (its type is 0). */
export function isMpeg4Intra(frame: Uint8Array): boolean {
  const at = findStartCode(frame, 0xb6)
  return at >= 0 && at + 4 < frame.length && (frame[at + 4] ?? 0) >> 6 === 0
}

/** ISO 13818-2 section 6.2.3: the first picture (00) has type 1, in three bits behind ten of the temporal reference. */
export function isMpeg1Intra(frame: Uint8Array): boolean {
  const at = findStartCode(frame, 0x00)
  return at >= 0 && (((frame[at + 5] ?? 0) >> 3) & 7) === 1
}

function findStartCode(bytes: Uint8Array, code: number): number {
  let at = nextStartCode(bytes, 0, bytes.length)
  while (at >= 0 && bytes[at + 3] !== code) at = nextStartCode(bytes, at + 3, bytes.length)
  return at
}
