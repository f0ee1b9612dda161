import { describe, expect, it } from 'vitest'
import {
  ac3Format,
  g711Format,
  g722Format,
  g726Format,
  genericFormat,
  lpcmFormat,
  mpeg1AudioFormat,
  mpeg4AudioLATMFormat,
  onvifMetadataFormat,
  opusFormat,
  speexFormat,
  vorbisFormat,
} from '../../../src/formats/create-format.ts'
import { createDepacketizer } from '../../../src/formats/depacketize/create-depacketizer.ts'
import type { DepacketizeOptions } from '../../../src/formats/depacketize/limits.ts'
import type { Format } from '../../../src/formats/format.ts'
import type { Unit } from '../../../src/formats/units.ts'
import { filled, fromHex, hex } from '../packetize/rtp-packets.ts'
import { pushSketches, type Sketch } from './push-all.ts'

function bytesOf(unit: Unit): Uint8Array {
  if ('data' in unit) return unit.data
  if ('document' in unit) return unit.document
  throw new Error(`${unit.codec} is not for this spec`)
}

function run(format: Format, sketches: readonly Sketch[], options: DepacketizeOptions = {}) {
  const { units, problems } = pushSketches(createDepacketizer(format, options), sketches)
  return {
    units: units.map((unit) => `${unit.timestamp} ${hex(bytesOf(unit))}${unit.corrupted ? ' !' : ''}`),
    problems,
  }
}

interface Case {
  readonly name: string
  readonly packets: readonly Sketch[]
  readonly units: readonly string[]
  readonly problems?: readonly string[]
}

const lost = 'packets are missing before this one'

describe.each<Format>([
  opusFormat({ payloadType: 96, channelCount: 2 }),
  opusFormat({ payloadType: 96, channelCount: 6 }),
  speexFormat({ payloadType: 96, sampleRateHz: 16_000 }),
  g722Format(),
  g711Format({ isMuLaw: true }),
  g726Format({ payloadType: 96, bitrateKbps: 32 }),
  genericFormat({ payloadType: 96, rtpmap: 'x/1000' }),
])('a payload of %o', (format) => {
  it('is a unit as it is, whatever was lost before it', () => {
    const packets: Sketch[] = [
      [1, 160, 'M', 'aabb'],
      [5, 480, '-', 'cc'],
    ]
    expect(run(format, packets)).toEqual({ units: ['160 aabb', '480 cc'], problems: [lost] })
  })

  it('that is empty is none', () => {
    expect(run(format, [[1, 0, '-', '']])).toEqual({ units: [], problems: ['payload is empty'] })
  })
})

describe('samples', () => {
  it.each<[string, Format, number]>([
    ['L8 mono', lpcmFormat({ payloadType: 96, bitDepth: 8, sampleRateHz: 8000, channelCount: 1 }), 1],
    ['L16 stereo', lpcmFormat({ payloadType: 96, bitDepth: 16, sampleRateHz: 48_000, channelCount: 2 }), 4],
    ['L24 stereo', lpcmFormat({ payloadType: 96, bitDepth: 24, sampleRateHz: 48_000, channelCount: 2 }), 6],
    ['G711 of 3 channels', g711Format({ payloadType: 96, isMuLaw: false, channelCount: 3 }), 3],
    ['G726 at 24 kbit/s', g726Format({ payloadType: 96, bitrateKbps: 24 }), 3],
    ['G726 at 40 kbit/s', g726Format({ payloadType: 96, bitrateKbps: 40 }), 5],
  ])('of %s come in groups of %j bytes, what is left over is left out', (_, format, groupBytes) => {
    const whole = filled(1, groupBytes * 2)
    expect(run(format, [[1, 9, '-', whole]]).units).toEqual([`9 ${hex(whole)}`])
    if (groupBytes === 1) return
    expect(run(format, [[1, 9, '-', filled(1, groupBytes * 3 - 1)]])).toEqual({
      units: [`9 ${hex(whole)}`],
      problems: ['payload ends in the middle of a sample'],
    })
    expect(run(format, [[1, 9, '-', filled(1, groupBytes - 1)]]).units).toEqual([])
  })
})

/** Frames of a real rate, filled up. */
function ac3Frame(fill: number): Uint8Array {
  const frame = new Uint8Array(256).fill(fill)
  frame.set([0x0b, 0x77, 0, 0, 0x08])
  return frame
}

