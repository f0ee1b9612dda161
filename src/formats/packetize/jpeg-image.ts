/**
 * Reads a JPEG file as far as RFC 2435 can carry it: baseline, three components, chroma halved in width or in both ways, the
 * standard Huffman tables, one scan. What it cannot carry is told instead of being sent wrong: a receiver would decode noise,
 * and nobody could say why.
 */

import { quantizationTableBytes, standardHuffmanTables } from '../depacketize/jpeg-tables.ts'
import { readUint16 } from '../../wire/sequence.ts'

/** What of a JPEG image goes into packets. */
export interface JpegImage {
  /** In units of 8 pixels, 1..255. */
  readonly widthBlocks: number
  readonly heightBlocks: number
  /** 0: chroma halved in width (4:2:2), 1: in both ways (4:2:0). RFC 2435 section 3.1.3. */
  readonly type: 0 | 1
  /** Blocks (MCU) between restart markers; 0 for none. */
  readonly restartInterval: number
  /**
   * Tables of 64 bytes for luma and for chroma, perhaps the same: types 0 and 1 have both (RFC 2435 section 4.1), and FFmpeg
   * drops packets that have one.
   */
  readonly quantizationTables: readonly [luma: Uint8Array, chroma: Uint8Array]
  /** Entropy-coded data, a view, without the end marker. */
  readonly scan: Uint8Array
}

/** What is collected on the way through the segments. */
interface Draft {
  readonly tables: Map<number, Uint8Array>
  restartInterval: number
  frame: Pick<JpegImage, 'widthBlocks' | 'heightBlocks' | 'type'> | undefined
  tableIds: readonly number[]
}

/** The image, or one sentence that says why it cannot be sent. Never throws; linear. */
export function readJpegImage(image: Uint8Array): JpegImage | string {
  if (image[0] !== 0xff || image[1] !== 0xd8) return 'image does not start like a JPEG file'
  const draft: Draft = { tables: new Map(), restartInterval: 0, frame: undefined, tableIds: [] }
  let at = 2
  while (at + 4 <= image.length) {
    if (image[at] !== 0xff) return 'image has bytes between its segments'
    const marker = image[at + 1] ?? 0
    // Fill bytes in front of a marker, T.81 section B.1.1.2.
    if (marker === 0xff) {
      at += 1
      continue
    }
    const end = at + 2 + readUint16(image, at + 2)
    if (end < at + 4 || end > image.length) return 'image is cut off'
    const problem = readSegment(draft, marker, image.subarray(at + 4, end))
    if (problem !== undefined) return problem
    if (marker === 0xda) return finish(draft, image, end)
    at = end
  }
  return 'image has no scan'
}

function readSegment(draft: Draft, marker: number, content: Uint8Array): string | undefined {
  switch (marker) {
    case 0xdb:
      return readQuantizationTables(draft, content)
    case 0xc4:
      return readHuffmanTables(content)
    case 0xc0:
      return readFrame(draft, content)
    case 0xdd:
      if (content.length !== 2) return 'restart interval of the image is invalid'
      draft.restartInterval = readUint16(content, 0)
      return undefined
    case 0xda:
      return readScan(content)
    default:
      // APPn and COM say nothing about the picture; other frame types, arithmetic coding and hierarchies do.
      return (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe
        ? undefined
        : `image has a segment of type ${marker.toString(16)}, which RFC 2435 cannot carry`
  }
}

/** T.81 section B.2.4.1, 8-bit tables only. */
function readQuantizationTables(draft: Draft, content: Uint8Array): string | undefined {
  const size = 1 + quantizationTableBytes
  if (content.length === 0 || content.length % size !== 0) return 'quantization tables of the image are not of 8 bits'
  for (let at = 0; at < content.length; at += size) {
    const id = content[at] ?? 0
    if (id > 3) return 'quantization tables of the image are not of 8 bits'
    draft.tables.set(id, content.subarray(at + 1, at + size))
  }
  return undefined
}

/** T.81 section B.2.4.2; receivers decode with the standard tables, so the image must use them. */
function readHuffmanTables(content: Uint8Array): string | undefined {
  let at = 0
  while (at < content.length) {
    const standard = standardHuffmanTables.find(({ id }) => id === content[at])?.content
    if (standard === undefined || !isSame(content.subarray(at + 1, at + 1 + standard.length), standard)) {
      return 'image does not use the standard Huffman tables'
    }
    at += 1 + standard.length
  }
  return undefined
}

/** T.81 section B.2.2. */
function readFrame(draft: Draft, content: Uint8Array): string | undefined {
  if (content.length !== 15 || content[0] !== 8 || content[5] !== 3)
    return 'image does not have three components of 8 bits'
  const height = readUint16(content, 1)
  const width = readUint16(content, 3)
  const isWhole = width > 0 && height > 0 && width % 8 === 0 && height % 8 === 0
  if (!isWhole || width > 2040 || height > 2040) {
    return `image of ${width}x${height} pixels: both must be a multiple of 8 up to 2040`
  }
  const isChromaWhole = content[10] === 0x11 && content[13] === 0x11
  const sampling = content[7]
  if (!isChromaWhole || (sampling !== 0x21 && sampling !== 0x22))
    return 'chroma of the image is neither 4:2:0 nor 4:2:2'
  draft.frame = { widthBlocks: width / 8, heightBlocks: height / 8, type: sampling === 0x22 ? 1 : 0 }
  draft.tableIds = [content[8] ?? 0, content[11] ?? 0]
  return content[11] === content[14] ? undefined : 'chroma of the image uses two quantization tables'
}

/** T.81 section B.2.3: luma uses the first Huffman tables, chroma the second, as receivers will. */
function readScan(content: Uint8Array): string | undefined {
  const hasTables = content[0] === 3 && content[2] === 0x00 && content[4] === 0x11 && content[6] === 0x11
  return content.length === 10 && hasTables ? undefined : 'scan of the image is not that of a baseline image'
}

function finish(draft: Draft, image: Uint8Array, scanStart: number): JpegImage | string {
  if (draft.frame === undefined) return 'image has no frame header'
  const [lumaId = 0, chromaId = 0] = draft.tableIds
  const luma = draft.tables.get(lumaId)
  const chroma = draft.tables.get(chromaId)
  if (luma === undefined || chroma === undefined) return 'image has no quantization tables'
  const scanEnd = endOfScan(image, scanStart)
  if (scanEnd === scanStart) return 'scan of the image is empty'
  const isEnd = scanEnd >= image.length || image[scanEnd + 1] === 0xd9
  if (!isEnd) return 'image has more than one scan'
  return {
    ...draft.frame,
    restartInterval: draft.restartInterval,
    quantizationTables: [luma, chroma],
    scan: image.subarray(scanStart, scanEnd),
  }
}

/** Where the next marker is that is no restart: FF followed by neither 00 nor D0..D7 nor FF, which fills. */
function endOfScan(image: Uint8Array, start: number): number {
  let at = image.indexOf(0xff, start)
  while (at >= 0 && at + 1 < image.length) {
    const next = image[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && (next & 0xf8) !== 0xd0) return at
    at = image.indexOf(0xff, at + 1)
  }
  return image.length
}

function isSame(bytes: Uint8Array, expected: Uint8Array): boolean {
  if (bytes.length !== expected.length) return false
  return bytes.every((byte, index) => byte === expected[index])
}
