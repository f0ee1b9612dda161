import { describe, expect, it } from 'vitest'
import { decodeText } from '../../../src/wire/headers/text.ts'
import { parseAuthenticate } from '../../../src/wire/headers/authenticate.ts'
import { parseAuthorization } from '../../../src/wire/headers/authorization.ts'
import { parseKeyMgmt } from '../../../src/wire/headers/key-mgmt.ts'
import { parseKeyValues } from '../../../src/wire/headers/key-values.ts'
import { parseRange } from '../../../src/wire/headers/range.ts'
import { parseRtpInfo } from '../../../src/wire/headers/rtp-info.ts'
import { parseSession } from '../../../src/wire/headers/session.ts'
import { parseTransports } from '../../../src/wire/headers/transport.ts'
import { fuzzInputs } from '../../corpus/corpus.ts'
import { bytesOf, concat, feedEveryWay } from './feed.ts'

const headerParsers: Readonly<Record<string, (value: string) => unknown>> = {
  FuzzVerify: parseAuthorization,
  FuzzAuthenticateUnmarshal: parseAuthenticate,
  FuzzAuthorizationUnmarshal: parseAuthorization,
  FuzzKeyMgmtUnmarshal: parseKeyMgmt,
  FuzzKeyValParse: (value) => parseKeyValues(value, ',', 'ERR_RTSP_HEADER'),
  FuzzRTPInfoUnmarshal: parseRtpInfo,
  FuzzRangeUnmarshal: parseRange,
  FuzzSessionUnmarshal: parseSession,
  FuzzTransportsUnmarshal: parseTransports,
}

/** What of the head stands before the fuzzed part. */
const prefixes: Readonly<Record<string, string>> = {
  FuzzRequestUnmarshal: '',
  FuzzResponseUnmarshal: '',
  FuzzInterleavedFrameUnmarshal: '',
  FuzzHeaderUnmarshal: 'OPTIONS * RTSP/1.0\r\n',
}

function run(target: string, args: readonly Uint8Array[]): void {
  const [first = new Uint8Array(0), second = new Uint8Array(0)] = args
  const parse = headerParsers[target]
  const prefix = prefixes[target]
  if (parse !== undefined) expect(parse(decodeText(first))).toBeDefined()
  else if (prefix !== undefined) feedEveryWay(concat(prefix, first, '\r\n\r\n'))
  else feedEveryWay(concat('OPTIONS * RTSP/1.0\r\nContent-Length: ', first, '\r\n\r\n', second))
}

describe('inputs that once broke a parser give a value or a failure', () => {
  it.each([
    ['FuzzRequestUnmarshal', '0 rtsp:# RTSP/1.0\r\nContent-Length:\r\n\r\n'],
    ['FuzzRequestUnmarshal', 'PLAY rtsp: 0'],
    ['FuzzResponseUnmarshal', 'RTSP/1.0 0 0\r\nContent-Length:\r\n\r\n'],
    ['FuzzResponseUnmarshal', 'RTSP/1.0  '],
    ['FuzzHeaderUnmarshal', '0:\r'],
    ['FuzzBodyUnmarshal', '-1'],
    ['FuzzAuthenticateUnmarshal', 'Basic ="'],
    ['FuzzAuthorizationUnmarshal', 'Digest username,realm,nonce,uri,response,algorithm'],
    ['FuzzKeyMgmtUnmarshal', 'prot="0000'],
    ['FuzzRangeUnmarshal', 'smpte=0:0:0-0:0:0:0.'],
    ['FuzzRangeUnmarshal', 'npt=:::-'],
    ['FuzzSessionUnmarshal', ';timeout'],
    ['FuzzTransportsUnmarshal', 'source=0:0:0::0%0'],
    ['FuzzTransportsUnmarshal', 'port=--'],
  ])('%s %j', (target, text) => {
    run(target, [bytesOf(text)])
  })

  it('the whole collection', () => {
    const mine = fuzzInputs.filter(({ target }) => /^(?:base|headers|auth)\//u.test(target))
    expect(mine.length).toBeGreaterThan(50)
    for (const { target, args } of mine) run(target.slice(target.lastIndexOf('/') + 1), args)
  })
})
