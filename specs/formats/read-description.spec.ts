import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure, isFailure } from '../../src/contracts/failure.ts'
import type { SessionDescription } from '../../src/formats/description.ts'
import { readDescription } from '../../src/formats/read-description.ts'
import { writeDescription } from '../../src/formats/write-description.ts'
import { realDescriptions } from './real-descriptions.ts'

function read(...lines: string[]): SessionDescription {
  const description = readDescription(lines.join('\r\n'))
  if (isFailure(description)) throw new Error(description.text)
  return description
}

function failureOf(...lines: string[]): string {
  const failure = readDescription(lines.join('\n'))
  return isFailure(failure) ? failure.text : 'no failure'
}

const audio = 'm=audio 0 RTP/AVP 0'
const video = 'm=video 0 RTP/AVP 26'

describe('the session', () => {
  it('has a title, a lone blank counts as none', () => {
    expect(read('s=Camera 1', audio).title).toBe('Camera 1')
    expect(read('s= ', audio).title).toBe('')
    expect(read(audio).title).toBe('')
  })

  it('keeps its control and what else the device said', () => {
    const description = read(
      'o=- 16379793953309178445 1 IN IP4 1.2.3.4',
      'i=about',
      'c=IN IP4 1.2.3.4',
      'b=AS:9',
      'a=control:*',
      'a=range:npt=0-5',
      audio,
    )
    expect(description).toMatchObject({
      control: '*',
      range: 'npt=0-5',
      information: 'about',
      origin: { sessionId: '16379793953309178445' },
      connection: { address: '1.2.3.4' },
      bandwidths: [{ type: 'AS', value: '9' }],
      attributes: [{ key: 'control' }, { key: 'range' }],
      warnings: [],
    })
  })

  it('has at least one media', () => {
    expect(failureOf('v=0', 's=x')).toBe('invalid SDP: no media streams are present in SDP')
    expect(failureOf('')).toBe('invalid SDP: no media streams are present in SDP')
  })

  it.each(['key-mgmt at session level', 'key-mgmt at media level'])('has %s decoded, RFC 4567', (level) => {
    const line = 'a=key-mgmt:mikey AQAFAHojKV4='
    const description = level.includes('session') ? read(line, audio) : read(audio, line)
    const keyMgmt = level.includes('session') ? description.keyMgmt : description.medias[0]?.keyMgmt
    expect(keyMgmt).toEqual(new Uint8Array([1, 0, 5, 0, 0x7a, 0x23, 0x29, 0x5e]))
  })

  it.each(['a=key-mgmt:MIKEY AQAF', 'a=key-mgmt:mikey %', 'a=key-mgmt:mikey '])('refuses %j', (line) => {
    expect(readDescription(`${line}\n${audio}`)).toBeInstanceOf(Failure)
    expect(failureOf(audio, line)).toMatch(/^invalid SDP: media 1 is invalid: .*key-mgmt/)
  })
})

