import { expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { parseSdp } from '../../../src/wire/sdp/parse-sdp.ts'
import { writeSdp } from '../../../src/wire/sdp/write-sdp.ts'
import { realDescriptions } from '../../formats/real-descriptions.ts'

function rewrite(sdp: string): string {
  const document = parseSdp(sdp, { strict: true })
  if (isFailure(document)) throw new Error(document.text)
  return writeSdp(document)
}

it('writes every kind of line in the order of RFC 8866 section 5', () => {
  const sdp = [
    'v=0',
    'o=jdoe 2890844526 18446744073709551615 IN IP4 10.47.16.5',
    's=Seminar',
    'i=About it',
    'u=http://www.example.com/sdp.pdf',
    'e=j.doe@example.com (Jane Doe)',
    'p=+1 617 555-6011',
    'c=IN IP4 224.2.17.12/127',
    'b=X-YZ:128',
    'b=AS:12345',
    't=2873397496 2873404696',
    't=3034423619 3042462419',
    'r=604800 3600 0 90000',
    'z=2882844526 -3600 2898848070 0',
    'k=prompt',
    'a=candidate:0 1 UDP 2113667327 203.0.113.1 54400 typ host',
    'a=recvonly',
    'm=audio 49170 RTP/AVP 0',
    'i=First',
    'c=IN IP4 203.0.113.1',
    'b=X-YZ:128',
    'k=prompt',
    'a=sendrecv',
    'm=application/TP-LINK 0 RTP/AVP smart/1/90000',
    'a=control',
    '',
  ].join('\r\n')
  expect(rewrite(sdp)).toBe(sdp)
})

it.each(realDescriptions)('loses no media, attribute or bandwidth of $device', ({ sdp }) => {
  const written = rewrite(sdp)
  const linesOf = (text: string, kinds: RegExp) => text.split('\r\n').filter((line) => kinds.test(line))
  expect(linesOf(written, /^[am]=/)).toEqual(linesOf(sdp, /^[am]=/))
  expect(linesOf(written, /^b=/)).toEqual(linesOf(sdp, /^b=/))
  expect(rewrite(written)).toBe(written)
})
