import type { GenericFormat } from '../format.ts'
import { parseUint31 } from './values.ts'

/** Formats that are forwarded unopened. Only their clock matters here. */

/** Clock rates of the static payload types, RFC 3551 tables 4 and 5. */
const staticClockRatesHz: ReadonlyMap<number, number> = new Map([
  ...[0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 18].map((payloadType) => [payloadType, 8000] as const),
  [6, 16_000],
  ...[10, 11].map((payloadType) => [payloadType, 44_100] as const),
  ...[14, 25, 26, 28, 31, 32, 33, 34].map((payloadType) => [payloadType, 90_000] as const),
  [16, 11_025],
  [17, 22_050],
])

/** What is known of a payload type that no codec claimed. */
export interface GenericInput {
  readonly payloadType: number
  readonly rtpmap: string
  readonly fmtp: string | undefined
  /** Type of the media; an `application` may go without a clock. */
  readonly mediaType: string
  readonly note: (text: string) => void
}

/** A generic format. One that nothing tells a clock of has 0, which is worth a note unless it is data. */
export function readGeneric({ payloadType, rtpmap, fmtp, mediaType, note }: GenericInput): GenericFormat {
  const clockRateHz = staticClockRatesHz.get(payloadType) ?? clockOf(rtpmap, note)
  if (clockRateHz === undefined && rtpmap === '' && mediaType !== 'application') note('clock rate not found')
  return {
    codec: 'generic',
    payloadType,
    clockRateHz: clockRateHz ?? 0,
    rtpmap,
    ...(fmtp !== undefined && { fmtp }),
  }
}

/** Second part of an rtpmap, `undefined` without one. An unreadable one counts as unknown. */
function clockOf(rtpmap: string, note: (text: string) => void): number | undefined {
  const text = rtpmap.split('/')[1]
  if (text === undefined) return undefined
  const clockRateHz = parseUint31(text.trim())
  if (clockRateHz === undefined) note(`invalid clock rate: ${text.slice(0, 64)}`)
  return clockRateHz
}