describe('AC3 (RFC 4184)', () => {
  const format = ac3Format({ payloadType: 96, sampleRateHz: 48_000, channelCount: 2 })
  const [one, two] = [hex(ac3Frame(1)), hex(ac3Frame(2))]

  it.each<Case>([
    { name: 'gives one frame', packets: [[1, 5, 'M', `0001 ${one}`]], units: [`5 ${one}`] },
    {
      name: 'gives all frames of a packet, 1536 samples apart (section 4.1)',
      packets: [[1, 5, 'M', `0002 ${one} ${two}`]],
      units: [`5 ${one}`, `1541 ${two}`],
    },
    {
      name: 'puts fragments together',
      packets: [
        [1, 5, '-', `0103 ${one.slice(0, 400)}`],
        [2, 5, '-', `0303 ${one.slice(400, 410)}`],
        [3, 5, 'M', `0303 ${one.slice(410)}`],
      ],
      units: [`5 ${one}`],
    },
    {
      name: 'drops a frame of which a fragment is missing, and nothing else',
      packets: [
        [1, 5, '-', `0203 ${one.slice(0, 100)}`],
        [3, 5, 'M', `0303 ${one.slice(410)}`],
        [4, 9, 'M', `0001 ${two}`],
      ],
      units: [`9 ${two}`],
      problems: ['fragment without a start'],
    },
    {
      name: 'does not count what it joined too late for',
      packets: [[3, 5, 'M', `0303 ${one.slice(410)}`]],
      units: [],
      problems: ['rest of a unit whose start came earlier'],
    },
    {
      name: 'keeps the good frames of a packet that is cut off',
      packets: [
        [1, 5, 'M', `0002 ${one} ${two.slice(2)}`],
        [2, 6, 'M', `0002 ${one} ${two.slice(0, 40)}`],
      ],
      units: [`5 ${one}`, `6 ${one}`],
      problems: ['header of the audio frame is invalid', 'audio frame is cut off'],
    },
    {
      name: 'refuses fragments that are more than the frame, and nonsense',
      packets: [
        [1, 5, '-', `0102 ${one.slice(0, 400)}`],
        [2, 5, 'M', `0302 ${one}`],
        [3, 5, 'M', ''],
        [4, 5, 'M', '0001'],
        [5, 5, 'M', `0401 ${one}`],
        [6, 5, 'M', '0102 0b77'],
      ],
      units: [],
      problems: [
        'fragment does not fit the unit that it belongs to',
        'payload is shorter than its header',
        'payload is shorter than its header',
        'fragment does not fit the unit that it belongs to',
        'header of the audio frame is invalid',
      ],
    },
  ])('$name', ({ packets, units, problems = [] }) => {
    expect(run(format, packets)).toEqual({ units, problems })
  })
})

/** An MPEG audio frame with this header, as long as it says. */
function mpegFrame(header: string, frameBytes: number): string {
  return header + '5a'.repeat(frameBytes - 4)
}

