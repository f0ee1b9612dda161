import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure, isFailure } from '../../../src/contracts/failure.ts'
import type { SdpDocument } from '../../../src/wire/sdp/document.ts'
import { maxSdpBytes, maxSdpLines, maxSdpMedias, maxSdpPayloads } from '../../../src/wire/sdp/limits.ts'
import { parseSdp } from '../../../src/wire/sdp/parse-sdp.ts'

function parse(...lines: string[]): SdpDocument {
  const document = parseSdp(lines.join('\r\n'))
  if (isFailure(document)) throw new Error(document.text)
  return document
}

function textOfFailure(sdp: string | Uint8Array, strict = true): string {
  const failure = parseSdp(sdp, { strict })
  return isFailure(failure) ? failure.text : 'no failure'
}

describe('line structure', () => {
  it('takes LF, CRLF, stray CR, blank lines and a missing last line end (quirk 1)', () => {
    const document = parseSdp('v=0\ns=one\r\n\r\n\na=x:1\r2\r\nm=video 0 RTP/AVP 96\na=control:t')
    expect(document).toMatchObject({
      name: 'one',
      attributes: [{ key: 'x', value: '12' }],
      medias: [{ attributes: [{ key: 'control', value: 't' }] }],
    })
  })

  it('drops a byte order mark and zeros at the end', () => {
    expect(parseSdp('\uFEFFv=0\r\ns=x\r\n\0\0')).toMatchObject({ name: 'x' })
    expect(parseSdp(new Uint8Array([0xef, 0xbb, 0xbf, 0x73, 0x3d, 0x78, 0]))).toMatchObject({ name: 'x' })
  })

  it('reads bytes as UTF-8, as Latin-1 when they are not', () => {
    expect(parseSdp(new Uint8Array([0x73, 0x3d, 0xc3, 0xa9]))).toMatchObject({ name: 'é' })
    expect(parseSdp(new Uint8Array([0x73, 0x3d, 0xe9]))).toMatchObject({ name: 'é' })
  })

  it('refuses a line that is not x=...', () => {
    expect(textOfFailure(new Uint8Array([1, 2, 3, 4]), false)).toBe('invalid SDP: invalid line: (\x01\x02\x03\x04)')
    expect(textOfFailure('v=0\r\n s=x', false)).toBe('invalid SDP: invalid line: ( s=x)')
    expect(textOfFailure('v', false)).toBe('invalid SDP: invalid line: (v)')
  })

  it('cuts a long line in the text of the failure', () => {
    expect(textOfFailure('x'.repeat(5000)).length).toBeLessThan(200)
  })

  it.each([
    ['x=1', 'invalid key: x'],
    ['v=0\nv=0', 'invalid key: v'],
    ['r=0 0', 'invalid key: r'],
    ['m=video 0 RTP/AVP 96\nq=1', 'invalid key: q'],
    ['v=1', 'invalid version: (1)'],
    ['v=', 'invalid version: ()'],
  ])('refuses %j', (sdp, text) => {
    expect(textOfFailure(sdp, false)).toBe(`invalid SDP: ${text}`)
  })
})

