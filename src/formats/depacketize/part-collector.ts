/**
 * Parts of one unit on their way to completion: NAL units of H.264 and H.265, OBUs of AV1. All bytes lie in one collector,
 * and a part is a pair of offsets into it: a fragmented part grows at the end and is cut off again when some of it is
 * missing, and taking one apart at start codes moves nothing.
 */

import { ByteCollector } from './byte-collector.ts'

/** Collects the parts of one unit at a time. */
export class PartCollector {
  readonly #bytes: ByteCollector
  readonly #maxParts: number
  readonly #minPartBytes: number
  /** Start and end of each part, in turn. */
  readonly #offsets: number[] = []
  #openStart = -1

  /** Parts of fewer than `minPartBytes` (1 and more) have no header and are left out. */
  constructor(maxBytes: number, maxParts: number, minPartBytes: number) {
    this.#bytes = new ByteCollector(maxBytes)
    this.#maxParts = maxParts
    this.#minPartBytes = minPartBytes
  }

  /** Complete parts. */
  get count(): number {
    return this.#offsets.length / 2
  }

  /** True while a fragmented part waits for more. */
  get isOpen(): boolean {
    return this.#openStart >= 0
  }

  /** First byte of the part with this index, where its type is. */
  firstByte(index: number): number {
    return this.#bytes.bytes[this.#offsets[2 * index] ?? 0] ?? 0
  }

  /** Starts a part; one that was open is dropped. */
  open(): void {
    this.drop()
    this.#openStart = this.#bytes.length
  }

  /** Adds to the open part; false when the unit gets too big. */
  append(source: Uint8Array, start: number, end: number): boolean {
    return this.#bytes.append(source, start, end)
  }

  /** Adds one byte to the open part. */
  appendByte(byte: number): boolean {
    return this.#bytes.appendByte(byte)
  }

  /** Drops the open part, if there is one. */
  drop(): void {
    if (this.#openStart < 0) return
    this.#bytes.truncate(this.#openStart)
    this.#openStart = -1
  }

  /** Ends the open part as one. False when there are too many. */
  close(): boolean {
    const start = this.#openStart
    this.#openStart = -1
    return this.#keep(start, this.#bytes.length)
  }

  /**
   * Ends the open part and takes it apart at its start codes, 00 00 01 with or without a 00 in front (ITU-T H.264 Annex B).
   * False when there are too many.
   */
  closeSplit(): boolean {
    const { bytes, length } = this.#bytes
    let from = this.#openStart
    this.#openStart = -1
    for (let at = nextStartCode(bytes, from, length); at >= 0; at = nextStartCode(bytes, from, length)) {
      const end = at > from && bytes[at - 1] === 0 ? at - 1 : at
      if (!this.#keep(from, end)) return false
      from = at + 3
    }
    return this.#keep(from, length)
  }

  /** True when the open part has a start code of four bytes, which no NAL unit contains. */
  hasLongStartCode(): boolean {
    const { bytes, length } = this.#bytes
    let at = nextStartCode(bytes, this.#openStart, length)
    while (at >= 0) {
      if (at > this.#openStart && bytes[at - 1] === 0) return true
      at = nextStartCode(bytes, at + 3, length)
    }
    return false
  }

  clear(): void {
    this.#bytes.clear()
    this.#offsets.length = 0
    this.#openStart = -1
  }

  /** The complete parts, as views of one fresh buffer; the collector is empty afterwards. */
  release(): Uint8Array[] {
    this.drop()
    const bytes = this.#bytes.release()
    const parts: Uint8Array[] = []
    for (let index = 0; index < this.#offsets.length; index += 2) {
      parts.push(bytes.subarray(this.#offsets[index], this.#offsets[index + 1]))
    }
    this.#offsets.length = 0
    return parts
  }

  #keep(start: number, end: number): boolean {
    if (end - start < this.#minPartBytes) return true
    if (this.#offsets.length >= 2 * this.#maxParts) return false
    this.#offsets.push(start, end)
    return true
  }
}

/** Offset of the next 00 00 01 that lies within `from` and `end`, or -1. Looks at every third byte where it can. */
export function nextStartCode(bytes: Uint8Array, from: number, end: number): number {
  let at = from + 2
  while (at < end) {
    const byte = bytes[at] ?? 0
    if (byte > 1) at += 3
    else if (byte === 1) {
      if (bytes[at - 1] === 0 && bytes[at - 2] === 0) return at - 2
      at += 3
    } else at += 1
  }
  return -1
}
