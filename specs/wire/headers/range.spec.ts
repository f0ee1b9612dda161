import { describe, expect, it } from 'vitest'
import { isFailure } from '../../../src/contracts/failure.ts'
import { formatRange, parseRange } from '../../../src/wire/headers/range.ts'

describe('[68] Range (RFC 2326 section 12.29)', () => {
  it.each([
    ['npt=123.45-125', 'npt=123.45-125'],
    ['npt=12:05:35.3-', 'npt=43535.3-'],
    ['npt=05:35.3-', 'npt=335.3-'],
    ['npt=now-', 'npt=now-'],
    ['npt=0.000-', 'npt=0-'],
    ['npt=0.0000001-', 'npt=0.0000001-'],
    ['NPT=0 - 10', 'npt=0-10'],
    ['smpte=10:12:33:20-', 'smpte=10:12:33:20-'],
    ['smpte=0:10:20-0:10:25:01.02', 'smpte=0:10:20-0:10:25:01.02'],
    ['clock=19961108T142300Z-19961108T143520Z', 'clock=19961108T142300Z-19961108T143520Z'],
    ['clock=19960213T143205.25Z-', 'clock=19960213T143205Z-'],
    ['clock=19960213T143205Z-;time=19970123T143720Z', 'clock=19960213T143205Z-;time=19970123T143720Z'],
    ['smpte=0:10:00-0:20:00;time=19970123T153600Z', 'smpte=0:10:00-0:20:00;time=19970123T153600Z'],
  ])('%s is %s', (value, expected) => {
    const range = parseRange(value)
    expect(isFailure(range) ? range.text : formatRange(range)).toBe(expected)
  })

  it('keeps times as numbers', () => {
    expect(parseRange('clock=19700101T000001.5Z-;time=19700101T000002Z')).toEqual({
      ...{ unit: 'clock', start: 1500, time: 2000 },
    })
    expect(parseRange('npt=1:00:00-now')).toMatchObject({ code: 'ERR_RTSP_HEADER' })
    expect(parseRange('smpte=1:02:03:04.05-')).toEqual({
      ...{ unit: 'smpte', start: { hours: 1, minutes: 2, seconds: 3, frames: 4, subframes: 5 } },
    })
  })

  it.each(
    [
      [
        '',
        'smpte',
        'time',
        '="',
        'npt',
        'npt=',
        'npt=-',
        'npt=-30',
        'npt=0',
        'npt=0-A',
        'npt=:::-',
        'npt=0-1-2',
        'npt=1e3-',
      ],
      ['smpte=0::-', 'smpte=0:0:0:-', 'smpte=0:0:A-', 'smpte=0:0:0-0:0:0:0.', 'smpte=0:60:0-', 'smpte-25=0:0:0-'],
      ['clock=19961308T142300Z-', 'clock=19960230T142300Z-', 'clock=x-', 'clock=19960101T000000-', 'npt=0-;time=x'],
    ].flat(),
  )('%j is refused', (value) => {
    expect(parseRange(value)).toMatchObject({ code: 'ERR_RTSP_HEADER' })
  })
})
