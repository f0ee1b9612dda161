import type { Format } from '../format.ts'

/**
 * The form in which the codec files meet SDP: what `a=rtpmap` and `a=fmtp` said about one payload type on the way in,
 * the two values on the way out. A reader answers with a format or with the reason, one short sentence, why this is not
 * one; whoever called it decides whether that spoils the description.
 */

/** What SDP says about one payload type. */
export interface CodecInput {
  readonly payloadType: number
  /** Name in the rtpmap, lower case; `''` without one. */
  readonly codec: string
  /** What follows the first `/` in the rtpmap: `90000`, `48000/2`; `''` without one. */
  readonly clock: string
  /** Parameters of the fmtp, names in lower case, values as written. */
  readonly parameters: ReadonlyMap<string, string>
  /** Takes a sentence about something that was left out and can be done without. */
  readonly note: (text: string) => void
}

/** Reads one codec: the format, or why not. */
export type CodecReader = (input: CodecInput) => Format | string

/** What is written about one format. */
export interface CodecOutput {
  /** Value of `a=rtpmap` behind the payload type; `''`: no such line. */
  readonly rtpmap: string
  /** Parameters of `a=fmtp`, in any order; none: no such line. */
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

/** Optional parameters that are set, as pairs. */
export function definedParameters(values: Readonly<Record<string, number | undefined>>): (readonly [string, string])[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value.toString()] as const],
  )
}
