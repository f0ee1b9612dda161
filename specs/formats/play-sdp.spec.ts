import { describe, expect, it } from 'vitest'
import { isFailure } from '../../src/contracts/failure.ts'
import { describeForPlay } from '../../src/formats/describe-for-play.ts'
import { playSdp } from '../../src/formats/play-sdp.ts'
import { readDescription } from '../../src/formats/read-description.ts'
import { writeDescription } from '../../src/formats/write-description.ts'

const description = readDescription(
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=cam',
    't=0 0',
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1',
    'a=control:trackID=0',
    'm=audio 0 RTP/AVP 0',
    'a=sendonly',
    'a=control:trackID=1',
    '',
  ].join('\r\n'),
)
if (isFailure(description)) throw new Error(description.text)

describe('text of a description for DESCRIBE (RFC 2326 section 10.2)', () => {
  const switches = [false, true]

  it('is the same as when it is written anew, for every combination of switches, and again', () => {
    for (const includeBackChannels of switches) {
      for (const multicast of switches) {
        for (const secure of switches) {
          for (const isIpv6 of switches) {
            const options = { includeBackChannels, multicast, secure, isIpv6 }
            const anew = writeDescription(describeForPlay(description, options))
            expect(playSdp(description, options)).toBe(anew)
            expect(playSdp(description, options)).toBe(anew)
          }
        }
      }
    }
  })

  it('names addresses of the family of the connection, but groups are of IPv4', () => {
    const options = { includeBackChannels: false, multicast: false, secure: false, isIpv6: true }
    expect(playSdp(description, options)).toContain('o=- 0 0 IN IP6 ::1\r\ns=cam\r\nc=IN IP6 ::\r\n')
    expect(playSdp(description, { ...options, multicast: true })).toContain('c=IN IP4 224.1.0.0\r\n')
  })

  it('has the keys it is given each time', () => {
    const options = { includeBackChannels: false, multicast: false, secure: true, isIpv6: false }
    const withKeys = (key: number) => playSdp(description, { ...options, keyMgmt: [new Uint8Array([key]), undefined] })
    expect(withKeys(1)).not.toBe(withKeys(2))
    expect(playSdp(description, options)).not.toContain('key-mgmt')
  })
})
