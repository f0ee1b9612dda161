/**
 * Size and duration of an MPEG audio frame from its header, ISO 11172-3 section 2.4.1.3 and ISO 13818-3: all layers of
 * MPEG-1, MPEG-2 and of what is called MPEG-2.5. The free format, whose frames have no size in the header, is not known.
 *
 *     sync(11) version(2) layer(2) protection(1) bitrate(4) rate(2) padding(1) private(1) ...
 */

/** Size of a frame header in bytes. */
export const mpegAudioHeaderBytes = 4

const bitratesKbps = {
  mpeg1Layer1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  mpeg1Layer2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  mpeg1Layer3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2Layer1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  mpeg2Others: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}

const sampleRatesHz = [44_100, 48_000, 32_000]

/** What a frame header says. */
export interface MpegAudioFrame {
  /** Size of the frame with its header, at most 2881. */
  readonly frameBytes: number
  /** Samples of one channel. */
  readonly sampleCount: number
  readonly sampleRateHz: number
}

/** The same header comes again and again, so its meaning is made once: at most 3 x 3 x 14 x 3 x 2 of them. */
const known = new Map<number, MpegAudioFrame>()

/** The frame that starts at `at`; null when none does. Does not look whether all of it is there. */
export function mpegAudioFrameAt(bytes: Uint8Array, at: number): MpegAudioFrame | null {
  const first = bytes[at + 1] ?? 0
  const second = bytes[at + 2] ?? 0
  if (bytes[at] !== 0xff || (first & 0xe0) !== 0xe0) return null
  const key = ((first & 0x1e) << 8) | (second & 0xfe)
  const found = known.get(key)
  if (found !== undefined) return found
  const frame = readHeader((first >> 3) & 3, (first >> 1) & 3, second >> 4, (second >> 2) & 3, (second >> 1) & 1)
  if (frame !== null) known.set(key, frame)
  return frame
}

function readHeader(version: number, layerCode: number, bitrateIndex: number, rateIndex: number, padding: number) {
  const layer = 4 - layerCode
  const isMpeg1 = version === 3
  const baseRateHz = sampleRatesHz[rateIndex]
  const bitrateKbps = ratesOf(isMpeg1, layer)[bitrateIndex - 1]
  if (version === 1 || layer === 4 || baseRateHz === undefined || bitrateKbps === undefined) return null
  const sampleRateHz = isMpeg1 ? baseRateHz : version === 2 ? baseRateHz / 2 : baseRateHz / 4
  const sampleCount = layer === 1 ? 384 : layer === 3 && !isMpeg1 ? 576 : 1152
  const slotBytes = layer === 1 ? 4 : 1
  const slots = Math.floor((sampleCount * bitrateKbps * 1000) / (8 * slotBytes * sampleRateHz)) + padding
  return Object.freeze({ frameBytes: slots * slotBytes, sampleCount, sampleRateHz })
}

function ratesOf(isMpeg1: boolean, layer: number): readonly number[] {
  if (!isMpeg1) return layer === 1 ? bitratesKbps.mpeg2Layer1 : bitratesKbps.mpeg2Others
  if (layer === 1) return bitratesKbps.mpeg1Layer1
  return layer === 2 ? bitratesKbps.mpeg1Layer2 : bitratesKbps.mpeg1Layer3
}
