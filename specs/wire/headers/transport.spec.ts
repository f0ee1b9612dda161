import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import {
  formatTransport,
  formatTransports,
  parseTransport,
  parseTransports,
} from '../../../src/wire/headers/transport.ts'

function canonical(value: string): string {
  const header = parseTransport(value)
  return isFailure(header) ? header.text : formatTransport(header)
}

describe('[68] Transport (RFC 2326 section 12.39)', () => {
  it.each([
    ['RTP/AVP;unicast;client_port=3456-3457;mode="PLAY"', 'RTP/AVP;unicast;client_port=3456-3457;mode=play'],
    [
      'RTP/AVP/UDP;unicast;client_port=3056-3057;server_port=5000-5001',
      'RTP/AVP;unicast;client_port=3056-3057;server_port=5000-5001',
    ],
    [
      'RTP/AVP;multicast;destination=225.219.201.15;port=7000-7001;ttl=127',
      'RTP/AVP;multicast;destination=225.219.201.15;port=7000-7001;ttl=127',
    ],
    ['RTP/AVP/TCP;interleaved=0-1', 'RTP/AVP/TCP;interleaved=0-1'],
    [
      'RTP/AVP/UDP;unicast;server_port=8052;client_port=14186;ssrc=0B6020AD;mode=PLAY',
      'RTP/AVP;unicast;client_port=14186-14187;server_port=8052-8053;ssrc=0B6020AD;mode=play',
    ],
    [
      'RTP/AVP/UDP;unicast;mode=receive;source=127.0.0.1;client_port=14186-14187;server_port=5000-5001',
      'RTP/AVP;unicast;source=127.0.0.1;client_port=14186-14187;server_port=5000-5001;mode=record',
    ],
    ['client_port=3456-3457;RTP/AVP;mode="PLAY";unicast', 'RTP/AVP;unicast;client_port=3456-3457;mode=play'],
    ['RTP/AVP;ssrc=4317f', 'RTP/AVP;ssrc=0004317F'],
    ['RTP/AVP;ssrc= 4317f', 'RTP/AVP;ssrc=0004317F'],
    ['RTP/AVP;ssrc=     D93FF', 'RTP/AVP;ssrc=000D93FF'],
    ['RTP/AVP;ssrc=FFFFFFFF', 'RTP/AVP;ssrc=FFFFFFFF'],
    ['RTP/AVP;ssrc=1449463210', 'RTP/AVP'],
    ['RTP/AVP;unicast;source=;destination=', 'RTP/AVP;unicast'],
    ['RTP/SAVP;unicast;client_port=3456-3457;mode="PLAY"', 'RTP/SAVP;unicast;client_port=3456-3457;mode=play'],
    ['RTP/SAVP/TCP;interleaved=0-1', 'RTP/SAVP/TCP;interleaved=0-1'],
    ['RTP/AVP/TCP; unicast; interleaved=4; mode=RECORD', 'RTP/AVP/TCP;unicast;interleaved=4-5;mode=record'],
    ['rtp/avp/tcp;UNICAST;Interleaved=0-1', 'RTP/AVP/TCP;unicast;interleaved=0-1'],
    ['RTP/AVP;unicast;client_port=0-0', 'RTP/AVP;unicast;client_port=0-0'],
    ['RTP/AVP;unicast;client_port="5000-5001";x-new=1;append', 'RTP/AVP;unicast;client_port=5000-5001'],
  ])('%s is %s', (value, expected) => {
    expect(canonical(value)).toBe(expected)
    expect(canonical(expected)).toBe(expected)
  })

  it('is TCP if it names channels and no ports: Escam leaves /TCP away', () => {
    expect(canonical('RTP/AVP;interleaved=0-1')).toBe('RTP/AVP/TCP;interleaved=0-1')
    expect(parseTransport('RTP/AVP;interleaved=0-1;client_port=1-2')).toMatchObject({ protocol: 'udp' })
    expect(parseTransport('RTP/AVP/UDP;interleaved=0-1')).toMatchObject({ protocol: 'udp' })
  })

  it.each([
    ['', 'invalid transport header: profile is missing: '],
    ['unicast;client_port=1-2', 'invalid transport header: profile is missing: unicast;client_port=1-2'],
    ['RTP/AVP;client_port=', 'invalid transport header: invalid ports ()'],
    ['RTP/AVP;client_port=65535', 'invalid transport header: invalid ports (65535)'],
    ['RTP/AVP;client_port=1-2-3', 'invalid transport header: invalid ports (1-2-3)'],
    ['RTP/AVP;port=0-', 'invalid transport header: invalid ports (0-)'],
    ['RTP/AVP;port=--', 'invalid transport header: invalid ports (--)'],
    ['RTP/AVP;interleaved=-1', 'invalid transport header: invalid ports (-1)'],
    ['RTP/AVP;ttl=x', 'invalid transport header: invalid ttl (x)'],
    ['RTP/AVP;mode=fly', "invalid transport header: invalid transport mode: 'fly'"],
    ['RTP/AVP;mode="play', 'invalid transport header: quotes not closed (RTP/AVP;mode="play)'],
  ])('%j is refused', (value, reason) => {
    expect(parseTransport(value)).toMatchObject({ code: 'ERR_RTSP_TRANSPORT_INVALID', text: reason })
  })
})

describe('[68] lists of alternatives', () => {
  it('keep their order', () => {
    const value = 'RTP/AVP;unicast;client_port=3456-3457;mode="PLAY", RTP/AVP/TCP;unicast;interleaved=0-1'
    const transports = parseTransports(value)
    expect(isFailure(transports) || formatTransports(transports)).toBe(
      'RTP/AVP;unicast;client_port=3456-3457;mode=play,RTP/AVP/TCP;unicast;interleaved=0-1',
    )
  })

  it('lose only the alternatives that cannot be read', () => {
    expect(parseTransports('RAW/RAW/UDP;unicast,,RTP/AVP/TCP;unicast;interleaved=0-1')).toEqual([
      { profile: 'AVP', protocol: 'tcp', delivery: 'unicast', interleaved: [0, 1] },
    ])
  })

  it('are refused with the first reason if none can be read', () => {
    expect(parseTransports('RTP/AVP;mode=fly,x')).toMatchObject({ text: expect.stringContaining("'fly'") as unknown })
  })
})
