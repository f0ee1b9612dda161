/** Reads the inputs that README.md describes. */
import { readFileSync } from 'node:fs'

/** A session description as a device sent it. */
export interface SdpInput {
  /** Where it stood: `sdpunmarshaler`, `description/session`, `description/media` or `format`; seeds of fuzzers say so. */
  readonly src: string
  readonly name: string
  readonly sdp: string
  /** The canonical spelling. */
  readonly enc?: string | null
}

/** Arguments of a fuzzer. */
export interface FuzzInput {
  /** Package and fuzzer: `format/rtph264/FuzzDecoder`. */
  readonly target: string
  readonly args: readonly Uint8Array[]
}

function load(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))
}

export const sdpInputs = load('sdp.json') as readonly SdpInput[]

export const fuzzInputs: readonly FuzzInput[] = Object.entries(load('fuzz.json') as Record<string, string[]>).flatMap(
  ([target, inputs]) =>
    inputs.map((input) => ({ target, args: input.split(' ').map((hex) => Uint8Array.from(Buffer.from(hex, 'hex'))) })),
)
