import type { Format } from './format.ts'
import { h264Starts, h265Starts } from './nal-unit-types.ts'

/**
 * From which packets on a decoder can start. A reader that was too slow is let in again here. Looks at payload headers
 * only; where encoders differ (MPEG-4 without sequence headers) an intra picture counts, or a reader would wait for ever.
 */

// RFC 6184 table 1: 5 IDR slice, 7 SPS.
const h264Mask = (1 << 5) | (1 << 7)
// H.265 table 7-1: 16..23 are the intra random access pictures; 32 VPS, 33 SPS, 34 PPS.
const h265LowMask = 0xff << 16
const h265HighMask = 0b111

/**
 * True when decoding can start with this packet. Audio, MJPEG, MPEG-TS, data and generic formats can start anywhere.
 * An empty or malformed payload of the others is false. `payload` is the RTP payload without header and padding; it is
 * only read. Allocates nothing.
 */
export function startsRandomAccess(format: Format, payload: Uint8Array): boolean {
  switch (format.codec) {
    case 'H264':
      return h264Starts(payload, h264Mask)
    case 'H265':
      return h265Starts(payload, h265LowMask, h265HighMask)
    case 'VP8':
      return startsVP8KeyFrame(payload)
    case 'VP9':
      return startsVP9KeyFrame(payload)
    case 'AV1':
      // The N bit of the aggregation header: first packet of a coded video sequence.
      return ((payload[0] ?? 0) & 0x08) !== 0
    case 'MPEG4Video':
      return startsMPEG4Intra(payload)
    case 'MPEG1Video':
      return startsMPEG1Intra(payload)
    case 'Opus':
    case 'Vorbis':
    case 'MPEG4Audio':
    case 'MPEG4AudioLATM':
    case 'AC3':
    case 'Speex':
    case 'G726':
    case 'G711':
    case 'LPCM':
    case 'KLV':
    case 'MJPEG':
    case 'MPEG1Audio':
    case 'G722':
    case 'MPEGTS':
    case 'ONVIFMetadata':
    case 'generic':
      return true
  }
}

/**
 * RFC 7741 sections 4.2 and 4.3: start of the first partition (S set, PID 0), P of the payload header 0.
 *
 *     |X|R|N|S|R| PID |  [X: |I|L|T|K| RSV |  I: |M| PictureID | (2 bytes with M)  L: TL0PICIDX  T or K: TID/Y/KEYIDX]
 */
function startsVP8KeyFrame(payload: Uint8Array): boolean {
  const first = payload[0] ?? 0
  if ((first & 0x17) !== 0x10) return false
  let at = 1
  if ((first & 0x80) !== 0) {
    const extension = payload[1] ?? 0
    at = 2
    if ((extension & 0x80) !== 0) at += ((payload[2] ?? 0) & 0x80) !== 0 ? 2 : 1
    if ((extension & 0x40) !== 0) at += 1
    if ((extension & 0x30) !== 0) at += 1
  }
  return at < payload.length && ((payload[at] ?? 1) & 1) === 0
}

/**
 * RFC 9628 section 4.2: P (inter-predicted) clear and B (start of frame) set, in the lowest spatial layer.
 *
 *     |I|P|L|F|B|E|V|Z|  [I: |M| PictureID | (2 bytes with M)]  [L: | TID |U| SID |D| ...]
 */
function startsVP9KeyFrame(payload: Uint8Array): boolean {
  const first = payload[0] ?? 0
  if ((first & 0x48) !== 0x08) return false
  if ((first & 0x20) === 0) return true
  const layerAt = (first & 0x80) === 0 ? 1 : ((payload[1] ?? 0) & 0x80) !== 0 ? 3 : 2
  return layerAt < payload.length && ((payload[layerAt] ?? 0) & 0x0e) === 0
}

/** ISO 14496-2 table 6-3: visual object sequence B0, objects and layers 00..2F, group of VOPs B3, intra VOP B6. */
function startsMPEG4Intra(payload: Uint8Array): boolean {
  if (payload.length < 5 || payload[0] !== 0 || payload[1] !== 0 || payload[2] !== 1) return false
  const code = payload[3] ?? 0
  return code <= 0x2f || code === 0xb0 || code === 0xb3 || (code === 0xb6 && (payload[4] ?? 0) >> 6 === 0)
}

/**
 * RFC 2250 section 3.4: a sequence header (S), or a group of pictures (B8) or an intra picture (P is 1) that starts
 * behind the header, which is four bytes longer with T.
 *
 *     |   MBZ   |T|        TR         |AN|N|S|B|E|  P  | | BFC | | FFC |
 */
function startsMPEG1Intra(payload: Uint8Array): boolean {
  if (payload.length < 8) return false
  const flags = payload[2] ?? 0
  if ((flags & 0x20) !== 0) return true
  const at = ((payload[0] ?? 0) & 0x04) !== 0 ? 8 : 4
  if (payload[at] !== 0 || payload[at + 1] !== 0 || payload[at + 2] !== 1) return false
  const code = payload[at + 3] ?? 0xff
  return code === 0xb8 || (code === 0 && (flags & 0x07) === 1)
}