describe('MPEG1Audio (RFC 2250 section 3)', () => {
  const format = mpeg1AudioFormat()
  // MPEG-1 layer III, 64 kbit/s at 48 kHz: 192 bytes, 24 ms.
  const one = mpegFrame('fffb5400', 192)
  // MPEG-2 layer III, 64 kbit/s at 24 kHz: 72 * 64000 / 24000 bytes, 24 ms.
  const two = mpegFrame('fff38400', 192)

  it.each<[string, string, number, number]>([
    ['MPEG-1 layer I, 32 kbit/s at 48 kHz', 'ffff1400', 32, 720],
    ['MPEG-1 layer II, 384 kbit/s at 44.1 kHz, padded', 'fffde200', 1254, 2351],
    ['MPEG-1 layer III, 128 kbit/s at 44.1 kHz', 'fffb9000', 417, 2351],
    ['MPEG-2 layer III, 64 kbit/s at 22.05 kHz', 'fff38000', 208, 2351],
    ['MPEG-2 layer II, 160 kbit/s at 16 kHz', 'fff5e800', 1440, 6480],
    ['MPEG-2.5 layer III, 8 kbit/s at 8 kHz', 'ffe31800', 72, 6480],
  ])('knows the length of %s, and counts time at 90 kHz', (_, header, frameBytes, ticks) => {
    const frame = mpegFrame(header, frameBytes)
    expect(run(format, [[1, 0, 'M', `00000000 ${frame} ${frame}`]])).toEqual({
      units: [`0 ${frame}`, `${ticks} ${frame}`],
      problems: [],
    })
  })

  it.each<Case>([
    {
      name: 'puts fragments together by their offset',
      packets: [
        [1, 5, 'M', `00000000 ${one.slice(0, 200)}`],
        [2, 5, 'M', `00000064 ${one.slice(200, 300)}`],
        [3, 5, 'M', `00000096 ${one.slice(300)}`],
        [4, 6, 'M', `00000000 ${two}`],
      ],
      units: [`5 ${one}`, `6 ${two}`],
    },
    {
      name: 'drops a frame of which a fragment is missing',
      packets: [
        [1, 5, 'M', `00000000 ${one.slice(0, 200)}`],
        [3, 5, 'M', `00000096 ${one.slice(300)}`],
        [4, 6, 'M', `00000000 ${two}`],
      ],
      units: [`6 ${two}`],
      problems: ['fragment without a start'],
    },
    {
      name: 'refuses offsets that do not continue, and fragments beyond the frame',
      packets: [
        [1, 5, 'M', `00000000 ${one.slice(0, 200)}`],
        [2, 5, 'M', `00000065 ${one.slice(200)}`],
        [3, 6, 'M', `00000000 ${one.slice(0, 200)}`],
        [4, 6, 'M', `00000064 ${one}`],
      ],
      units: [],
      problems: ['fragment does not continue the one before it', 'fragment does not fit the unit that it belongs to'],
    },
    {
      name: 'keeps the good frames of a packet that is cut off',
      packets: [
        [1, 5, 'M', `00000000 ${one} ${two.slice(0, 100)}`],
        [2, 6, 'M', `00000000 ${one} 00`],
      ],
      units: [`5 ${one}`, `6 ${one}`],
      problems: ['audio frame is cut off', 'header of the audio frame is invalid'],
    },
    {
      name: 'refuses nonsense and the free format',
      packets: [
        [1, 5, 'M', '00000000'],
        [2, 5, 'M', `00010000 ${one}`],
        [3, 5, 'M', '00000000 fffb0400 5a'],
        [4, 5, 'M', '00000000 fffbf400 5a'],
        [5, 5, 'M', '00000000 ffeb5400 5a'],
      ],
      units: [],
      problems: [
        'payload is shorter than its header',
        'fragment does not fit the unit that it belongs to',
        'header of the audio frame is invalid',
        'header of the audio frame is invalid',
        'header of the audio frame is invalid',
      ],
    },
    {
      name: 'does not count what it joined too late for',
      packets: [[1, 5, 'M', '00000064 aabb']],
      units: [],
      problems: ['rest of a unit whose start came earlier'],
    },
  ])('$name', ({ packets, units, problems = [] }) => {
    expect(run(format, packets)).toEqual({ units, problems })
  })
})

describe('Vorbis (RFC 5215)', () => {
  const format = vorbisFormat({
    payloadType: 96,
    sampleRateHz: 48_000,
    channelCount: 2,
    configuration: fromHex('00000001 abcdef 0000 00'),
  })

  it.each<Case>([
    {
      name: 'gives all packets of a payload (section 2.2)',
      packets: [[1, 5, '-', 'abcdef 02 0002 aabb 0001 cc']],
      units: ['5 aabb', '5 cc'],
    },
    {
      name: 'puts fragments together (section 5.1)',
      packets: [
        [1, 5, '-', 'abcdef 40 0002 aabb'],
        [2, 5, '-', 'abcdef 80 0001 cc'],
        [3, 5, '-', 'abcdef c0 0001 dd'],
      ],
      units: ['5 aabbccdd'],
    },
    {
      name: 'leaves out configuration and comments',
      packets: [
        [1, 5, '-', 'abcdef 11 0002 aabb'],
        [2, 5, '-', 'abcdef 21 0002 aabb'],
        [3, 5, '-', 'abcdef 50 0001 cc'],
        [4, 5, '-', 'abcdef d0 0001 dd'],
      ],
      units: [],
    },
    {
      name: 'drops what is incomplete after a loss',
      packets: [
        [1, 5, '-', 'abcdef 40 0002 aabb'],
        [3, 5, '-', 'abcdef c0 0001 dd'],
        [4, 6, '-', 'abcdef 01 0001 ee'],
      ],
      units: ['6 ee'],
      problems: ['fragment without a start'],
    },
    {
      name: 'refuses other codebooks and nonsense',
      packets: [
        [1, 5, '-', 'abcdee 01 0001 aa'],
        [2, 5, '-', 'abcdef 31 0001 aa'],
        [3, 5, '-', 'abcdef 01 0002 aa'],
        [4, 5, '-', 'abcdef 40 0002 aa'],
        [5, 5, '-', 'abcdef 01'],
        [6, 5, '-', 'abcdef 02 0001 aa'],
        [7, 5, '-', 'abcdef 00 0001 aa'],
      ],
      units: ['5 aa'],
      problems: [
        'packet needs other codebooks than those of the description',
        'fragment does not fit the unit that it belongs to',
        'fragment does not fit the unit that it belongs to',
        'fragment does not fit the unit that it belongs to',
        'payload is shorter than its header',
        'fragment does not fit the unit that it belongs to',
        'fragment does not fit the unit that it belongs to',
      ],
    },
  ])('$name', ({ packets, units, problems = [] }) => {
    expect(run(format, packets)).toEqual({ units, problems })
  })

  it('keeps to its limit', () => {
    const packets: Sketch[] = [
      [1, 5, '-', 'abcdef 40 0002 aabb'],
      [2, 5, '-', 'abcdef c0 0002 ccdd'],
    ]
    expect(run(format, packets, { maxUnitBytes: 3 }).problems).toEqual(['unit is too big'])
  })
})

