import { quantizationTableBytes, standardHuffmanTables } from './jpeg-tables.ts'

/** What the header of a baseline JPEG image is made from. */
export interface JpegHeader {
  /** Pixels, 1..65535. */
  readonly width: number
  readonly height: number
  /** True: a chroma sample for 2x2 pixels (4:2:0), false: for 2x1 (4:2:2). */
  readonly isChromaHalfHeight: boolean
  /** One table of 64 bytes for everything, or two, luma first. */
  readonly quantizationTables: Uint8Array
  /** Blocks (MCU) between restart markers; 0 for none. */
  readonly restartInterval: number
}

/**
 * Everything of a JPEG file in front of the scan data, ITU T.81 annex B: SOI, DRI when there are restart markers, DQT, SOF0
 * with three components, DHT with the standard tables, SOS. RFC 2435 appendix B.
 */
export function jpegHeader(header: JpegHeader): Uint8Array {
  const { width, height, isChromaHalfHeight, quantizationTables, restartInterval } = header
  const tableCount = quantizationTables.length / quantizationTableBytes
  const bytes = [0xff, 0xd8]
  if (restartInterval > 0) bytes.push(0xff, 0xdd, 0, 4, restartInterval >> 8, restartInterval & 0xff)
  segment(
    bytes,
    0xdb,
    Array.from({ length: tableCount }, (_, id) => [
      id,
      ...quantizationTables.subarray(id * quantizationTableBytes, (id + 1) * quantizationTableBytes),
    ]).flat(),
  )
  const sampling = isChromaHalfHeight ? 0x22 : 0x21
  const chromaTable = tableCount - 1
  const size = [height >> 8, height & 0xff, width >> 8, width & 0xff]
  segment(bytes, 0xc0, [8, ...size, 3, 1, sampling, 0, 2, 0x11, chromaTable, 3, 0x11, chromaTable])
  for (const { id, content } of standardHuffmanTables) segment(bytes, 0xc4, [id, ...content])
  segment(bytes, 0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0])
  return Uint8Array.from(bytes)
}

function segment(bytes: number[], marker: number, content: readonly number[]): void {
  const size = content.length + 2
  bytes.push(0xff, marker, size >> 8, size & 0xff, ...content)
}