describe('session lines that cameras send', () => {
  it('takes them in any order, repeated or missing (quirks 2 to 7)', () => {
    expect(parse('a=range:npt=0-', 't=0 0', 'a=recvonly', 'c=IN IP4 1.2.3.4', 's=late')).toMatchObject({
      name: 'late',
      connection: { addressType: 'IP4', address: '1.2.3.4' },
      attributes: [{ key: 'range' }, { key: 'recvonly', value: '' }],
      timings: [{ start: '0', stop: '0' }],
    })
    expect(parse('m=video 0 RTP/AVP 96')).toMatchObject({ name: '', medias: [{ type: 'video' }] })
  })

  it('takes the bandwidth types in use, in any place (quirks 8 and 9)', () => {
    const { bandwidths, medias } = parse('b=X-YZ:128', 'b=AS:5', 'm=audio 0 RTP/AVP 0', 'a=x', 'b=RR:0', 'b=TIAS:9')
    expect(bandwidths).toEqual([
      { type: 'X-YZ', value: '128' },
      { type: 'AS', value: '5' },
    ])
    expect(medias[0]?.bandwidths).toEqual([
      { type: 'RR', value: '0' },
      { type: 'TIAS', value: '9' },
    ])
  })

  it.each(['MP2T/AVP', 'RTP/AVP/TCP', 'UDP/TLS/RTP/SAVPF', 'RTP/SAVP', 'AVP'])(
    'takes protocol %s (quirk 10)',
    (protocol) => {
      expect(parseSdp(`m=video 0 ${protocol} 33`, { strict: true })).toMatchObject({ medias: [{ protocol }] })
    },
  )

  it.each([
    ['t=now-', { start: '0', stop: '0' }],
    ['t=1  2 3', { start: '1', stop: '2' }],
  ])('reads %j (quirk 18)', (line, timing) => {
    expect(parse(line).timings[0]).toMatchObject(timing)
  })

  it('takes a repeat time of two fields (quirk 24), keeps all timings', () => {
    expect(parse('t=0 0', 'r=0 0', 'r=7d 1h 0 25h', 't=5 6').timings).toEqual([
      { start: '0', stop: '0', repeats: ['0 0', '7d 1h 0 25h'] },
      { start: '5', stop: '6', repeats: [] },
    ])
  })

  it.each(['t=0 A', 't=0', 't=A 0', 't=0 0\nr=0 0A 0', 't=0 0\nr=', 't=0 0\nr=7s 0', 'z=0 m', 'z=0', 'z=0 A'])(
    'refuses %j',
    (sdp) => {
      expect(parseSdp(sdp)).toBeInstanceOf(Failure)
    },
  )

  it.each([
    ['c=IN c=IN IP4 0.0.0.0', { addressType: 'IP4', address: '0.0.0.0' }],
    ['c=IN IPV4 1.2.3.4', { addressType: 'IP4', address: '1.2.3.4' }],
    ['c=In IP4 1.2.3.4', { addressType: 'IP4', address: '1.2.3.4' }],
    ['c=IN 198.51.100.1', { addressType: 'IP4', address: '198.51.100.1' }],
    ['c=IN 2001:db8::2', { addressType: 'IP6', address: '2001:db8::2' }],
    ['c=IN IP4 224.2.1.1/127', { addressType: 'IP4', address: '224.2.1.1/127' }],
    ['c=IN\tIP6 \t::1', { addressType: 'IP6', address: '::1' }],
    ['c=IN IP4', { addressType: 'IP4', address: '' }],
    ['c=IN ', undefined],
  ])('reads %j (quirks 19, 20 and 28)', (line, connection) => {
    expect(parse(line).connection).toEqual(connection)
  })

  it('passes over a proprietary second connection line of a media (quirk 21)', () => {
    const sdp = 'm=audio 0 RTP/AVP 0\nc=IN IP4 192.168.1.63\nc=SM SM spk0_trackID2'
    expect(parseSdp(sdp, { strict: true })).toMatchObject({ medias: [{ connection: { address: '192.168.1.63' } }] })
  })
})

