/**
 * Size of an AC-3 frame from its first five bytes, ATSC A/52 section 5.3: sync word 0B77, CRC, then `fscod` (2 bits: 48,
 * 44.1 and 32 kHz) and `frmsizecod` (6 bits: the bit rate, and at 44.1 kHz whether a word is added). Every frame has 1536
 * samples, so its size follows from rate and bit rate, as in table 5.18.
 */

/** Samples that a frame lasts. */
export const ac3FrameSamples = 1536

/** Bytes at the start of a frame that tell its size. */
export const ac3HeaderBytes = 5

const bitratesKbps = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640]
const sampleRatesHz = [48_000, 44_100, 32_000]

/** Bytes of the frame that starts at `at`, at most 3840; 0 when no frame starts there or less than five bytes are left. */
export function ac3FrameBytes(bytes: Uint8Array, at: number): number {
  if (bytes.length - at < ac3HeaderBytes || bytes[at] !== 0x0b || bytes[at + 1] !== 0x77) return 0
  const code = bytes[at + 4] ?? 0
  const sampleRateHz = sampleRatesHz[code >> 6]
  const bitrateKbps = bitratesKbps[(code & 0x3f) >> 1]
  if (sampleRateHz === undefined || bitrateKbps === undefined) return 0
  const words = Math.floor((bitrateKbps * 1000 * ac3FrameSamples) / (sampleRateHz * 16))
  return 2 * (sampleRateHz === 44_100 ? words + (code & 1) : words)
}