describe('medias', () => {
  it('have control 0, mid 1 and their direction as they were written', () => {
    const description = read(audio, 'a=control:0', 'a=mid:1', 'a=recvonly', 'a=framerate:12.5', 'b=AS:1')
    expect(description.medias[0]).toMatchObject({
      control: '0',
      id: '1',
      direction: 'recvonly',
      frameRate: 12.5,
      port: 0,
      protocol: 'RTP/AVP',
      bandwidths: [{ type: 'AS', value: '1' }],
    })
  })

  it('have no control when it is bare, absent or a star', () => {
    const description = read(audio, 'a=control', audio, audio, 'a=control:*', audio, 'a=control:a', 'a=control:b')
    expect(description.medias.map((media) => media.control)).toEqual(['', '', '', 'a'])
  })

  it.each([
    ['RTP/AVP', 'AVP'],
    ['RTP/SAVP', 'SAVP'],
    ['UDP/TLS/RTP/SAVPF', 'AVP'],
    ['RTP/AVP/TCP', 'AVP'],
  ])('of %s have profile %s', (protocol, profile) => {
    expect(read(`m=audio 0 ${protocol} 0`).medias[0]?.profile).toBe(profile)
  })

  it('are back channels when they are sendonly and another is not', () => {
    const description = read(video, 'a=recvonly', audio, 'a=sendonly')
    expect(description.medias.map((media) => media.isBackChannel)).toEqual([false, true])
  })

  it('are no back channels when all are sendonly (IDS uEye)', () => {
    const description = read('a=sendonly', video, 'a=sendonly', audio, 'a=sendonly')
    expect(description.medias.map((media) => media.isBackChannel)).toEqual([false, false])
  })

  it('have ids of letters and digits, all or none, each once', () => {
    expect(read(video, 'a=mid:vidéo1').medias[0]?.id).toBe('vidéo1')
    expect(failureOf(video, 'a=mid:video-1')).toBe('invalid SDP: media 1 is invalid: invalid mid')
    expect(failureOf('v=0', 's=0', 'm=video 0 AVP 0', 'a=mid: ')).toBe('invalid SDP: media 1 is invalid: invalid mid')
    expect(failureOf(video, 'a=mid:1', audio, 'a=mid:1')).toBe('invalid SDP: duplicate media IDs')
    expect(failureOf(video, audio, 'a=mid:1')).toBe('invalid SDP: media IDs sent partially')
  })

  it('are named in FEC groups, RFC 5956', () => {
    const medias = [audio, 'a=mid:1', video, 'a=mid:2']
    expect(read('a=group:FEC 1 2', 'a=group:BUNDLE 9', 'a=group:FEC 2', ...medias).fecGroups).toEqual([
      ['1', '2'],
      ['2'],
    ])
    expect(failureOf('a=group:FEC 1 3', ...medias)).toBe('invalid SDP: FEC group refers to an unknown media ID')
  })

  it('need a clock rate, except data', () => {
    const unknown = read(audio, 'm=audio 0 RTP/AVP 96')
    expect(unknown.warnings).toEqual(['media 2: payload type 96: clock rate not found'])
    expect(unknown.medias[1]?.formats[0]).toMatchObject({ codec: 'generic', clockRateHz: 0 })
    expect(read('m=application 0 RTP/AVP 96')).toMatchObject({
      medias: [{ formats: [{ clockRateHz: 0 }] }],
      warnings: [],
    })
  })

  it('that are not RTP or have no payload type are left out with a warning', () => {
    const lines = ['m=image 0 TCP/MSRP *', 'm=audio 0 RTP/AVP (null)', 'm=application 9 DTLS/SCTP 5000', video]
    const description = read(...lines)
    expect(description.medias.map((media) => media.type)).toEqual(['video'])
    expect(description.warnings).toEqual([
      'invalid SDP: unknown media type: (image)',
      'invalid SDP: unknown media protocol: (TCP/MSRP)',
      'media 1: left out, it is not RTP',
      'media 2: invalid payload type: (null)',
      'media 2: left out, it has no usable payload type',
      'media 3: invalid payload type: 5000',
      'media 3: left out, it has no usable payload type',
    ])
    expect(readDescription(lines.join('\n'), { strict: true })).toBeInstanceOf(Failure)
    expect(failureOf('m=audio 0 RTP/AVP (null)')).toBe('invalid SDP: no media streams are present in SDP')
  })

  it('that are left out leave the FEC groups too', () => {
    const lines = ['a=group:FEC 1 2', 'm=audio 0 RTP/AVP (null)', 'a=mid:1', video, 'a=mid:2']
    expect(read(...lines).fecGroups).toEqual([['2']])
  })

  it('have each payload type once', () => {
    expect(read('m=audio 0 RTP/AVP 0 8 0').medias[0]?.formats.map((format) => format.payloadType)).toEqual([0, 8])
  })
})

describe('real descriptions', () => {
  it.each(realDescriptions)('of $device give a model that survives writing and reading', ({ sdp }) => {
    const description = readDescription(sdp, { strict: true })
    if (isFailure(description)) throw new Error(description.text)
    const written = writeDescription(description)
    const again = readDescription(written, { strict: true })
    if (isFailure(again)) throw new Error(again.text)
    const core = ({ medias, title, fecGroups }: SessionDescription) => ({
      title,
      fecGroups,
      medias: medias.map(({ type, id, isBackChannel, profile, control, formats }) => ({
        type,
        id,
        isBackChannel,
        profile,
        control,
        formats: formats.map(({ codec, payloadType, clockRateHz }) => ({ codec, payloadType, clockRateHz })),
      })),
    })
    expect(core(again)).toEqual(core(description))
    expect(writeDescription(again)).toBe(written)
  })
})

it('reads the longest hostile descriptions', () => {
  const sprop = `sprop-parameter-sets=Z${'A'.repeat(60_000)},aO44gA==`
  expect(
    readDescription(`m=video 0 RTP/AVP ${'96 '.repeat(128)}\na=rtpmap:96 H264/90000\na=fmtp:96 ${sprop}`),
  ).toMatchObject({ warnings: ['media 1: payload type 96: invalid sprop-parameter-sets'] })
  const many = Array.from({ length: 128 }, (_, index) => `a=rtpmap:${index} x/1\n`).join('')
  const medias = `m=application 0 RTP/AVP ${Array.from({ length: 128 }, (_, index) => index).join(' ')}\n`.repeat(64)
  const description = readDescription(many + medias)
  expect(isFailure(description) ? description.text : description.medias.length).toBe(64)
})

it('never throws, and what it accepts is written and read again the same', () => {
  const line = fc.oneof(
    fc.constantFrom(
      audio,
      video,
      'm=application/x 0 RTP/SAVP 96 97',
      'a=mid:1',
      'a=mid:2',
      'a=sendonly',
      'a=group:FEC 1 2',
    ),
    fc.constantFrom(
      'a=control:0',
      'a=control',
      'a=rtpmap:96 H264/90000',
      'a=rtpmap:97 x/8000',
      'a=key-mgmt:mikey AQ==',
    ),
    fc
      .tuple(fc.constantFrom('a=fmtp:96 ', 'a=rtpmap:97 ', 's=', 'a=control:'), fc.string())
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 14 }), fc.boolean(), (lines, strict) => {
      const first = readDescription(lines.join('\n'), { strict })
      if (isFailure(first)) return
      const written = writeDescription(first)
      const second = readDescription(written, { strict })
      expect(isFailure(second) ? second.text : writeDescription(second)).toBe(written)
    }),
  )
})
