import { describe, expect, it } from 'vitest'
import { isFailure } from '../../src/contracts/failure.ts'
import * as create from '../../src/formats/create-format.ts'
import { createDepacketizer } from '../../src/formats/depacketize/create-depacketizer.ts'
import type { Format } from '../../src/formats/format.ts'
import { createPacketizer } from '../../src/formats/packetize/create-packetizer.ts'
import { readDescription } from '../../src/formats/read-description.ts'
import { resolveControl } from '../../src/wire/url/control-url.ts'
import { parseRange } from '../../src/wire/headers/range.ts'
import { parseRtpInfo } from '../../src/wire/headers/rtp-info.ts'
import { parseTransports } from '../../src/wire/headers/transport.ts'
import { pushSketches, type Sketch } from './depacketize/push-all.ts'
import { fromHex, hex } from './packetize/rtp-packets.ts'
import { readOneFormat } from './read-one-format.ts'

/**
 * What others get wrong and is right here, one spec each. The specs of each part go further; this is the list.
 */

const h264 = create.h264Format({ payloadType: 96 })

/** Units in few words: timestamp, bytes, `!` when something is missing. */
function unitsOf(format: Format, sketches: readonly Sketch[]): readonly string[] {
  return pushSketches(createDepacketizer(format), sketches).units.map((unit) => {
    const parts = 'nalus' in unit ? unit.nalus : 'obus' in unit ? unit.obus : 'data' in unit ? [unit.data] : []
    return `${unit.timestamp} ${parts.map(hex).join(' ')}${unit.corrupted ? ' !' : ''}`
  })
}

describe('descriptions', () => {
  it('a format that cannot be understood is generic with a warning; strict reading refuses it', () => {
    const { format, warnings, strict } = readOneFormat('audio', '96', 'mpeg4-generic/48000/2', 'mode=AAC-hbr;config=zz')
    expect(format).toMatchObject({ codec: 'generic', rtpmap: 'mpeg4-generic/48000/2' })
    expect(warnings).toHaveLength(1)
    expect(isFailure(strict)).toBe(true)
  })

  it('parameter sets that are broken cost only themselves', () => {
    const { format, warnings } = readOneFormat('video', '96', 'H264/90000', 'sprop-parameter-sets=%,%')
    expect(format).toEqual({ codec: 'H264', payloadType: 96, clockRateHz: 90_000, packetizationMode: 0 })
    expect(warnings).toHaveLength(1)
  })

  it('the clock of AAC is that of the rtpmap, not that of its config', () => {
    const fmtp = 'mode=AAC-hbr;config=1190;sizelength=13;indexlength=3;indexdeltalength=3'
    const { format } = readOneFormat('audio', '96', 'mpeg4-generic/90000/2', fmtp)
    expect(format).toMatchObject({ codec: 'MPEG4Audio', clockRateHz: 90_000, sampleRateHz: 48_000 })
  })

  it.each([
    ['a port that is none', 'm=video -1 RTP/AVP 96'],
    ['a bandwidth that is none', 'm=video 0 RTP/AVP 96\nb=X-YZ'],
    ['control:* of a media', 'm=video 0 RTP/AVP 96\na=control:*'],
    ['another media that is unknown', 'm=video 0 RTP/AVP 96\nm=hologram 0 TCP/MSRP *'],
  ])('%s leaves the video as it is', (_, lines) => {
    const [first, ...rest] = lines.split('\n')
    const description = readDescription([first, 'a=rtpmap:96 H264/90000', ...rest].join('\n'))
    if (isFailure(description)) throw new Error(description.text)
    expect(description.medias[0]).toMatchObject({ type: 'video', formats: [{ codec: 'H264' }], control: '' })
  })

  it('the control of a session may be relative', () => {
    const url = resolveControl('rtsp://host/cam/', 'trackID=1')
    expect(isFailure(url) ? url.text : url.path).toContain('/cam/trackID=1')
  })

  it.each([
    ['video', 'JPEG/90000', 'MJPEG'],
    ['video', 'MP2T/90000', 'MPEGTS'],
    ['audio', 'MPA/90000', 'MPEG1Audio'],
    ['video', 'MPV/90000', 'MPEG1Video'],
    ['audio', 'G722/8000', 'G722'],
  ])('%s %s is known by name on a dynamic payload type', (type, rtpmap, codec) => {
    expect(readOneFormat(type, '97', rtpmap).format.codec).toBe(codec)
  })
})

