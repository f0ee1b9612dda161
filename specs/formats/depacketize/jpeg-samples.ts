/** JPEG over RTP in hexadecimal digits: payloads by their fields, and the files that they are. */
import { jpegHeader } from '../../../src/formats/depacketize/jpeg-header.ts'
import { hex, joined } from '../packetize/rtp-packets.ts'

/** A table for everything, and a pair. */
export const luma = new Uint8Array(64).fill(3)
export const both = joined([luma, new Uint8Array(64).fill(5)])
/** The table header and tables, section 3.1.8. */
export const inBand = (tables: Uint8Array) => `0000${tables.length.toString(16).padStart(4, '0')}${hex(tables)}`

/** A payload: type, Q, offset, what follows the main header. 320x240. */
export const payload = (type: number, quality: number, offset: number, rest: string) =>
  hex(Uint8Array.of(0, offset >> 16, offset >> 8, offset, type, quality, 40, 30)) + rest

/** What makes an image of 320x240. */
export interface Pictured {
  readonly tables: Uint8Array
  readonly scan: string
  readonly isChromaHalfHeight?: boolean
  readonly restartInterval?: number
}

/** The file that such an image is, with an end marker. */
export function file({ tables, scan, isChromaHalfHeight = false, restartInterval = 0 }: Pictured): string {
  const header = { width: 320, height: 240, isChromaHalfHeight, quantizationTables: tables, restartInterval }
  return `${hex(jpegHeader(header))}${scan}ffd9`
}
