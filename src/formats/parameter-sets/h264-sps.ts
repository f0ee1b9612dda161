import type { BitReader } from '../codecs/bit-reader.ts'
import { rawBits, readSigned, readUint32Bits, readUnsigned } from './raw-bits.ts'
import { frameRateOf, skipPictureDescription } from './video-usability.ts'

/**
 * Sequence parameter set of H.264 (section 7.3.2.1.1), as far as size and frame rate. Every loop has a bound that the
 * standard gives, so hostile bytes cost no more than honest ones.
 */

/** Size of the pictures of a stream, and how many there are in a second. */
export interface VideoSize {
  /** Width of what is to be shown, 1..65535. */
  readonly widthPixels: number
  readonly heightPixels: number
  /** Frames in a second; absent when the stream does not say. Cameras are often wrong about it. */
  readonly frameRateHz?: number
}

/** Values of profile_idc that come with the fields of the high profile. */
const highProfiles: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])

const largestSide = 65_535

/** Size and frame rate of an SPS; `spsNalUnit` starts with its header byte. Undefined when it is damaged. Never throws. */
export function parseH264Sps(spsNalUnit: Uint8Array): VideoSize | undefined {
  if (((spsNalUnit[0] ?? 0) & 0x1f) !== 7) return undefined
  const bits = rawBits(spsNalUnit, 1)
  const profile = bits.read(8)
  bits.read(16)
  readUnsigned(bits)
  const chromaFormat = highProfiles.has(profile) ? readHighProfile(bits) : 1
  readUnsigned(bits)
  if (chromaFormat > 3 || !skipPictureOrder(bits)) return undefined
  readUnsigned(bits)
  bits.read(1)
  const widthBlocks = readUnsigned(bits) + 1
  const heightBlocks = readUnsigned(bits) + 1
  const fieldFactor = bits.read(1) === 1 ? 1 : 2
  if (fieldFactor === 2) bits.read(1)
  bits.read(1)
  const crop = readCrop(bits, chromaFormat, fieldFactor)
  const widthPixels = widthBlocks * 16 - crop.width
  const heightPixels = heightBlocks * 16 * fieldFactor - crop.height
  if (bits.isPastEnd || !isSide(widthPixels) || !isSide(heightPixels)) return undefined
  const frameRateHz = bits.read(1) === 1 ? readFrameRate(bits) : undefined
  return { widthPixels, heightPixels, ...(frameRateHz !== undefined && { frameRateHz }) }
}

/** True for a width or height that makes sense. */
export function isSide(pixels: number): boolean {
  return pixels >= 1 && pixels <= largestSide
}

/** Chroma format, bit depths and scaling lists; returns the chroma format, 0 where the planes are separate. */
function readHighProfile(bits: BitReader): number {
  const chromaFormat = readUnsigned(bits)
  const isSeparate = chromaFormat === 3 && bits.read(1) === 1
  readUnsigned(bits)
  readUnsigned(bits)
  bits.read(1)
  if (bits.read(1) === 1) {
    const listCount = chromaFormat === 3 ? 12 : 8
    for (let list = 0; list < listCount; list++) if (bits.read(1) === 1) skipScalingList(bits, list < 6 ? 16 : 64)
  }
  // Separate planes are cropped like pictures without chroma (section 7.4.2.1.1).
  return isSeparate ? 0 : chromaFormat
}

/** Section 7.3.2.1.1.1. */
function skipScalingList(bits: BitReader, size: number): void {
  let last = 8
  for (let index = 0; index < size; index++) {
    const next = (last + readSigned(bits)) & 0xff
    if (next === 0) return
    last = next
  }
}

/** False for an order that does not exist. */
function skipPictureOrder(bits: BitReader): boolean {
  const type = readUnsigned(bits)
  if (type === 0) readUnsigned(bits)
  if (type === 1) {
    bits.read(1)
    readSigned(bits)
    readSigned(bits)
    const count = readUnsigned(bits)
    if (count > 255) return false
    for (let index = 0; index < count; index++) readSigned(bits)
  }
  return type <= 2
}

function readCrop(bits: BitReader, chromaFormat: number, fieldFactor: number) {
  if (bits.read(1) === 0) return { width: 0, height: 0 }
  const horizontal = readUnsigned(bits) + readUnsigned(bits)
  const vertical = readUnsigned(bits) + readUnsigned(bits)
  const unitWidth = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1
  const unitHeight = (chromaFormat === 1 ? 2 : 1) * fieldFactor
  return { width: horizontal * unitWidth, height: vertical * unitHeight }
}

/** Section E.1.1: the time scale counts fields, two to a frame. */
function readFrameRate(bits: BitReader): number | undefined {
  skipPictureDescription(bits)
  if (bits.read(1) === 0) return undefined
  const unitsInTick = readUint32Bits(bits)
  const timeScale = readUint32Bits(bits)
  return bits.isPastEnd ? undefined : frameRateOf(timeScale, 2 * unitsInTick)
}