describe.each<[string, Format]>([
  ['MPEG4AudioLATM (RFC 6416 section 6)', mpeg4AudioLATMFormat({ payloadType: 96 })],
  ['ONVIFMetadata, compressed', onvifMetadataFormat({ payloadType: 96, encoding: 'gzip' })],
])('%s', (_, format) => {
  it.each<Case & { readonly options?: DepacketizeOptions }>([
    {
      name: 'ends units with the marker',
      packets: [
        [1, 5, 'M', 'aabb'],
        [2, 6, '-', 'cc'],
        [3, 6, 'M', 'dd'],
      ],
      units: ['5 aabb', '6 ccdd'],
    },
    {
      name: 'ends units where the time changes, and may give two at once',
      packets: [
        [1, 5, '-', 'aabb'],
        [2, 6, '-', 'cc'],
        [3, 7, 'M', 'dd'],
      ],
      units: ['5 aabb', '6 cc', '7 dd'],
    },
    {
      name: 'skips to the marker after a loss where units come in parts',
      packets: [
        [1, 5, '-', 'aa'],
        [3, 5, '-', 'cc'],
        [4, 5, 'M', 'dd'],
        [5, 6, 'M', 'ee'],
      ],
      units: ['6 ee'],
      problems: [lost],
    },
    {
      name: 'skips to the next time after a loss where the marker is missing as well',
      packets: [
        [1, 5, '-', 'aa'],
        [3, 6, '-', 'cc'],
        [4, 7, 'M', 'ee'],
      ],
      units: ['7 ee'],
      problems: [lost],
    },
    {
      name: 'flags the unit after a loss where units did not come in parts so far',
      packets: [
        [1, 5, 'M', 'aa'],
        [3, 6, 'M', 'cc'],
        [4, 7, 'M', 'dd'],
      ],
      units: ['5 aa', '6 cc !', '7 dd'],
      problems: [lost],
    },
    {
      name: 'drops what is too big up to its end',
      packets: [
        [1, 5, '-', 'aabb'],
        [2, 5, '-', 'ccdd'],
        [3, 5, '-', 'ee'],
        [4, 5, 'M', 'ff'],
        [5, 6, 'M', '1122'],
      ],
      options: { maxUnitBytes: 3 },
      units: ['6 1122'],
      problems: ['unit is too big'],
    },
    {
      name: 'does without an empty payload, but not without its marker',
      packets: [
        [1, 5, '-', 'aa'],
        [2, 5, 'M', ''],
      ],
      units: ['5 aa'],
      problems: ['payload is empty'],
    },
  ])('$name', ({ packets, units, problems = [], options = {} }) => {
    expect(run(format, packets, options)).toEqual({ units, problems })
  })
})

describe('ONVIFMetadata as text', () => {
  it('begins a document with XML only', () => {
    const format = onvifMetadataFormat({ payloadType: 107 })
    const text = (value: string) => new TextEncoder().encode(value)
    const packets: Sketch[] = [
      [1, 5, '-', text('</a>')],
      [2, 5, 'M', text('<b/>')],
      [3, 6, '-', text('<?xml version="1.0"?>')],
      [4, 6, 'M', text('<c/>')],
    ]
    expect(run(format, packets)).toEqual({
      units: [`5 ${hex(text('</a><b/>'))}`, `6 ${hex(text('<?xml version="1.0"?><c/>'))}`],
      problems: [],
    })
    expect(run(format, [[1, 5, '-', text('tail>')], ...packets.slice(1)])).toEqual({
      units: [`6 ${hex(text('<?xml version="1.0"?><c/>'))}`],
      problems: ['rest of a unit whose start came earlier'],
    })
  })
})
