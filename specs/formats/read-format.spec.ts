import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure, isFailure } from '../../src/contracts/failure.ts'
import { readDescription } from '../../src/formats/read-description.ts'
import { formatText } from '../../src/formats/write-format.ts'
import { readOneFormat as read } from './read-one-format.ts'

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex')
}

describe('MPEG-4 audio', () => {
  it('takes the clock from the rtpmap, RFC 3640 section 4.1', () => {
    const fmtp = 'streamtype=5; profile-level-id=48; mode=AAC-hbr; config=eb098800; SizeLength=13'
    const { format } = read('audio', '96', 'mpeg4-generic/48000/2', fmtp)
    expect(format).toMatchObject({ codec: 'MPEG4Audio', clockRateHz: 48_000, sampleRateHz: 24_000, channelCount: 2 })
    expect(formatText(format)).toEqual({
      rtpmap: 'mpeg4-generic/48000/2',
      fmtp: 'config=eb098800; mode=AAC-hbr; profile-level-id=48; sizelength=13; streamtype=5',
    })
  })

  it('takes it from the config when the rtpmap has none', () => {
    const { format } = read('audio', '96', 'mpeg4-generic/', 'config=eb098800; SizeLength=13')
    expect(format).toMatchObject({ clockRateHz: 48_000, profileLevelId: 1, indexLength: 0, indexDeltaLength: 0 })
  })

  it('drops what follows the config', () => {
    const fmtp = 'mode=AAC_HBR; config=11900810; SizeLength=13; IndexLength=3; IndexDeltaLength=3'
    const { format } = read('audio', '96', 'mpeg4-generic/48000/2', fmtp)
    expect(format.codec === 'MPEG4Audio' && hex(format.config)).toBe('1190')
    expect(formatText(format).fmtp).toBe(
      'config=1190; indexdeltalength=3; indexlength=3; mode=AAC-hbr; profile-level-id=1; sizelength=13; streamtype=5',
    )
  })

  it.each([
    'streamtype=4; config=1190; sizelength=13',
    'mode=CELP-cbr; config=1190; sizelength=13',
    'config=1190',
    'config=1190; sizelength=0',
    'config=1190; sizelength=101',
    'config=; sizelength=13',
    'config=119; sizelength=13',
    'config=0a10; sizelength=13',
    'config=11; sizelength=13',
    'sizelength=13',
  ])('is generic with a warning, and a failure when strict, for %j', (fmtp) => {
    const { format, warnings, strict } = read('audio', '96', 'mpeg4-generic/48000/2', fmtp)
    expect(format).toMatchObject({ codec: 'generic', clockRateHz: 48_000, rtpmap: 'mpeg4-generic/48000/2', fmtp })
    expect(warnings).toEqual([expect.stringMatching(/^media 1: payload type 96: /)])
    expect(isFailure(strict) && strict.text).toMatch(/^invalid SDP: media 1 is invalid: /)
  })
})

