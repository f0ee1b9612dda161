import type { BitReader } from '../codecs/bit-reader.ts'
import { isSide, type VideoSize } from './h264-sps.ts'
import { skipReferenceSets } from './h265-reference-sets.ts'
import { rawBits, readSigned, readUint32Bits, readUnsigned, skipBits } from './raw-bits.ts'
import { frameRateOf, skipPictureDescription } from './video-usability.ts'

/**
 * Sequence parameter set of H.265 (section 7.3.2.2), as far as size, frame rate and what a decoder configuration repeats.
 * The size stands near the start; when what follows is damaged or unknown, only the frame rate is missing.
 */

/** What an SPS says. */
export interface H265Sps extends VideoSize {
  /** Twelve bytes of profile, tier, compatibility, constraints and level, as they stand in the SPS. */
  readonly profileTierLevel: Uint8Array
  /** 0: no colour, 1: 4:2:0, 2: 4:2:2, 3: 4:4:4. */
  readonly chromaFormat: number
  readonly lumaBitDepth: number
  readonly chromaBitDepth: number
  /** Temporal layers, 1..7. */
  readonly temporalLayerCount: number
  readonly isTemporalIdNested: boolean
}

/** Reads an SPS; `spsNalUnit` starts with its two header bytes. Undefined when it is damaged. Never throws. */
export function parseH265Sps(spsNalUnit: Uint8Array): H265Sps | undefined {
  if ((((spsNalUnit[0] ?? 0) >> 1) & 0x3f) !== 33) return undefined
  const bits = rawBits(spsNalUnit, 2)
  bits.read(4)
  const layers = bits.read(3)
  const isTemporalIdNested = bits.read(1) === 1
  const profileTierLevel = Uint8Array.from({ length: 12 }, () => bits.read(8))
  skipLayerProfiles(bits, layers)
  readUnsigned(bits)
  const chromaFormat = readUnsigned(bits)
  const isSeparate = chromaFormat === 3 && bits.read(1) === 1
  const codedWidth = readUnsigned(bits)
  const codedHeight = readUnsigned(bits)
  const crop = readCrop(bits, isSeparate ? 0 : chromaFormat)
  const lumaBitDepth = readUnsigned(bits) + 8
  const chromaBitDepth = readUnsigned(bits) + 8
  const widthPixels = codedWidth - crop.width
  const heightPixels = codedHeight - crop.height
  if (bits.isPastEnd || layers > 6 || chromaFormat > 3 || Math.max(lumaBitDepth, chromaBitDepth) > 16) return undefined
  if (!isSide(widthPixels) || !isSide(heightPixels)) return undefined
  const frameRateHz = readFrameRate(bits, layers)
  return {
    widthPixels,
    heightPixels,
    ...(frameRateHz !== undefined && { frameRateHz }),
    ...{ profileTierLevel, chromaFormat, lumaBitDepth, chromaBitDepth, isTemporalIdNested },
    temporalLayerCount: layers + 1,
  }
}

/** Profiles and levels of the temporal layers but the highest (section 7.3.3). */
function skipLayerProfiles(bits: BitReader, layers: number): void {
  if (layers === 0) return
  const flags: number[] = []
  for (let layer = 0; layer < 8; layer++) flags.push(bits.read(2))
  for (const flag of flags.slice(0, layers)) {
    if ((flag & 2) !== 0) skipBits(bits, 88)
    if ((flag & 1) !== 0) bits.read(8)
  }
}

/** The conformance window, in units of chroma samples. */
function readCrop(bits: BitReader, chromaFormat: number) {
  if (bits.read(1) === 0) return { width: 0, height: 0 }
  const horizontal = readUnsigned(bits) + readUnsigned(bits)
  const vertical = readUnsigned(bits) + readUnsigned(bits)
  const unitWidth = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1
  return { width: horizontal * unitWidth, height: vertical * (chromaFormat === 1 ? 2 : 1) }
}

function readFrameRate(bits: BitReader, layers: number): number | undefined {
  const pictureOrderBits = readUnsigned(bits) + 4
  const isPerLayer = bits.read(1) === 1
  for (let layer = isPerLayer ? 0 : layers; layer <= layers; layer++) skipNumbers(bits, 3)
  skipNumbers(bits, 6)
  if (bits.read(1) === 1 && bits.read(1) === 1) skipScalingLists(bits)
  bits.read(2)
  if (bits.read(1) === 1) {
    bits.read(8)
    skipNumbers(bits, 2)
    bits.read(1)
  }
  if (!skipReferenceSets(bits) || !skipLongTermPictures(bits, pictureOrderBits)) return undefined
  bits.read(2)
  // Without the flag there is no usability information, and past the end there is no flag.
  if (bits.read(1) === 0) return undefined
  skipPictureDescription(bits)
  bits.read(3)
  if (bits.read(1) === 1) skipNumbers(bits, 4)
  if (bits.read(1) === 0) return undefined
  const unitsInTick = readUint32Bits(bits)
  const timeScale = readUint32Bits(bits)
  return bits.isPastEnd ? undefined : frameRateOf(timeScale, unitsInTick)
}

function skipNumbers(bits: BitReader, count: number): void {
  for (let index = 0; index < count; index++) readUnsigned(bits)
}

/** Section 7.3.4. */
function skipScalingLists(bits: BitReader): void {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (bits.read(1) === 0) {
        readUnsigned(bits)
        continue
      }
      const count = Math.min(64, 1 << (4 + 2 * size)) + (size > 1 ? 1 : 0)
      for (let index = 0; index < count; index++) readSigned(bits)
    }
  }
}

function skipLongTermPictures(bits: BitReader, pictureOrderBits: number): boolean {
  if (bits.read(1) === 0) return true
  const count = readUnsigned(bits)
  if (count > 32 || pictureOrderBits > 16) return false
  skipBits(bits, count * (pictureOrderBits + 1))
  return true
}
