import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { h264Format, h265Format } from '../../../src/formats/create-format.ts'
import { parseH264Sps } from '../../../src/formats/parameter-sets/h264-sps.ts'
import { parseH265Sps } from '../../../src/formats/parameter-sets/h265-sps.ts'
import { videoSize } from '../../../src/formats/parameter-sets/video-size.ts'
import { fromHex } from '../packetize/rtp-packets.ts'

/** Made with x264 and x265 from pictures of a known size. */
const h264Sets: readonly [string, string, number, number, number][] = [
  ['high profile, cropped', '67640028acd940780227e5c044000003000400000300c83c60c658', 1920, 1080, 25],
  ['constrained baseline', '6742c01ed900a02ff9701100000303e90000ea600f162e48', 640, 360, 30_000 / 1001],
  ['4:2:2', '677a000abcd947279e3f0110000003001000000301e0f1225960', 100, 50, 15],
  ['4:4:4', '67f40015919b282a33c7c5e022000003000200000300c81e2c5b2c', 322, 182, 50],
  ['interlaced', '67f40028919b280f0089f97011000003000100000300321f162d96', 1920, 1080, 25],
]

const h265Sets: readonly [string, string, number, number, number][] = [
  ['main', '420101016000000300900000030000030078a003c08010e596566924caf0168080000003008000000c84', 1920, 1080, 25],
  [
    'with several reference sets',
    '42010101600000030090000003000003003fa00502016965959a4932bc05a02000007d20000ea601',
    640,
    360,
    30_000 / 1001,
  ],
  ['4:2:2', '4201010408000003009d0800000300001eb034839dcf96566b932bc05a020000030002000003001e10', 100, 50, 15],
  ['4:4:4', '4201010408000003009e0800000300003c90014901739ef2cacd24995e02d0100000030010000003032080', 322, 182, 50],
  [
    'scaling lists and reference sets',
    '4201010408000003009e0800000300003c9003240f2cb2b349272bc05b810100020000030002000003003210',
    200,
    120,
    25,
  ],
]

describe('size of H264', () => {
  it.each(h264Sets)('%s', (_, sps, widthPixels, heightPixels, frameRateHz) => {
    const size = videoSize(h264Format({ payloadType: 96, sps: fromHex(sps), pps: fromHex('68') }))
    expect(size).toEqual({ widthPixels, heightPixels, frameRateHz })
  })

  it('needs no frame rate', () => {
    // Baseline, 16 x 16, no cropping, no usability information.
    expect(parseH264Sps(fromHex('6742000af4fc'))).toBeUndefined()
    expect(parseH264Sps(fromHex('6742000af7e4'))).toEqual({ widthPixels: 16, heightPixels: 16 })
  })
})

describe('size of an access unit', () => {
  it.each([
    ['H264', ['09f0', h264Sets[0]?.[1], '68', '65'], { widthPixels: 1920, heightPixels: 1080, frameRateHz: 25 }],
    ['H265', ['4001', h265Sets[0]?.[1], '4401', '2601'], { widthPixels: 1920, heightPixels: 1080, frameRateHz: 25 }],
    ['H264', ['65aa'], undefined],
    ['H264', ['67'], undefined],
    ['H265', ['2601'], undefined],
    ['H265', [], undefined],
  ] as const)('%s %#: comes from its own parameter set', (codec, nalus, size) => {
    expect(videoSize({ codec, nalus: nalus.map((text = '') => fromHex(text)) })).toEqual(size)
  })
})

describe('size of H265', () => {
  it.each(h265Sets)('%s', (_, sps, widthPixels, heightPixels, frameRateHz) => {
    const size = videoSize(h265Format({ payloadType: 96, sps: fromHex(sps) }))
    expect(size).toEqual({ widthPixels, heightPixels, frameRateHz })
  })

  it('comes with what a decoder configuration repeats', () => {
    expect(parseH265Sps(fromHex(h265Sets[2]?.[1] ?? ''))).toMatchObject({
      profileTierLevel: Uint8Array.from(fromHex('04080000009d08000000001e')),
      chromaFormat: 2,
      lumaBitDepth: 8,
      chromaBitDepth: 8,
      temporalLayerCount: 1,
      isTemporalIdNested: true,
    })
  })
})

describe('size', () => {
  it('is not known without a parameter set', () => {
    expect(videoSize(h264Format({ payloadType: 96 }))).toBeUndefined()
    expect(videoSize(h265Format({ payloadType: 96 }))).toBeUndefined()
  })

  it('is not known from another NAL unit', () => {
    expect(parseH264Sps(fromHex('68ce3c80'))).toBeUndefined()
    expect(parseH265Sps(fromHex('4401c172b46240'))).toBeUndefined()
  })

  const everySet = [
    ...h264Sets.map(([, sps]) => ({ parse: parseH264Sps, sps: fromHex(sps) })),
    ...h265Sets.map(([, sps]) => ({ parse: parseH265Sps, sps: fromHex(sps) })),
  ]

  it('of a cut set is the same, or unknown', () => {
    for (const { parse, sps } of everySet) {
      const whole = parse(sps)
      for (let length = 0; length < sps.length; length++) {
        const cut = parse(sps.subarray(0, length))
        if (cut !== undefined) expect(cut.widthPixels).toBe(whole?.widthPixels)
      }
    }
  })

  it('of any bytes makes sense, or is unknown', () => {
    const damaged = fc.record({
      set: fc.constantFrom(...everySet),
      at: fc.nat(60),
      noise: fc.uint8Array({ maxLength: 30 }),
    })
    fc.assert(
      fc.property(damaged, ({ set: { parse, sps }, at, noise }) => {
        const bytes = new Uint8Array(sps.length + noise.length)
        bytes.set(sps)
        bytes.set(noise, Math.min(Math.max(at, 2), sps.length))
        const size = parse(bytes)
        if (size === undefined) return
        expect(size.widthPixels).toBeGreaterThan(0)
        expect(size.heightPixels).toBeLessThanOrEqual(65_535)
        expect(size.frameRateHz ?? 1).toBeLessThanOrEqual(1000)
      }),
      { numRuns: 500 },
    )
  })
})
