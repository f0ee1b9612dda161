import type { UnixMillis } from '../../contracts/units.ts'
import { parseUnsigned } from './key-values.ts'

/**
 * The three kinds of time that a `Range` header can name. Every parser gives `undefined` for text it cannot read and
 * accepts only digits where digits belong; a number like `1e9` or `+5` is not a time.
 */

/** A time code: hours, minutes and seconds, frames, hundredths of a frame (RFC 2326 section 3.5). */
export interface SmpteTime {
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly frames: number
  readonly subframes: number
}

const largestField = 0x7fffffff

/** `s`, `m:s` or `h:m:s`, each with an optional fraction of the seconds. Result in seconds. */
export function parseNormalPlayTime(text: string): number | undefined {
  const match = /^(?:(?:([0-9]{1,9}):)?([0-9]{1,9}):)?([0-9]{1,10}(?:\.[0-9]{0,15})?)$/.exec(text)
  if (match === null) return undefined
  return Number(match[1] ?? 0) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3])
}

/** Decimal seconds in the shortest form that reads back as the same time. */
export function formatNormalPlayTime(seconds: number | 'now'): string {
  if (seconds === 'now') return seconds
  const text = String(seconds)
  // A tiny fraction would come out in scientific notation, which no parser reads.
  return text.includes('e') ? seconds.toFixed(9).replace(/\.?0+$/, '') : text
}

/** `h:m:s[:frames[.subframes]]`. */
export function parseSmpteTime(text: string): SmpteTime | undefined {
  const match = /^([0-9]+):([0-9]+):([0-9]+)(?::([0-9]+)(?:\.([0-9]+))?)?$/.exec(text)
  if (match === null) return undefined
  const hours = parseUnsigned(match[1], largestField)
  const minutes = parseUnsigned(match[2], 59)
  const seconds = parseUnsigned(match[3], 59)
  const frames = parseUnsigned(match[4] ?? '0', largestField)
  const subframes = parseUnsigned(match[5] ?? '0', largestField)
  if (hours === undefined || minutes === undefined || seconds === undefined) return undefined
  if (frames === undefined || subframes === undefined) return undefined
  return { hours, minutes, seconds, frames, subframes }
}

/** `h:mm:ss[:ff[.ss]]`; frames and subframes only as far as they are not zero. */
export function formatSmpteTime(time: SmpteTime): string {
  const base = `${time.hours}:${twoDigits(time.minutes)}:${twoDigits(time.seconds)}`
  if (time.subframes > 0) return `${base}:${twoDigits(time.frames)}.${twoDigits(time.subframes)}`
  return time.frames > 0 ? `${base}:${twoDigits(time.frames)}` : base
}

/** `YYYYMMDDTHHMMSS[.fraction]Z`, always UTC. A day that does not exist is refused. */
export function parseClockTime(text: string): UnixMillis | undefined {
  const match = /^([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]{1,15})?Z$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '.0'] = match
  const iso = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}`
  const milliseconds = Date.parse(`${iso}Z`)
  // `Date.parse` refuses month 13 but turns 30 February into 1 March.
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(iso)) return undefined
  return milliseconds + Math.floor(Number(`0${fraction}`) * 1000)
}

/** `YYYYMMDDTHHMMSSZ`; a fraction of a second is dropped. */
export function formatClockTime(time: UnixMillis): string {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
