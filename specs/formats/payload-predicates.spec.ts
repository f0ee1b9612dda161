import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as create from '../../src/formats/create-format.ts'
import type { Format } from '../../src/formats/format.ts'
import { ptsEqualsDts } from '../../src/formats/pts-equals-dts.ts'
import { startsRandomAccess } from '../../src/formats/random-access.ts'

const h264 = create.h264Format({ payloadType: 96 })
const h265 = create.h265Format({ payloadType: 96 })
const vp8 = create.vp8Format({ payloadType: 96 })
const vp9 = create.vp9Format({ payloadType: 96 })
const mpeg4 = create.mpeg4VideoFormat({ payloadType: 96 })
const mpeg1 = create.mpeg1VideoFormat()

/** format, payload | PTS is DTS, decoding can start; RFC 6184 section 5.2 and RFC 7798 section 4.4 */
const nalUnits: readonly (readonly [string, Format, readonly number[], boolean, boolean])[] = [
  ['nothing', h264, [], false, false],
  ['IDR', h264, [0x65, 1], true, true],
  ['SPS', h264, [0x67, 1], true, true],
  ['PPS', h264, [0x68, 1], true, false],
  ['slice', h264, [0x41, 1], false, false],
  ['SEI', h264, [0x06, 1], false, false],
  ['STAP-A with SEI and SPS', h264, [24, 0, 1, 0x06, 0, 2, 0x67, 0], true, true],
  ['STAP-A with slices', h264, [24, 0, 1, 0x41, 0, 1, 0x41], false, false],
  ['STAP-A with a zero size', h264, [24, 0, 0, 0x67], false, false],
  ['STAP-A cut off', h264, [24, 0, 9, 0x67], false, false],
  ['STAP-A with padding', h264, [24, 0, 1, 0x41, 0], false, false],
  ['start of a fragmented IDR', h264, [28, 0x85, 0], true, true],
  ['middle of a fragmented IDR', h264, [28, 0x05, 0], false, false],
  ['start of a fragmented slice', h264, [28, 0x81, 0], false, false],
  ['FU-A cut off', h264, [28], false, false],
  ['nothing', h265, [], false, false],
  ['VPS', h265, [0x40, 1], true, true],
  ['SPS', h265, [0x42, 1], true, true],
  ['PPS', h265, [0x44, 1], true, true],
  ['IDR_W_RADL', h265, [0x26, 1], true, true],
  ['IDR_N_LP', h265, [0x28, 1], true, true],
  ['CRA', h265, [0x2a, 1], true, true],
  ['BLA', h265, [0x20, 1], false, true],
  ['TRAIL_R', h265, [0x02, 1], false, false],
  ['AP with SPS', h265, [0x60, 1, 0, 2, 0x02, 1, 0, 2, 0x42, 1], true, true],
  ['AP cut off', h265, [0x60, 1, 0], false, false],
  ['start of a fragmented IDR', h265, [0x62, 1, 0x93], true, true],
  ['end of a fragmented IDR', h265, [0x62, 1, 0x53], false, false],
  ['FU cut off', h265, [0x62, 1], false, false],
]

describe('NAL units', () => {
  it.each(nalUnits)('%s', (_, format, bytes, isPtsDts, isRandomAccess) => {
    expect(ptsEqualsDts(format, new Uint8Array(bytes))).toBe(isPtsDts)
    expect(startsRandomAccess(format, new Uint8Array(bytes))).toBe(isRandomAccess)
  })
})

describe('random access of other codecs', () => {
  it.each<readonly [string, Format, readonly number[], boolean]>([
    ['VP8 key frame, RFC 7741 section 4.3', vp8, [0x10, 0x00], true],
    ['VP8 interframe', vp8, [0x10, 0x01], false],
    ['VP8 second packet of a key frame', vp8, [0x00, 0x00], false],
    ['VP8 second partition', vp8, [0x11, 0x00], false],
    ['VP8 key frame behind a long picture id, TL0PICIDX and TID', vp8, [0x90, 0xe0, 0x81, 2, 3, 4, 0x10], true],
    ['VP8 interframe behind a short picture id', vp8, [0x90, 0x80, 0x02, 0x01], false],
    ['VP8 cut off', vp8, [0x90, 0x80], false],
    ['VP9 key frame, RFC 9628 section 4.2', vp9, [0x08], true],
    ['VP9 predicted frame', vp9, [0x48], false],
    ['VP9 middle of a frame', vp9, [0x00], false],
    ['VP9 lowest layer behind a long picture id', vp9, [0xa8, 0x81, 2, 0x00], true],
    ['VP9 higher layer', vp9, [0x28, 0x02], false],
    ['AV1 with N, start of a coded video sequence', create.av1Format({ payloadType: 96 }), [0x18], true],
    ['AV1 without N', create.av1Format({ payloadType: 96 }), [0x10], false],
    ['AV1 without a payload', create.av1Format({ payloadType: 96 }), [], false],
    ['MPEG-4 visual object sequence', mpeg4, [0, 0, 1, 0xb0, 1], true],
    ['MPEG-4 group of VOPs', mpeg4, [0, 0, 1, 0xb3, 0], true],
    ['MPEG-4 intra VOP', mpeg4, [0, 0, 1, 0xb6, 0x10], true],
    ['MPEG-4 predicted VOP', mpeg4, [0, 0, 1, 0xb6, 0x50], false],
    ['MPEG-4 fragment', mpeg4, [1, 2, 3, 4, 5], false],
    ['MPEG-1 sequence header, RFC 2250 section 3.4', mpeg1, [0, 0, 0x21, 0, 0, 0, 1, 0xb3], true],
    ['MPEG-1 group of pictures', mpeg1, [0, 0, 0x11, 0, 0, 0, 1, 0xb8], true],
    ['MPEG-1 intra picture', mpeg1, [0, 0, 0x11, 0, 0, 0, 1, 0x00], true],
    ['MPEG-1 predicted picture', mpeg1, [0, 0, 0x12, 0, 0, 0, 1, 0x00], false],
    ['MPEG-2 group of pictures behind the longer header', mpeg1, [4, 0, 0x11, 0, 9, 9, 9, 9, 0, 0, 1, 0xb8], true],
    ['audio', create.g722Format(), [], true],
    ['MJPEG', create.mjpegFormat(), [], true],
    ['generic', create.genericFormat({ payloadType: 96 }), [], true],
  ])('%s', (_, format, bytes, expected) => {
    expect(startsRandomAccess(format, new Uint8Array(bytes))).toBe(expected)
    expect(ptsEqualsDts(format, new Uint8Array(bytes))).toBe(true)
  })
})

it('an answer comes for any payload, and a PTS anchor of H264 is a start unless it has nothing but PPS', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (payload) => {
      for (const format of [h264, h265, vp8, vp9, mpeg4, mpeg1]) startsRandomAccess(format, payload)
      if (startsRandomAccess(h264, payload)) expect(ptsEqualsDts(h264, payload)).toBe(true)
      if (ptsEqualsDts(h265, payload)) expect(startsRandomAccess(h265, payload)).toBe(true)
    }),
  )
})