describe('depacketizers', () => {
  it('H264: a lost marker makes no later unit late', () => {
    const sketches: Sketch[] = [
      [1, 9, '-', '65aa'],
      [2, 10, 'M', '41bb'],
      [3, 11, 'M', '41cc'],
    ]
    expect(unitsOf(h264, sketches)).toEqual(['9 65aa', '10 41bb', '11 41cc'])
  })

  it.each<[string, Format, string, string]>([
    ['H265', create.h265Format({ payloadType: 96 }), '2601aa', '0201bb'],
    ['AV1', create.av1Format({ payloadType: 96 }), '10 30aa', '10 30bb'],
  ])('%s: units end where the timestamp changes', (_, format, first, second) => {
    const units = unitsOf(format, [
      [1, 9, '-', first],
      [2, 10, 'M', second],
    ])
    expect(units.map((unit) => unit.slice(0, 2).trim())).toEqual(['9', '10'])
  })

  it('H265: Annex B inside of packets is taken apart', () => {
    const units = unitsOf(create.h265Format({ payloadType: 96 }), [
      [1, 9, 'M', '4001aa 00000001 4201bb 00000001 2601cc'],
    ])
    expect(units).toEqual(['9 4001aa 4201bb 2601cc'])
  })

  it('AAC: after a loss in a fragmented unit nothing is used before the next marker', () => {
    const format = create.mpeg4AudioFormat({ payloadType: 97, config: fromHex('1190') })
    const units = unitsOf(format, [
      [1, 9, '-', '0010 0010 aabb'],
      [2, 9, 'M', '0010 0010 ccdd'],
      [3, 1033, '-', '0010 0010 1122'],
      [5, 1033, '-', '0010 0010 3344'],
      [6, 1033, 'M', '0010 0010 5566'],
      [7, 2057, 'M', '0010 0010 7788'],
    ])
    expect(units).toEqual(['9 aabbccdd', '2057 7788'])
  })

  it('AV1: a fragment that is not continued is not joined to what follows', () => {
    const units = unitsOf(create.av1Format({ payloadType: 96 }), [
      [1, 9, '-', '50 3001'],
      [2, 9, '-', '50 2802'],
      [3, 9, 'M', '90 03'],
    ])
    expect(units).toEqual(['9 280203 !'])
  })

  it('MJPEG: restart intervals get into the image', () => {
    const packet: Sketch = [1, 9, 'M', '00 000000 41 32 02 02 0007 ffff 1122334455']
    const [image] = pushSketches(createDepacketizer(create.mjpegFormat()), [packet]).units
    expect(hex(image?.image ?? new Uint8Array(0))).toContain('ffdd00040007')
  })

  it('KLV: units do not hold on to the packet', () => {
    const packet = fromHex('060e2b34010101010101010101010101 02 aabb')
    const { units } = pushSketches(createDepacketizer(create.klvFormat({ payloadType: 96 })), [[1, 9, 'M', packet]])
    expect(hex(units[0]?.data ?? new Uint8Array(0))).toBe(hex(packet))
  })

  it('MPEG audio: frames of a packet are apart by the 90 kHz clock', () => {
    // Layer III, 128 kbit/s, 48 kHz: 384 bytes and 1152 samples, which are 2160 ticks.
    const frame = `fffb9400${'00'.repeat(380)}`
    const { units } = pushSketches(createDepacketizer(create.mpeg1AudioFormat()), [
      [1, 9, 'M', `00000000${frame}${frame}`],
    ])
    expect(units.map(({ timestamp }) => timestamp)).toEqual([9, 9 + 2160])
  })

  it('MPEG audio: the length of a frame of MPEG-2 layer III is half', () => {
    // Layer III of MPEG-2, 64 kbit/s, 24 kHz: 72 * 64000 / 24000 = 192 bytes.
    const frame = `fff38400${'00'.repeat(188)}`
    const { units } = pushSketches(createDepacketizer(create.mpeg1AudioFormat()), [
      [1, 9, 'M', `00000000${frame}${frame}`],
    ])
    expect(units.map(({ data }) => data.length)).toEqual([192, 192])
  })
})

describe('packetizers', () => {
  it('H264: an aggregate has the highest NRI of what is inside', () => {
    const packetizer = createPacketizer(h264, { ssrc: 1, initialSequenceNumber: 0 })
    const [packet] = packetizer.packetize({ codec: 'H264', timestamp: 0, nalus: [fromHex('06aa'), fromHex('67bb')] })
    expect((packet?.[12] ?? 0) & 0x7f).toBe(0x60 | 24)
  })
})

describe('headers', () => {
  it('take npt=now-, commas in URLs of RTP-Info, and transports beside those that are unknown', () => {
    expect(isFailure(parseRange('npt=now-'))).toBe(false)
    const info = parseRtpInfo('url=rtsp://h/a,b/1;seq=1,url=rtsp://h/a,b/2;seq=2')
    expect(isFailure(info) ? [] : info.map(({ url }) => url)).toEqual(['rtsp://h/a,b/1', 'rtsp://h/a,b/2'])
    const transports = parseTransports('RAW/RAW/UDP;unicast,RTP/AVP/TCP;unicast;interleaved=0-1')
    expect(isFailure(transports) ? 0 : transports.length).toBe(1)
  })
})