describe('o=, RFC 8866 section 5.2', () => {
  const origin = (userName: string, sessionId: string, sessionVersion: string, address: string) => ({
    userName,
    sessionId,
    sessionVersion,
    address,
  })

  it.each([
    [
      'RTSP 16381778200090761968 16381778200090839277 IN IP4 ',
      origin('RTSP', '16381778200090761968', '16381778200090839277', ''),
    ],
    ['Channel1 3910280086 3910366486 IN IP4', origin('Channel1', '3910280086', '3910366486', '')],
    ['- 1 2 IN', origin('-', '1', '2', '')],
    ['- 1 2 IN ', origin('-', '1', '2', '')],
    ['- 1 1 IN IP4 127.0.0.1 ', origin('-', '1', '1', '127.0.0.1')],
    ['- 1 1 IN IP4 192.168.81.194:554', origin('-', '1', '1', '192.168.81.194:554')],
    [' 2890842807 IN IP4 192.168.0.1', origin('', '0', '2890842807', '192.168.0.1')],
    ['JefferyZhang Inno Fuzhou 0 0 IN IP4 127.0.0.1', origin('JefferyZhang Inno Fuzhou', '0', '0', '127.0.0.1')],
    ['- 14665860 31787219 1 IN IP4 192.168.0.60', origin('- 14665860', '31787219', '1', '192.168.0.60')],
    ['jdoe 0XAC4EC96E 2890842807 IN IP4 10.47.16.5', origin('jdoe', '2890844526', '2890842807', '10.47.16.5')],
    ['- ff 1 IN IP4 1.1.1.1', origin('-', '255', '1', '1.1.1.1')],
    ['- -1962418793961427 -196.5 IN IP4 1.1.1.1', origin('-', '1962418793961427', '196', '1.1.1.1')],
    ['- 1 1 IN IPV4 10.10.10.10', origin('-', '1', '1', '10.10.10.10')],
    ['- 1 1 IP IP4 192.168.1.1', origin('-', '1', '1', '192.168.1.1')],
    ['-0 0 IN IP4 127.0.0.1', origin('-', '0', '0', '127.0.0.1')],
    ['X 0 IN IP4', origin('', '0', '0', '')],
  ])('reads %j (quirks 11 to 17)', (value, expected) => {
    expect(parse(`o=${value}`).origin).toEqual({ ...expected, addressType: 'IP4' })
  })

  it('reads IPv6', () => {
    expect(parse('o=test 1 2 IP IP6 2001:db8::1').origin).toMatchObject({ addressType: 'IP6', address: '2001:db8::1' })
  })

  it.each(['', '0 IN 0', '- 1 A IN IP4 ', '- 18446744073709551616 0 IN IP4 1.1.1.1', '- 1 1 UN IP4 x'])(
    'refuses %j',
    (value) => {
      expect(textOfFailure(`o=${value}`)).toBe(`invalid SDP: invalid origin: (${value})`)
    },
  )
})

