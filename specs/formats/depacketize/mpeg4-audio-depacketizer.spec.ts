import { describe, expect, it } from 'vitest'
import { mpeg4AudioFormat } from '../../../src/formats/create-format.ts'
import { MPEG4AudioDepacketizer } from '../../../src/formats/depacketize/mpeg4-audio-depacketizer.ts'
import { filled, fromHex, hex } from '../packetize/rtp-packets.ts'
import { pushSketches, type Sketch } from './push-all.ts'

/** AAC-LC, 48 kHz, stereo. */
const config = fromHex('1190')
const format = mpeg4AudioFormat({ payloadType: 97, config })

/** What came out, in few words: time, bytes, and an exclamation mark when it is flagged. */
function run(sketches: readonly Sketch[], depacketizer = new MPEG4AudioDepacketizer(format)) {
  const { units, problems } = pushSketches(depacketizer, sketches)
  return {
    units: units.map((unit) => `${unit.timestamp} ${hex(unit.data)}${unit.corrupted ? ' !' : ''}`),
    problems,
  }
}

/** Header section of one unit with 13 bits of size and 3 of index. */
const header = (size: number, index = 0) => `0010 ${((size << 3) | index).toString(16).padStart(4, '0')}`

describe('MPEG4AudioDepacketizer (RFC 3640)', () => {
  it.each<{ name: string; packets: Sketch[]; units: string[]; problems?: string[] }>([
    {
      name: 'gives one unit of a packet',
      packets: [[1, 100, 'M', `${header(3)} aabbcc`]],
      units: ['100 aabbcc'],
    },
    {
      name: 'gives all units of a packet, each with its time (section 3.2.1)',
      packets: [[1, 4_294_967_295, 'M', '0030 0010 0008 0018 aabb cc ddeeff']],
      units: ['4294967295 aabb', '1023 cc', '2047 ddeeff'],
    },
    {
      name: 'leaves out what follows the last unit',
      packets: [[1, 0, 'M', `${header(2)} aabbccdd`]],
      units: ['0 aabb'],
    },
    {
      name: 'puts together parts whose headers have the size of the whole (section 3.2.1.1)',
      packets: [
        [1, 7, '-', `${header(5)} aabb`],
        [2, 7, '-', `${header(5)} cc`],
        [3, 7, 'M', `${header(5)} ddee`],
      ],
      units: ['7 aabbccddee'],
    },
    {
      name: 'puts together parts whose headers have their own size, as gortsplib sends them',
      packets: [
        [1, 7, '-', `${header(2)} aabb`],
        [2, 7, '-', `${header(1)} cc`],
        [3, 7, 'M', `${header(2)} ddee`],
      ],
      units: ['7 aabbccddee'],
    },
    {
      name: 'takes whole units from a sender that never sets the marker, one packet late',
      packets: [
        [1, 0, '-', `${header(2)} aabb`],
        [2, 1024, '-', `${header(1)} cc`],
        [3, 2048, '-', `${header(1)} dd`],
      ],
      units: ['0 aabb', '1024 cc'],
    },
    {
      name: 'gives a unit that nothing ended together with the one that shows it',
      packets: [
        [1, 0, '-', `${header(2)} aabb`],
        [2, 1024, 'M', `${header(1)} cc`],
      ],
      units: ['0 aabb', '1024 cc'],
    },
    {
      name: 'refuses interleaved units (section 3.2.3.2)',
      packets: [
        [1, 0, 'M', `${header(2, 1)} aabb`],
        [2, 0, 'M', '0020 0008 0009 aa bb'],
      ],
      units: [],
      problems: ['interleaved access units are not supported', 'interleaved access units are not supported'],
    },
    {
      name: 'drops a unit of which the size tells that a part is missing',
      packets: [
        [1, 0, '-', `${header(5)} aabb`],
        [3, 0, 'M', `${header(5)} ee`],
        [4, 1024, 'M', `${header(1)} ff`],
      ],
      units: ['1024 ff'],
      problems: ['fragment without a start'],
    },
    {
      name: 'drops a unit whose first part is missing, by the size of the whole',
      packets: [
        [1, 0, 'M', `${header(1)} ff`],
        [3, 7, '-', `${header(6)} bbcc`],
        [4, 7, 'M', `${header(6)} dd`],
        [5, 8, 'M', `${header(1)} ee`],
      ],
      units: ['0 ff', '8 ee'],
      problems: ['packets are missing before this one', 'unit ended before all of it was there'],
    },
    {
      name: 'skips to the marker after a loss where parts have their own size',
      packets: [
        [1, 7, '-', `${header(2)} aabb`],
        [2, 7, 'M', `${header(1)} cc`],
        [4, 8, '-', `${header(1)} dd`],
        [5, 8, 'M', `${header(1)} ee`],
        [6, 9, 'M', `${header(1)} ff`],
      ],
      units: ['7 aabbcc', '9 ff'],
      problems: ['packets are missing before this one'],
    },
    {
      name: 'flags the packet after a loss where nobody knows yet whether units come in parts',
      packets: [
        [1, 0, 'M', `${header(1)} aa`],
        [3, 2048, 'M', `${header(1)} cc`],
        [4, 3072, 'M', `${header(1)} dd`],
      ],
      units: ['0 aa', '2048 cc !', '3072 dd'],
      problems: ['packets are missing before this one'],
    },
    {
      name: 'does not flag a packet of several units, which are never parts',
      packets: [
        [1, 0, 'M', `${header(1)} aa`],
        [3, 2048, 'M', '0020 0008 0008 bb cc'],
      ],
      units: ['0 aa', '2048 bb', '3072 cc'],
      problems: ['packets are missing before this one'],
    },
    {
      name: 'drops what is incomplete when the time moves on',
      packets: [
        [1, 0, '-', `${header(5)} aabb`],
        [2, 1024, 'M', `${header(1)} cc`],
      ],
      units: ['1024 cc'],
      problems: ['unit ended before all of it was there'],
    },
    {
      name: 'survives headers that say nonsense',
      packets: [
        [1, 0, 'M', ''],
        [2, 0, 'M', '0000 aabb'],
        [3, 0, 'M', '0800 aabb'],
        [4, 0, 'M', `${header(0)} aa`],
        [5, 0, 'M', `${header(9)} aabb`],
        [6, 0, 'M', '0008 aabb'],
        [7, 0, 'M', '0020 0008 0020 aa bb'],
      ],
      units: ['0 aa'],
      problems: [
        'payload is shorter than its header',
        'section of access unit headers is invalid',
        'section of access unit headers is invalid',
        'section of access unit headers is invalid',
        'audio frame is cut off',
        'section of access unit headers is invalid',
        'audio frame is cut off',
      ],
    },
  ])('$name', ({ packets, units, problems = [] }) => {
    expect(run(packets)).toEqual({ units, problems })
  })

  it('reads fields of any width, padded to a byte', () => {
    const odd = { ...format, sizeLength: 6, indexLength: 2, indexDeltaLength: 3 }
    // 000010.00 000001.00 0 and seven bits of padding
    const packet: Sketch = [1, 0, 'M', '0011 08 04 00 aabb cc']
    expect(run([packet], new MPEG4AudioDepacketizer(odd)).units).toEqual(['0 aabb', '1024 cc'])
  })

  it('takes sizes of 100 bits as too big instead of going wrong', () => {
    const huge = { ...format, sizeLength: 100, indexLength: 0, indexDeltaLength: 0 }
    const payload = '0064' + 'ff'.repeat(13) + 'aabb'
    expect(run([[1, 0, 'M', payload]], new MPEG4AudioDepacketizer(huge))).toEqual({
      units: [],
      problems: ['unit is too big'],
    })
  })

  it('counts time in ticks of the RTP clock where SBR doubles it, and by 960 samples where the config says so', () => {
    const packet: Sketch = [1, 0, 'M', '0020 0008 0008 aa bb']
    const times = (configText: string) =>
      pushSketches(new MPEG4AudioDepacketizer(mpeg4AudioFormat({ payloadType: 97, config: fromHex(configText) })), [
        packet,
      ]).units.map((unit) => unit.timestamp)
    expect(times('2b118800')).toEqual([0, 2048])
    expect(times('1194')).toEqual([0, 960])
  })

  describe('with ADTS left around the units', () => {
    /** ADTS header without a checksum for a frame of `frameBytes`, header included. */
    const adts = (frameBytes: number) =>
      hex(
        Uint8Array.of(0xff, 0xf1, 0x4c, 0x80 | (frameBytes >> 11), frameBytes >> 3, ((frameBytes & 7) << 5) | 31, 0xfc),
      )
    const framed = (data: string): string => {
      const frameBytes = 7 + data.length / 2
      return `${header(frameBytes)} ${adts(frameBytes)}${data}`
    }

    it('takes it off every unit once the first one had it', () => {
      expect(
        run([
          [1, 0, 'M', framed('aabb')],
          [2, 1024, 'M', framed('ccdd')],
        ]),
      ).toEqual({
        units: ['0 aabb', '1024 ccdd'],
        problems: [],
      })
    })

    it('refuses a later unit without it, also after a reset', () => {
      const depacketizer = new MPEG4AudioDepacketizer(format)
      run([[1, 0, 'M', framed('aabb')]], depacketizer)
      depacketizer.reset()
      expect(run([[9, 1024, 'M', `${header(2)} ccdd`]], depacketizer)).toEqual({
        units: [],
        problems: ['access unit is not the one ADTS frame that the stream is made of'],
      })
    })

    it('leaves alone what only looks like it later on, and first units of another length', () => {
      const looksLikeIt = framed('aabb')
      expect(
        run([
          [1, 0, 'M', `${header(1)} 11`],
          [2, 1024, 'M', looksLikeIt],
        ]).units,
      ).toEqual(['0 11', `1024 ${adts(9)}aabb`])
      expect(run([[1, 0, 'M', `${header(9)} ${adts(10)}aabb`]]).units).toEqual([`0 ${adts(10)}aabb`])
    })
  })

  it('keeps to its limits', () => {
    const small = () => new MPEG4AudioDepacketizer(format, { maxUnitBytes: 100, maxUnitParts: 2 })
    const part: Sketch = [1, 0, '-', `${header(60)} ${hex(filled(1, 60))}`]
    const next: Sketch = [2, 0, '-', `${header(60)} ${hex(filled(1, 60))}`]
    const last: Sketch = [3, 0, 'M', `${header(60)} ${hex(filled(1, 60))}`]
    expect(run([part, next, last, [4, 1024, 'M', `${header(1)} aa`]], small())).toEqual({
      units: ['1024 aa'],
      problems: ['unit is too big'],
    })
    expect(run([[1, 0, 'M', '0030 0008 0008 0008 aabbcc']], small()).problems).toEqual(['unit has too many parts'])
  })
})