describe('MPEG-4 audio as LATM, RFC 6416 section 7.3', () => {
  it.each([
    [
      'MP4A-LATM/24000/2',
      'profile-level-id=1; bitrate=64000; cpresent=0; object=2; config=400026203fc0',
      { clockRateHz: 24_000, channelCount: 2, objectType: 2, bitrate: 64_000 },
      'MP4A-LATM/24000/2',
      'bitrate=64000; config=400026203fc0; cpresent=0; object=2; profile-level-id=1',
    ],
    [
      'MP4A-LATM/24000/1',
      'profile-level-id=15; cpresent=0; config=400026103fc0; sbr-enabled=1',
      { clockRateHz: 24_000, channelCount: 1, isSbrEnabled: true },
      'MP4A-LATM/24000/1',
      'SBR-enabled=1; config=400026103fc0; cpresent=0; object=2; profile-level-id=15',
    ],
    [
      'MP4A-LATM/48000/2',
      'profile-level-id=44; cpresent=0; config=40005623101fe0; sbr-enabled=1',
      { clockRateHz: 48_000, objectType: 5, channelCount: 2 },
      'MP4A-LATM/48000/2',
      'SBR-enabled=1; config=40005623101fe0; cpresent=0; object=5; profile-level-id=44',
    ],
    [
      'MP4A-LATM/48000',
      'cpresent=0; config=40002310',
      { clockRateHz: 48_000, channelCount: 1, profileLevelId: 30 },
      'MP4A-LATM/48000/1',
      'config=40002310; cpresent=0; object=2; profile-level-id=30',
    ],
    [
      'MP4A-LATM/90000/1',
      '',
      { clockRateHz: 90_000, isConfigInBand: true },
      'MP4A-LATM/90000/1',
      'cpresent=1; profile-level-id=30',
    ],
  ])('reads %j %j', (rtpmap, fmtp, fields, rtpmapWritten, fmtpWritten) => {
    const { format, warnings } = read('audio', '110', rtpmap, fmtp)
    expect(warnings).toEqual([])
    expect(format).toMatchObject({ codec: 'MPEG4AudioLATM', ...fields })
    expect(formatText(format)).toEqual({ rtpmap: rtpmapWritten, fmtp: fmtpWritten })
  })

  it.each([
    ['MP4A-LATM/48000/2', ''],
    ['MP4A-LATM/90000/1', 'config=400026203fc0'],
    ['MP4A-LATM/48000/2', 'cpresent=0'],
    ['MP4A-LATM/48000/2', 'cpresent=0; config=c00026203fc0'],
    ['MP4A-LATM/48000/2', 'cpresent=0; config=40022310'],
    ['MP4A-LATM/48000/2', 'cpresent=0; config=400026203fc0ffff'],
    ['MP4A-LATM/48000/2', 'cpresent=0; config=4000'],
  ])('is generic with a warning for %j %j', (rtpmap, fmtp) => {
    const { format, warnings } = read('audio', '110', rtpmap, fmtp)
    expect(format.codec).toBe('generic')
    expect(warnings).toHaveLength(1)
  })
})

describe('H.264 and H.265 parameter sets', () => {
  it('are NAL units without a start code', () => {
    const sets = 'AAAAAWdNAB6NjUBaHtCAAAOEAACvyAI=,AAAAAWjuOIA='
    const { format } = read('video', '96', 'H264/90000', `packetization-mode=1; sprop-parameter-sets=${sets}`)
    if (format.codec !== 'H264') throw new Error(format.codec)
    expect(hex(format.sps)).toBe('674d001e8d8d405a1ed08000038400 00afc802'.replace(' ', ''))
    expect(hex(format.pps)).toBe('68ee3880')
    expect(formatText(format).fmtp).toBe(
      'packetization-mode=1; profile-level-id=4D001E; sprop-parameter-sets=Z00AHo2NQFoe0IAAA4QAAK/IAg==,aO44gA==',
    )
  })

  it('are the first two of an H.264 list', () => {
    const { format } = read('video', '96', 'H264/90000', 'sprop-parameter-sets=Z2QAKawTMUA=,aPqPLA==,aF6jzAMA')
    if (format.codec !== 'H264') throw new Error(format.codec)
    expect([hex(format.sps), hex(format.pps)]).toEqual(['67640029ac133140', '68fa8f2c'])
  })

  it.each([
    ['H264/90000', 'sprop-parameter-sets=%%%,aO44gA=='],
    ['H264/90000', 'sprop-parameter-sets=aO44gA==,Z2QAKawTMUA='],
    ['H264/90000', 'sprop-parameter-sets=0,'],
    ['H265/90000', 'sprop-vps=0'],
    ['H265/90000', 'sprop-sps=QAEMAf//AWAAAAMA'],
    ['H265/90000', 'sprop-pps='],
  ])('are left out with a warning when damaged: %s %j', (rtpmap, fmtp) => {
    const { format, warnings, strict } = read('video', '96', rtpmap, fmtp)
    expect(format.codec).toBe(rtpmap.slice(0, 4))
    expect(format).not.toHaveProperty('sps')
    expect(warnings).toHaveLength(1)
    expect(strict).toBeInstanceOf(Failure)
  })

  it('of H.265 are three', () => {
    const sps = 'QgEBAWAAAAMAkAAAAwAAAwB4oAPAgBDllmZpJMrgEAAAAwAQAAADAeCA'
    const fmtp = `sprop-vps=QAEMAf//AWAAAAMAkAAAAwAAAwB4mZgJ; sprop-sps=${sps}; sprop-pps=RAHBcrRiQA==; sprop-max-don-diff=2`
    expect(formatText(read('video', '96', 'H265/90000', fmtp).format).fmtp).toBe(
      `sprop-max-don-diff=2; sprop-pps=RAHBcrRiQA==; sprop-sps=${sps}; sprop-vps=QAEMAf//AWAAAAMAkAAAAwAAAwB4mZgJ`,
    )
  })
})

