/**
 * The index of a packet (RFC 3711 section 3.3.1): 48 bits, of which the packet carries the lower 16 as its sequence
 * number and both sides count the upper 32, the rollover counter. An index is a plain number, for 48 bits are exact in
 * a double; half of the sequence space to either side, a window of 2^15, survives any loss and reordering below that.
 */

const sequenceCount = 0x1_0000
const halfOfSequences = 0x8000

/** One more than the largest index. */
export const indexCount = 2 ** 48

/** The index with these upper 32 and lower 16 bits. */
export function packetIndex(rollover: number, sequence: number): number {
  return rollover * sequenceCount + sequence
}

/** The upper 32 bits of an index, 0..4294967295. */
export function rolloverOf(index: number): number {
  return Math.floor(index / sequenceCount)
}

/**
 * The index that a packet with this sequence number most likely has, when `highest` is the highest one so far. It may be
 * `indexCount` and more, which means that the key is used up.
 */
export function estimateIndex(highest: number, sequence: number): number {
  const rollover = rolloverOf(highest)
  const highestSequence = highest % sequenceCount
  if (highestSequence < halfOfSequences) {
    // There is nothing before the first rollover counter. All implementations take such a number for one far ahead.
    const isFromBefore = sequence - highestSequence > halfOfSequences && rollover > 0
    return packetIndex(isFromBefore ? rollover - 1 : rollover, sequence)
  }
  return packetIndex(highestSequence - halfOfSequences > sequence ? rollover + 1 : rollover, sequence)
}
