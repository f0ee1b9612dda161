import type { H264Format, H265Format } from '../format.ts'
import type { H264AccessUnit, H265AccessUnit } from '../units.ts'

/** An access unit, and if it is known the format that may have its parameter sets. */
export type NalUnits = Pick<H264AccessUnit | H265AccessUnit, 'codec' | 'nalus' | 'isRandomAccess'> & {
  readonly format?: H264Format | H265Format
}

/** Types of NAL units. H.264 table 7-1; H.265 table 7-1. Parameter sets in the order in which they depend on each other. */
const types = {
  H264: { delimiter: 9, parameterSets: [7, 8] },
  H265: { delimiter: 35, parameterSets: [32, 33, 34] },
} as const

/**
 * The parameter sets of a stream: those of its description until the stream itself brings some, by type. Many senders tell
 * them once, in the description or at the start, and a decoder that starts at a later picture needs them in front of it.
 */
export class ParameterSets {
  readonly #latest = new Map<number, readonly Uint8Array[]>()
  #format: H264Format | H265Format | undefined = undefined

  /** The NAL units of `unit`; parameter sets in front when decoding can start with it and it lacks them. */
  complete(unit: NalUnits): readonly Uint8Array[] {
    const { codec, nalus, isRandomAccess, format } = unit
    const { parameterSets } = types[codec]
    if (format !== undefined && format !== this.#format) this.#readFormat(format)
    let isComplete = true
    for (const type of parameterSets) {
      const own = nalus.filter((nalu) => typeOf(codec, nalu) === type)
      if (own.length > 0) this.#latest.set(type, own)
      else isComplete = false
    }
    if (isComplete || !isRandomAccess) return nalus
    const { delimiter } = types[codec]
    const [first] = nalus
    const isDelimited = first !== undefined && typeOf(codec, first) === delimiter
    // A delimiter stays the first, and what a unit has of its own is among the latest by now.
    return [
      ...(isDelimited ? [first] : []),
      ...parameterSets.flatMap((type) => this.#latest.get(type) ?? []),
      ...withoutParameterSets(codec, isDelimited ? nalus.slice(1) : nalus),
    ]
  }

  #readFormat(format: H264Format | H265Format): void {
    this.#format = format
    for (const nalu of [format.codec === 'H265' ? format.vps : undefined, format.sps, format.pps]) {
      if (nalu !== undefined && nalu.length > 0) this.#latest.set(typeOf(format.codec, nalu), [nalu])
    }
  }
}

/** NAL units without the parameter sets among them. */
export function withoutParameterSets(codec: 'H264' | 'H265', nalus: readonly Uint8Array[]): readonly Uint8Array[] {
  const parameterSets: readonly number[] = types[codec].parameterSets
  return nalus.filter((nalu) => !parameterSets.includes(typeOf(codec, nalu)))
}

function typeOf(codec: 'H264' | 'H265', nalu: Uint8Array): number {
  const first = nalu[0] ?? 0
  return codec === 'H264' ? first & 0x1f : (first >> 1) & 0x3f
}
