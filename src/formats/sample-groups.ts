/**
 * Codecs that are a plain row of samples: how many bytes may not be torn apart, and how long they last. Whatever cuts or
 * checks such a payload goes by these two numbers.
 */

import type { G711Format, G722Format, G726Format, LPCMFormat } from './format.ts'

/** Formats whose payload is a row of samples. */
export type SampleFormat = G711Format | G722Format | G726Format | LPCMFormat

/** The smallest piece of a payload. */
export interface SampleGroup {
  /** Bytes of a group, 1 to 765. */
  readonly bytes: number
  /** RTP ticks that it lasts. */
  readonly ticks: number
}

/**
 * One sample of all channels for G711 and LPCM, a byte of two samples at the halved clock for G722 (RFC 3551 section 4.5.2),
 * and for G726 as many code words as fill whole bytes (section 4.5.4): 4 of 2 bits, 8 of 3, 2 of 4, 8 of 5.
 */
export function sampleGroupOf(format: SampleFormat): SampleGroup {
  switch (format.codec) {
    case 'G711':
      return { bytes: format.channelCount, ticks: format.clockRateHz / format.sampleRateHz }
    case 'LPCM':
      return { bytes: (format.bitDepth / 8) * format.channelCount, ticks: format.clockRateHz / format.sampleRateHz }
    case 'G722':
      return { bytes: 1, ticks: 1 }
    case 'G726': {
      const wordBits = format.bitrateKbps / 8
      const bytes = wordBits % 2 === 1 ? wordBits : 1
      return { bytes, ticks: (bytes * 8) / wordBits }
    }
  }
}
