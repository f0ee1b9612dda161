import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { formatRtpInfo, parseRtpInfo } from '../../../src/wire/headers/rtp-info.ts'
import { formatSession, parseSession, sessionIdOf } from '../../../src/wire/headers/session.ts'

describe('[68] Session (RFC 2326 section 12.37)', () => {
  it.each([
    ['A3eqwsafq3rFASqew', { id: 'A3eqwsafq3rFASqew' }, 'A3eqwsafq3rFASqew'],
    ['id;timeout=47', { id: 'id', timeoutSeconds: 47 }, 'id;timeout=47'],
    [' id ; timeout=47', { id: 'id', timeoutSeconds: 47 }, 'id;timeout=47'],
    ['id;other=1', { id: 'id' }, 'id'],
  ])('%j is read', (value, expected, canonical) => {
    const header = parseSession(value)
    expect(header).toEqual(expected)
    expect(isFailure(header) || formatSession(header)).toBe(canonical)
  })

  it.each(['', ' ', ';timeout', ';timeout=5', 'id;timeout', 'id;timeout=x', 'id;timeout=4294967296'])(
    '%j is refused',
    (value) => {
      expect(parseSession(value)).toMatchObject({ code: 'ERR_RTSP_HEADER' })
    },
  )

  it('gives the id even when the rest cannot be read', () => {
    expect(sessionIdOf(' abc ;timeout="x')).toBe('abc')
  })
})

describe('[68] RTP-Info (RFC 2326 section 12.33)', () => {
  it.each([
    [
      'url=rtsp://127.0.0.1/test.mkv/track1;seq=35243;rtptime=717574556,url=rtsp://127.0.0.1/test.mkv/track2;seq=13655;rtptime=2848846950',
      'url=rtsp://127.0.0.1/test.mkv/track1;seq=35243;rtptime=717574556,url=rtsp://127.0.0.1/test.mkv/track2;seq=13655;rtptime=2848846950',
    ],
    ['url=trackID=0;seq=1, url="b";rtptime=2;ssrc=AB', 'url=trackID=0;seq=1,url=b;rtptime=2'],
    ['url=rtsp://h/a,b;seq=1,url=c', 'url=rtsp://h/a,b;seq=1,url=c'],
    ['seq=5;url=a,seq=6;url=b', 'url=a;seq=5,url=b;seq=6'],
    ['url=', 'url='],
  ])('%j is read', (value, expected) => {
    const entries = parseRtpInfo(value)
    expect(isFailure(entries) ? entries.text : formatRtpInfo(entries)).toBe(expected)
  })

  it.each([
    '',
    '="',
    'seq',
    '0',
    'rtptime',
    'url=a;seq=65536',
    'url=a;seq=',
    'url=a;rtptime=4294967296',
    'url=a,seq=1',
  ])('%j is refused', (value) => {
    expect(parseRtpInfo(value)).toMatchObject({ code: 'ERR_RTSP_HEADER' })
  })
})
