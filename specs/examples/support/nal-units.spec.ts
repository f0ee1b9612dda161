import { describe, expect, it } from 'vitest'
import { configOfAdts, stripAdtsHeader } from '../../../examples/support/adts.ts'
import { frameOfLatm, withoutLatm } from '../../../examples/support/latm.ts'
import {
  isDelimiter,
  parameterSetsOf,
  readDecoderRecord,
  splitAnnexB,
  splitLengthPrefixed,
} from '../../../examples/support/nal-units.ts'
import { mpeg4AudioLATMFormat } from '../../../src/formats/create-format.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const hexOf = (units: readonly Uint8Array[]): readonly string[] =>
  units.map((unit) => Buffer.from(unit).toString('hex'))

describe('NAL units of files', () => {
  it.each([
    ['start codes of both lengths', '00000001 6742 000001 68ce 00000001 6588', ['6742', '68ce', '6588']],
    ['zeros at the end, which belong to no unit', '000001 6742 0000 000001 6588 000000', ['6742', '6588']],
    ['bytes before the first start code', 'ffff 000001 6742', ['6742']],
    ['nothing', '', []],
    ['start codes with nothing between', '000001 000001 000001', []],
  ])('are split at start codes: %s', (_, stream, units) => {
    expect(hexOf(splitAnnexB(bytes(stream)))).toEqual(units)
  })

  it.each([
    ['four bytes', 4, '00000002 6742 00000001 68', ['6742', '68']],
    ['one byte', 1, '02 6742 01 68', ['6742', '68']],
    ['a length of 0', 2, '0000 0001 68', ['68']],
    ['a length beyond the end', 2, '0001 68 0005 65', ['68']],
    ['the end in a length', 4, '00000001 68 0000', ['68']],
  ])('are split by lengths: %s', (_, lengthBytes, stream, units) => {
    expect(hexOf(splitLengthPrefixed(bytes(stream), lengthBytes))).toEqual(units)
  })

  it('are found in the records of MP4', () => {
    const avcC = readDecoderRecord('H264', bytes('01 64000d ff e1 0003 67640d 02 0002 68ce 0002 68cf fdf8f800'))
    expect([avcC.lengthBytes, hexOf(avcC.nalus)]).toEqual([4, ['67640d', '68ce', '68cf']])
    const head = `01 01 60000000 900000000000 3c f000 fc fd f8 f8 0000 0d`
    const hvcC = readDecoderRecord('H265', bytes(`${head} 02 a0 0001 0002 4001 a1 0001 0003 420101`))
    expect([hvcC.lengthBytes, hexOf(hvcC.nalus)]).toEqual([2, ['4001', '420101']])
    expect(readDecoderRecord('H264', bytes('01 64')).nalus).toEqual([])
    expect(readDecoderRecord('H265', bytes(`${head} ff a0 ffff`)).nalus).toEqual([])
  })

  it('are told apart by kind', () => {
    const h264 = parameterSetsOf('H264', [bytes('0910'), bytes('67aa'), bytes('68bb'), bytes('65cc'), bytes('27dd')])
    expect([h264.vps, h264.sps, h264.pps].map(hexOf)).toEqual([[], ['67aa', '27dd'], ['68bb']])
    const h265 = parameterSetsOf('H265', [bytes('4001'), bytes('4201'), bytes('4401'), bytes('2601')])
    expect([h265.vps, h265.sps, h265.pps].map(hexOf)).toEqual([['4001'], ['4201'], ['4401']])
    expect([
      isDelimiter('H264', bytes('0910')),
      isDelimiter('H265', bytes('4601')),
      isDelimiter('H264', bytes('65')),
    ]).toEqual([true, true, false])
  })
})

describe('AAC of files and of GStreamer', () => {
  it('loses its ADTS header, with and without checksum', () => {
    expect(hexOf([stripAdtsHeader(bytes('fff15040011ffc 2110'))])).toEqual(['2110'])
    expect(hexOf([stripAdtsHeader(bytes('fff05040011ffc aabb 2110'))])).toEqual(['2110'])
    expect(hexOf([stripAdtsHeader(bytes('2110'))])).toEqual(['2110'])
  })

  it.each([
    ['AAC-LC, 44.1 kHz, stereo', 'fff15080', '1210'],
    ['AAC-LC, 48 kHz, mono', 'fff14c40', '1188'],
  ])('has its config in the ADTS header: %s', (_, header, config) => {
    expect(hexOf([configOfAdts(bytes(header))])).toEqual([config])
  })

  it('loses LATM', () => {
    const format = mpeg4AudioLATMFormat({ payloadType: 96, config: bytes('40002420 3fc0') })
    expect(withoutLatm(format)).toMatchObject({ codec: 'MPEG4Audio', config: bytes('1210'), clockRateHz: 44_100 })
    expect(withoutLatm(mpeg4AudioLATMFormat({ payloadType: 96 }))).toBeUndefined()
    expect(hexOf([frameOfLatm(bytes('02 2110 07'))])).toEqual(['2110'])
    const long = new Uint8Array(2 + 255 + 3).fill(7)
    long.set([255, 3])
    expect(frameOfLatm(long)).toHaveLength(258)
  })
})