describe('medias', () => {
  it('keeps the types of vendors and their payload tokens (quirks 22 and 23)', () => {
    const types = ['application/TP-LINK', 'metadata', 'meta', 'text', 'application']
    const sdp = types.map((type) => `m=${type} 0 RTP/AVP smart/1/90000`).join('\n')
    const document = parseSdp(sdp, { strict: true })
    if (isFailure(document)) throw new Error(document.text)
    expect(document.medias.map((media) => media.type)).toEqual(types)
    expect(document.medias[0]?.payloads).toEqual(['smart/1/90000'])
  })

  it('keeps attribute values to the letter, whatever they look like', () => {
    const lines = [
      'a=control:0',
      'a=mid:1',
      'a=fmtp:33 ver=1.2;src=1',
      'a=rtpmap:96 H265/90000 ',
      'a=control',
      'a=x: y',
      'a=:z',
    ]
    expect(parse('m=video 0 RTP/AVP 33', ...lines).medias[0]?.attributes).toEqual([
      { key: 'control', value: '0' },
      { key: 'mid', value: '1' },
      { key: 'fmtp', value: '33 ver=1.2;src=1' },
      { key: 'rtpmap', value: '96 H265/90000 ' },
      { key: 'control', value: '' },
      { key: 'x', value: ' y' },
      { key: ':z', value: '' },
    ])
  })

  it('splits an m= line at any run of blanks (quirk 28)', () => {
    expect(parse('m=video  0\tRTP/AVP 96   97').medias[0]).toMatchObject({ port: 0, payloads: ['96', '97'] })
  })

  it('reads the standard attributes as what they are', () => {
    const media = ['m=video 0 RTP/AVP 96', 'a=framerate:25.0', 'a=ptime:20', 'a=recvonly']
    expect(
      parse('a=group:FEC 1 2', 'a=group:FEC-FR 1', ...media, 'm=audio 0 RTP/AVP 0', 'a=framerate:x'),
    ).toMatchObject({
      groups: [{ semantics: 'FEC', ids: ['1', '2'] }],
      medias: [{ frameRate: 25, packetTimeMs: 20, direction: 'recvonly' }, {}],
    })
  })

  it.each([
    ['m=video -1353744643 RTP/AVP 96', 'invalid port: (-1353744643)', { port: 0 }],
    ['m=video 70000 RTP/AVP 96', 'invalid port: (70000)', { port: 0 }],
    ['m=image 0 RTP/AVP 96', 'unknown media type: (image)', { type: 'image' }],
    ['m=audio 0 TCP/MSRP *', 'unknown media protocol: (TCP/MSRP)', { payloads: ['*'] }],
    ['m=audio 0 RTP/AVP 0\nb=Q:1', 'invalid bandwidth: (Q:1)', { bandwidths: [] }],
    ['m=audio 0 RTP/AVP 0\nc=\x01\x02', 'invalid connection: (\x01\x02)', { type: 'audio' }],
    ['m=audio 0 RTP/AVP 0\nt=0 0', 'invalid key: t (after a media)', { type: 'audio' }],
  ])('warns of %j, and refuses it when strict', (sdp, text, media) => {
    expect(parseSdp(sdp)).toMatchObject({ warnings: [`invalid SDP: ${text}`], medias: [media] })
    expect(textOfFailure(sdp)).toBe(`invalid SDP: ${text}`)
  })

  it.each(['m=', 'm=video', 'm=video 0 RTP/AVP'])('refuses %j', (sdp) => {
    expect(textOfFailure(sdp, false)).toBe(`invalid SDP: invalid media: (${sdp.slice(2)})`)
  })

  it('takes a port count, which means nothing here', () => {
    expect(parseSdp('m=video 49170/2 RTP/AVP 31', { strict: true })).toMatchObject({ medias: [{ port: 49_170 }] })
  })
})

describe('limits', () => {
  it.each([
    ['bytes', `s=${'x'.repeat(maxSdpBytes)}`],
    ['lines', 'a=\n'.repeat(maxSdpLines + 1)],
    ['medias', 'm=audio 0 RTP/AVP 0\n'.repeat(maxSdpMedias + 1)],
    ['payload types', `m=audio 0 RTP/AVP ${'0 '.repeat(maxSdpPayloads + 1)}`],
  ])('refuses too many %s', (_, sdp) => {
    expect(textOfFailure(sdp, false)).toMatch(/^invalid SDP: too /)
  })

  it.each(['\0', ' ', '\r', 'o= ', 'a=group:', '9', 'o=0'])('ends with the longest run of %j', (unit) => {
    const filler = unit.repeat(Math.floor((maxSdpBytes - 20) / unit.length))
    for (const sdp of [`${filler}x`, `a=${filler}`, `a=group:${filler}`, `c=${filler}`, `o=${filler}`, `t=${filler}`]) {
      const document = parseSdp(sdp)
      expect(isFailure(document) || document.warnings.length <= 64).toBe(true)
    }
  })
})

it('never throws, whatever the text', () => {
  const line = fc.tuple(
    fc.constantFrom(...Array.from('vosiuepcbtrzkamx')),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
  const text = fc.array(line.map(([key, value]) => `${key}=${value}`)).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(fc.oneof(text, fc.string(), fc.uint8Array()), fc.boolean(), (sdp, strict) => {
      const document = parseSdp(sdp, { strict })
      expect(isFailure(document) ? document.code : 'ERR_RTSP_SDP_INVALID').toBe('ERR_RTSP_SDP_INVALID')
    }),
  )
})
