import { BitReader } from '../codecs/bit-reader.ts'

/** What the start of a VP9 frame tells. */
export interface VP9FrameHeader {
  readonly isKeyFrame: boolean
  /** Pixels, 1..65536; 0 when the frame is no key frame. */
  readonly width: number
  readonly height: number
}

const frameMarker = 2
const syncCode = 0x498342
/** Colour space whose samples are not divided: sRGB. */
const rgb = 7

/**
 * Reads the uncompressed header (VP9 bitstream specification section 6.2) as far as the size of a key frame; `undefined`
 * when these bytes are no frame.
 */
export function readVP9FrameHeader(frame: Uint8Array): VP9FrameHeader | undefined {
  const bits = new BitReader(frame)
  if (bits.read(2) !== frameMarker) return undefined
  const profile = bits.read(1) | (bits.read(1) << 1)
  if (profile === 3 && bits.read(1) !== 0) return undefined
  const isShowingExisting = bits.read(1) === 1
  if (isShowingExisting || bits.read(1) === 1) return { isKeyFrame: false, width: 0, height: 0 }
  // Whether it is shown, and error resilience.
  bits.read(2)
  if (bits.read(24) !== syncCode) return undefined
  skipColour(bits, profile)
  const width = bits.read(16) + 1
  const height = bits.read(16) + 1
  return bits.isPastEnd ? undefined : { isKeyFrame: true, width, height }
}

/** Section 7.2.2: bit depth, colour space, range and subsampling; each profile has some of them. */
function skipColour(bits: BitReader, profile: number): void {
  const hasSubsampling = profile === 1 || profile === 3
  if (profile >= 2) bits.read(1)
  if (bits.read(3) === rgb) bits.read(hasSubsampling ? 1 : 0)
  else bits.read(hasSubsampling ? 4 : 1)
}
