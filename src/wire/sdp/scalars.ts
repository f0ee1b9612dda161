import { Failure } from '../../contracts/failure.ts'
import { maxSdpQuote } from './limits.ts'

/** Small readers that several kinds of line share. All are linear in the length of their input. */

/** The failure of every mistake in a description; its text becomes `invalid SDP: <detail>`. */
export function sdpFailure(detail: string): Failure {
  return new Failure('ERR_RTSP_SDP_INVALID', detail)
}

/** Input as an error text may repeat it: verbatim, cut when it is long. */
export function quote(text: string): string {
  return text.length <= maxSdpQuote ? text : `${text.slice(0, maxSdpQuote)}...`
}

/** Fields between runs of blanks. */
export function fieldsOf(text: string): string[] {
  return text.split(/[ \t]+/).filter((field) => field !== '')
}

const maxUint64 = 0xffff_ffff_ffff_ffffn

/** Canonical decimal text of an unsigned 64-bit number in decimal (or hexadecimal) digits, `undefined` otherwise. */
export function parseUint64(text: string, radix: 10 | 16 = 10): string | undefined {
  // Leading zeros may be many; the cut keeps BigInt's cost bounded.
  const digits = text.length > 1 ? text.slice(0, 64) : text
  if (digits.length !== text.length || !(radix === 10 ? /^[0-9]+$/ : /^[0-9a-fA-F]+$/).test(digits)) return undefined
  const value = BigInt(radix === 10 ? digits : `0x${digits}`)
  return value <= maxUint64 ? value.toString() : undefined
}
