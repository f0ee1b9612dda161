// The header packets with which a stream of Opus, Vorbis or Speex begins in Ogg. RTP does not carry them, but for Vorbis,
// whose tables are in the description.
import type { OpusFormat, SpeexFormat, VorbisFormat } from '../../../src/formats/format.ts'

const comment = (start: string, end = ''): Buffer =>
  Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(8), Buffer.from(end, 'latin1')])

/** RFC 7845 section 5. How much a decoder has to leave out at the start is not known. */
export const opusHeaders = ({ channelCount }: OpusFormat): Buffer[] => {
  const head = Buffer.alloc(19)
  head.write('OpusHead', 0, 'latin1')
  head[8] = 1
  head[9] = channelCount
  head.writeUInt32LE(48_000, 12)
  return [head, comment('OpusTags')]
}

/** RFC 5574 section 3.2 refers to the Speex manual: 80 bytes, here narrow, wide or ultra-wide band in mono. */
export const speexHeaders = ({ sampleRateHz }: SpeexFormat): Buffer[] => {
  const mode = sampleRateHz > 25_000 ? 2 : sampleRateHz > 12_500 ? 1 : 0
  const head = Buffer.alloc(80)
  head.write('Speex   1.2', 0, 'latin1')
  const fields = [1, 80, sampleRateHz, mode, 4, 1, -1, 160 << mode, 0, 1]
  for (const [index, value] of fields.entries()) head.writeInt32LE(value, 28 + index * 4)
  return [head, comment('')]
}

/**
 * The headers in the packed headers of RFC 5215 section 3.2.1: count, ident, length, lengths of all but the last, headers.
 * ffmpeg sends comments of no length.
 */
export const vorbisHeaders = ({ configuration }: VorbisFormat): Buffer[] => {
  const packed = Buffer.from(configuration)
  let at = 9
  const count = packed.readUInt8(at++)
  const lengths = Array.from({ length: count }, () => {
    let length = 0
    let byte: number
    do {
      byte = packed.readUInt8(at++)
      length = length * 128 + (byte & 0x7f)
    } while (byte >= 128)
    return length
  })
  return [...lengths, packed.length].map((length) => {
    at += length
    return length === 0 ? comment('\u0003vorbis', '\u0001') : packed.subarray(at - length, at)
  })
}