describe('what cannot be read', () => {
  it.each([
    ['video', 'AV1/90000', 'tier='],
    ['video', 'VP9/90000', 'max-fr=-1'],
    ['video', 'VP8/90000', 'max-fs=99999999999'],
    ['video', 'H264/90000', 'packetization-mode='],
    ['video', 'H265/90000', 'sprop-max-don-diff=x'],
    ['video', 'MP4V-ES/90000', 'config=000001B0'],
    ['video', 'MP4V-ES/90000', 'config=0'],
    ['audio', 'opus/48000', ''],
    ['audio', 'multiopus/48000/0', ''],
    ['audio', 'VORBIS/44100/2', ''],
    ['audio', 'VORBIS/44100/0', 'configuration=AQ=='],
    ['audio', 'AC3/0', ''],
    ['audio', 'speex/8000', 'vbr=maybe'],
    ['audio', 'PCMA/1/0', ''],
    ['audio', 'L8/0/', ''],
  ])('becomes generic with a warning: %s %j %j', (type, rtpmap, fmtp) => {
    const { format, warnings, strict } = read(type, '96', rtpmap, fmtp)
    expect(format).toMatchObject({ codec: 'generic', rtpmap })
    expect(warnings).toHaveLength(1)
    expect(strict).toBeInstanceOf(Failure)
  })

  it('has clock rate 0 when the rtpmap has none', () => {
    expect(read('audio', '96', 'x/y')).toMatchObject({
      format: { clockRateHz: 0 },
      warnings: ['media 1: payload type 96: invalid clock rate: y'],
    })
  })
})

it('finds the payload type of a smart token in the rtpmap (TP-Link, Mercury)', () => {
  const { format } = read('application/TP-LINK', 'smart/1/90000', '95 TP-LINK/90000')
  expect(format).toEqual({ codec: 'generic', payloadType: 95, clockRateHz: 90_000, rtpmap: 'TP-LINK/90000' })
})

it('finds rtpmap and fmtp by the number, the first of several, across blanks', () => {
  const sdp = 'm=audio 0 RTP/AVP 97\na=rtpmap:9 x/1\na=rtpmap: 97  L16/8000\na=rtpmap:97 L16/16000\na=fmtp:97'
  const description = readDescription(sdp)
  expect(description).toMatchObject({ medias: [{ formats: [{ codec: 'LPCM', clockRateHz: 8000 }] }] })
})

it('gives every format that was read a text that is read the same way', () => {
  const name = fc.constantFrom(
    'AV1',
    'VP9',
    'VP8',
    'H265',
    'H264',
    'MP4V-ES',
    'opus',
    'multiopus',
    'mpeg4-generic',
    'MP4A-LATM',
    'PCMU',
    'L24',
    'JPEG',
    'x',
  )
  const clock = fc.constantFrom('/90000', '/48000/2', '/8000', '/', '')
  const key = fc.constantFrom(
    'config',
    'sizelength',
    'mode',
    'packetization-mode',
    'sprop-parameter-sets',
    'cpresent',
    'x',
    '',
  )
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('1', '13', '1190', '400026203fc0', 'AAC-hbr', 'Z2QAKawTMUA=,aPqPLA=='),
  )
  const fmtp = fc.array(fc.tuple(key, value).map(([one, other]) => `${one}=${other}`)).map((all) => all.join(';'))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 127 }), name, clock, fmtp, (payloadType, codec, rate, parameters) => {
      const sdp = `m=application 0 RTP/AVP ${payloadType}\na=rtpmap:${payloadType} ${codec}${rate}\na=fmtp:${payloadType} ${parameters}`
      const first = readDescription(sdp)
      if (isFailure(first)) return
      const format = first.medias[0]?.formats[0]
      if (format === undefined) return
      const text = formatText(format)
      const lines = [`m=application 0 RTP/AVP ${payloadType}`]
      if (text.rtpmap !== '') lines.push(`a=rtpmap:${payloadType} ${text.rtpmap}`)
      if (text.fmtp !== '') lines.push(`a=fmtp:${payloadType} ${text.fmtp}`)
      const second = readDescription(lines.join('\n'))
      const again = isFailure(second) ? undefined : second.medias[0]?.formats[0]
      expect(again === undefined ? undefined : formatText(again)).toEqual(text)
    }),
  )
})
