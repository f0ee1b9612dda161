import type { Failure } from '../../contracts/failure.ts'
import type { SdpTiming } from './document.ts'
import { fieldsOf, parseUint64, quote, sdpFailure } from './scalars.ts'

/** `t=`, `r=` and `z=` (RFC 8866 sections 5.9 to 5.11). Nothing in RTSP depends on them; they are checked and kept. */

/** Reads the value of a `t=` line. `now-` (FLIR) is `0 0`; fields past the second are ignored. */
export function parseTiming(value: string): SdpTiming | Failure {
  if (value.trim() === 'now-') return { start: '0', stop: '0', repeats: [] }
  const fields = fieldsOf(value)
  const start = parseUint64(fields[0] ?? '')
  const stop = parseUint64(fields[1] ?? '')
  if (start === undefined || stop === undefined) return sdpFailure(`invalid timing: (${quote(value)})`)
  return { start, stop, repeats: [] }
}

/** Reads the value of an `r=` line; two fields are enough (AJA). Gives the fields joined by single blanks. */
export function parseRepeat(value: string): string | Failure {
  const fields = fieldsOf(value)
  if (fields.length < 2 || !fields.every(isTimeUnit)) return sdpFailure(`invalid repeat time: (${quote(value)})`)
  return fields.join(' ')
}

/** Reads the value of a `z=` line: pairs of a time and an offset. Gives the fields joined by single blanks. */
export function parseTimeZones(value: string): string | Failure {
  const fields = fieldsOf(value)
  const isValid =
    fields.length % 2 === 0 &&
    fields.every((field, index) => (index % 2 === 0 ? parseUint64(field) !== undefined : isTimeUnit(field)))
  return isValid ? fields.join(' ') : sdpFailure(`invalid time zones: (${quote(value)})`)
}

/** Seconds, or days, hours or minutes with a suffix. */
function isTimeUnit(text: string): boolean {
  return /^-?[0-9]{1,18}[dhm]?$/.test(text)
}
