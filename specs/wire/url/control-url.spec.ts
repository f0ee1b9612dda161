import { describe, expect, it } from 'vitest'
import { isFailure, type Failure } from '../../../src/contracts/failure.ts'
import { baseUrl, resolveControl } from '../../../src/wire/url/control-url.ts'
import type { RtspUrl } from '../../../src/wire/url/rtsp-url.ts'
import { urlOf } from './url-of.ts'

function textOf(url: RtspUrl | Failure): string {
  return isFailure(url) ? url.code : url.text
}

const camera = 'rtsp://myuser:mypass@192.168.1.99:554'

describe('the URL of a media (RFC 2326 appendix C.1.1)', () => {
  it.each([
    [`${camera}/path/`, '', `${camera}/path/`],
    [`${camera}/`, 'rtsp://localhost/path/trackID=7', `${camera}/path/trackID=7`],
    [
      'rtsps://myuser:mypass@192.168.1.99:554/',
      'rtsps://localhost/path/trackID=7',
      'rtsps://myuser:mypass@192.168.1.99:554/path/trackID=7',
    ],
    [camera, '/test', `${camera}/test`],
    [`${camera}/path/`, 'trackID=5', `${camera}/path/trackID=5`],
    [`${camera}/sub/path/`, 'trackID=5', `${camera}/sub/path/trackID=5`],
    [`${camera}/sub/path`, 'trackID=5', `${camera}/sub/path/trackID=5`],
    [
      `${camera}/test?user=tmp&password=BagRep1&channel=1&stream=0.sdp`,
      'trackID=5',
      `${camera}/test?user=tmp&password=BagRep1&channel=1&stream=0.sdp/trackID=5`,
    ],
    [
      `${camera}/te!st?user=tmp&password=BagRep1!&channel=1&stream=0.sdp`,
      'trackID=5',
      `${camera}/te!st?user=tmp&password=BagRep1!&channel=1&stream=0.sdp/trackID=5`,
    ],
    [
      `${camera}/user=tmp&password=BagRep1!&channel=1&stream=0.sdp`,
      'trackID=5',
      `${camera}/user=tmp&password=BagRep1!&channel=1&stream=0.sdp/trackID=5`,
    ],
    ['rtsp://192.168.1.99:554/test', '?ctype=video', 'rtsp://192.168.1.99:554/test?ctype=video'],
    ['rtsp://192.168.1.99:554/', '?ctype=video', 'rtsp://192.168.1.99:554/?ctype=video'],
    ['rtsp://h/a', '*', 'rtsp://h/a'],
    [undefined, 'trackID=5', 'ERR_RTSP_HEADER'],
    ['rtsp://h/a', 'b#c', 'ERR_RTSP_URL'],
    ['a', 'b', 'ERR_RTSP_URL'],
  ])('%s and %j give %s', (base, control, expected) => {
    expect(textOf(resolveControl(base, control))).toBe(expected)
  })
})

describe('the base URL of a description', () => {
  it.each([
    ['the request itself', [], '', `${camera}/path`],
    ['the request itself', [], '*', `${camera}/path`],
    ['Content-Base', ['rtsp://10.0.0.1/base/'], '', 'rtsp://myuser:mypass@10.0.0.1/base/'],
    ['Content-Base as a path', ['/base/'], '', `${camera}/base/`],
    ['the session control', ['rtsp://10.0.0.1/base/'], 'rtsp://x:y@10.0.0.2/c', 'rtsp://myuser:mypass@10.0.0.2/c'],
    ['a failure if Content-Base is repeated', ['rtsp://a/', 'rtsp://b/'], '', 'ERR_RTSP_HEADER'],
    ['a failure if Content-Base is no URL', ['base'], '', 'ERR_RTSP_URL'],
    ['a failure if the session control is relative', [], 'trackID=0', 'ERR_RTSP_URL'],
  ])('is %s', (_title, contentBase, sessionControl, expected) => {
    expect(textOf(baseUrl(urlOf(`${camera}/path`), contentBase, sessionControl))).toBe(expected)
  })
})
