import { describe, expect, it } from 'vitest'
import { matchAnnouncedControl, requestPath, setupPath } from '../../../src/wire/url/request-path.ts'
import { urlOf } from './url-of.ts'

describe('the stream of a request', () => {
  it.each([
    ['rtsp://h/teststream', '/teststream', ''],
    ['rtsp://h/teststream/', '/teststream', ''],
    ['rtsp://h/teststream//', '/teststream', ''],
    ['rtsp://h//', '/', ''],
    ['rtsp://h/teststream?a=b', '/teststream', 'a=b'],
    ['rtsp://h/teststream?a=b/', '/teststream', 'a=b'],
    ['rtsp://h/teststream/?a=b', '/teststream', 'a=b'],
    ['rtsp://h/teststream/?a=b/', '/teststream/', 'a=b'],
    ['rtsp://h/', '/', ''],
    ['rtsp://h', '', ''],
  ])('%s is %j with query %j', (text, path, query) => {
    expect(requestPath(urlOf(text))).toEqual({ path, query })
  })
})

describe('stream and track of a SETUP', () => {
  it.each([
    ['rtsp://h/teststream/trackID=1', '/teststream', '', '1'],
    ['rtsp://h/teststream?testing=123/trackID=1', '/teststream', 'testing=123', '1'],
    ['rtsp://h/teststream/trackID=1?testing=123', '/teststream', 'testing=123', '1'],
    ['rtsp://h/teststream/', '/teststream', '', '0'],
    ['rtsp://h/teststream?testing=123/', '/teststream', 'testing=123', '0'],
    ['rtsp://h/teststream/?testing=123', '/teststream', 'testing=123', '0'],
    ['rtsp://h/trackID=1', '', '', '1'],
    ['rtsp://h//trackID=1', '/', '', '1'],
    ['rtsp://h/teststream//trackID=1', '/teststream', '', '1'],
    ['rtsp://h/teststream//', '/teststream', '', '0'],
    ['rtsp://h/', '/', '', '0'],
    ['rtsp://h', '', '', '0'],
    ['rtsp://h/a/trackID=1/trackID=2', '/a/trackID=1', '', '2'],
    ['rtsp://h/a/trackID=1/trackID=', '/a', '', '1/trackID='],
    ['rtsp://h/a/trackID=1?b/trackID=2', '/a/trackID=1', 'b', '2'],
    ['rtsp://h/a/trackID=x', '/a', '', 'x'],
  ])('%s is %j with query %j and track %j', (text, path, query, track) => {
    expect(setupPath(urlOf(text))).toEqual({ path, query, track })
  })

  it.each(['rtsp://h/teststream', 'rtsp://h/teststream/trackID=', 'rtsp://h/trackID=', 'rtsp://h/teststream?a=b'])(
    '%s names neither track nor base: ERR_RTSP_SETUP_PATH',
    (text) => {
      expect(setupPath(urlOf(text))).toMatchObject({ code: 'ERR_RTSP_SETUP_PATH' })
    },
  )
})

describe('the announced media of a SETUP', () => {
  it.each([
    ['plain', 'rtsp://h/pub/trackID=0', '/pub', '', 'trackID=0'],
    ['other scheme and host', 'rtsps://other:1/pub/trackID=0', '/pub', '', 'trackID=0'],
    ['credentials in the URL', 'rtsp://u:p@h/pub/trackID=0', '/pub', '', 'trackID=0'],
    ['behind the query, as FFmpeg', 'rtsp://h/pub?a=b/trackID=0', '/pub', 'a=b', 'trackID=0'],
    ['before the query, as GStreamer', 'rtsp://h/pub/stream=0?a=b', '/pub', 'a=b', 'stream=0'],
    ['empty control', 'rtsp://h/pub/', '/pub', '', ''],
    ['empty control without slash', 'rtsp://h/pub', '/pub', '', ''],
    ['aggregate control', 'rtsp://h/pub/', '/pub', '', '*'],
    ['announced with a slash', 'rtsp://h/pub/trackID=0', '/pub/', '', 'trackID=0'],
    ['announced with a slash, literally', 'rtsp://h/pub//trackID=0', '/pub/', '', 'trackID=0'],
    ['escaped path', 'rtsp://h/my%20cam/trackID=0', '/my cam', '', 'trackID=0'],
    ['escaped control', 'rtsp://h/pub/a%20b', '/pub', '', 'a%20b'],
    ['control with a query', 'rtsp://h/pub/t?x=1', '/pub', '', 't?x=1'],
    ['absolute control', 'rtsp://h/pub/t', '/pub', '', 'rtsp://h/pub/t'],
    ['absolute control, credentials aside', 'rtsp://u:p@h/pub/t', '/pub', '', 'rtsp://h/pub/t'],
  ])('matches: %s', (_title, text, path, query, control) => {
    expect(matchAnnouncedControl(urlOf(text), path, query, control)).toBe(true)
  })

  it.each([
    ['other track', 'rtsp://h/pub/trackID=1', '/pub', '', 'trackID=0'],
    ['other path', 'rtsp://h/other/trackID=0', '/pub', '', 'trackID=0'],
    ['query that was not announced', 'rtsp://h/pub/trackID=0?a=b', '/pub', '', 'trackID=0'],
    ['announced query missing', 'rtsp://h/pub/trackID=0', '/pub', 'a=b', 'trackID=0'],
    ['path in another case', 'rtsp://h/PUB/trackID=0', '/pub', '', 'trackID=0'],
    ['absolute control on another host', 'rtsp://h2/pub/t', '/pub', '', 'rtsp://h/pub/t'],
    ['absolute control that is no URL', 'rtsp://h/pub/t', '/pub', '', 'rtsp://h/pub/t#x'],
  ])('does not match: %s', (_title, text, path, query, control) => {
    expect(matchAnnouncedControl(urlOf(text), path, query, control)).toBe(false)
  })
})
