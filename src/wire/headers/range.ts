import type { UnixMillis } from '../../contracts/units.ts'
import { Failure, isFailure } from '../../contracts/failure.ts'
import { parseKeyValues, type KeyValues } from './key-values.ts'
import { formatClockTime, formatNormalPlayTime, formatSmpteTime } from './range-times.ts'
import { parseClockTime, parseNormalPlayTime, parseSmpteTime, type SmpteTime } from './range-times.ts'

/**
 * `Range` (RFC 2326 section 12.29): from where to where to play. The three time scales have nothing in common but the
 * dash, so a range is one of three values, each with its own kind of time; converting between them is not our business.
 */

/** Seconds from the start of the presentation; `now` is the live end (RFC 2326 section 3.6). */
export interface NormalPlayTimeRange extends RangeStart {
  readonly unit: 'npt'
  readonly start: number | 'now'
  readonly end?: number
}

/** SMPTE time codes at 30 frames per second, drop frame (RFC 2326 section 3.5). */
export interface SmpteRange extends RangeStart {
  readonly unit: 'smpte'
  readonly start: SmpteTime
  readonly end?: SmpteTime
}

/** Wall time (RFC 2326 section 3.7). */
export interface ClockRange extends RangeStart {
  readonly unit: 'clock'
  readonly start: UnixMillis
  readonly end?: UnixMillis
}

/** When the operation is to take effect: the `time` parameter. */
export interface RangeStart {
  readonly time?: UnixMillis
}

export type RangeHeader = NormalPlayTimeRange | SmpteRange | ClockRange

/** Reads a range. `ERR_RTSP_HEADER` without a known unit, without a start, or with a time that cannot be read. */
export function parseRange(value: string): RangeHeader | Failure {
  const pairs = parseKeyValues(value, ';', 'ERR_RTSP_HEADER')
  if (isFailure(pairs)) return pairs
  const range = parseSpan(pairs) ?? new Failure('ERR_RTSP_HEADER', `invalid range (${value})`)
  const timeText = pairs.get('time')
  if (isFailure(range) || timeText === undefined) return range
  const time = parseClockTime(timeText)
  return time === undefined ? new Failure('ERR_RTSP_HEADER', `invalid range time (${timeText})`) : { ...range, time }
}

/** The range in canonical form: `npt` in decimal seconds, `clock` and `time` in UTC without fraction. */
export function formatRange(range: RangeHeader): string {
  const time = range.time === undefined ? '' : `;time=${formatClockTime(range.time)}`
  return `${range.unit}=${formatSpan(range)}${time}`
}

function formatSpan(range: RangeHeader): string {
  switch (range.unit) {
    case 'npt':
      return `${formatNormalPlayTime(range.start)}-${range.end === undefined ? '' : formatNormalPlayTime(range.end)}`
    case 'smpte':
      return `${formatSmpteTime(range.start)}-${range.end === undefined ? '' : formatSmpteTime(range.end)}`
    case 'clock':
      return `${formatClockTime(range.start)}-${range.end === undefined ? '' : formatClockTime(range.end)}`
  }
}

function parseSpan(pairs: KeyValues): RangeHeader | undefined {
  const smpte = pairs.get('smpte')
  if (smpte !== undefined) {
    const span = parseEnds(smpte, parseSmpteTime, parseSmpteTime)
    return span && { unit: 'smpte', ...span }
  }
  const npt = pairs.get('npt')
  if (npt !== undefined) {
    const span = parseEnds(npt, (text) => (text === 'now' ? text : parseNormalPlayTime(text)), parseNormalPlayTime)
    return span && { unit: 'npt', ...span }
  }
  const clock = pairs.get('clock')
  if (clock !== undefined) {
    const span = parseEnds(clock, parseClockTime, parseClockTime)
    return span && { unit: 'clock', ...span }
  }
  return undefined
}

/** `start-[end]` with exactly one dash; the end may be left out, the start may not. */
function parseEnds<Start, End>(
  text: string,
  parseStart: (text: string) => Start | undefined,
  parseEnd: (text: string) => End | undefined,
): { readonly start: Start; readonly end?: End } | undefined {
  const [startText, endText, ...rest] = text.split('-')
  if (startText === undefined || endText === undefined || rest.length > 0) return undefined
  const start = parseStart(startText.trim())
  if (start === undefined) return undefined
  if (endText.trim() === '') return { start }
  const end = parseEnd(endText.trim())
  return end === undefined ? undefined : { start, end }
}
