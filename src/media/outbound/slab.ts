/**
 * Memory that bursts are written into. Packets go one behind the other into a large block, so that a burst is one
 * region that can be handed to any number of sockets without a copy; when the block is full a new one is taken and
 * the old one lives as long as a socket still holds a region of it. Written regions are never written again.
 *
 * Blocks begin small and double, so that a stream of a quiet audio source does not sit on more than it needs, and stay small:
 * a block that is in use for seconds survives young collections, and then only a collection of the whole heap frees it. With
 * 200 streams and blocks of 256 KiB those came once or twice a second. A burst that is larger gets a block of its size.
 */
export class Slab {
  /** The current block. */
  bytes: Uint8Array = new Uint8Array(0)
  readonly #maxBytes: number
  #nextBytes: number

  /** Block sizes in bytes: the first one, and where doubling ends. */
  constructor(firstBytes = 16 * 1024, maxBytes = 32 * 1024) {
    this.#nextBytes = firstBytes
    this.#maxBytes = maxBytes
  }

  /**
   * Takes a new block with room for at least `wantedBytes` and copies `[start, end)` of the old one to its beginning:
   * the burst that is being gathered moves along, so it stays in one piece.
   */
  renew(start: number, end: number, wantedBytes: number): void {
    // Whoever outgrows a block goes on growing: without room to spare the next packets would each move it all again.
    const size = wantedBytes > this.#nextBytes ? wantedBytes * 2 : this.#nextBytes
    this.#nextBytes = Math.min(size * 2, this.#maxBytes)
    const block = new Uint8Array(size)
    if (end > start) block.set(this.bytes.subarray(start, end))
    this.bytes = block
  }
}
