import type { BitReader } from '../codecs/bit-reader.ts'
import { readUnsigned, skipBits } from './raw-bits.ts'

/**
 * The start of the video usability information, which H.264 (section E.1.1) and H.265 (section E.2.1) write alike: shape of
 * a pixel, overscan, colours, position of chroma samples. Nothing of it is needed here, but what comes behind.
 */
export function skipPictureDescription(bits: BitReader): void {
  const extendedShape = 255
  if (bits.read(1) === 1 && bits.read(8) === extendedShape) skipBits(bits, 32)
  if (bits.read(1) === 1) bits.read(1)
  if (bits.read(1) === 1) {
    bits.read(4)
    if (bits.read(1) === 1) skipBits(bits, 24)
  }
  if (bits.read(1) === 1) {
    readUnsigned(bits)
    readUnsigned(bits)
  }
}

/** Pictures in a second; undefined where the numbers make no sense. */
export function frameRateOf(timeScale: number, unitsPerFrame: number): number | undefined {
  const frameRateHz = timeScale / unitsPerFrame
  return unitsPerFrame > 0 && frameRateHz > 0 && frameRateHz <= 1000 ? frameRateHz : undefined
}
