/**
 * The one place where packets are encrypted, decrypted and hashed. What HMAC runs over (its inner pad, the packet and
 * the rollover counter) lies here in a row, so it is hashed in one call; and a packet starts at a multiple of four, so
 * the keystream goes on in words (RTP and RTCP headers are multiples of four bytes long).
 *
 * It is shared by all contexts: every use begins and ends within one call, and a copy per context would cost a server
 * of ten thousand sessions some tens of megabytes. Nothing that leaves this folder points into it.
 */

/** Size of the block of SHA-1 that the inner pad fills, in bytes. */
export const padBytes = 64
/** Largest packet that can be protected or unprotected, in bytes; more does not fit into an interleaved frame. */
export const maxProtectedBytes = 65_535

/** Bytes and the same bytes as words. The packet starts at `padBytes`. */
class PacketScratch {
  bytes = new Uint8Array(4096)
  words = new Int32Array(this.bytes.buffer)

  /** Makes room for a packet of so many bytes and what is appended to it for the hash. Its content may be lost. */
  reserve(packetBytes: number): void {
    const needed = padBytes + packetBytes + 16
    if (needed <= this.bytes.length) return
    this.bytes = new Uint8Array(needed > 16_384 ? padBytes + maxProtectedBytes + 17 : 16_384)
    this.words = new Int32Array(this.bytes.buffer)
  }
}

/** Of this folder only. */
export const scratch = new PacketScratch()
